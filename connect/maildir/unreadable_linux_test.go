package maildir_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"lockstep/connect/maildir"
	"lockstep/core"
)

const nobody = 65534

// asUser runs f as a user for whom permissions count. Only this thread becomes
// one, so what f does must not need another.
func asUser(t *testing.T, m *mua, r *maildir.Replica, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	must(t, filepath.WalkDir(m.root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	}))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	must(t, syscall.Setfsuid(nobody))
	defer syscall.Setfsuid(0)
	f()
}

func TestUnreadableFileIsBad(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := m.add(t, "a", message(1), core.NewMarks(core.Seen))
	m.add(t, "a", message(2), "")
	r := m.open(t)
	before := list(t, r, "a")
	must(t, os.Chmod(file, 0))
	asUser(t, m, r, func() {
		all := list(t, r, "a")
		bad := 0
		for _, s := range all {
			if s.Bad != "" {
				bad++
				if !strings.Contains(s.Bad, "permission") || s.Sum != "" {
					t.Errorf("%+v", s)
				}
				_, err := fetch(t, r, s.Ref)
				wantClass(t, err, core.Permanent)
			}
		}
		if len(all) != 2 || bad != 1 {
			t.Errorf("%+v", all)
		}
		known := memoryOf{}
		r.Recall(known.keep(before).recall) // known and unchanged, it need not be read
		for _, s := range list(t, r, "a") {
			if s.Bad != "" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestUnreadableFolderIsNotGone(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		for _, spoiled := range []string{"", "cur", "new"} {
			m := newMUA(t, layout, "a", "b")
			m.add(t, "a", message(1), core.NewMarks(core.Seen))
			r := m.open(t)
			dir := filepath.Join(m.dir("a"), spoiled)
			must(t, os.Chmod(dir, 0))
			asUser(t, m, r, func() {
				s, err := r.Collections(context.Background())
				must(t, err)
				listed := false
				for _, c := range s.Collections {
					listed = listed || c.Path == "a"
				}
				if !listed {
					t.Errorf("%s, %q: the folder is not listed", layout, spoiled)
				}
				if spoiled == "" && s.Complete {
					t.Errorf("%s: what lies below is not known, but the survey is complete", layout)
				}
				_, err = listing(r, "a")
				wantClass(t, err, core.Permanent)
				only := list(t, r, "b")
				if len(only) != 0 {
					t.Errorf("%+v", only)
				}
			})
			must(t, os.Chmod(dir, 0o700))
		}
	}
}

func TestReadOnlyFolderRefusesWrites(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	m.add(t, "a", message(1), core.NewMarks(core.Seen))
	r := m.open(t)
	s := only(t, r, "a")
	for _, sub := range []string{"cur", "new", "tmp", "."} {
		must(t, os.Chmod(filepath.Join(m.dir("a"), sub), 0o500))
	}
	asUser(t, m, r, func() {
		for _, w := range []core.Write{
			create("a", message(2), ""), create("a", message(2), core.NewMarks("work")), {Op: core.OpDelete, Ref: s.Ref},
			{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Flagged)}, {Op: core.OpMove, Ref: s.Ref, To: "b"},
		} {
			var failed error
			for _, err := range r.Apply(context.Background(), func(yield func(core.Write) bool) { yield(w) }) {
				failed = err
			}
			wantClass(t, failed, core.Permanent)
		}
		if now := only(t, r, "a"); now != s {
			t.Errorf("%+v became %+v", s, now)
		}
	})
	for _, sub := range []string{".", "cur", "new", "tmp"} {
		must(t, os.Chmod(filepath.Join(m.dir("a"), sub), 0o700))
	}
}
