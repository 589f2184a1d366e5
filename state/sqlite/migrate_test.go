package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockstep/state/statetest"
)

func version(t *testing.T, s *Store) (v int) {
	t.Helper()
	if err := s.writer.QueryRowContext(t.Context(), "PRAGMA user_version").Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(3))
	s.Close()
	tamper(t, path, fmt.Sprintf("PRAGMA user_version = %d", len(schema())+1), "PRAGMA journal_mode = DELETE")
	was, _ := os.ReadFile(path)
	_, err := Open(t.Context(), path)
	wantTrouble(t, err, path, remedyNewer)
	if now, _ := os.ReadFile(path); !bytes.Equal(now, was) {
		t.Fatal("the file was changed")
	}
}

func TestMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := opened(t, path)
	mustCommit(t, s, manyRows(3))
	was := statetest.Dump(t, s)
	if v := version(t, s); v != len(schema()) {
		t.Fatalf("a new file has schema %d", v)
	}
	s.Close()
	steps := append(schema(), "ALTER TABLE base ADD COLUMN one INTEGER; UPDATE base SET one = n", "CREATE INDEX base_one ON base (one)")
	broken := append(steps[:len(steps):len(steps)], "CREATE TABLE half (a TEXT); CREATE TABLE base (n INTEGER)")

	s = &Store{path: path}
	if err := s.open(t.Context(), broken); err == nil {
		t.Fatal("a step that fails is no error")
	}
	defer s.Close()
	if v := version(t, s); v != len(schema()) {
		t.Fatalf("the file has schema %d and not that of before", v)
	}
	var part int
	if err := s.writer.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name IN ('half', 'base_one')").Scan(&part); err != nil || part != 0 {
		t.Fatalf("a part of it was made (%v)", err)
	}
	s.Close()

	s = &Store{path: path}
	if err := s.open(t.Context(), steps); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if now := statetest.Dump(t, s); now != was {
		t.Fatalf("migration changed\n%s\nto\n%s", was, now)
	}
}
