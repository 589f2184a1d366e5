package sqlite

import (
	"context"
	"database/sql"

	"lockstep/core"
	"lockstep/state"
)

const (
	selectIntents = "SELECT intent FROM intents ORDER BY n"
	putIntent     = "INSERT INTO intents (n, intent) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET intent = ?2"
)

// Intents implements state.Store.
func (s *Store) Intents(ctx context.Context) ([]core.Intent, error) {
	var out []core.Intent
	err := s.each(ctx, selectIntents, nil, func(r *sql.Rows) (bool, error) { return true, readJSON(r, &out) })
	return out, fail("state.Intents", s.path, err)
}

// intents drops and puts.
func (c *commit) intents(b *state.Batch) error {
	err := execEach(c, "DELETE FROM intents WHERE n = ?", b.DropIntents, func(n int64) ([]any, error) { return []any{n}, nil })
	if err != nil {
		return err
	}
	if err := execEach(c, putIntent, b.PutIntents, intentValues); err != nil {
		return err
	}
	var last int64
	for _, in := range b.PutIntents {
		last = max(last, in.N)
	}
	return c.count("intent", last)
}

func intentValues(in core.Intent) ([]any, error) {
	text, err := encode(in)
	return []any{in.N, text}, err
}

// openIntents reads the journal inside the transaction.
func (c *commit) openIntents() ([]core.Intent, error) {
	st, err := c.store.change.get(c.ctx, selectIntents)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(c.ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []core.Intent
	for rows.Next() {
		if err := readJSON(rows, &out); err != nil {
			return nil, err
		}
	}
	return out, rows.Err()
}
