//go:build unix

package nofollow_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lockstep/internal/nofollow"
)

func TestNoLinkIsFollowed(t *testing.T) {
	base := t.TempDir()
	for _, dir := range []string{"sub", "other"} {
		if err := os.Mkdir(filepath.Join(base, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"file": "one", "second": "two"} {
		if err := os.WriteFile(filepath.Join(base, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("sub", filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]error{"link": syscall.ELOOP, "file": syscall.ENOTDIR, "none": fs.ErrNotExist, "..": nil} {
		sub, err := nofollow.Enter(root, name)
		if err == nil {
			sub.Close()
			t.Errorf("%s was entered", name)
		} else if want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	sub, err := nofollow.Enter(root, "sub")
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if err := nofollow.MakeDir(root, "sub"); err != nil {
		t.Errorf("a directory that is there: %v", err)
	}
	if f, err := nofollow.MakeFile(root, "link"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file was made through a link: %v, %v", f, err)
	}
	seen, err := root.Lstat("file")
	if err != nil {
		t.Fatal(err)
	}
	f, opened, err := nofollow.Open(root, "file", seen)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); string(text) != "one" || err != nil || opened.Size() != 3 {
		t.Errorf("%q, %v", text, err)
	}
	if _, _, err := nofollow.Open(root, "second", seen); !errors.Is(err, nofollow.Moved{}) {
		t.Errorf("another file than the one that was looked at: %v", err)
	}
	if all, err := nofollow.List(root); err != nil || len(all) != 5 {
		t.Errorf("%v, %v", all, err)
	}
}
