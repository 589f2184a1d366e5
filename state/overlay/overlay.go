// Package overlay is a state.Store over another that is only read: what is
// committed stays in memory and is forgotten with it. A plan is made with it,
// so that planning leaves no trace.
//
// It never writes to the store below, and expects that nobody else does while
// it is used (a snapshot). It holds what was changed and nothing more. Start
// with New and Commit; raise.go is how something of the store below comes to
// be changed, rows.go how both are read as one.
package overlay

import (
	"context"
	"iter"
	"slices"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/memory"
)

// Store is what is below, but for what was changed, and what was changed. Use
// New.
type Store struct {
	below state.Store
	// above has all that is small and every row and observation that a commit
	// was about.
	above *memory.Store
	last  [2]int64 // numbers given below: rows, intents
	// commits counts them. rows and observed say what of below no longer
	// counts, and since which commit: an iterator that began before shows it.
	commits  int
	rows     map[int64]int
	observed [2]map[core.Ref]int
	// was is what below has of rows; owners are those of rows that changed,
	// before or after.
	was       map[int64]core.Row
	owners    map[string]bool
	conflicts []state.Conflict
	forgotten map[string]bool // runs of below
}

var _ state.Store = (*Store)(nil)

// New returns an overlay on a store, which it closes with itself. The error is
// that of the store.
func New(ctx context.Context, below state.Store) (*Store, error) {
	s := &Store{
		below: below, above: memory.New(), rows: map[int64]int{}, observed: [2]map[core.Ref]int{{}, {}},
		was: map[int64]core.Row{}, owners: map[string]bool{}, forgotten: map[string]bool{},
	}
	head, err := below.Head(ctx)
	if err != nil {
		return nil, err
	}
	s.last = [2]int64{head.LastRow, head.LastIntent}
	b := &state.Batch{Collections: head.Collections, Sides: [2]*state.SideState{&head.Sides[0], &head.Sides[1]}}
	if b.PutIntents, err = below.Intents(ctx); err != nil {
		return nil, err
	}
	parked, err := below.Parked(ctx)
	if err != nil {
		return nil, err
	}
	b.Parked = &parked
	if s.conflicts, err = below.Conflicts(ctx); err != nil {
		return nil, err
	}
	return s, s.above.Commit(ctx, b)
}

// Commit implements state.Store.
func (s *Store) Commit(ctx context.Context, b *state.Batch) error {
	if err := s.raise(ctx, b); err != nil {
		return err
	}
	for _, r := range b.PutRows {
		s.owners[r.Owner] = true
	}
	rest := *b
	rest.Conflicts, rest.Resolve, rest.ForgetConflicts = nil, nil, nil // their numbers go on from those below
	if err := s.above.Commit(ctx, &rest); err != nil {
		return err
	}
	s.commitConflicts(b)
	for _, run := range b.ForgetRuns {
		s.forgotten[run] = true
	}
	return nil
}

func (s *Store) commitConflicts(b *state.Batch) {
	s.conflicts = slices.Clone(s.conflicts) // what was returned stays as it was
	for _, c := range b.Conflicts {
		c.ID = 1
		if n := len(s.conflicts); n > 0 {
			c.ID = s.conflicts[n-1].ID + 1
		}
		s.conflicts = append(s.conflicts, c)
	}
	for i := range s.conflicts {
		if how, settled := b.Resolve[s.conflicts[i].ID]; settled {
			s.conflicts[i].Resolved = how
		}
	}
	s.conflicts = slices.DeleteFunc(s.conflicts, func(c state.Conflict) bool { return slices.Contains(b.ForgetConflicts, c.ID) })
}

// Head implements state.Store.
func (s *Store) Head(ctx context.Context) (state.Head, error) {
	h, err := s.above.Head(ctx)
	h.LastRow, h.LastIntent = max(h.LastRow, s.last[0]), max(h.LastIntent, s.last[1])
	return h, err
}

// Intents implements state.Store.
func (s *Store) Intents(ctx context.Context) ([]core.Intent, error) { return s.above.Intents(ctx) }

// Parked implements state.Store.
func (s *Store) Parked(ctx context.Context) ([]core.Note, error) { return s.above.Parked(ctx) }

// Conflicts implements state.Store.
func (s *Store) Conflicts(context.Context) ([]state.Conflict, error) {
	return slices.Clone(s.conflicts), nil
}

// Log implements state.Store.
func (s *Store) Log(ctx context.Context, run string) ([]state.Entry, error) {
	below, err := s.below.Log(ctx, run)
	if err != nil {
		return nil, err
	}
	above, err := s.above.Log(ctx, run)
	below = slices.DeleteFunc(below, func(e state.Entry) bool { return s.forgotten[e.Run] })
	return append(below, above...), err
}

// LogAfter implements state.Store.
func (s *Store) LogAfter(ctx context.Context, run string, n int) iter.Seq2[state.Entry, error] {
	return func(yield func(state.Entry, error) bool) {
		if run == "" {
			return
		}
		all, err := s.Log(ctx, run)
		if err != nil {
			yield(state.Entry{}, err)
			return
		}
		for _, e := range all[min(n, len(all)):] {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Runs implements state.Store.
func (s *Store) Runs(ctx context.Context) ([]state.Run, error) {
	out, err := s.below.Runs(ctx)
	if err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(r state.Run) bool { return s.forgotten[r.ID] })
	above, err := s.above.Runs(ctx)
	for _, run := range above {
		if i := slices.IndexFunc(out, func(r state.Run) bool { return r.ID == run.ID }); i >= 0 {
			out[i] = run
		} else {
			out = append(out, run)
		}
	}
	return out, err
}

// Close implements state.Store.
func (s *Store) Close() error { return s.below.Close() }
