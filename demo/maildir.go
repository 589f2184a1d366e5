package demo

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// localMail is a Maildir++ tree, edited as a mail program does it: with files
// that appear, are renamed and go.
type localMail struct {
	root string
	// delivered counts new files, for their names.
	delivered int
}

// make makes a folder.
func (l *localMail) make(f folder) error {
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(l.root, f.dir, sub), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// deliver puts a message into cur, by way of tmp.
func (l *localMail) deliver(m message) error {
	f := folders()[m.folder]
	if err := l.make(f); err != nil {
		return err
	}
	letters, err := l.letters(f, m.marks)
	if err != nil {
		return err
	}
	l.delivered++
	name := fmt.Sprintf("%d.M%dP1.demo", m.at.Unix(), l.delivered)
	tmp := filepath.Join(l.root, f.dir, "tmp", name)
	if err := os.WriteFile(tmp, toLF(m.body), 0o600); err != nil {
		return err
	}
	if err := os.Chtimes(tmp, time.Time{}, m.at); err != nil { // the time it was received
		return err
	}
	return os.Rename(tmp, filepath.Join(l.root, f.dir, "cur", name+":2,"+letters))
}

// find returns the one file that holds a message.
func (l *localMail) find(m message) (string, error) {
	var found []string
	err := l.walk(func(dir, path string, body []byte) error {
		if dir == folders()[m.folder].dir && digest(body) == digest(m.body) {
			found = append(found, path)
		}
		return nil
	})
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("%s: there are %d files of it in %s of the Maildir, not 1", m.name, len(found), folders()[m.folder].dir)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// mark adds a flag or keyword to a message.
func (l *localMail) mark(m message, mark string) error { return l.rename(m, m.folder, mark) }

// move puts a message into another folder, with its marks.
func (l *localMail) move(m message, to string) error { return l.rename(m, to) }

// rename is how a Maildir says both.
func (l *localMail) rename(m message, to string, add ...string) error {
	path, err := l.find(m)
	if err != nil {
		return err
	}
	marks, err := l.marks(folders()[m.folder], path)
	if err != nil {
		return err
	}
	f := folders()[to]
	if err := l.make(f); err != nil {
		return err
	}
	letters, err := l.letters(f, append(marks, add...))
	if err != nil {
		return err
	}
	base, _, _ := strings.Cut(filepath.Base(path), ":2,")
	return os.Rename(path, filepath.Join(l.root, f.dir, "cur", base+":2,"+letters))
}

// remove deletes a message: its file goes.
func (l *localMail) remove(m message) error {
	path, err := l.find(m)
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// walk reads every message of the tree.
func (l *localMail) walk(do func(dir, path string, body []byte) error) error {
	return filepath.WalkDir(l.root, func(path string, d fs.DirEntry, err error) error {
		sub := filepath.Base(filepath.Dir(path))
		if err != nil || d.IsDir() || sub != "cur" && sub != "new" {
			return err
		}
		dir, err := filepath.Rel(l.root, filepath.Dir(filepath.Dir(path)))
		if err != nil {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return do(dir, path, body)
	})
}

// holds tells what is in the tree, in the words of copyOf.
func (l *localMail) holds() ([]string, error) {
	name := map[string]string{}
	for k, f := range folders() {
		name[f.dir] = k
	}
	var out []string
	err := l.walk(func(dir, path string, body []byte) error {
		marks, err := l.marks(folder{dir: dir}, path)
		if err != nil {
			return err
		}
		out = append(out, copyOf(name[dir], body, marks))
		return nil
	})
	return out, err
}
