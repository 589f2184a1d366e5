package vdir_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"lockstep/core"
)

const nobody = 65534

// asUser runs f as a user for whom permissions count. Only this thread becomes one,
// so what f does must not need another.
func asUser(t *testing.T, p *person, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	must(t, filepath.WalkDir(p.root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	}))
	for dir := filepath.Dir(p.root); dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	must(t, syscall.Setfsuid(nobody))
	defer syscall.Setfsuid(0)
	f()
}

func TestUnreadableFileIsBad(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "a/1.vcf", card(1))
	p.write(t, "a/2.vcf", card(2))
	before := list(t, p.open(t), "a")
	must(t, os.Chmod(filepath.Join(p.root, "a/1.vcf"), 0))
	asUser(t, p, func() {
		r := p.open(t)
		r.Recall(recalled(before))
		all := list(t, r, "a")
		if len(all) != 2 || all[1].Bad != "" || all[1].Key != uid(2) {
			t.Fatalf("%+v", all)
		}
		if s := all[0]; !strings.Contains(s.Bad, "permission") || !strings.Contains(s.Bad, "a/1.vcf") || s.Sum != "" || s.Rev == before[0].Rev {
			t.Errorf("%+v", s)
		}
		for _, err := range r.Fetch(t.Context(), []core.Ref{all[0].Ref}) {
			wantClass(t, err, core.Permanent)
		}
	})
	must(t, os.Chmod(filepath.Join(p.root, "a/1.vcf"), 0o600))
	r := p.open(t)
	r.Recall(recalled(before))
	if s := list(t, r, "a")[0]; s.Bad != "" || s.Key != uid(1) {
		t.Errorf("%+v", s)
	}
}

// TestUnreadableCollectionIsNotGone: it is listed, and is no other one.
func TestUnreadableCollectionIsNotGone(t *testing.T) {
	p := newPerson(t, "a", "b")
	p.write(t, "a/1.vcf", card(1))
	before, err := p.open(t).Collections(t.Context())
	must(t, err)
	must(t, os.Chmod(filepath.Join(p.root, "a"), 0))
	asUser(t, p, func() {
		r := p.open(t)
		s, err := r.Collections(t.Context())
		must(t, err)
		if len(s.Collections) != 2 || s.Collections[0].Incarnation != before.Collections[0].Incarnation || s.Collections[0].Same != before.Collections[0].Same || s.Collections[0].Count == 0 {
			t.Errorf("%+v", s)
		}
		_, err = listing(t, r, "a")
		wantClass(t, err, core.Permanent)
		if len(list(t, r, "b")) != 0 {
			t.Error("what was not looked at is there")
		}
	})
	must(t, os.Chmod(filepath.Join(p.root, "a"), 0o700))
}

func TestReadOnlyCollectionRefusesWrites(t *testing.T) {
	p := newPerson(t, "a", "b")
	p.write(t, "a/1.vcf", card(1))
	before := only(t, p.open(t), "a")
	must(t, os.Chmod(filepath.Join(p.root, "a"), 0o500))
	asUser(t, p, func() {
		r := p.open(t)
		s := only(t, r, "a")
		for _, w := range []core.Write{create("a", "2", card(2)), update(s, card(101)), {Op: core.OpDelete, Ref: s.Ref}, {Op: core.OpMove, Ref: s.Ref, To: "b"}} {
			_, err := apply(t, r, w)
			wantClass(t, err, core.Permanent)
		}
		if now := only(t, r, "a"); now.Key != before.Key || p.read(t, "a/1.vcf") != string(card(1)) {
			t.Errorf("%+v became %+v", before, now)
		}
	})
	must(t, os.Chmod(filepath.Join(p.root, "a"), 0o700))
}
