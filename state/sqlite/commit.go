package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"lockstep/core"
	"lockstep/state"
)

// Commit implements state.Store. It may be cancelled until it begins to write
// to the disk; from there on it runs to its end, so that a cancelled commit
// has certainly changed nothing.
func (s *Store) Commit(ctx context.Context, b *state.Batch) error {
	if b.Empty() {
		return nil
	}
	if s.writer == nil {
		return &core.Error{Op: "state.Commit", Class: core.Permanent, Thing: s.path, Remedy: remedyReport,
			Err: errors.New("this is a snapshot, for reading only")}
	}
	c := &commit{
		asked: ctx, ctx: context.WithoutCancel(ctx), store: s,
		numbers: map[core.CollectionID]int64{}, bodies: map[[sha256.Size]byte]int64{}, uses: map[int64]int64{},
	}
	if err := c.run(b); err != nil {
		return fail("state.Commit", s.path, err)
	}
	for id, n := range c.numbers {
		s.learnCollection(n, id)
	}
	return nil
}

// commit is one transaction.
type commit struct {
	asked   context.Context // the caller's
	ctx     context.Context // the same, without its end
	store   *Store
	numbers map[core.CollectionID]int64 // new ones
	bodies  map[[sha256.Size]byte]int64 // those looked up or stored
	uses    map[int64]int64             // change in the uses of each body
}

// run makes the changes in the order of the reference, state/memory.
func (c *commit) run(b *state.Batch) error {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, part := range []func(*state.Batch) error{
		c.rename, c.dropRows, c.revise, c.putRows, c.observed, c.intents, c.pairs, c.sides,
		c.parked, c.conflicts, c.runAndLog, c.forget,
	} {
		if err := part(b); err != nil {
			return c.undo(err)
		}
	}
	if err := c.countUses(); err != nil {
		return c.undo(err)
	}
	if err := c.asked.Err(); err != nil {
		return c.undo(err)
	}
	if _, err := c.exec("COMMIT"); err != nil {
		return c.undo(err)
	}
	return nil
}

// undo ends a transaction that failed. After some errors SQLite has ended it
// already, and then there is nothing to roll back.
func (c *commit) undo(why error) error {
	c.exec("ROLLBACK")
	return why
}

func (c *commit) exec(text string, args ...any) (sql.Result, error) {
	st, err := c.store.change.get(c.ctx, text)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(c.ctx, args...)
}

// execEach runs a statement for each of many things, as long as the caller
// still wants it.
func execEach[T any](c *commit, text string, all []T, args func(T) ([]any, error)) error {
	for _, one := range all {
		if err := c.asked.Err(); err != nil {
			return err
		}
		values, err := args(one)
		if err != nil {
			return err
		}
		if _, err := c.exec(text, values...); err != nil {
			return err
		}
	}
	return nil
}

// scan reads the one row of a query inside the transaction.
func (c *commit) scan(text string, args []any, to ...any) error {
	st, err := c.store.change.get(c.ctx, text)
	if err != nil {
		return err
	}
	return st.QueryRowContext(c.ctx, args...).Scan(to...)
}
