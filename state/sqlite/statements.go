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
	on    preparer
	ready map[string]*sql.Stmt
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

func (s *statements) close() error {
	var err error
	for _, st := range s.ready {
		err = errors.Join(err, st.Close())
	}
	s.ready = nil
	return err
}

// on writes a statement for a side: {x} becomes left or right.
func on(x core.Side, text string) string { return strings.ReplaceAll(text, "{x}", x.String()) }

// each runs a query on a reading connection and calls f for each of its rows,
// until f says stop or fails.
func (s *Store) each(ctx context.Context, text string, args []any, f func(*sql.Rows) (more bool, err error)) error {
	st, err := s.query.get(ctx, text)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if more, err := f(rows); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}
