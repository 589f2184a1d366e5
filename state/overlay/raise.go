package overlay

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// page of row numbers that are read at once.
const page = 1000

// raise copies what a batch is about from below to above, where the batch then
// finds it. It changes no answer.
func (s *Store) raise(ctx context.Context, b *state.Batch) error {
	up := &state.Batch{}
	if err := s.raiseNumbered(ctx, up, b); err != nil {
		return err
	}
	for x := range b.Observe {
		refs := slices.Clone(b.Unobserve[x])
		for _, o := range b.Observe[x] {
			refs = append(refs, o.Ref)
		}
		found, err := s.below.ObservedAt(ctx, core.Side(x), refs)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if o, below := found[ref]; below {
				s.raiseObservation(up, core.Side(x), o)
			}
		}
	}
	if err := s.raiseRenamed(ctx, up, b.Rename); err != nil {
		return err
	}
	return s.lift(ctx, up)
}

// raiseNumbered takes the rows that a batch names.
func (s *Store) raiseNumbered(ctx context.Context, up, b *state.Batch) error {
	numbers := slices.Clone(b.DropRows)
	for _, r := range b.PutRows {
		numbers = append(numbers, r.N)
	}
	for _, r := range b.Revise {
		numbers = append(numbers, r.Row)
	}
	rows, err := s.below.Rows(ctx, numbers)
	for _, r := range rows {
		s.raiseRow(up, r)
	}
	return err
}

// raiseRenamed takes all that is in a collection before or after a rename. A
// row may be in one and have its place in the other, and no question finds it
// by its place, so all rows are looked at; renames are rare.
func (s *Store) raiseRenamed(ctx context.Context, up *state.Batch, renames []state.Rename) error {
	var concerned [2]map[core.CollectionID]bool
	for x := range concerned {
		concerned[x] = map[core.CollectionID]bool{}
	}
	for _, r := range renames {
		concerned[r.Side][r.From], concerned[r.Side][r.To] = true, true
	}
	for x, all := range concerned {
		for id := range all {
			for o, err := range s.below.ObservedIn(ctx, core.Side(x), id) {
				if err != nil {
					return err
				}
				s.raiseObservation(up, core.Side(x), o)
			}
		}
	}
	if len(renames) == 0 {
		return nil
	}
	for first := int64(1); first <= s.last[0]; first += page {
		numbers := make([]int64, 0, page)
		for n := first; n < first+page && n <= s.last[0]; n++ {
			numbers = append(numbers, n)
		}
		rows, err := s.below.Rows(ctx, numbers)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if concerned[0][r.Side[0].Ref.Collection] || concerned[0][r.Side[0].Place] ||
				concerned[1][r.Side[1].Ref.Collection] || concerned[1][r.Side[1].Place] {
				s.raiseRow(up, r)
			}
		}
	}
	return nil
}

func (s *Store) raiseRow(up *state.Batch, r core.Row) {
	if _, above := s.rows[r.N]; !above {
		up.PutRows = append(up.PutRows, r)
	}
}

func (s *Store) raiseObservation(up *state.Batch, x core.Side, o state.Observation) {
	if _, above := s.observed[x][o.Ref]; !above {
		up.Observe[x] = append(up.Observe[x], o)
	}
}

// lift carries out what was collected.
func (s *Store) lift(ctx context.Context, up *state.Batch) error {
	if err := s.above.Commit(ctx, up); err != nil {
		return err
	}
	s.commits++
	for _, r := range up.PutRows {
		s.rows[r.N], s.was[r.N] = s.commits, r
		s.owners[r.Owner] = true
	}
	for x := range up.Observe {
		for _, o := range up.Observe[x] {
			s.observed[x][o.Ref] = s.commits
		}
	}
	return nil
}
