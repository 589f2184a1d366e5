// Package memory is a state.Store that forgets everything when the process
// ends: the reference for state/statetest, and what the property tests use.
// It never does I/O. Start with Commit.
package memory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// Store keeps everything in maps. Use New.
type Store struct {
	head      state.Head
	rows      map[int64]core.Row
	at        [2]map[core.Ref]int64
	observed  [2]map[core.Ref]state.Observation
	intents   map[int64]core.Intent
	parked    []core.Note
	conflicts []state.Conflict
	runs      []state.Run
	log       []state.Entry
}

var _ state.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		rows: map[int64]core.Row{}, at: [2]map[core.Ref]int64{{}, {}},
		observed: [2]map[core.Ref]state.Observation{{}, {}}, intents: map[int64]core.Intent{},
	}
}

// Head implements state.Store.
func (s *Store) Head(context.Context) (state.Head, error) {
	h := s.head
	h.Collections = slices.Clone(h.Collections)
	for x := range h.Sides {
		h.Sides[x].Tokens = maps.Clone(h.Sides[x].Tokens)
		h.Sides[x].Held = maps.Clone(h.Sides[x].Held)
		h.Sides[x].LastCounts = maps.Clone(h.Sides[x].LastCounts)
	}
	return h, nil
}

// RowsAt implements state.Store.
func (s *Store) RowsAt(_ context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	out := make(map[core.Ref]core.Row, len(refs))
	for _, ref := range refs {
		if n, ok := s.at[side][ref]; ok {
			out[ref] = s.rows[n]
		}
	}
	return out, nil
}

// Outlines implements state.Store.
func (s *Store) Outlines(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	out, err := s.RowsAt(ctx, side, refs)
	for ref, row := range out {
		row.Side[core.Left].Body, row.Side[core.Right].Body = nil, nil
		out[ref] = row
	}
	return out, err
}

// RowsIn implements state.Store.
func (s *Store) RowsIn(_ context.Context, side core.Side, c core.CollectionID) iter.Seq2[core.Row, error] {
	return func(yield func(core.Row, error) bool) {
		for _, r := range s.filter(func(r *core.Row) bool { return !r.Side[side].None && r.Side[side].Ref.Collection == c }, func(a, b core.Row) int {
			return cmp.Or(cmp.Compare(a.Side[side].Ref.ID, b.Side[side].Ref.ID), cmp.Compare(a.N, b.N))
		}) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Rows implements state.Store.
func (s *Store) Rows(_ context.Context, numbers []int64) ([]core.Row, error) {
	var out []core.Row
	for _, n := range numbers {
		if r, ok := s.rows[n]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// RowsWith implements state.Store.
func (s *Store) RowsWith(_ context.Context, by state.Property) ([]core.Row, error) {
	return s.filter(func(r *core.Row) bool {
		switch {
		case by.Key != "":
			return r.Key == by.Key
		case by.Sum != "":
			return r.Side[0].Sum == by.Sum || r.Side[1].Sum == by.Sum
		case by.ID != "":
			return !r.Side[by.Side].None && r.Side[by.Side].Ref.ID == by.ID
		case by.Owner != "":
			return r.Owner == by.Owner
		}
		return false
	}, func(a, b core.Row) int { return cmp.Compare(a.N, b.N) }), nil
}

func (s *Store) filter(ok func(*core.Row) bool, order func(a, b core.Row) int) []core.Row {
	var out []core.Row
	for _, r := range s.rows {
		if ok(&r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, order)
	return out
}

// Totals implements state.Store.
func (s *Store) Totals(context.Context) (state.Totals, error) {
	t := state.Totals{Rows: [2]map[core.CollectionID]int{{}, {}}}
	owners := map[string]bool{}
	for _, r := range s.rows {
		for x, b := range r.Side {
			if !b.None {
				t.Rows[x][b.Ref.Collection]++
			}
		}
		if r.Owner != "" {
			owners[r.Owner] = true
		}
	}
	t.Owners = len(owners)
	return t, nil
}

// Observed implements state.Store.
func (s *Store) Observed(_ context.Context, side core.Side) iter.Seq2[state.Observation, error] {
	return func(yield func(state.Observation, error) bool) {
		s.each(s.observed[side], yield)
	}
}

// each yields observations as they are now, in order.
func (s *Store) each(all map[core.Ref]state.Observation, yield func(state.Observation, error) bool) {
	list := slices.SortedFunc(maps.Values(all), func(a, b state.Observation) int { return a.Ref.Compare(b.Ref) })
	for _, o := range list {
		if !yield(o, nil) {
			return
		}
	}
}

// ObservedIn implements state.Store.
func (s *Store) ObservedIn(_ context.Context, side core.Side, c core.CollectionID) iter.Seq2[state.Observation, error] {
	return func(yield func(state.Observation, error) bool) {
		in := map[core.Ref]state.Observation{}
		for ref, o := range s.observed[side] {
			if ref.Collection == c {
				in[ref] = o
			}
		}
		s.each(in, yield)
	}
}

// ObservedAt implements state.Store.
func (s *Store) ObservedAt(_ context.Context, side core.Side, refs []core.Ref) (map[core.Ref]state.Observation, error) {
	out := map[core.Ref]state.Observation{}
	for _, ref := range refs {
		if o, ok := s.observed[side][ref]; ok {
			out[ref] = o
		}
	}
	return out, nil
}

// Intents implements state.Store.
func (s *Store) Intents(context.Context) ([]core.Intent, error) {
	out := slices.Collect(maps.Values(s.intents))
	slices.SortFunc(out, func(a, b core.Intent) int { return cmp.Compare(a.N, b.N) })
	return out, nil
}

// Parked implements state.Store.
func (s *Store) Parked(context.Context) ([]core.Note, error) { return slices.Clone(s.parked), nil }

// Conflicts implements state.Store.
func (s *Store) Conflicts(context.Context) ([]state.Conflict, error) {
	return slices.Clone(s.conflicts), nil
}

// Log implements state.Store.
func (s *Store) Log(_ context.Context, run string) ([]state.Entry, error) {
	return slices.DeleteFunc(slices.Clone(s.log), func(e state.Entry) bool { return run != "" && e.Run != run }), nil
}

// LogAfter implements state.Store.
func (s *Store) LogAfter(_ context.Context, run string, n int) iter.Seq2[state.Entry, error] {
	return func(yield func(state.Entry, error) bool) {
		for _, e := range slices.Clone(s.log) {
			if e.Run != run {
				continue
			}
			if n--; n < 0 && !yield(e, nil) {
				return
			}
		}
	}
}

// Runs implements state.Store.
func (s *Store) Runs(context.Context) ([]state.Run, error) { return slices.Clone(s.runs), nil }

// Close implements state.Store.
func (s *Store) Close() error { return nil }

// Commit implements state.Store.
func (s *Store) Commit(_ context.Context, b *state.Batch) error {
	for _, n := range b.Rename {
		s.rename(n)
	}
	for _, n := range b.DropRows {
		s.dropRow(n)
	}
	for _, r := range b.Revise {
		if row, there := s.rows[r.Row]; there {
			r.Apply(&row)
			s.rows[r.Row] = row
		}
	}
	for _, r := range b.PutRows {
		s.dropRow(r.N)
		s.rows[r.N] = r
		s.head.LastRow = max(s.head.LastRow, r.N)
		for x, bound := range r.Side {
			if !bound.None && bound.Ref.ID != "" {
				s.at[x][bound.Ref] = r.N
			}
		}
	}
	for x := range b.Observe {
		for _, ref := range b.Unobserve[x] {
			delete(s.observed[x], ref)
		}
		for _, o := range b.Observe[x] {
			s.observed[x][o.Ref] = o
		}
		if b.Sides[x] != nil {
			s.head.Sides[x] = *b.Sides[x]
			s.head.Sides[x].Tokens, s.head.Sides[x].Held = maps.Clone(b.Sides[x].Tokens), maps.Clone(b.Sides[x].Held)
			s.head.Sides[x].LastCounts = maps.Clone(b.Sides[x].LastCounts)
		}
	}
	for _, n := range b.DropIntents {
		delete(s.intents, n)
	}
	for _, in := range b.PutIntents {
		s.intents[in.N] = in
		s.head.LastIntent = max(s.head.LastIntent, in.N)
	}
	if b.Collections != nil {
		s.head.Collections = slices.Clone(b.Collections)
	}
	s.commitLog(b)
	return nil
}

func (s *Store) commitLog(b *state.Batch) {
	if b.Parked != nil {
		s.parked = slices.Clone(*b.Parked)
	}
	for _, c := range b.Conflicts {
		c.ID = 1
		if n := len(s.conflicts); n > 0 {
			c.ID = s.conflicts[n-1].ID + 1
		}
		s.conflicts = append(s.conflicts, c)
	}
	for id, how := range b.Resolve {
		for i := range s.conflicts {
			if s.conflicts[i].ID == id {
				s.conflicts[i].Resolved = how
			}
		}
	}
	if b.Run != nil {
		if i := slices.IndexFunc(s.runs, func(r state.Run) bool { return r.ID == b.Run.ID }); i >= 0 {
			s.runs[i] = *b.Run
		} else {
			s.runs = append(s.runs, *b.Run)
		}
	}
	s.log = append(s.log, b.Log...)
	s.runs = slices.DeleteFunc(s.runs, func(r state.Run) bool { return slices.Contains(b.ForgetRuns, r.ID) })
	s.log = slices.DeleteFunc(s.log, func(e state.Entry) bool { return slices.Contains(b.ForgetRuns, e.Run) })
	s.conflicts = slices.DeleteFunc(s.conflicts, func(c state.Conflict) bool { return slices.Contains(b.ForgetConflicts, c.ID) })
}

func (s *Store) dropRow(n int64) {
	old, ok := s.rows[n]
	if !ok {
		return
	}
	for x, bound := range old.Side {
		if s.at[x][bound.Ref] == n {
			delete(s.at[x], bound.Ref)
		}
	}
	delete(s.rows, n)
}

func (s *Store) rename(n state.Rename) {
	for id, r := range s.rows {
		b := &r.Side[n.Side]
		if b.None || b.Ref.Collection != n.From && b.Place != n.From {
			continue
		}
		if b.Ref.Collection == n.From {
			delete(s.at[n.Side], b.Ref)
			b.Ref.Collection = n.To
			s.at[n.Side][b.Ref] = id
		}
		if b.Place == n.From {
			b.Place = n.To
		}
		s.rows[id] = r
	}
	for ref, o := range maps.Clone(s.observed[n.Side]) {
		if ref.Collection == n.From {
			delete(s.observed[n.Side], ref)
			o.Collection = n.To
			s.observed[n.Side][o.Ref] = o
		}
	}
	for id, in := range s.intents {
		s.intents[id], _ = n.Intent(in)
	}
}
