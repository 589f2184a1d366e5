//go:build unix

package rename

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestNothingIsOverwritten(t *testing.T) {
	for name, move := range map[string]func(from *os.File, old string, to *os.File, name string) error{
		"renaming": File, "by a link": byLink,
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			var dirs [2]*os.File
			for i, sub := range []string{"a", "b"} {
				if err := os.Mkdir(filepath.Join(root, sub), 0o700); err != nil {
					t.Fatal(err)
				}
				dir, err := os.Open(filepath.Join(root, sub))
				if err != nil {
					t.Fatal(err)
				}
				defer dir.Close()
				dirs[i] = dir
			}
			write := func(file, text string) {
				if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			read := func(file string) string {
				text, _ := os.ReadFile(filepath.Join(root, file))
				return string(text)
			}
			write("a/1", "one")
			write("b/2", "two")
			if err := move(dirs[0], "1", dirs[1], "2"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a taken name: %v", err)
			}
			if err := os.Symlink("nowhere", filepath.Join(root, "b/link")); err != nil {
				t.Fatal(err)
			}
			if err := move(dirs[0], "1", dirs[1], "link"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a name taken by a link: %v", err)
			}
			if err := move(dirs[0], "none", dirs[1], "3"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a missing file: %v", err)
			}
			if read("a/1") != "one" || read("b/2") != "two" {
				t.Errorf("refused, but there are %q and %q", read("a/1"), read("b/2"))
			}
			if err := move(dirs[0], "1", dirs[1], "3"); err != nil || read("b/3") != "one" || read("a/1") != "" {
				t.Errorf("%v; there are %q and %q", err, read("b/3"), read("a/1"))
			}
			if err := move(dirs[1], "link", dirs[0], "link"); err != nil { // the link itself, not where it leads
				t.Error(err)
			}
		})
	}
}

func TestExchange(t *testing.T) {
	root := t.TempDir()
	dir, err := os.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, name := range []string{"a", "b", "c"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(file string) string {
		text, _ := os.ReadFile(filepath.Join(root, file))
		return string(text)
	}
	err = Exchange(dir, "a", "b")
	if Unsupported(err) {
		t.Skip("this file system cannot exchange files")
	}
	if err != nil || read("a") != "b" || read("b") != "a" {
		t.Errorf("%v; there are %q and %q", err, read("a"), read("b"))
	}
	if err := Exchange(dir, "a", "none"); !errors.Is(err, fs.ErrNotExist) || Unsupported(err) || read("a") != "b" {
		t.Errorf("with a file that is not there: %v, and there is %q", err, read("a"))
	}
	if err := Over(dir, "c", "a"); err != nil || read("a") != "c" || read("c") != "" {
		t.Errorf("%v; there are %q and %q", err, read("a"), read("c"))
	}
	if err := InOneStep(dir, "a", dir, "b"); !errors.Is(err, fs.ErrExist) || Unsupported(err) || read("b") != "a" {
		t.Errorf("a taken name: %v, and there is %q", err, read("b"))
	}
}
