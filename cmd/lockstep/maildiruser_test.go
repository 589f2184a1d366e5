package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/format/mime"
)

// maildirUser edits a Maildir++ as Dovecot does: marks are letters of the file
// name, and keywords are those that dovecot-keywords of the folder names.
type maildirUser struct {
	root string
	name string // of the files that it delivers
	n    int
}

func newMaildirUser(t *testing.T, root, name string) *maildirUser {
	t.Helper()
	u := &maildirUser{root: root, name: name}
	for _, f := range folders() {
		for _, d := range []string{"cur", "new", "tmp"} {
			must(t, os.MkdirAll(filepath.Join(u.dir(f), d), 0o700))
		}
	}
	return u
}

func (u *maildirUser) dir(folder string) string {
	if folder == "INBOX" {
		return u.root
	}
	return filepath.Join(u.root, "."+strings.ReplaceAll(folder, "/", "."))
}

func (u *maildirUser) list(t *testing.T) (out []place) {
	t.Helper()
	for _, f := range folders() {
		names := u.keywords(t, f)
		for _, d := range []string{"cur", "new"} {
			entries, err := os.ReadDir(filepath.Join(u.dir(f), d))
			must(t, err)
			for _, e := range entries {
				file := filepath.Join(u.dir(f), d, e.Name())
				body, err := os.ReadFile(file)
				must(t, err)
				sum, _, err := mime.Digest(bytes.NewReader(body))
				must(t, err)
				_, letters, _ := strings.Cut(e.Name(), ":2,")
				out = append(out, place{folder: f, sum: sum, marks: marksOf(letters, names), handle: file})
			}
		}
	}
	sortPlaces(out)
	return out
}

// letters of the marks that have one of their own.
func letters() map[byte]string {
	return map[byte]string{'D': core.Draft, 'F': core.Flagged, 'P': core.Forwarded, 'R': core.Answered, 'S': core.Seen, 'T': core.Deleted}
}

func marksOf(text string, names []string) core.Marks {
	var out []string
	for _, c := range []byte(text) {
		if name, known := letters()[c]; known {
			out = append(out, name)
		} else if n := int(c) - 'a'; n >= 0 && n < len(names) {
			out = append(out, names[n])
		} else {
			out = append(out, "unknown:"+string(rune(c)))
		}
	}
	return core.NewMarks(out...)
}

// keywords reads the names of the letters from a on.
func (u *maildirUser) keywords(t *testing.T, folder string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(u.dir(folder), "dovecot-keywords"))
	if !errors.Is(err, fs.ErrNotExist) {
		must(t, err)
	}
	names := make([]string, 26)
	for line := range strings.Lines(string(text)) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.Atoi(number)
		must(t, err)
		names[n] = name
	}
	return names
}

// lettersOf makes the letters of marks, giving new ones to new keywords.
func (u *maildirUser) lettersOf(t *testing.T, folder string, marks core.Marks) string {
	t.Helper()
	names := u.keywords(t, folder)
	var out []byte
	for _, m := range marks.List() {
		at := slices.Index(names, m)
		if at < 0 && strings.HasPrefix(m, `\`) || m == core.Forwarded {
			for c, name := range letters() {
				if name == m {
					out = append(out, c)
				}
			}
			continue
		}
		if at < 0 {
			at = slices.Index(names, "")
			names[at] = m
			var text strings.Builder
			for i, name := range names {
				if name != "" {
					fmt.Fprintf(&text, "%d %s\n", i, name)
				}
			}
			file := filepath.Join(u.dir(folder), "dovecot-keywords")
			must(t, os.WriteFile(file+".other", []byte(text.String()), 0o600))
			must(t, os.Rename(file+".other", file))
		}
		out = append(out, byte('a'+at))
	}
	slices.Sort(out)
	return string(out)
}

func (u *maildirUser) add(t *testing.T, folder string, body []byte, marks core.Marks) {
	t.Helper()
	u.n++
	unique := fmt.Sprintf("17000%05d.%s.host", u.n, u.name)
	tmp := filepath.Join(u.dir(folder), "tmp", unique)
	must(t, os.WriteFile(tmp, body, 0o600))
	to := filepath.Join(u.dir(folder), "new", unique)
	if marks != "" {
		to = filepath.Join(u.dir(folder), "cur", unique+":2,"+u.lettersOf(t, folder, marks))
	}
	must(t, os.Rename(tmp, to))
}

func (u *maildirUser) remove(_ *testing.T, p place) bool { return os.Remove(p.handle) == nil }

// unique part of a file's name.
func unique(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ":2,")
	return name
}

// rename gives a message another folder or other marks.
func (u *maildirUser) rename(t *testing.T, p place, folder string, marks core.Marks) bool {
	t.Helper()
	to := filepath.Join(u.dir(folder), "cur", unique(p.handle)+":2,"+u.lettersOf(t, folder, marks))
	return os.Rename(p.handle, to) == nil
}

func (u *maildirUser) move(t *testing.T, p place, folder string) bool {
	t.Helper()
	return u.rename(t, p, folder, p.marks)
}

func (u *maildirUser) mark(t *testing.T, p place, add bool, marks core.Marks) bool {
	t.Helper()
	if add {
		return u.rename(t, p, p.folder, p.marks.Union(marks))
	}
	return u.rename(t, p, p.folder, p.marks.Minus(marks))
}

func (u *maildirUser) duplicate(t *testing.T, p place, folder string) bool {
	t.Helper()
	body, err := os.ReadFile(p.handle)
	must(t, err)
	u.add(t, folder, body, p.marks)
	return true
}

// settle lets two minutes pass for a lock that a killed program left: after
// that time it counts as left, for Dovecot too.
func (u *maildirUser) settle(t *testing.T) {
	t.Helper()
	for _, f := range folders() {
		lock := filepath.Join(u.dir(f), "dovecot-keywords.lock")
		old := time.Now().Add(-3 * time.Minute)
		if err := os.Chtimes(lock, old, old); err == nil {
			t.Logf("killed while it held %s", lock)
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}
