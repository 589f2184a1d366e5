//go:build unix

package maildir_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/maildir"
	"lockstep/core"
)

func TestMissingTreeIsNotAnEmptyOne(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "empty"), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, "other", "pictures"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for _, layout := range []maildir.Layout{maildir.Detect, maildir.MaildirPP, maildir.Nested, maildir.Single} {
		for _, name := range []string{"missing", "empty", "other", "file"} {
			_, err := maildir.Open(maildir.Config{Path: filepath.Join(dir, name), Layout: layout})
			wantClass(t, err, core.Permanent)
			if name != "file" && !strings.Contains(err.Error(), "mount the disk") {
				t.Errorf("%s: %v tells no remedy", name, err)
			}
		}
	}
	if got := files(t, dir); !slices.Equal(got, []string{".", "empty", "file", "other", "other/pictures"}) {
		t.Errorf("opening made %q", got)
	}
}

func TestTreeThatVanishesIsAnError(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	survey(t, r)
	for _, name := range names(t, m.root) {
		must(t, os.RemoveAll(filepath.Join(m.root, name)))
	}
	_, err := r.Collections(context.Background())
	wantClass(t, err, core.Permanent)
}

func TestNewTree(t *testing.T) {
	for layout, want := range map[maildir.Layout][]string{
		maildir.Detect:    {".", "cur", "new", "tmp"},
		maildir.MaildirPP: {".", "cur", "new", "tmp"},
		maildir.Single:    {".", "cur", "new", "tmp"},
		maildir.Nested:    {".", "INBOX", "INBOX/cur", "INBOX/new", "INBOX/tmp"},
	} {
		root := filepath.Join(t.TempDir(), "deep", "Mail")
		for range 2 { // the second time it is there
			r, err := maildir.Open(maildir.Config{Path: root, Layout: layout, Create: true})
			must(t, err)
			if c := survey(t, r); len(c) != 1 || c["INBOX"].Role != core.RoleInbox {
				t.Errorf("%s: %v", layout, c)
			}
			must(t, r.Close())
		}
		if got := files(t, root); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", layout, got, want)
		}
	}
}

func paths(t *testing.T, r *maildir.Replica) []string {
	t.Helper()
	s, err := r.Collections(context.Background())
	must(t, err)
	var out []string
	for _, c := range s.Collections {
		out = append(out, c.Path)
	}
	return out
}

func TestLayouts(t *testing.T) {
	for name, c := range map[string]struct {
		dirs []string
		want []string
	}{
		"maildir++":               {[]string{".", ".Sent", ".A.B", ".A.B.C"}, []string{"A/B", "A/B/C", "INBOX", "Sent"}},
		"maildir++, only INBOX":   {[]string{"."}, []string{"INBOX"}},
		"maildir++, Courier":      {[]string{".", ".INBOX.Sent"}, []string{"INBOX", "INBOX/Sent"}},
		"maildir++, names":        {[]string{".", ".Entw&APw-rfe", ".Köche", ".a%2eb", ".x\xe4"}, []string{"Entwürfe", "INBOX", "Köche", "a.b", "x\uFFFD"}},
		"maildir++, twice":        {[]string{".", ".Entw&APw-rfe", ".Entwürfe", ".INBOX"}, []string{"Entwürfe", "Entwürfe~2", "INBOX", "INBOX~2"}},
		"nested":                  {[]string{"INBOX", "Sent", "A/B", "A/B/C"}, []string{"A/B", "A/B/C", "INBOX", "Sent"}},
		"nested, root is INBOX":   {[]string{".", "Sent", "INBOX/Sub"}, []string{"INBOX", "INBOX/Sub", "Sent"}},
		"nested, other case":      {[]string{"Inbox", "Inbox/Sub", "Sent"}, []string{"INBOX", "INBOX/Sub", "Sent"}},
		"nested, cases":           {[]string{"INBOX", "Inbox"}, []string{"INBOX", "Inbox"}},
		"nested, INBOX and root":  {[]string{".", "INBOX"}, []string{"INBOX", "INBOX~2"}},
		"nested, dots in names":   {[]string{"INBOX", "INBOX.Sent", "a%2fb", "100%25"}, []string{"100%25", "INBOX", "INBOX.Sent", "a%2Fb"}},
		"nested, without INBOX":   {[]string{"A", "B"}, []string{"A", "B"}},
		"nested, programs' files": {[]string{"A", ".notmuch/xapian", ".git/new"}, []string{"A"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range c.dirs {
				subs := []string{"cur", "new", "tmp"}
				if strings.HasPrefix(dir, ".notmuch") || strings.HasPrefix(dir, ".git") {
					subs = []string{"x"}
				}
				for _, sub := range subs {
					must(t, os.MkdirAll(filepath.Join(root, dir, sub), 0o700))
				}
			}
			r, err := maildir.Open(maildir.Config{Path: root})
			must(t, err)
			defer r.Close()
			slices.Sort(c.want)
			if got := paths(t, r); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			for i, path := range c.want { // each is a folder of its own
				deliver(t, r, path, message(i), "")
				only(t, r, path)
			}
		})
	}
}

func TestBothLayoutsAreRefused(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"cur", "new", "tmp", ".Sent/cur", "Sent/cur"} {
		must(t, os.MkdirAll(filepath.Join(root, dir), 0o700))
	}
	_, err := maildir.Open(maildir.Config{Path: root})
	wantClass(t, err, core.Permanent)
	_, err = maildir.Open(maildir.Config{Path: root, Layout: "mbox"})
	wantClass(t, err, core.Permanent)
	for layout, want := range map[maildir.Layout][]string{maildir.MaildirPP: {"INBOX", "Sent"}, maildir.Nested: {"INBOX", "Sent"}} {
		r, err := maildir.Open(maildir.Config{Path: root, Layout: layout})
		must(t, err)
		if got := paths(t, r); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", layout, got, want)
		}
		r.Close()
	}
}

func TestSingleFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "Archive")
	r, err := maildir.Open(maildir.Config{Path: root, Layout: maildir.Single, Name: "Sent", Create: true})
	must(t, err)
	defer r.Close()
	c := survey(t, r)
	if len(c) != 1 || c["Sent"].Role != core.RoleSent {
		t.Fatalf("%+v", c)
	}
	s := deliver(t, r, "Sent", message(1), core.NewMarks(core.Seen))
	if got := only(t, r, "Sent"); got.Ref != s.Ref || got.Marks != core.NewMarks(core.Seen) {
		t.Errorf("%+v, want %+v", got, s)
	}
	if got := names(t, root, "cur"); len(got) != 1 {
		t.Errorf("the message does not lie in the path: %q", files(t, root))
	}
	if _, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks("work")}); err != nil {
		t.Error(err)
	}
	_, err = r.CreateCollection(context.Background(), "other", core.RoleNone)
	wantClass(t, err, core.Permanent)
	_, err = r.RenameCollection(context.Background(), "Sent", "other")
	wantClass(t, err, core.Permanent)
	wantClass(t, r.DeleteCollection(context.Background(), "Sent", 1), core.Permanent)
	only(t, r, "Sent")
}

func TestWhatCannotBeLookedIntoIsNotGone(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"symbolic link": func(t *testing.T, dir string) {
			must(t, os.Rename(dir, dir+"-moved"))
			must(t, os.Symlink(filepath.Base(dir)+"-moved", dir))
		},
		"link out of the root": func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir))
			must(t, os.Symlink(t.TempDir(), dir))
		},
		"link to a missing disk": func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir))
			must(t, os.Symlink("/nowhere/at/all", dir))
		},
	} {
		for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
			t.Run(name+", "+string(layout), func(t *testing.T) {
				m := newMUA(t, layout, "a", "b")
				m.add(t, "a", message(1), "")
				spoil(t, m.dir("a"))
				r := m.open(t)
				s, err := r.Collections(context.Background())
				must(t, err)
				if s.Complete {
					t.Error("the survey says that it is complete")
				}
				if got := paths(t, r); !slices.Contains(got, "a") || !slices.Contains(got, "b") {
					t.Errorf("the list is %q", got)
				}
				if _, err := listing(r, "a"); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), "link") {
					t.Errorf("listing it tells %v", err)
				}
				if _, err := write(t, r, create("a", message(2), "")); core.ClassOf(err) != core.Permanent {
					t.Errorf("delivering to it tells %v", err)
				}
				deliver(t, r, "b", message(2), "") // the others go on
			})
		}
	}
}

func TestHalfAFolderIsNotAnEmptyOne(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	must(t, os.Remove(filepath.Join(m.dir("a"), "cur")))
	r := m.open(t)
	c, there := survey(t, r)["a"]
	if !there || c.Rev != "" || !c.ReadOnly {
		t.Errorf("%+v", c)
	}
	_, err := listing(r, "a")
	wantClass(t, err, core.Permanent)
	if _, err := r.CreateCollection(context.Background(), "a", core.RoleNone); err != nil {
		t.Error(err)
	}
	if got := list(t, r, "a"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMissingInboxIsNotAnEmptyOne(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	for _, sub := range []string{"cur", "new", "tmp"} {
		must(t, os.Remove(filepath.Join(m.root, sub)))
	}
	r := m.open(t)
	if got := paths(t, r); !slices.Equal(got, []string{"INBOX", "a"}) {
		t.Errorf("%q", got)
	}
	_, err := listing(r, "INBOX")
	wantClass(t, err, core.Permanent)
	r, err = maildir.Open(maildir.Config{Path: m.root, Create: true})
	must(t, err)
	defer r.Close()
	if got := list(t, r, "INBOX"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestForeignFilesAreNoFolders(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	must(t, os.WriteFile(filepath.Join(m.root, ".file"), nil, 0o600))
	must(t, os.Symlink(".file", filepath.Join(m.root, ".link")))
	must(t, os.MkdirAll(filepath.Join(m.root, ".cache", "x"), 0o700))
	s, err := m.open(t).Collections(context.Background())
	must(t, err)
	if !s.Complete || len(s.Collections) != 2 {
		t.Errorf("%+v", s)
	}
}

func TestRevProvesThatNothingChanged(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	m.aged = true
	m.age(t, "a")
	file := m.add(t, "a", message(1), core.NewMarks(core.Seen))
	last := survey(t, m.open(t))["a"]
	if last.Rev == "" {
		t.Fatal("a folder that has rested has no Rev")
	}
	if again := survey(t, m.open(t))["a"]; again != last {
		t.Errorf("nothing changed, but %+v became %+v", last, again)
	}
	for _, change := range []func(){
		func() { m.add(t, "a", message(2), "") },
		func() { m.add(t, "a", message(3), core.NewMarks(core.Seen, "work")) },
		func() { must(t, os.Rename(file, file+"F")); m.age(t, "a") },
		func() { must(t, os.Remove(file+"F")); m.age(t, "a") },
		func() {
			must(t, os.WriteFile(filepath.Join(m.dir("a"), "dovecot-keywords"), []byte("0 play\n"), 0o600))
			must(t, os.Chtimes(filepath.Join(m.dir("a"), "dovecot-keywords"), time.Unix(1, 0), time.Unix(1, 0)))
		},
	} {
		change()
		now := survey(t, m.open(t))["a"]
		if now.Rev == last.Rev || now.Rev == "" {
			t.Errorf("after a change the Rev is %q, before %q", now.Rev, last.Rev)
		}
		last = now
	}
}

func TestYoungFolderHasNoRev(t *testing.T) {
	for age, known := range map[time.Duration]bool{
		0: false, 1900 * time.Millisecond: false, 2 * time.Second: true, time.Hour: true, -time.Hour: false,
	} {
		for _, name := range []string{"cur", "new", "dovecot-keywords"} {
			m := newMUA(t, maildir.MaildirPP, "a")
			m.aged = true
			m.add(t, "a", message(1), core.NewMarks("work"))
			at := time.Unix(1_600_000_000, 0)
			must(t, os.Chtimes(filepath.Join(m.dir("a"), name), at, at))
			m.now = func() time.Time { return at.Add(age) }
			if c := survey(t, m.open(t))["a"]; (c.Rev != "") != known {
				t.Errorf("%s changed %v ago: Rev is %q", name, age, c.Rev)
			}
		}
	}
}

func TestPositionMovesWhileARevIsUnknown(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	before := survey(t, r)["a"]
	m.add(t, "a", message(1), "")
	must(t, os.Chtimes(filepath.Join(m.dir("a"), "new"), time.Now(), time.Now().Add(time.Second)))
	if after := survey(t, r)["a"]; after.Position == before.Position || after.Rev != "" {
		t.Errorf("%+v, then %+v: a listing in between proves nothing", before, after)
	}
}

func TestCountIsToldOfEmptyFolders(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	if n := survey(t, r)["a"].Count; n != 0 {
		t.Errorf("an empty folder holds %d", n)
	}
	file := m.add(t, "a", message(1), "")
	if n := survey(t, r)["a"].Count; n != -1 {
		t.Errorf("a folder holds %d without being counted", n)
	}
	must(t, os.Remove(file))
	if n := survey(t, r)["a"].Count; n != 0 {
		t.Errorf("an empty folder holds %d", n)
	}
}

func TestRenamedFolderIsTheSame(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	before := survey(t, m.open(t))
	must(t, os.Rename(m.dir("a"), m.dir("c")))
	after := survey(t, m.open(t))
	if before["a"].Same != after["c"].Same || after["c"].Same == after["b"].Same || after["c"].Same == "" {
		t.Errorf("%q became %q; another one is %q", before["a"].Same, after["c"].Same, after["b"].Same)
	}
	if after["c"].Incarnation != before["a"].Incarnation {
		t.Error("a rename changed the incarnation")
	}
}

func TestRoles(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "Gesendete Objekte", "Sent", "INBOX/Brouillons", "Projects/Trash", "[Gmail]/Spam", "Архив", "ゴミ箱", "sent items")
	want := map[string]core.Role{"INBOX": core.RoleInbox, "Sent": core.RoleSent, "INBOX/Brouillons": core.RoleDrafts,
		"[Gmail]/Spam": core.RoleJunk, "Архив": core.RoleArchive, "ゴミ箱": core.RoleTrash}
	for path, c := range survey(t, m.open(t)) {
		if c.Role != want[path] {
			t.Errorf("%q has role %q, want %q", path, c.Role, want[path])
		}
	}
}
