package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/statetest"
)

func opened(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func manyRows(count int64) *state.Batch {
	b := &state.Batch{}
	for n := range count {
		r := core.Row{N: n + 1, Key: core.Key(fmt.Sprintf("key-%d", n))}
		for x := range r.Side {
			r.Side[x].Ref = core.Ref{Collection: "in", ID: core.ID(fmt.Sprintf("%s-%d", core.Side(x), n))}
			r.Side[x].Body = fmt.Appendf(nil, "body %d", n)
		}
		b.PutRows = append(b.PutRows, r)
	}
	return b
}

func mustCommit(t *testing.T, s *Store, b *state.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// wantTrouble fails unless an error says which file it is about and what a
// person can do.
func wantTrouble(t *testing.T, err error, path, remedy string) {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v and not a core.Error", err)
	}
	if e.Class != core.Permanent || e.Thing != path || e.Remedy != remedy {
		t.Fatalf("got class %s, thing %q, remedy %q\n(%v)\nwant permanent, %q, %q", e.Class, e.Thing, e.Remedy, err, path, remedy)
	}
	if n := strings.Count(err.Error(), path); n > 2 { // the lock's error names PATH.lock too
		t.Fatalf("the file is named %d times: %v", n, err)
	}
}

func TestNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	text := []byte(strings.Repeat("this is no database\n", 1000))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	wantTrouble(t, err, path, remedyDamaged)
	if now, _ := os.ReadFile(path); !bytes.Equal(now, text) {
		t.Fatal("the file was changed")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	opened(t, path) // a failed Open holds no lock
}

func TestFileOfAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	tamper(t, path, "CREATE TABLE bookmarks (url TEXT)")
	was, _ := os.ReadFile(path)
	mode, _ := os.Stat(path)
	_, err := Open(t.Context(), path)
	wantTrouble(t, err, path, remedyNotOurs)
	if now, _ := os.ReadFile(path); !bytes.Equal(now, was) {
		t.Fatal("the file was changed")
	}
	if now, _ := os.Stat(path); now.Mode() != mode.Mode() {
		t.Fatalf("the file's mode was changed to %v", now.Mode())
	}
}

// tamper changes a file behind the back of its store.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTornPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(5000))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	middle := info.Size() / 2 / 4096 * 4096
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xaa}, int(middle/2)), middle/2); err != nil {
		t.Fatal(err)
	}
	s = opened(t, path)
	for _, e := range s.RowsIn(t.Context(), core.Left, "in") {
		if err = e; err != nil {
			break
		}
	}
	wantTrouble(t, err, path, remedyDamaged)
	findings, err := s.Check(t.Context())
	if err != nil || !findings[0].Bad || findings[0].Effect != remedyDamaged {
		t.Fatalf("Check did not find the damage: %+v, %v", findings, err)
	}
}

func TestTruncated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(5000))
	s.Close()
	if err := os.Truncate(path, 200_000); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path)
	if err == nil {
		defer s.Close()
		_, err = s.Totals(t.Context())
	}
	wantTrouble(t, err, path, remedyDamaged)
}

func TestRecordThatDoesNotParse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, &state.Batch{PutIntents: []core.Intent{{N: 1}}})
	if _, err := s.writer.ExecContext(t.Context(), "UPDATE intents SET intent = '{torn'"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Intents(t.Context())
	wantTrouble(t, err, path, remedyDamaged)
}

// TestDiskThatFails: of a file that SQLite has no part in, too.
func TestDiskThatFails(t *testing.T) {
	for errno, remedy := range map[syscall.Errno]string{syscall.EIO: remedyDisk, syscall.ENOSPC: remedyFull, syscall.EACCES: remedyAccess, syscall.EROFS: remedyAccess} {
		wantTrouble(t, fail("state.Open", "x.db", &fs.PathError{Op: "truncate", Path: "x.db.lock", Err: errno}), "x.db", remedy)
	}
}

// TestFullDisk: the commit fails as a whole, and the next one that fits is made.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(100))
	was := statetest.Dump(t, s)
	limit := func(pages int) {
		if _, err := s.writer.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(50)
	wantTrouble(t, s.Commit(t.Context(), manyRows(20_000)), path, remedyFull)
	if statetest.Dump(t, s) != was {
		t.Fatal("a commit that failed left something")
	}
	mustCommit(t, s, &state.Batch{DropRows: []int64{1}})
	limit(1 << 20)
	mustCommit(t, s, manyRows(5000))
	if rows, err := s.Rows(t.Context(), []int64{1, 5000}); err != nil || len(rows) != 2 {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
}

// TestLockedByAnotherProgram: somebody looks at the file with other tools.
func TestLockedByAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 20"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	wantTrouble(t, s.Commit(t.Context(), manyRows(1)), path, remedyBusy)
	if _, err := db.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, manyRows(1))
}

func TestPathsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	under := filepath.Join(file, "state.db")
	_, err := Open(t.Context(), under)
	wantTrouble(t, err, under, remedyAccess)
	was, _ := os.Stat(dir)
	_, err = Open(t.Context(), dir)
	wantTrouble(t, err, dir, remedyAccess)
	if now, _ := os.Stat(dir); now.Mode() != was.Mode() {
		t.Fatalf("the folder's mode was changed to %v", now.Mode())
	}
}

func TestCancelled(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, err := range map[string]error{
		"Commit": s.Commit(ctx, manyRows(1)),
		"Head":   func() error { _, err := s.Head(ctx); return err }(),
		"Check":  func() error { _, err := s.Check(ctx); return err }(),
	} {
		if core.ClassOf(err) != core.Transient || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
