package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"lockstep/core"
	"lockstep/state"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// OpenSnapshot opens the state in a file for reading: it shows what was
// committed last when it was opened, however long it is used, whoever commits
// meanwhile. It takes no lock, holds nobody up, makes nothing and refuses
// Commit. (After a writer was killed, SQLite may move what it had committed
// from the -wal into the file; what is read is the same.) Nil = there is no
// state yet.
func OpenSnapshot(ctx context.Context, path string) (state.Store, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fail("state.OpenSnapshot", path, err)
	}
	info, err := os.Stat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return nil, nil // a first run was stopped before it wrote anything
	case err == nil:
		err = regular(full)
	}
	if err != nil {
		return nil, fail("state.OpenSnapshot", full, err)
	}
	s := &Store{path: full}
	there, err := s.openSnapshot(ctx, len(schema()), reading(full))
	if err != nil && sealed(err, full) {
		s.close()
		s = &Store{path: full}
		there, err = s.openSnapshot(ctx, len(schema()), frozen(full))
	}
	if err != nil || !there {
		s.close() // what failed first is what counts
		return nil, fail("state.OpenSnapshot", full, err)
	}
	return s, nil
}

// openSnapshot begins one read transaction on one connection, which all
// questions then share.
func (s *Store) openSnapshot(ctx context.Context, known int, address string) (there bool, err error) {
	if s.read, err = connect(address); err != nil {
		return false, err
	}
	if s.view, err = s.read.Conn(ctx); err != nil {
		return false, err
	}
	if _, err = s.view.ExecContext(ctx, "BEGIN"); err != nil {
		return false, err
	}
	version, err := versionOf(ctx, s.view, s.path, known)
	switch {
	case err != nil || version == 0:
		return false, err
	case version < known:
		return false, &core.Error{Op: "state.OpenSnapshot", Class: core.Permanent, Thing: s.path, Remedy: remedyOlder,
			Err: fmt.Errorf("an earlier lockstep wrote it (schema %d; this one reads %d)", version, known)}
	}
	s.query = statements{on: s.view}
	return true, s.loadCollections(ctx)
}

// sealed tells whether a file could not be opened because its folder may not
// be written, and nobody has it open: then it cannot change either. Beside a
// file in use is a -wal.
func sealed(err error, path string) bool {
	var e *modernc.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		_, err := os.Stat(path + "-wal")
		return errors.Is(err, fs.ErrNotExist)
	}
	return false
}

// frozen is the address of a file that nobody can change.
func frozen(path string) string {
	return address(path, "ro", url.Values{"immutable": {"1"}, "_query_only": {"1"}})
}

// versionOf reads the version of a file's tables, 0 for an empty file. It
// refuses a file of another program and of a later lockstep.
func versionOf(ctx context.Context, conn *sql.Conn, path string, known int) (int, error) {
	var owner, version, tables int
	for _, q := range []struct {
		text string
		to   *int
	}{
		{"PRAGMA application_id", &owner},
		{"PRAGMA user_version", &version},
		{"SELECT count(*) FROM sqlite_schema", &tables},
	} {
		if err := conn.QueryRowContext(ctx, q.text).Scan(q.to); err != nil {
			return 0, err
		}
	}
	fresh := owner == 0 && version == 0 && tables == 0
	switch {
	case !fresh && owner != applicationID:
		return 0, &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyNotOurs,
			Err: errors.New("this is an SQLite file of another program")}
	case version > known:
		return 0, &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyNewer,
			Err: fmt.Errorf("a later lockstep wrote it (schema %d; this one knows up to %d)", version, known)}
	}
	return version, nil
}
