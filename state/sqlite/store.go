package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	"lockstep/core"
	"lockstep/state"

	modernc "modernc.org/sqlite"
)

// Store is the state of one link in one file. Use Open, or OpenSnapshot to
// read only.
type Store struct {
	path    string
	locked  *os.File
	write   *sql.DB
	writer  *sql.Conn // the only connection that changes anything
	change  statements
	read    *sql.DB   // as many connections as iterators are nested
	view    *sql.Conn // a snapshot's only connection
	query   statements
	numbers map[core.CollectionID]int64
	ids     map[int64]core.CollectionID
	bodies  packer
	closed  bool
}

var _ state.Store = (*Store)(nil)

// Open opens the state in a file and makes what is missing: the file, its
// folder, its tables. A second process is refused.
func Open(ctx context.Context, path string) (*Store, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fail("state.Open", path, err)
	}
	s := &Store{path: full}
	if err := s.open(ctx, schema()); err != nil {
		s.close() // what failed first is what counts
		return nil, fail("state.Open", full, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, steps []string) (err error) {
	if err = makeFolder(filepath.Dir(s.path)); err != nil {
		return err
	}
	if s.locked, err = lock(s.path); err != nil {
		return err
	}
	if err = makeFile(s.path); err != nil {
		return err
	}
	return s.openFile(ctx, steps)
}

// openFile opens what is there, and locked.
func (s *Store) openFile(ctx context.Context, steps []string) (err error) {
	if s.write, err = connect(writing(s.path)); err != nil {
		return err
	}
	if s.writer, err = s.write.Conn(ctx); err != nil {
		return err
	}
	if err = migrate(ctx, s.writer, s.path, steps); err != nil {
		return err
	}
	if err = restrict(s.path); err != nil {
		return err
	}
	if err = journal(ctx, s.writer, s.path); err != nil {
		return err
	}
	if s.read, err = connect(reading(s.path)); err != nil {
		return err
	}
	s.change, s.query = statements{on: s.writer}, statements{on: s.read}
	return s.loadCollections(ctx)
}

func connect(address string) (*sql.DB, error) {
	connector, err := modernc.NewConnector(address)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxIdleConns(2) // each has a cache of its own
	return db, nil
}

// journal turns the write-ahead log on: readers see one state while a commit
// makes the next.
func journal(ctx context.Context, conn *sql.Conn, path string) error {
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyDisk,
			Err: errors.New("this file system allows no write-ahead log")}
	}
	return nil
}

// Close implements state.Store. It may be called twice.
func (s *Store) Close() error { return fail("state.Close", s.path, s.close()) }

func (s *Store) close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.closeFile()
	if s.locked != nil { // last, so that a second process finds a whole file
		err = errors.Join(err, s.locked.Truncate(0), s.locked.Close())
	}
	return err
}

// closeFile ends all connections to the file, and forgets what was read on them.
func (s *Store) closeFile() error {
	err := errors.Join(s.query.close(), s.change.close())
	if s.view != nil {
		err = errors.Join(err, s.view.Close())
	}
	if s.read != nil {
		err = errors.Join(err, s.read.Close())
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
	}
	if s.write != nil {
		err = errors.Join(err, s.write.Close())
	}
	s.view, s.read, s.writer, s.write = nil, nil, nil, nil
	s.numbers, s.ids, s.bodies = nil, nil, packer{}
	return err
}
