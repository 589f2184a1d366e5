// Package engine runs one pass of one link: it surveys both sides, pulls what
// changed into the state, lets package reconcile settle, rebind, pair and
// plan, and carries the plan out, write by write, each with an intent before
// and a commit after. It is the only caller of Replica.Apply, and the only
// place that retries.
//
// It never decides what to write (reconcile does), never branches on a kind
// or a connector, and keeps nothing between passes but what is in the store.
// Start with Pass in pass.go; the file names are the phases in order: survey,
// pull, load, learn, decide, execute.
package engine

import (
	"context"
	"time"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// Link is two replicas and how they are kept in step. A Link value lives for
// one pass, as its replicas do.
type Link struct {
	Name     string
	Replicas [2]core.Replica
	Store    state.Store
	Traits   core.Traits
	Policy   reconcile.Policy
	Mapper   reconcile.Mapper
	// Scope names the filters in force; another scope lists everything again.
	Scope string
	// Undo keeps what is deleted or overwritten on a local side; nil = none.
	Undo Undo
	// Local tells which sides' losses go to the undo area, whatever their kind.
	Local [2]bool
}

// Undo is an area where items are kept before they are deleted or
// overwritten.
type Undo interface {
	// Keep stores an item durably and returns a name for it.
	Keep(ctx context.Context, run string, side core.Side, path string, item core.Item) (string, error)
}

// Options of one pass.
type Options struct {
	// PlanOnly changes neither side.
	PlanOnly bool
	// Confirm is the ID of held deletions to release.
	Confirm string
	// Expect is the PlanID that the plan must have; "" = any.
	Expect string
	// Full lists everything again, without tokens.
	Full bool
	// Yield is asked between batches of what is copied: true = something newer
	// waits, so the pass ends here, and the next one goes on. nil = never.
	Yield func() bool
}

// Engine runs passes. Its fields are set once, before the first pass.
type Engine struct {
	// Now is the clock.
	Now func() time.Time
	// Sleep waits between retries; it returns early with the context's error.
	Sleep func(context.Context, time.Duration) error
	// NewRun names a run.
	NewRun func() string
	// Emit receives every event, in order; nil = nobody listens.
	Emit func(Event)
	// Parallel reads the next bodies while the last ones are written. Without
	// it they are read before, so that a seed replays.
	Parallel bool
	// Attempts of an operation that fails with class Transient; at least 1.
	Attempts int
	// BatchItems and BatchBytes bound what is in flight between two commits.
	BatchItems int
	BatchBytes int64
	// Portion is how many items without a row a pass plans at once, so that a
	// first sync needs no memory for everything; 0 = all at once.
	Portion int
	// Without takes rules of evidence out; only the ablation test sets it.
	Without reconcile.Without
	// Consent releases unproven deletions in tests; nil = by Confirm only.
	Consent func(core.Step) bool
}

// New returns an engine with the real clock and sensible limits.
func New() *Engine {
	return &Engine{
		Now: time.Now, Sleep: sleep, NewRun: func() string { return time.Now().UTC().Format("20060102T150405.000Z") },
		Parallel: true, Attempts: 4, BatchItems: 500, BatchBytes: 8 << 20, Portion: 4_000,
	}
}

// beside runs work beside what comes next; wait waits for its end.
func (e *Engine) beside(work func()) (wait func()) {
	if !e.Parallel {
		work()
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	return func() { <-done }
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
