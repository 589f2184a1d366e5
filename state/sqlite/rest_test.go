package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// TestRest: a state that rests holds its lock and nothing else, is read by others
// as it is, and is the same when it wakes, however often.
func TestRest(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	row := func(n int64) core.Row { return core.Row{N: n} }
	for n := range int64(5) {
		if err := errors.Join(s.Wake(ctx), s.Wake(ctx)); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(ctx, &state.Batch{PutRows: []core.Row{row(n + 1)}}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Rest(), s.Rest()); err != nil {
			t.Fatal(err)
		}
		if names, _ := filepath.Glob(path + "*"); len(names) != 2 { // the file and its lock
			t.Errorf("it rests with %v", names)
		}
		if by, err := sqlite.HolderOf(path); err != nil || by.Process != os.Getpid() {
			t.Errorf("the holder is %+v, %v", by, err)
		}
		if _, err := sqlite.Open(ctx, path); core.ClassOf(err) != core.Permanent {
			t.Errorf("a second one has it: %v", err)
		}
		seen, err := sqlite.OpenSnapshot(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		head, err := seen.Head(ctx)
		if err := errors.Join(err, seen.Close()); err != nil || head.LastRow != n+1 {
			t.Errorf("others see %d rows, %v", head.LastRow, err)
		}
	}
	if err := s.Close(); err != nil { // while it rests
		t.Error(err)
	}
	if by, err := sqlite.HolderOf(path); err != nil || by != (state.Holder{}) {
		t.Errorf("%+v holds what is closed, %v", by, err)
	}
	again := open(t, path)
	if rows, err := again.Rows(ctx, []int64{1, 2, 3, 4, 5}); err != nil || len(rows) != 5 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestRestAndGone: a file that went while it rested is not made anew.
func TestRestAndGone(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	elsewhere := path + ".moved"
	if err := errors.Join(s.Rest(), os.Rename(path, elsewhere)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Wake(ctx); err == nil || core.ClassOf(err) != core.Permanent {
			t.Errorf("%v", err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatal("it was made anew")
		}
	}
	if err := errors.Join(os.Rename(elsewhere, path), s.Wake(ctx)); err != nil {
		t.Error(err)
	}
	if _, err := s.Head(ctx); err != nil {
		t.Error(err)
	}
}
