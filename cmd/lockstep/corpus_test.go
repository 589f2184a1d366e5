package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"lockstep/core"
	"lockstep/format/mime"
)

// TestCorpus syncs real ugly messages from a Maildir++ into a nested Maildir
// and from there into another Maildir++: each arrives with the same sum.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("LOCKSTEP_CORPUS")
	if corpus == "" {
		t.Skip("LOCKSTEP_CORPUS is not set: no real messages to try")
	}
	dir := t.TempDir()
	want := map[core.Sum]int{}
	n := 0
	for _, d := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, "a", d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(filepath.Join(corpus, "mail"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum, _, err := mime.Digest(bytes.NewReader(b))
		if err != nil {
			return err
		}
		want[sum]++
		n++
		return os.WriteFile(filepath.Join(dir, "a", "cur", fmt.Sprintf("%d.corpus:2,S", n)), b, 0o600)
	})
	if err != nil || n == 0 {
		t.Fatal("no messages read", err)
	}
	config := fmt.Sprintf(`
[accounts.a]
type = "maildir"
path = %q
[accounts.b]
type = "maildir"
path = %q
layout = "nested"
[accounts.c]
type = "maildir"
path = %q
[links.first]
left = "a"
right = "b"
[links.second]
left = "b"
right = "c"
`, filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c"))
	file := filepath.Join(dir, "lockstep.toml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		cmd := exec.Command(os.Args[0], "sync", "--config", file, "--no-progress")
		cmd.Env = append(os.Environ(), "LOCKSTEP_IS_THE_PROGRAM=1", "LOCKSTEP_STATE_DIR="+filepath.Join(dir, "state"), "HOME="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	got := map[core.Sum]int{}
	err = filepath.WalkDir(filepath.Join(dir, "c"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Base(filepath.Dir(path)) != "cur" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum, _, err := mime.Digest(bytes.NewReader(b))
		got[sum]++
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for sum, n := range want {
		if got[sum] != n {
			t.Errorf("sum %s arrived %d times, want %d", sum, got[sum], n)
		}
	}
	t.Logf("%d messages of the corpus arrived with their sums", n)
}
