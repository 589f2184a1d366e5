package statetest

import (
	"lockstep/core"
	"lockstep/state"
)

func renames(all ...state.Rename) *state.Batch { return &state.Batch{Rename: all} }

func renameReachesRows(s *subject) {
	inside, placed, moved, none, other := pair(1, "old", "old"), pair(2, "x", "box"), pair(3, "old", "box"), pair(4, "old", "box"), pair(5, "y", "box")
	placed.Side[0].Place = "old" // moved away by a user
	moved.Side[0].Place = "z"    // moved in by a user
	none.Side[0].None = true
	s.commit(&state.Batch{PutRows: []core.Row{inside, placed, moved, none, other}})
	s.commit(renames(state.Rename{Side: core.Left, From: "old", To: "new"}))
	was := inside.Side[0].Ref
	inside.Side[0].Ref.Collection, inside.Side[0].Place = "new", "new"
	placed.Side[0].Place = "new"
	moved.Side[0].Ref.Collection = "new"
	equal(s.t, "rows", s.rows(1, 2, 3, 4, 5), []core.Row{inside, placed, moved, none, other})
	equal(s.t, "rows at", s.rowsAt(core.Left, was, inside.Side[0].Ref), map[core.Ref]core.Row{inside.Side[0].Ref: inside})
	equal(s.t, "rows in the old collection", s.rowsIn(core.Left, "old"), nil)
	equal(s.t, "rows in the new collection", s.rowsIn(core.Left, "new"), []core.Row{inside, moved})
	equal(s.t, "rows of the other side", s.rowsIn(core.Right, "old"), []core.Row{inside})
	s.commit(renames(state.Rename{Side: core.Right, From: "old", To: "new"}))
	equal(s.t, "rows of the other side", numbersOf(s.rowsIn(core.Right, "new")), []int64{1})
}

func renameReachesObserved(s *subject) {
	a, b, c := observation(1, "old", "1"), observation(2, "new", "1"), observation(3, "new", "2")
	s.commit(&state.Batch{Observe: [2][]state.Observation{{a, b, c}, {a}}})
	s.commit(renames(state.Rename{Side: core.Left, From: "old", To: "new"}))
	right := a
	a.Collection = "new" // what arrives replaces what is there
	equal(s.t, "left", s.observed(core.Left), []state.Observation{a, c})
	equal(s.t, "right", s.observed(core.Right), []state.Observation{right})
}

func renameReachesIntents(s *subject) {
	in := func(n int64, x core.Side, at, to, source core.CollectionID) core.Intent {
		out := intent(n)
		out.Side, out.At.Collection, out.To, out.Source.Collection = x, at, to, source
		out.Positions = map[core.CollectionID]core.Watermark{at: {Position: 7}, "z": {Position: 9}}
		return out
	}
	s.commit(&state.Batch{PutIntents: []core.Intent{
		in(1, core.Left, "old", "old", "old"), in(2, core.Right, "old", "old", "old"), in(3, core.Left, "a", "old", "b"), in(4, core.Left, "a", "b", "c"),
	}})
	s.commit(renames(state.Rename{Side: core.Left, From: "old", To: "new"}))
	equal(s.t, "intents", s.intents(), []core.Intent{
		in(1, core.Left, "new", "new", "old"), in(2, core.Right, "old", "old", "new"), in(3, core.Left, "a", "new", "b"), in(4, core.Left, "a", "b", "c"),
	})
}

// renameComesFirst: the rest of a batch speaks of the new names.
func renameComesFirst(s *subject) {
	a, b := pair(1, "old", "box"), pair(2, "old", "box")
	o := observation(1, "old", "1")
	s.commit(&state.Batch{PutRows: []core.Row{a, b}, Observe: [2][]state.Observation{{o}, nil}})
	c := pair(3, "old", "box")
	s.commit(&state.Batch{
		Rename:  []state.Rename{{Side: core.Left, From: "old", To: "new"}},
		PutRows: []core.Row{c}, DropRows: []int64{2}, Unobserve: [2][]core.Ref{{{Collection: "new", ID: "1"}}, nil},
	})
	a.Side[0].Ref.Collection, a.Side[0].Place = "new", "new"
	equal(s.t, "rows", s.rows(1, 2, 3), []core.Row{a, c})
	equal(s.t, "observed", s.observed(core.Left), nil)
}

// renamesInTurn: each sees what the one before it made.
func renamesInTurn(s *subject) {
	a, b := pair(1, "a", "box"), pair(2, "b", "box")
	s.commit(&state.Batch{PutRows: []core.Row{a, b}})
	s.commit(renames(state.Rename{Side: core.Left, From: "b", To: "free"}, state.Rename{Side: core.Left, From: "a", To: "b"}, state.Rename{Side: core.Left, From: "free", To: "a"}))
	equal(s.t, "rows in a", numbersOf(s.rowsIn(core.Left, "a")), []int64{2})
	equal(s.t, "rows in b", numbersOf(s.rowsIn(core.Left, "b")), []int64{1})
	was := Dump(s.t, s.store)
	s.commit(renames(state.Rename{Side: core.Left, From: "a", To: "a"}, state.Rename{Side: core.Right, From: "never seen", To: "box"}))
	if is := Dump(s.t, s.store); is != was {
		s.t.Fatal(diff(is, was))
	}
	for _, r := range s.rows(1, 2) {
		equal(s.t, "rows at", s.rowsAt(core.Left, r.Side[0].Ref), map[core.Ref]core.Row{r.Side[0].Ref: r})
	}
}
