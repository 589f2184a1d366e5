package statetest

import (
	"context"
	"errors"
	"sync"

	"lockstep/core"
	"lockstep/state"
)

// everything is a batch that changes every part of what everythingBefore left.
func everything() *state.Batch {
	left, right := filled[state.SideState](3), filled[state.SideState](4)
	return &state.Batch{
		PutRows: []core.Row{row(2), row(3)}, DropRows: []int64{1},
		Observe:    [2][]state.Observation{{observation(1, "in", "1")}, {observation(2, "in", "2")}},
		Unobserve:  [2][]core.Ref{{{Collection: "in", ID: "9"}}, {{Collection: "in", ID: "9"}}},
		PutIntents: []core.Intent{intent(2)}, DropIntents: []int64{1},
		Collections: []core.CollectionRow{filled[core.CollectionRow](1)},
		Rename:      []state.Rename{{Side: core.Right, From: row(2).Side[1].Ref.Collection, To: "new"}, {Side: core.Left, From: "in", To: "out"}},
		Sides:       [2]*state.SideState{&left, &right}, Parked: &[]core.Note{filled[core.Note](1)},
		Conflicts: []state.Conflict{conflict(2, 0)}, Resolve: map[int64]string{1: "left"},
		Run: &state.Run{ID: "r", Ended: 9}, Log: []state.Entry{{Run: "r", Why: "more"}},
		ForgetRuns: []string{"old"}, ForgetConflicts: []int64{2},
	}
}

func everythingBefore() *state.Batch {
	return &state.Batch{
		PutRows:    []core.Row{row(1), row(2)},
		Observe:    [2][]state.Observation{{observation(1, "in", "9")}, {observation(2, "in", "9")}},
		PutIntents: []core.Intent{intent(1)}, Conflicts: []state.Conflict{conflict(1, 0)},
		Run: &state.Run{ID: "r", Started: 1}, Log: []state.Entry{{Run: "r", Why: "first"}, {Run: "old", Why: "old"}},
	}
}

// cancelledCommitIsWhole: a store may finish a commit whose caller has gone,
// but then it says so.
func cancelledCommitIsWhole(s *subject) {
	s.commit(everythingBefore())
	was := Dump(s.t, s.store)
	gone, cancel := context.WithCancel(s.ctx)
	cancel()
	err := s.store.Commit(gone, everything())
	if is := Dump(s.t, s.store); err != nil && is != was {
		s.t.Fatalf("the commit failed (%v) and changed\n%s", err, diff(is, was))
	} else if err == nil && is == was {
		s.t.Fatal("the commit says that it was made, and nothing changed")
	}
}

// cancelAnywhereLeavesNothing cancels a commit at each place where the store
// looks whether it is cancelled.
func cancelAnywhereLeavesNothing(s *subject) {
	s.commit(everythingBefore())
	was := Dump(s.t, s.store)
	for looks := 1; ; looks++ {
		ctx := &impatient{Context: s.ctx, left: looks, done: make(chan struct{})}
		err := s.store.Commit(ctx, everything())
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			s.t.Fatalf("the commit failed, but not for being cancelled: %v", err)
		}
		if is := Dump(s.t, s.store); is != was {
			s.t.Fatalf("cancelled at look %d, the commit failed and changed\n%s", looks, diff(is, was))
		}
	}
	if is := Dump(s.t, s.store); is == was {
		s.t.Fatal("the commit says that it was made, and nothing changed")
	}
}

// impatient is cancelled when it is looked at for the n-th time.
type impatient struct {
	context.Context
	done chan struct{}
	mu   sync.Mutex
	left int
}

func (c *impatient) Done() <-chan struct{} { return c.done }

func (c *impatient) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left > 0 {
		return nil
	}
	if c.left == 0 {
		close(c.done)
	}
	return context.Canceled
}
