package cli_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/format/mime"
)

// mails is a helper of the scripts: a mail program for Maildirs.
//
//	mails put DIR NAME...            deliver messages, NAME or NAME:FLAGS
//	mails many DIR PREFIX N          deliver N messages
//	mails big DIR NAME BYTES         deliver a large one
//	mails raw DIR NAME FILE          deliver a file as it is
//	mails flag DIR NAME FLAGS        set flags
//	mails move DIR NAME DIR          move
//	mails rm DIR NAME...             delete
//	mails links DIR PREFIX N         make N links to nothing
//	mails ls DIR                     list: folder, flags, Message-ID or digest
//
// A message NAME has the Message-ID <NAME@example.org>.
func mails(args []string) int {
	err := errors.New("mails put|many|big|raw|flag|move|rm|ls DIR ...")
	if len(args) >= 2 {
		err = mail(args[0], args[1], args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mails:", err)
		return 1
	}
	return 0
}

func mail(what, dir string, rest []string) error {
	switch what {
	case "put":
		for _, word := range rest {
			name, flags, _ := strings.Cut(word, ":")
			if err := deliver(dir, name, flags, message(name)); err != nil {
				return err
			}
		}
		return nil
	case "many":
		n, err := strconv.Atoi(rest[1])
		for i := range n {
			name := fmt.Sprintf("%s%03d", rest[0], i)
			if err = deliver(dir, name, "", message(name)); err != nil {
				break
			}
		}
		return err
	case "links":
		n, err := strconv.Atoi(rest[1])
		for i := range n {
			if err = os.Symlink("nothing", filepath.Join(dir, fmt.Sprintf("1700000000.%s%03d.test:2,", rest[0], i))); err != nil {
				break
			}
		}
		return err
	case "big":
		n, err := strconv.Atoi(rest[1])
		if err != nil {
			return err
		}
		return deliver(dir, rest[0], "", message(rest[0])+strings.Repeat("0123456789abcde\n", n/16))
	case "raw":
		text, err := os.ReadFile(rest[1])
		if err != nil {
			return err
		}
		return deliver(dir, rest[0], "", string(text))
	case "flag":
		old, err := find(dir, rest[0])
		if err != nil {
			return err
		}
		base, _, _ := strings.Cut(filepath.Base(old), ":2,")
		return os.Rename(old, filepath.Join(dir, "cur", base+":2,"+rest[1]))
	case "move":
		old, err := find(dir, rest[0])
		if err != nil {
			return err
		}
		if err := makeMaildir(rest[1]); err != nil {
			return err
		}
		return os.Rename(old, filepath.Join(rest[1], "cur", filepath.Base(old)))
	case "rm":
		for _, name := range rest {
			old, err := find(dir, name)
			if err == nil {
				err = os.Remove(old)
			}
			if err != nil {
				return err
			}
		}
		return nil
	case "ls":
		return ls(dir)
	}
	return fmt.Errorf("there is no mails %s", what)
}

func message(name string) string {
	return fmt.Sprintf("From: a@example.org\nTo: b@example.org\nSubject: %s\nMessage-ID: <%s@example.org>\n\nThis is %s.\n", name, name, name)
}

func makeMaildir(dir string) error {
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// deliver writes a message that was received at a time which its name tells,
// so that plans are the same in every run.
func deliver(dir, name, flags, text string) error {
	if err := makeMaildir(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, "new", "1700000000."+name+".test")
	if flags != "" {
		path = filepath.Join(dir, "cur", filepath.Base(path)+":2,"+flags)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	for _, c := range []byte(name) {
		at = at.Add(time.Duration(c%30) * time.Minute)
	}
	return os.Chtimes(path, at, at)
}

// find returns the one file of a folder whose Message-ID is a name's, or whose
// file name is.
func find(dir, name string) (string, error) {
	for _, sub := range []string{"cur", "new"} {
		files, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			return "", err
		}
		for _, f := range files {
			path := filepath.Join(dir, sub, f.Name())
			text, err := os.ReadFile(path)
			if err == nil && strings.Contains(string(text), "<"+name+"@example.org>") || strings.Contains(f.Name(), "."+name+".") {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("there is no %s in %s: %w", name, dir, fs.ErrNotExist)
}

// ls lists the messages of a Maildir++ tree, sorted.
func ls(root string) error {
	var lines []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		sub := filepath.Base(filepath.Dir(path))
		if err != nil || d.IsDir() || sub != "cur" && sub != "new" {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(filepath.Dir(path)))
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, err := new(mime.Scanner).Scan(strings.NewReader(string(text)))
		if err != nil {
			return err
		}
		name := string(s.Key)
		if name == "" {
			name = "no Message-ID, " + string(s.Sum)[:6]
		}
		_, flags, _ := strings.Cut(filepath.Base(path), ":2,")
		lines = append(lines, fmt.Sprintf("%s %s [%s]", folder, name, flags))
		return nil
	})
	slices.Sort(lines)
	for _, l := range lines {
		fmt.Println(l)
	}
	return err
}
