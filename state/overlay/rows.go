package overlay

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// merged yields what is below, without what hidden hides, and above, both in
// one order.
func merged[T any](below iter.Seq2[T, error], above []T, hidden func(T) bool, order func(a, b T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rest := above
		for one, err := range below {
			if err != nil {
				yield(one, err)
				return
			}
			if hidden(one) {
				continue
			}
			for len(rest) > 0 && order(rest[0], one) < 0 {
				if !yield(rest[0], nil) {
					return
				}
				rest = rest[1:]
			}
			if !yield(one, nil) {
				return
			}
		}
		for _, one := range rest {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// listed reads an iterator of above, which cannot fail.
func listed[T any](all iter.Seq2[T, error]) (out []T) {
	for one := range all {
		out = append(out, one)
	}
	return out
}

// RowsAt implements state.Store.
func (s *Store) RowsAt(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	return s.at(ctx, side, refs, state.Store.RowsAt)
}

// Outlines implements state.Store.
func (s *Store) Outlines(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	return s.at(ctx, side, refs, state.Store.Outlines)
}

func (s *Store) at(ctx context.Context, side core.Side, refs []core.Ref,
	read func(state.Store, context.Context, core.Side, []core.Ref) (map[core.Ref]core.Row, error)) (map[core.Ref]core.Row, error) {
	out, err := read(s.below, ctx, side, refs)
	if err != nil {
		return nil, err
	}
	for ref, row := range out {
		if _, above := s.rows[row.N]; above {
			delete(out, ref)
		}
	}
	above, err := read(s.above, ctx, side, refs)
	for ref, row := range above {
		out[ref] = row
	}
	return out, err
}

// RowsIn implements state.Store.
func (s *Store) RowsIn(ctx context.Context, side core.Side, c core.CollectionID) iter.Seq2[core.Row, error] {
	return func(yield func(core.Row, error) bool) {
		now := s.commits
		hidden := func(r core.Row) bool {
			since, above := s.rows[r.N]
			return above && since <= now
		}
		order := func(a, b core.Row) int {
			return cmp.Or(cmp.Compare(a.Side[side].Ref.ID, b.Side[side].Ref.ID), cmp.Compare(a.N, b.N))
		}
		merged(s.below.RowsIn(ctx, side, c), listed(s.above.RowsIn(ctx, side, c)), hidden, order)(yield)
	}
}

// Rows implements state.Store.
func (s *Store) Rows(ctx context.Context, numbers []int64) ([]core.Row, error) {
	rows, err := s.below.Rows(ctx, numbers)
	if err != nil {
		return nil, err
	}
	rows = s.still(rows)
	above, err := s.above.Rows(ctx, numbers)
	found := map[int64]core.Row{}
	for _, r := range append(rows, above...) {
		found[r.N] = r
	}
	out := make([]core.Row, 0, len(found))
	for _, n := range numbers { // their order
		if r, ok := found[n]; ok {
			out = append(out, r)
		}
	}
	return out, err
}

// still leaves out rows of below that no longer count.
func (s *Store) still(rows []core.Row) []core.Row {
	return slices.DeleteFunc(rows, func(r core.Row) bool {
		_, above := s.rows[r.N]
		return above
	})
}

// RowsWith implements state.Store.
func (s *Store) RowsWith(ctx context.Context, by state.Property) ([]core.Row, error) {
	rows, err := s.below.RowsWith(ctx, by)
	if err != nil {
		return nil, err
	}
	above, err := s.above.RowsWith(ctx, by)
	out := append(s.still(rows), above...)
	slices.SortFunc(out, func(a, b core.Row) int { return cmp.Compare(a.N, b.N) })
	return out, err
}

// Totals implements state.Store.
func (s *Store) Totals(ctx context.Context) (state.Totals, error) {
	t, err := s.below.Totals(ctx)
	if err != nil {
		return t, err
	}
	above, err := s.above.Totals(ctx)
	if err != nil {
		return t, err
	}
	for _, r := range s.was {
		for x, b := range r.Side {
			if !b.None {
				t.Rows[x][b.Ref.Collection]--
			}
		}
	}
	for x := range t.Rows {
		for id, n := range above.Rows[x] {
			t.Rows[x][id] += n
		}
		for id, n := range t.Rows[x] {
			if n == 0 {
				delete(t.Rows[x], id)
			}
		}
	}
	for owner := range s.owners {
		if owner == "" {
			continue
		}
		before, err := s.below.RowsWith(ctx, state.Property{Owner: owner})
		if err != nil {
			return t, err
		}
		after, err := s.RowsWith(ctx, state.Property{Owner: owner})
		if err != nil {
			return t, err
		}
		t.Owners += min(1, len(after)) - min(1, len(before))
	}
	return t, nil
}

// Observed implements state.Store.
func (s *Store) Observed(ctx context.Context, side core.Side) iter.Seq2[state.Observation, error] {
	return s.observations(side, s.below.Observed(ctx, side), s.above.Observed(ctx, side))
}

// ObservedIn implements state.Store.
func (s *Store) ObservedIn(ctx context.Context, side core.Side, c core.CollectionID) iter.Seq2[state.Observation, error] {
	return s.observations(side, s.below.ObservedIn(ctx, side, c), s.above.ObservedIn(ctx, side, c))
}

func (s *Store) observations(side core.Side, below, above iter.Seq2[state.Observation, error]) iter.Seq2[state.Observation, error] {
	return func(yield func(state.Observation, error) bool) {
		now := s.commits
		hidden := func(o state.Observation) bool {
			since, changed := s.observed[side][o.Ref]
			return changed && since <= now
		}
		merged(below, listed(above), hidden, func(a, b state.Observation) int { return a.Ref.Compare(b.Ref) })(yield)
	}
}

// ObservedAt implements state.Store.
func (s *Store) ObservedAt(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]state.Observation, error) {
	out, err := s.below.ObservedAt(ctx, side, refs)
	if err != nil {
		return nil, err
	}
	for ref := range out {
		if _, changed := s.observed[side][ref]; changed {
			delete(out, ref)
		}
	}
	above, err := s.above.ObservedAt(ctx, side, refs)
	for ref, o := range above {
		out[ref] = o
	}
	return out, err
}
