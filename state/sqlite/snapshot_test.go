package sqlite

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/statetest"
)

func snapshot(t testing.TB, path string) *Store {
	t.Helper()
	s, err := OpenSnapshot(context.Background(), path)
	if err != nil || s == nil {
		t.Fatalf("no snapshot: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*Store)
}

// TestSnapshotStands: it shows one moment, while the writer goes on.
func TestSnapshotStands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	writer := opened(t, path)
	mustCommit(t, writer, manyRows(3))
	early := snapshot(t, path)
	was := statetest.Dump(t, early)
	for n := range int64(50) {
		mustCommit(t, writer, &state.Batch{DropRows: []int64{n}, Log: []state.Entry{{Run: "r"}}, Collections: []core.CollectionRow{{N: n + 1}}})
	}
	if got := statetest.Dump(t, early); got != was {
		t.Errorf("the snapshot changed:\n%s\nand was\n%s", got, was)
	}
	if got, want := statetest.Dump(t, snapshot(t, path)), statetest.Dump(t, writer); got != want {
		t.Errorf("a later snapshot shows\n%s\nand not\n%s", got, want)
	}
}

// rereader commits to the file and reads from a snapshot that is made anew
// after every commit.
type rereader struct {
	*Store
	t      *testing.T
	writer *Store
}

func (r *rereader) Commit(ctx context.Context, b *state.Batch) error {
	if err := r.writer.Commit(ctx, b); err != nil {
		return err
	}
	r.Store = snapshot(r.t, r.writer.path) // iterators of the last one may be open
	return nil
}

func (r *rereader) Close() error { return r.writer.Close() }

// TestSnapshotConformance: all that is read from a snapshot is what was
// committed.
func TestSnapshotConformance(t *testing.T) {
	statetest.Run(t, func(t *testing.T) state.Store {
		path := filepath.Join(t.TempDir(), "state.db")
		writer := opened(t, path)
		return &rereader{Store: snapshot(t, path), t: t, writer: writer}
	})
}

func TestSnapshotRefusesCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	opened(t, path)
	err := snapshot(t, path).Commit(t.Context(), manyRows(1))
	wantTrouble(t, err, path, remedyReport)
}

// TestSnapshotOfNothing: where no pass has run there is none, and none is made.
func TestSnapshotOfNothing(t *testing.T) {
	dir := t.TempDir()
	for name, make := range map[string]func(string) error{
		"missing": func(string) error { return nil },
		"empty":   func(path string) error { return os.WriteFile(path, nil, 0o600) },
	} {
		path := filepath.Join(dir, name)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if s, err := OpenSnapshot(t.Context(), path); s != nil || err != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if files := contents(t, dir); len(files) != 1 {
		t.Errorf("reading made files: %v", files)
	}
}

// contents is every file of a folder with its bytes.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestSnapshotWritesNothing: the folder is afterwards as it was, also where it
// may not be written.
func TestSnapshotWritesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(3))
	s.Close()
	was := contents(t, dir)
	for _, mode := range []os.FileMode{0o700, 0o500} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		reader := snapshot(t, path)
		if rows, err := reader.Rows(t.Context(), []int64{1, 2, 3}); err != nil || len(rows) != 3 {
			t.Errorf("mode %o: %d rows, %v", mode, len(rows), err)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	is := contents(t, dir)
	for name := range is {
		if !bytes.Equal(is[name], was[name]) || len(is) != len(was) {
			t.Errorf("%s has changed, or files came or went", name)
		}
	}
}

// TestFrozen: how a file is read whose folder may not be written. Root may
// write everywhere, so that the test above does not show it to root.
func TestFrozen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(2))
	s.Close()
	reader := &Store{path: path}
	defer reader.close()
	if there, err := reader.openSnapshot(t.Context(), len(schema()), frozen(path)); err != nil || !there {
		t.Fatal(there, err)
	}
	if rows, err := reader.Rows(t.Context(), []int64{1, 2}); err != nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestSnapshotOfStrangers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err := OpenSnapshot(t.Context(), path)
	wantTrouble(t, err, path, remedyNewer)
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = OpenSnapshot(t.Context(), path)
	wantTrouble(t, err, path, remedyDamaged)
	_, err = OpenSnapshot(t.Context(), filepath.Dir(path))
	wantTrouble(t, err, filepath.Dir(path), remedyAccess)
}
