//go:build unix

package undo_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"lockstep/core"
	"lockstep/undo"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func item(text string) core.Item {
	return core.Item{Stub: core.Stub{Ref: core.Ref{Collection: "INBOX", ID: "7"}, Key: "k@h", Size: int64(len(text))}, Body: io.NopCloser(strings.NewReader(text))}
}

// What a run, a collection or an item is called never leads out of the area.
func TestAttack36NamesStayInTheArea(t *testing.T) {
	around := t.TempDir()
	area := undo.Open(filepath.Join(around, "undo"))
	for _, run := range []string{"", ".", "..", "../x", "a/b", "/abs", `a\b`, "a\x00b"} {
		if _, err := area.Keep(context.Background(), run, core.Left, "INBOX", item("x")); err == nil {
			t.Errorf("run %q is kept", run)
		}
		if _, err := area.List(run); err == nil {
			t.Errorf("run %q is listed", run)
		}
	}
	it := item("x")
	it.Ref = core.Ref{Collection: "../../c", ID: "../../../i"}
	it.Key = "../../k"
	name, err := area.Keep(context.Background(), "run", core.Left, "../../p", it)
	must(t, err)
	if got, err := os.ReadDir(around); err != nil || len(got) != 1 {
		t.Errorf("around the area there is %v, %v", got, err)
	}

	victim := filepath.Join(around, "victim")
	must(t, os.WriteFile(victim+".body", []byte("mine"), 0o600))
	must(t, os.WriteFile(victim+".json", []byte("mine"), 0o600))
	file := filepath.Join(around, "undo", filepath.FromSlash(name)+".json")
	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte(strings.Replace(string(text), name, "../victim", 1)), 0o600))
	kept, err := area.List("run")
	if err == nil || core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), file) {
		t.Errorf("a file that leads elsewhere is believed: %+v, %v", kept, err)
	}
	for _, k := range kept {
		must(t, area.Drop(k))
	}
	if _, err := os.Stat(victim + ".body"); err != nil {
		t.Error(err)
	}
}

// A symbolic link in the area is not followed when old runs are removed.
func TestAttack37PruneFollowsNoLink(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(elsewhere, "mine"), nil, 0o600))
	must(t, os.Symlink(elsewhere, filepath.Join(dir, "run")))
	must(t, os.Mkdir(filepath.Join(dir, "old"), 0o700))
	must(t, os.Symlink(elsewhere, filepath.Join(dir, "old", "link")))
	must(t, undo.Open(dir).Prune(time.Now().Add(time.Hour)))
	if _, err := os.Stat(filepath.Join(elsewhere, "mine")); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "old")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old run stays: %v", err)
	}
}

// What is kept is read by nobody else, whatever the umask, and a copy that was
// not finished is not left behind.
func TestAttack40ModesAndLeftovers(t *testing.T) {
	for _, mask := range []int{0, 0o277, 0o777} {
		func() {
			dir := filepath.Join(t.TempDir(), "links", "undo")
			defer syscall.Umask(syscall.Umask(mask))
			area := undo.Open(dir)
			_, err := area.Keep(context.Background(), "run", core.Left, "INBOX", item("x"))
			must(t, err)
			broken := item("")
			broken.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("cut"))))
			if _, err := area.Keep(context.Background(), "run", core.Left, "INBOX", broken); err == nil {
				t.Error("half a body is kept")
			}
			files := 0
			must(t, filepath.WalkDir(filepath.Dir(dir), func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				seen, err := d.Info()
				if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; err != nil || seen.Mode().Perm() != want {
					t.Errorf("with umask %o, %s has mode %o, %v", mask, path, seen.Mode().Perm(), err)
				}
				if !d.IsDir() {
					files++
				}
				return nil
			}))
			if files != 2 {
				t.Errorf("%d files are there, want a body and what is known of it", files)
			}
		}()
	}
}
