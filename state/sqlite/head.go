package sqlite

import (
	"context"
	"database/sql"

	"lockstep/core"
	"lockstep/state"
)

// Head implements state.Store.
func (s *Store) Head(ctx context.Context) (state.Head, error) {
	var h state.Head
	last := map[string]*int64{"row": &h.LastRow, "intent": &h.LastIntent}
	err := s.each(ctx, "SELECT name, last FROM counters", nil, func(r *sql.Rows) (bool, error) {
		var name string
		var n int64
		if err := r.Scan(&name, &n); err != nil {
			return false, err
		}
		if to, ok := last[name]; ok {
			*to = n
		}
		return true, nil
	})
	if err == nil {
		err = s.each(ctx, "SELECT pair FROM pairs ORDER BY position", nil, func(r *sql.Rows) (bool, error) {
			return true, readJSON(r, &h.Collections)
		})
	}
	if err == nil {
		err = s.each(ctx, "SELECT side, state FROM sides", nil, func(r *sql.Rows) (bool, error) {
			return true, readSide(r, &h.Sides)
		})
	}
	return h, fail("state.Head", s.path, err)
}

func readSide(r *sql.Rows, to *[2]state.SideState) error {
	var x core.Side
	var text string
	if err := r.Scan(&x, &text); err != nil {
		return err
	}
	if x != core.Left && x != core.Right {
		return damage("there is a state of a third side")
	}
	return decode(text, &to[x])
}

// pairs replaces the paired collections. It is told all of them whenever one
// changed, so it writes only those that differ.
func (c *commit) pairs(b *state.Batch) error {
	if b.Collections == nil {
		return nil
	}
	var position int64
	err := execEach(c, `INSERT INTO pairs (position, pair) VALUES (?1, ?2)
		ON CONFLICT DO UPDATE SET pair = ?2 WHERE pair <> ?2`, b.Collections, func(p core.CollectionRow) ([]any, error) {
		text, err := encode(p)
		position++
		return []any{position, text}, err
	})
	if err != nil {
		return err
	}
	_, err = c.exec("DELETE FROM pairs WHERE position > ?", position)
	return err
}

func (c *commit) sides(b *state.Batch) error {
	for _, x := range core.Sides() {
		if b.Sides[x] == nil {
			continue
		}
		text, err := encode(*b.Sides[x])
		if err != nil {
			return err
		}
		if _, err := c.exec("INSERT INTO sides (side, state) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET state = ?2", int64(x), text); err != nil {
			return err
		}
	}
	return nil
}
