package statetest

import (
	"strconv"

	"lockstep/core"
	"lockstep/state"
)

// everyFieldAlone: each field of everything is kept, as itself and when all
// others are empty.
func everyFieldAlone(s *subject) {
	b := &state.Batch{
		PutRows: alone[core.Row](), PutIntents: alone[core.Intent](), Collections: alone[core.CollectionRow](),
		Observe:   [2][]state.Observation{alone[state.Observation](), nil},
		Conflicts: alone[state.Conflict](), Log: alone[state.Entry](),
	}
	parked := alone[core.Note]()
	b.Parked = &parked
	for i := range b.PutRows {
		b.PutRows[i].N = int64(i + 1)
	}
	for i := range b.PutIntents {
		b.PutIntents[i].N = int64(i + 1)
	}
	for i := range b.Observe[0] {
		b.Observe[0][i].Ref = core.Ref{Collection: "in", ID: core.ID(strconv.Itoa(1000 + i))}
	}
	s.commit(b)
	equal(s.t, "rows", s.rows(numbersOf(b.PutRows)...), b.PutRows)
	equal(s.t, "intents", s.intents(), b.PutIntents)
	equal(s.t, "collections", s.head().Collections, b.Collections)
	equal(s.t, "observed", s.observed(core.Left), b.Observe[0])
	for i := range b.Conflicts {
		b.Conflicts[i].ID = int64(i + 1)
	}
	equal(s.t, "conflicts", s.conflicts(), b.Conflicts)
	got, err := s.store.Parked(s.ctx)
	s.must(err)
	equal(s.t, "parked", got, parked)
	log, err := s.store.Log(s.ctx, "")
	s.must(err)
	equal(s.t, "log", log, b.Log)
	runsAndSidesAlone(s)
}

func runsAndSidesAlone(s *subject) {
	runs := alone[state.Run]()
	for i := range runs {
		runs[i].ID = strconv.Itoa(i)
		s.commit(&state.Batch{Run: &runs[i]})
	}
	got, err := s.store.Runs(s.ctx)
	s.must(err)
	equal(s.t, "runs", got, runs)
	for _, side := range alone[state.SideState]() {
		s.commit(&state.Batch{Sides: [2]*state.SideState{nil, &side}})
		equal(s.t, "sides", s.head().Sides, [2]state.SideState{{}, side})
	}
}
