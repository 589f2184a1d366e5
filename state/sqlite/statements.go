package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"lockstep/core"
)

// statements keeps what was prepared, by its text: every statement of this
// package is a constant, or one of a few texts made from a constant.
type statements struct {
	on     preparer
	ready  map[string]*sql.Stmt
	closed bool
}

// preparer is a connection or a pool of them.
type preparer interface {
	PrepareContext(ctx context.Context, text string) (*sql.Stmt, error)
}

func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	if st, ok := s.ready[text]; ok {
		return st, nil
	}
	st, err := s.on.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if s.ready == nil {
		s.ready = map[string]*sql.Stmt{}
	}
	s.ready[text] = st
	return st, nil
}

// lend is get for a statement that gives rows: until it is given back, whoever
// asks for the same text gets another, as one connection cannot run a
// statement twice at a time.
func (s *statements) lend(ctx context.Context, text string) (st *sql.Stmt, giveBack func(), err error) {
	if st, err = s.get(ctx, text); err != nil {
		return nil, nil, err
	}
	delete(s.ready, text)
	return st, func() {
		if _, another := s.ready[text]; another || s.closed {
			st.Close()
			return
		}
		s.ready[text] = st
	}, nil
}

func (s *statements) close() error {
	var err error
	for _, st := range s.ready {
		err = errors.Join(err, st.Close())
	}
	s.ready, s.closed = nil, true
	return err
}

// on writes a statement for a side: {x} becomes left or right.
func on(x core.Side, text string) string { return strings.ReplaceAll(text, "{x}", x.String()) }

// each runs a query on a reading connection and calls f for each of its rows,
// until f says stop or fails.
func (s *Store) each(ctx context.Context, text string, args []any, f func(*sql.Rows) (more bool, err error)) error {
	st, giveBack, err := s.query.lend(ctx, text)
	if err != nil {
		return err
	}
	defer giveBack()
	// The driver starts a goroutine for every statement that can be cancelled,
	// which costs more than the statement; so it is asked here, row by row.
	rows, err := st.QueryContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err := f(rows); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}
