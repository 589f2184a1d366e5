package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"lockstep/core"
	"lockstep/state"
)

// selectObserved names the columns in the order of readObserved.
const selectObserved = `SELECT o.collection, o.id, o.gone, o.same, o.key, o.rev, o.sum, o.marks, o.size, o.time,
	o.owner, o.position, o.mutable, o.outside, o.bad, o.label, o.found_at FROM `

const observe = `INSERT OR REPLACE INTO observed (side, collection, id, gone, same, key, rev, sum, marks, size, time,
	owner, position, mutable, outside, bad, label, found_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

// Observed implements state.Store. The outer loop goes over the collections in
// order of their IDs, the inner over the primary key, so nothing is sorted.
func (s *Store) Observed(ctx context.Context, side core.Side) iter.Seq2[state.Observation, error] {
	return func(yield func(state.Observation, error) bool) {
		text := selectObserved + `collection_ids AS c CROSS JOIN observed AS o ON o.side = ? AND o.collection = c.n ORDER BY c.id, o.id`
		err := s.each(ctx, text, []any{int64(side)}, func(r *sql.Rows) (bool, error) {
			o, err := s.readObserved(r)
			return err == nil && yield(o, nil), err
		})
		if err != nil {
			yield(state.Observation{}, fail("state.Observed", s.path, err))
		}
	}
}

// ObservedIn implements state.Store.
func (s *Store) ObservedIn(ctx context.Context, side core.Side, collection core.CollectionID) iter.Seq2[state.Observation, error] {
	return func(yield func(state.Observation, error) bool) {
		text := selectObserved + `collection_ids AS c CROSS JOIN observed AS o ON o.side = ? AND o.collection = c.n WHERE c.id = ? ORDER BY o.id`
		err := s.each(ctx, text, []any{int64(side), string(collection)}, func(r *sql.Rows) (bool, error) {
			o, err := s.readObserved(r)
			return err == nil && yield(o, nil), err
		})
		if err != nil {
			yield(state.Observation{}, fail("state.ObservedIn", s.path, err))
		}
	}
}

// ObservedAt implements state.Store.
func (s *Store) ObservedAt(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]state.Observation, error) {
	out := map[core.Ref]state.Observation{}
	for len(refs) > 0 {
		values, length, rest := s.refValues(refs)
		refs = rest
		text := selectObserved + list("(?,?)", length) + ` CROSS JOIN observed AS o
			ON o.side = ? AND o.collection = want.column1 AND o.id = want.column2`
		err := s.each(ctx, text, append(values, int64(side)), func(r *sql.Rows) (bool, error) {
			o, err := s.readObserved(r)
			out[o.Ref] = o
			return true, err
		})
		if err != nil {
			return nil, fail("state.ObservedAt", s.path, err)
		}
	}
	return out, nil
}

func (s *Store) readObserved(r *sql.Rows) (o state.Observation, err error) {
	var collection, position int64
	err = r.Scan(&collection, &o.ID, &o.Gone, &o.Same, &o.Key, &o.Rev, &o.Sum, &o.Marks, &o.Size, &o.Time,
		&o.Owner, &position, &o.Mutable, &o.Out, &o.Bad, &o.Label, &o.Where)
	if err != nil {
		return o, err
	}
	o.Position = uint64(position) // kept bit by bit: SQLite has no unsigned numbers
	o.Collection, err = s.collectionOf(collection)
	return o, err
}

// observed forgets and records what each side shows.
func (c *commit) observed(b *state.Batch) error {
	for _, x := range core.Sides() {
		err := execEach(c, "DELETE FROM observed WHERE side = ? AND collection = ? AND id = ?", b.Unobserve[x], func(ref core.Ref) ([]any, error) {
			n, err := c.number(ref.Collection)
			return []any{int64(x), n, string(ref.ID)}, err
		})
		if err != nil {
			return err
		}
		err = execEach(c, observe, b.Observe[x], func(o state.Observation) ([]any, error) {
			n, err := c.number(o.Collection)
			return []any{int64(x), n, string(o.ID), truth(o.Gone), string(o.Same), string(o.Key), string(o.Rev), string(o.Sum), string(o.Marks),
				o.Size, o.Time, o.Owner, int64(o.Position), truth(o.Mutable), truth(o.Out), o.Bad, o.Label, o.Where}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
