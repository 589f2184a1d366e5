// Package statetest is the conformance suite of the state contract
// (state.Store). Every store runs it; state/memory is the reference, and the
// random test compares every store with it.
//
// It never looks inside a store and never asks for more than the contract says,
// except where the reference is the contract: what a rename reaches, that a
// handle finds the row that was put there last, and that Rows keeps the order
// of its numbers. Nil and empty lists are the same to it. Start with Run, or
// with RunDurable for a store that outlives its process.
package statetest

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/state"
)

// Run runs the suite; open makes an empty store. The suite closes it.
func Run(t *testing.T, open func(t *testing.T) state.Store) {
	run(t, func(t *testing.T) *subject { return &subject{t: t, store: open(t)} })
}

// RunDurable runs the suite and closes and opens the store after every commit:
// what was committed is there again. open opens the store in a folder, which
// is empty at first.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) state.Store) {
	run(t, func(t *testing.T) *subject {
		dir := t.TempDir()
		return &subject{t: t, store: open(t, dir), again: func() state.Store { return open(t, dir) }}
	})
}

func run(t *testing.T, start func(*testing.T) *subject) {
	tests := map[string]func(*subject){
		"EmptyStore":                  emptyStore,
		"EmptyBatchChangesNothing":    emptyBatchChangesNothing,
		"RowIsFoundByEverything":      rowIsFoundByEverything,
		"RowsAtLeavesOutUnknown":      rowsAtLeavesOutUnknown,
		"RowsAtTakesThousands":        rowsAtTakesThousands,
		"RowsInOrderOfID":             rowsInOrderOfID,
		"RowsKeepTheirOrder":          rowsKeepTheirOrder,
		"RowsWithSharedProperties":    rowsWithSharedProperties,
		"RowsWithNothing":             rowsWithNothing,
		"NoneSideHasNoHandle":         noneSideHasNoHandle,
		"EmptyIDIsNoHandle":           emptyIDIsNoHandle,
		"HandleChanges":               handleChanges,
		"HandlesSwap":                 handlesSwap,
		"LastRowHasTheHandle":         lastRowHasTheHandle,
		"DroppedRowIsGone":            droppedRowIsGone,
		"DropThenPut":                 dropThenPut,
		"ReviseKeepsTheRest":          reviseKeepsTheRest,
		"LastPutCounts":               lastPutCounts,
		"TotalsCount":                 totalsCount,
		"BodiesRoundTrip":             bodiesRoundTrip,
		"BodiesOutliveTheirTwins":     bodiesOutliveTheirTwins,
		"RowsAreCopies":               rowsAreCopies,
		"ObserveAndUnobserve":         observeAndUnobserve,
		"ObservedInOrder":             observedInOrder,
		"ObservedAtLeavesOut":         observedAtLeavesOut,
		"ObserveAfterUnobserve":       observeAfterUnobserve,
		"IntentsRoundTrip":            intentsRoundTrip,
		"IntentsReplaceAndDrop":       intentsReplaceAndDrop,
		"NumbersNeverGoBack":          numbersNeverGoBack,
		"CollectionsReplace":          collectionsReplace,
		"SidesReplace":                sidesReplace,
		"SidesAreCopies":              sidesAreCopies,
		"RenameReachesRows":           renameReachesRows,
		"RenameReachesObserved":       renameReachesObserved,
		"RenameReachesIntents":        renameReachesIntents,
		"RenameComesFirst":            renameComesFirst,
		"RenamesInTurn":               renamesInTurn,
		"ParkedReplace":               parkedReplace,
		"ConflictsGetIDs":             conflictsGetIDs,
		"ConflictsResolve":            conflictsResolve,
		"RunIsUpdated":                runIsUpdated,
		"LogByRun":                    logByRun,
		"LogAfter":                    logAfter,
		"ForgetRuns":                  forgetRuns,
		"ForgetConflicts":             forgetConflicts,
		"EveryFieldAlone":             everyFieldAlone,
		"OddBytesComeBack":            oddBytesComeBack,
		"CancelledCommitIsWhole":      cancelledCommitIsWhole,
		"CancelAnywhereLeavesNothing": cancelAnywhereLeavesNothing,
		"ReadingWhileIterating":       readingWhileIterating,
		"CommitWhileIterating":        commitWhileIterating,
		"IterationStopsEarly":         iterationStopsEarly,
		"RandomBatches":               randomBatches,
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			defer func() { s.must(s.store.Close()) }()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel() // a deadlock shows as an error
			s.ctx = ctx
			tests[name](s)
		})
	}
}

// subject is the store of one test, with helpers that fail the test.
type subject struct {
	t     *testing.T
	ctx   context.Context
	store state.Store
	again func() state.Store // opens it again; nil = it is not durable
}

func (s *subject) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// commit commits, and for a durable store closes and opens it.
func (s *subject) commit(b *state.Batch) {
	s.t.Helper()
	s.must(s.store.Commit(s.ctx, b))
	if s.again != nil {
		s.must(s.store.Close())
		s.store = s.again()
	}
}

func (s *subject) head() state.Head {
	s.t.Helper()
	h, err := s.store.Head(s.ctx)
	s.must(err)
	return h
}

func (s *subject) rowsAt(x core.Side, refs ...core.Ref) map[core.Ref]core.Row {
	s.t.Helper()
	rows, err := s.store.RowsAt(s.ctx, x, refs)
	s.must(err)
	return rows
}

func (s *subject) rowsIn(x core.Side, c core.CollectionID) []core.Row {
	s.t.Helper()
	var out []core.Row
	for r, err := range s.store.RowsIn(s.ctx, x, c) {
		s.must(err)
		out = append(out, r)
	}
	return out
}

func (s *subject) rows(numbers ...int64) []core.Row {
	s.t.Helper()
	rows, err := s.store.Rows(s.ctx, numbers)
	s.must(err)
	return rows
}

func (s *subject) rowsWith(by state.Property) []core.Row {
	s.t.Helper()
	rows, err := s.store.RowsWith(s.ctx, by)
	s.must(err)
	return rows
}

func (s *subject) observed(x core.Side) []state.Observation {
	s.t.Helper()
	var out []state.Observation
	for o, err := range s.store.Observed(s.ctx, x) {
		s.must(err)
		out = append(out, o)
	}
	return out
}

func (s *subject) observedAt(x core.Side, refs ...core.Ref) map[core.Ref]state.Observation {
	s.t.Helper()
	out, err := s.store.ObservedAt(s.ctx, x, refs)
	s.must(err)
	return out
}

func (s *subject) intents() []core.Intent {
	s.t.Helper()
	out, err := s.store.Intents(s.ctx)
	s.must(err)
	return out
}
