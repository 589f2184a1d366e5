package sqlite

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// What people look at. What a query needs is a column and not in the JSON.

// Parked implements state.Store.
func (s *Store) Parked(ctx context.Context) ([]core.Note, error) {
	var out []core.Note
	err := s.each(ctx, "SELECT note FROM parked ORDER BY position", nil, func(r *sql.Rows) (bool, error) { return true, readJSON(r, &out) })
	return out, fail("state.Parked", s.path, err)
}

// Conflicts implements state.Store.
func (s *Store) Conflicts(ctx context.Context) ([]state.Conflict, error) {
	var out []state.Conflict
	err := s.each(ctx, "SELECT conflict, resolved, id FROM conflicts ORDER BY id", nil, func(r *sql.Rows) (bool, error) {
		var id int64
		var resolved string
		err := readJSON(r, &out, &resolved, &id)
		if err == nil {
			last := &out[len(out)-1]
			last.ID, last.Resolved = id, resolved
		}
		return true, err
	})
	return out, fail("state.Conflicts", s.path, err)
}

// Runs implements state.Store.
func (s *Store) Runs(ctx context.Context) ([]state.Run, error) {
	var out []state.Run
	err := s.each(ctx, "SELECT run, id FROM runs ORDER BY n", nil, func(r *sql.Rows) (bool, error) {
		var id string
		err := readJSON(r, &out, &id)
		if err == nil {
			out[len(out)-1].ID = id
		}
		return true, err
	})
	return out, fail("state.Runs", s.path, err)
}

func (c *commit) parked(b *state.Batch) error {
	if b.Parked == nil {
		return nil
	}
	if _, err := c.exec("DELETE FROM parked"); err != nil {
		return err
	}
	return execEach(c, "INSERT INTO parked (note) VALUES (?)", *b.Parked, func(n core.Note) ([]any, error) {
		text, err := encode(n)
		return []any{text}, err
	})
}

// conflicts appends, then resolves.
func (c *commit) conflicts(b *state.Batch) error {
	err := execEach(c, "INSERT INTO conflicts (conflict, resolved) VALUES (?, ?)", b.Conflicts, func(one state.Conflict) ([]any, error) {
		resolved := one.Resolved
		one.ID, one.Resolved = 0, ""
		text, err := encode(one)
		return []any{text, resolved}, err
	})
	if err != nil {
		return err
	}
	return execEach(c, "UPDATE conflicts SET resolved = ? WHERE id = ?", slices.Sorted(maps.Keys(b.Resolve)), func(id int64) ([]any, error) {
		return []any{b.Resolve[id], id}, nil
	})
}

func (c *commit) runAndLog(b *state.Batch) error {
	if b.Run != nil {
		run := *b.Run
		run.ID = ""
		text, err := encode(run)
		if err != nil {
			return err
		}
		if _, err := c.exec("INSERT INTO runs (id, run) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET run = ?2", b.Run.ID, text); err != nil {
			return err
		}
	}
	return c.log(b.Log)
}

// forget comes last: what is forgotten may have come with the same batch.
func (c *commit) forget(b *state.Batch) error {
	for _, text := range []string{"DELETE FROM log WHERE run = ?", "DELETE FROM runs WHERE id = ?"} {
		if err := execEach(c, text, b.ForgetRuns, func(id string) ([]any, error) { return []any{id}, nil }); err != nil {
			return err
		}
	}
	return execEach(c, "DELETE FROM conflicts WHERE id = ?", b.ForgetConflicts, func(id int64) ([]any, error) { return []any{id}, nil })
}
