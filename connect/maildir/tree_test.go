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

func makeCollection(t testing.TB, r *maildir.Replica, path string) core.Collection {
	t.Helper()
	c, err := r.CreateCollection(context.Background(), path, core.RoleNone)
	must(t, err)
	if c.Path != path {
		t.Fatalf("%q was made as %q", path, c.Path)
	}
	return c
}

func TestFoldersOnDisk(t *testing.T) {
	folders := []string{"A/B", "A", "a", "Entwürfe/A&B", "v1.2", "Inbox", "CON", "cur", "100%25", "INBOX/Sub"}
	for layout, want := range map[maildir.Layout][]string{
		maildir.MaildirPP: {".%43ON", ".%49nbox", ".%61", ".%63ur", ".100%25", ".A", ".A.B", ".Entw&APw-rfe.A&-B", ".INBOX.Sub", ".v1%2e2"},
		maildir.Nested:    {"%43ON", "%49nbox", "%61", "%63ur", "100%25", "A", "A/B", "Entwürfe", "Entwürfe/A&B", "INBOX", "INBOX/Sub", "v1.2"},
	} {
		m := newMUA(t, layout)
		r, err := maildir.Open(maildir.Config{Path: m.root, Layout: layout, Create: true})
		must(t, err)
		defer r.Close()
		for _, path := range folders {
			makeCollection(t, r, path)
		}
		var got []string
		for _, name := range files(t, m.root) {
			if base := filepath.Base(name); name != "." && !slices.Contains([]string{"cur", "new", "tmp", "maildirfolder"}, base) {
				got = append(got, name)
			}
			if filepath.Base(name) == "maildirfolder" && layout != maildir.MaildirPP {
				t.Errorf("there is a %q", name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", layout, got, want)
		}
		for _, path := range append(folders, "INBOX") {
			if _, there := survey(t, r)[path]; !there {
				t.Errorf("%s: %q is not listed", layout, path)
			}
		}
	}
}

func TestFolderThatAnotherProgramMadeMeanwhile(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		m := newMUA(t, layout, "other")
		r := m.open(t)
		survey(t, r)
		m.makeFolder(t, "a/b")
		m.add(t, "a/b", message(1), "")
		makeCollection(t, r, "a/b")
		only(t, r, "a/b")
		must(t, os.MkdirAll(m.dir("c"), 0o700)) // a directory that is no folder
		makeCollection(t, r, "c")
		if got := paths(t, m.open(t)); !slices.Equal(slices.DeleteFunc(got, func(p string) bool { return p == "INBOX" }), []string{"a/b", "c", "other"}) {
			t.Errorf("%s: %q", layout, got)
		}
	}
}

func TestRenameTakesWhatIsBelowAlong(t *testing.T) {
	long := strings.Repeat("long", 80)
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		m := newMUA(t, layout, "other")
		r := m.open(t)
		for i, path := range []string{"a", "a/b", "a/b/c.d", "ab", "a/" + long} {
			makeCollection(t, r, path)
			deliver(t, r, path, message(i), core.NewMarks("work"))
		}
		before := survey(t, r)
		for _, step := range [][2]string{{"a", "x/y"}, {"x/y", long}, {long, "x"}} {
			c, err := r.RenameCollection(context.Background(), core.CollectionID(step[0]), step[1])
			must(t, err)
			if c.Path != step[1] || c.Same != before["a"].Same {
				t.Fatalf("%s: renamed to %+v", layout, c)
			}
			must(t, r.Flush(context.Background()))
			now := survey(t, m.open(t))
			for i, below := range []string{"", "/b", "/b/c.d"} {
				if now[step[1]+below].Same != before["a"+below].Same {
					t.Errorf("%s: after %q, %q is not what %q was", layout, step, step[1]+below, "a"+below)
				}
				if s := only(t, r, step[1]+below); s.Sum != create("", message(i), "").Item.Sum || !s.Marks.Has("work") {
					t.Errorf("%s: %+v", layout, s)
				}
			}
			if now[step[1]+"/"+long].Same != before["a/"+long].Same || now["ab"].Same != before["ab"].Same {
				t.Errorf("%s: after %q the others are %v", layout, step, paths(t, r))
			}
		}
	}
}

func TestRenamesThatAreRefused(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		m := newMUA(t, layout, "a", "b")
		if layout == maildir.Nested {
			m.makeFolder(t, ".")
		}
		r := m.open(t)
		deliver(t, r, "b", message(1), "")
		before := files(t, m.root)
		for _, c := range []struct {
			id    core.CollectionID
			to    string
			class core.Class
		}{
			{"a", "b", core.Conflict}, {"none", "c", core.Missing}, {"INBOX", "c", core.Permanent}, {"a", "a/b", core.Permanent},
			{"a", "", core.Permanent}, {"a", "x%", core.Permanent},
		} {
			_, err := r.RenameCollection(context.Background(), c.id, c.to)
			if err == nil || core.ClassOf(err) != c.class {
				t.Errorf("%s: %q to %q: %v, want class %s", layout, c.id, c.to, err, c.class)
			}
		}
		if got := files(t, m.root); !slices.Equal(got, before) {
			t.Errorf("%s: refused, but\n%q became\n%q", layout, before, got)
		}
		if c, err := r.RenameCollection(context.Background(), "a", "a"); err != nil || c.Path != "a" {
			t.Errorf("%v, %v", c, err)
		}
	}
}

func TestRenameIntoADirectoryThatIsNoFolder(t *testing.T) {
	m := newMUA(t, maildir.Nested, "top/below", "a/sub")
	m.makeFolder(t, "a")
	m.add(t, "a", message(1), "")
	r := m.open(t)
	c, err := r.RenameCollection(context.Background(), "a", "top")
	must(t, err)
	if got := paths(t, r); c.Path != "top" || !slices.Equal(got, []string{"top", "top/below", "top/sub"}) {
		t.Errorf("%q", got)
	}
	only(t, r, "top")

	m.makeFolder(t, "z/below")
	m.makeFolder(t, "other/below")
	m.makeFolder(t, "other")
	before := files(t, m.root)
	_, err = r.RenameCollection(context.Background(), "other", "z") // both have one below
	wantClass(t, err, core.Conflict)
	if got := files(t, m.root); !slices.Equal(got, before) {
		t.Errorf("refused, but\n%q became\n%q", before, got)
	}
}

func TestDeleteFolder(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		m := newMUA(t, layout, "keep", "a/below")
		r := m.open(t)
		makeCollection(t, r, "a")
		deliver(t, r, "a", message(1), core.NewMarks("work"))
		deliver(t, r, "a", message(2), "")
		for _, name := range []string{"dovecot-uidlist", "dovecot.index.log", ".mbsyncstate", "tmp/1.abandoned"} {
			must(t, os.WriteFile(filepath.Join(m.dir("a"), name), nil, 0o600))
		}
		long := time.Now().Add(-40 * time.Hour)
		must(t, os.Chtimes(filepath.Join(m.dir("a"), "tmp/1.abandoned"), long, long))
		wantClass(t, r.DeleteCollection(context.Background(), "a", 0), core.Conflict)
		wantClass(t, r.DeleteCollection(context.Background(), "a", 3), core.Conflict)
		wantClass(t, r.DeleteCollection(context.Background(), "none", 0), core.Missing)
		if n := len(list(t, r, "a")); n != 2 {
			t.Fatalf("%d messages are left", n)
		}
		must(t, r.DeleteCollection(context.Background(), "a", 2))
		must(t, r.Flush(context.Background()))
		got := paths(t, r)
		if !slices.Contains(got, "a/below") || slices.Contains(got, "a") {
			t.Errorf("%s: left are %q", layout, got)
		}
		must(t, r.DeleteCollection(context.Background(), "a/below", 0))
		if _, err := os.Stat(m.dir("a/below")); !os.IsNotExist(err) {
			t.Errorf("%s: left are %q", layout, files(t, m.root))
		}
		deliver(t, r, "keep", message(1), "")
		only(t, m.open(t), "keep")
	}
}

func TestRootIsNeverDeleted(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP)
	wantClass(t, m.open(t).DeleteCollection(context.Background(), "INBOX", 0), core.Permanent)
	survey(t, m.open(t))
}
