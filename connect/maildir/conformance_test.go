//go:build unix

package maildir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/connect/maildir"
	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/replicatest"
)

// mua edits a tree behind the replica's back, as a mail program does: with
// names and flags of its own, and no locks.
type mua struct {
	root   string
	layout maildir.Layout
	now    func() time.Time
	serial int
	// aged: after every edit the directories get times that are long ago and
	// all different, as if the replica came much later.
	aged bool
}

func newMUA(t testing.TB, layout maildir.Layout, folders ...string) *mua {
	t.Helper()
	m := &mua{root: filepath.Join(t.TempDir(), "Mail"), layout: layout, now: time.Now}
	if layout != maildir.Nested {
		m.makeFolder(t, "INBOX")
	}
	for _, f := range folders {
		m.makeFolder(t, f)
	}
	return m
}

// dir is the directory of a folder with a plain name.
func (m *mua) dir(path string) string {
	switch {
	case m.layout == maildir.Nested:
		return filepath.Join(m.root, path)
	case path == "INBOX":
		return m.root
	}
	return filepath.Join(m.root, "."+strings.ReplaceAll(path, "/", "."))
}

func (m *mua) makeFolder(t testing.TB, path string) {
	t.Helper()
	for _, sub := range []string{"cur", "new", "tmp"} {
		must(t, os.MkdirAll(filepath.Join(m.dir(path), sub), 0o700))
	}
	m.age(t, path)
}

func (m *mua) open(t testing.TB) *maildir.Replica {
	t.Helper()
	r, err := maildir.Open(maildir.Config{Path: m.root, Layout: m.layout, Now: m.now, Host: "test"})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func (m *mua) age(t testing.TB, path string) {
	t.Helper()
	if !m.aged {
		return
	}
	m.serial++
	for _, name := range []string{"cur", "new", "dovecot-keywords"} {
		at := time.Unix(1_500_000_000+int64(m.serial), 0)
		if err := os.Chtimes(filepath.Join(m.dir(path), name), at, at); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// add delivers a message.
func (m *mua) add(t testing.TB, path string, body []byte, marks core.Marks) string {
	t.Helper()
	defer m.age(t, path)
	m.serial++
	name := fmt.Sprintf("17000%05d.%d_1.mua", m.serial, os.Getpid())
	file := filepath.Join(m.dir(path), "new", name)
	if marks != "" {
		file = filepath.Join(m.dir(path), "cur", name+":2,"+m.letters(t, path, marks))
	}
	must(t, os.WriteFile(file, body, 0o600))
	return file
}

func (m *mua) letters(t testing.TB, path string, marks core.Marks) string {
	t.Helper()
	system := map[string]string{core.Seen: "S", core.Answered: "R", core.Flagged: "F", core.Draft: "D", core.Deleted: "T", core.Forwarded: "P"}
	letters := ""
	for _, mark := range marks.List() {
		if l := system[mark]; l != "" {
			letters += l
			continue
		}
		file := filepath.Join(m.dir(path), "dovecot-keywords")
		text, _ := os.ReadFile(file)
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if string(text) == "" {
			lines = nil
		}
		at := -1
		for i, line := range lines {
			if line == fmt.Sprintf("%d %s", i, mark) {
				at = i
			}
		}
		if at < 0 {
			at = len(lines)
			must(t, os.WriteFile(file, fmt.Appendf(text, "%d %s\n", at, mark), 0o600))
		}
		letters += string(rune('a' + at))
	}
	return letters
}

// find returns the file of an ID.
func (m *mua) find(t testing.TB, ref core.Ref) string {
	t.Helper()
	for _, sub := range []string{"cur", "new"} {
		dir := filepath.Join(m.dir(string(ref.Collection)), sub)
		entries, err := os.ReadDir(dir)
		must(t, err)
		for _, e := range entries {
			if unique, _, _ := strings.Cut(e.Name(), ":2,"); unique == string(ref.ID) {
				return filepath.Join(dir, e.Name())
			}
		}
	}
	t.Fatalf("%v is not there", ref)
	return ""
}

func (m *mua) Open(t *testing.T) core.Replica { return m.open(t) }

func (m *mua) Add(t *testing.T, path string, body []byte, _ core.Key, marks core.Marks) {
	m.add(t, path, body, marks)
}

func (m *mua) Remove(t *testing.T, ref core.Ref) {
	must(t, os.Remove(m.find(t, ref)))
	m.age(t, string(ref.Collection))
}

func (m *mua) Move(t *testing.T, ref core.Ref, path string) {
	must(t, os.Rename(m.find(t, ref), filepath.Join(m.dir(path), "cur", string(ref.ID)+"x:2,")))
	m.age(t, string(ref.Collection))
	m.age(t, path)
}

func (m *mua) Mark(t *testing.T, ref core.Ref, marks core.Marks) {
	file := m.find(t, ref)
	letters := m.letters(t, string(ref.Collection), marks)
	must(t, os.Rename(file, filepath.Join(m.dir(string(ref.Collection)), "cur", string(ref.ID)+":2,"+letters)))
	m.age(t, string(ref.Collection))
}

// Edit rewrites a message in place, which few programs do.
func (m *mua) Edit(t *testing.T, ref core.Ref, body []byte) {
	must(t, os.WriteFile(m.find(t, ref), body, 0o600))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func message(n int) []byte {
	return fmt.Appendf(nil, "From: a@example.org\nMessage-ID: <m%d@example.org>\nSubject: message %d\n\nbody %d\n", n%100, n, n)
}

func TestConformance(t *testing.T) {
	for name, peer := range map[string]mua{
		"maildir++":       {layout: maildir.MaildirPP},
		"nested":          {layout: maildir.Nested},
		"maildir++, aged": {layout: maildir.MaildirPP, aged: true},
		"nested, aged":    {layout: maildir.Nested, aged: true},
	} {
		t.Run(name, func(t *testing.T) {
			replicatest.Run(t, replicatest.Harness{
				New: func(t *testing.T) replicatest.Peer {
					m := newMUA(t, peer.layout, "a", "b")
					m.aged = peer.aged
					m.age(t, "a")
					m.age(t, "b")
					return m
				},
				Traits: core.Traits{Digest: mime.Digest, Immutable: true},
				Paths:  [2]string{"a", "b"},
				Item: func(n int) ([]byte, core.Key) {
					return message(n), core.Key(fmt.Sprintf("m%d@example.org", n%100))
				},
				Marks:    []string{core.Seen, core.Flagged, "work"},
				BadToken: "another",
				Watched:  "a",
			})
		})
	}
}
