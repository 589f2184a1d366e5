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
		u.makeFolder(t, f)
	}
	return u
}

func (u *maildirUser) makeFolder(t *testing.T, folder string) {
	t.Helper()
	for _, d := range []string{"cur", "new", "tmp"} {
		must(t, os.MkdirAll(filepath.Join(u.dir(folder), d), 0o700))
	}
}

func (u *maildirUser) renameFolder(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.Rename(u.dir(from), u.dir(to)))
}

func (u *maildirUser) folders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(u.root)
	must(t, err)
	out := []string{"INBOX"}
	for _, e := range entries {
		if name, is := strings.CutPrefix(e.Name(), "."); is && e.IsDir() {
			out = append(out, strings.ReplaceAll(name, ".", "/"))
		}
	}
	return out
}

func (u *maildirUser) dir(folder string) string {
	if folder == "INBOX" {
		return u.root
	}
	return filepath.Join(u.root, "."+strings.ReplaceAll(folder, "/", "."))
}

// list looks until two looks show the same: the program may be at work, and a
// directory that changes is not told as it was at any one moment.
func (u *maildirUser) list(t *testing.T) []place {
	t.Helper()
	for {
		before := u.files(t)
		if out, ok := u.look(t, before); ok && slices.Equal(before, u.files(t)) {
			return out
		}
	}
}

// files of all folders.
func (u *maildirUser) files(t *testing.T) (out []string) {
	t.Helper()
	for _, f := range u.folders(t) {
		for _, d := range []string{"cur", "new"} {
			dir := filepath.Join(u.dir(f), d)
			entries, err := os.ReadDir(dir)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			for _, e := range entries {
				out = append(out, filepath.Join(dir, e.Name()))
			}
		}
	}
	return out
}

func (u *maildirUser) look(t *testing.T, files []string) (out []place, ok bool) {
	t.Helper()
	for _, file := range files {
		body, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false
		}
		must(t, err)
		sum, _, err := mime.Digest(bytes.NewReader(body))
		must(t, err)
		folder := u.folderOf(file)
		out = append(out, place{folder: folder, sum: sum, marks: u.marks(t, folder, file), handle: file})
	}
	sortPlaces(out)
	return out, true
}

func (u *maildirUser) folderOf(file string) string {
	dir := filepath.Dir(filepath.Dir(file))
	if dir == u.root {
		return "INBOX"
	}
	return strings.ReplaceAll(strings.TrimPrefix(filepath.Base(dir), "."), ".", "/")
}

func (u *maildirUser) marks(t *testing.T, folder, file string) core.Marks {
	t.Helper()
	_, letters, _ := strings.Cut(filepath.Base(file), ":2,")
	if letters == "" {
		return ""
	}
	return marksOf(letters, u.keywords(t, folder))
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
			names = u.letterFor(t, folder, m)
			at = slices.Index(names, m)
		}
		out = append(out, byte('a'+at))
	}
	slices.Sort(out)
	return string(out)
}

// letterFor gives a keyword a letter, under the lock that everybody takes who does
// so, and returns the keywords as they are then.
func (u *maildirUser) letterFor(t *testing.T, folder, keyword string) []string {
	t.Helper()
	file := filepath.Join(u.dir(folder), "dovecot-keywords")
	eventually(t, "the keywords are not locked", func() bool {
		lock, err := os.OpenFile(file+".lock", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			must(t, lock.Close())
			return true
		}
		if info, err := os.Stat(file + ".lock"); err == nil && time.Since(info.ModTime()) > 2*time.Minute {
			must(t, os.Remove(file+".lock"))
		}
		return false
	})
	defer os.Remove(file + ".lock")
	names := u.keywords(t, folder)
	if slices.Contains(names, keyword) {
		return names
	}
	names[slices.Index(names, "")] = keyword
	var text strings.Builder
	for i, name := range names {
		if name != "" {
			fmt.Fprintf(&text, "%d %s\n", i, name)
		}
	}
	must(t, os.WriteFile(file+".other", []byte(text.String()), 0o600))
	must(t, os.Rename(file+".other", file))
	return names
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

// unique part of a file's name.
func unique(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ":2,")
	return name
}

// again does something to a file under the name that it has: the program may have
// given it other marks since it was listed. False = it is in that folder no more.
func (u *maildirUser) again(t *testing.T, p place, do func(p place) error) bool {
	t.Helper()
	for range 5 {
		err := do(p)
		if err == nil {
			return true
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, file := range u.files(t) {
			if unique(file) == unique(p.handle) && u.folderOf(file) == p.folder {
				p.handle, p.marks = file, u.marks(t, p.folder, file)
			}
		}
	}
	return false
}

func (u *maildirUser) remove(t *testing.T, p place) bool {
	t.Helper()
	return u.again(t, p, func(p place) error { return os.Remove(p.handle) })
}

// rename gives a message another folder or other marks.
func (u *maildirUser) rename(t *testing.T, p place, folder string, marks core.Marks) error {
	t.Helper()
	return os.Rename(p.handle, filepath.Join(u.dir(folder), "cur", unique(p.handle)+":2,"+u.lettersOf(t, folder, marks)))
}

func (u *maildirUser) move(t *testing.T, p place, folder string) bool {
	t.Helper()
	return u.again(t, p, func(p place) error { return u.rename(t, p, folder, p.marks) })
}

func (u *maildirUser) mark(t *testing.T, p place, add bool, marks core.Marks) bool {
	t.Helper()
	return u.again(t, p, func(p place) error {
		if add {
			return u.rename(t, p, p.folder, p.marks.Union(marks))
		}
		return u.rename(t, p, p.folder, p.marks.Minus(marks))
	})
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
	for _, f := range u.folders(t) {
		lock := filepath.Join(u.dir(f), "dovecot-keywords.lock")
		old := time.Now().Add(-3 * time.Minute)
		if err := os.Chtimes(lock, old, old); err == nil {
			t.Logf("killed while it held %s", lock)
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}
