package overlay_test

import (
	"context"
	"path/filepath"
	"testing"

	"lockstep/state"
	"lockstep/state/memory"
	"lockstep/state/overlay"
	"lockstep/state/sqlite"
	"lockstep/state/statetest"
)

func over(t *testing.T, below state.Store) *overlay.Store {
	t.Helper()
	s, err := overlay.New(context.Background(), below)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestConformance: over an empty store it is a store like any other.
func TestConformance(t *testing.T) {
	statetest.Run(t, func(t *testing.T) state.Store { return over(t, memory.New()) })
}

// pile is an overlay that is given a new one on top after every commit, so
// that what is asked comes from all of them.
type pile struct {
	state.Store
	t *testing.T
}

func (p *pile) Commit(ctx context.Context, b *state.Batch) error {
	if err := p.Store.Commit(ctx, b); err != nil {
		return err
	}
	p.Store = over(p.t, p.Store)
	return nil
}

// TestConformanceOverContents: whatever is below and whatever above, both are
// read as one.
func TestConformanceOverContents(t *testing.T) {
	statetest.Run(t, func(t *testing.T) state.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		return &pile{Store: over(t, s), t: t}
	})
}

// TestBelowIsUntouched: what a random story commits to an overlay does not
// reach the store below.
func TestBelowIsUntouched(t *testing.T) {
	below := memory.New()
	statetest.Fill(t, below, 1)
	was := statetest.Dump(t, below)
	s := over(t, below)
	if got := statetest.Dump(t, s); got != was {
		t.Fatalf("an overlay without a commit is not what is below:\n%s", got)
	}
	statetest.Fill(t, s, 2)
	if statetest.Dump(t, s) == was {
		t.Fatal("the story changed nothing")
	}
	if got := statetest.Dump(t, below); got != was {
		t.Fatalf("what is below has changed:\n%s\nand was\n%s", got, was)
	}
}
