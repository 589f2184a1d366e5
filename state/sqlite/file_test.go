package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "links", "work")
	path := filepath.Join(dir, "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(1))
	want := map[string]fs.FileMode{filepath.Dir(dir): folderMode, dir: folderMode, path: fileMode, path + "-wal": fileMode, path + "-shm": fileMode, path + ".lock": fileMode}
	for name, mode := range want {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o and not %o", name, info.Mode().Perm(), mode)
		}
	}
	s.Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	opened(t, path)
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != fileMode {
			t.Errorf("%s was open to all and stays so: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b", "a?mode=ro", "a#b", "50%20", "100%", "ü", "file:x", "a&b=c;d"} {
		path := filepath.Join(t.TempDir(), name)
		s := opened(t, path)
		mustCommit(t, s, manyRows(1))
		s.Close()
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: the state is not in that file: %v", name, err)
		}
	}
}

func TestDurability(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "fullfsync": "1"} {
		var got string
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q and not %q (%v)", name, got, want, err)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	if _, err := s.read.Exec("DELETE FROM base"); err == nil {
		t.Fatal("a reading connection can write")
	}
}

func TestCloseTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("closing leaves a -wal behind")
	}
}

func TestSecondStoreIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	_, err := Open(t.Context(), path)
	wantTrouble(t, err, path, remedyRunning)
	if text := err.Error(); !strings.Contains(text, path+".lock") || !strings.Contains(text, fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("the error does not say who holds what: %s", text)
	}
	s.Close()
	opened(t, path)
}

const holdVariable = "LOCKSTEP_TEST_HOLD"

// TestMain is also the second process of TestKilledProcess.
func TestMain(m *testing.M) {
	if path := os.Getenv(holdVariable); path != "" {
		hold(path)
		return
	}
	os.Exit(m.Run())
}

// hold commits, says so, and waits to be killed.
func hold(path string) {
	s, err := Open(context.Background(), path)
	if err == nil {
		err = s.Commit(context.Background(), manyRows(3))
	}
	fmt.Println("held", err)
	io.Copy(io.Discard, os.Stdin)
}

// TestKilledProcess: while another process has the state it is refused, and
// when that one is killed everything it committed is there.
func TestKilledProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), holdVariable+"="+path)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held <nil>\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	_, err = Open(t.Context(), path)
	wantTrouble(t, err, path, remedyRunning)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	other.Wait()
	s := opened(t, path)
	if rows, err := s.Rows(t.Context(), []int64{1, 2, 3}); err != nil || len(rows) != 3 {
		t.Fatalf("%d rows are there, %v", len(rows), err)
	}
	mustCommit(t, s, &state.Batch{PutIntents: []core.Intent{{N: 1}}})
}
