package statetest

import (
	"lockstep/core"
	"lockstep/state"
)

func intent(n int64) core.Intent {
	in := filled[core.Intent](int(n))
	in.N = n
	return in
}

func intentsRoundTrip(s *subject) {
	small := core.Intent{N: 2, Op: core.OpMark}
	s.commit(&state.Batch{PutIntents: []core.Intent{intent(3), small, intent(1)}})
	equal(s.t, "intents", s.intents(), []core.Intent{intent(1), small, intent(3)})
}

func intentsReplaceAndDrop(s *subject) {
	s.commit(&state.Batch{PutIntents: []core.Intent{intent(1), intent(2), intent(3)}})
	changed := intent(7)
	changed.N = 2
	back := intent(8)
	back.N = 3
	s.commit(&state.Batch{PutIntents: []core.Intent{changed, back}, DropIntents: []int64{1, 3, 99}})
	equal(s.t, "intents", s.intents(), []core.Intent{changed, back})
}

// numbersNeverGoBack: a number is never given to something else.
func numbersNeverGoBack(s *subject) {
	s.commit(&state.Batch{PutRows: []core.Row{row(7), row(3)}, PutIntents: []core.Intent{intent(9), intent(4)}})
	check := func() {
		s.t.Helper()
		if h := s.head(); h.LastRow != 7 || h.LastIntent != 9 {
			s.t.Fatalf("the last row is %d and not 7, the last intent %d and not 9", h.LastRow, h.LastIntent)
		}
	}
	check()
	s.commit(&state.Batch{DropRows: []int64{7, 3}, DropIntents: []int64{9, 4}})
	check()
	s.commit(&state.Batch{PutRows: []core.Row{row(2)}, PutIntents: []core.Intent{intent(1)}})
	check()
}

func collectionsReplace(s *subject) {
	a, b := filled[core.CollectionRow](1), filled[core.CollectionRow](2)
	small := core.CollectionRow{N: 1, Side: [2]core.CollectionAt{{Collection: core.Collection{ID: "x", Count: -1}}, {None: true}}}
	for _, want := range [][]core.CollectionRow{{b, a, small}, {a, b}, {b}, {small, b, a}} {
		s.commit(&state.Batch{Collections: want})
		equal(s.t, "collections", s.head().Collections, want)
		s.commit(&state.Batch{PutRows: []core.Row{row(1)}})
		equal(s.t, "collections, unchanged", s.head().Collections, want)
	}
	s.commit(&state.Batch{Collections: []core.CollectionRow{}})
	equal(s.t, "collections, none left", s.head().Collections, nil)
}

func sidesReplace(s *subject) {
	left, right := filled[state.SideState](1), filled[state.SideState](2)
	s.commit(&state.Batch{Sides: [2]*state.SideState{&left, nil}})
	equal(s.t, "sides", s.head().Sides, [2]state.SideState{left, {}})
	s.commit(&state.Batch{Sides: [2]*state.SideState{nil, &right}})
	equal(s.t, "sides", s.head().Sides, [2]state.SideState{left, right})
	small := state.SideState{LastCounts: map[core.CollectionID]int{"a": 3}}
	s.commit(&state.Batch{Sides: [2]*state.SideState{&small, {}}})
	equal(s.t, "sides, replaced as a whole", s.head().Sides, [2]state.SideState{small, {}})
}

// sidesAreCopies: the maps of a side belong to who made them.
func sidesAreCopies(s *subject) {
	given, want := filled[state.SideState](1), filled[state.SideState](1)
	s.must(s.store.Commit(s.ctx, &state.Batch{Sides: [2]*state.SideState{&given, nil}}))
	given.Tokens["mutated"], given.Held["mutated"], given.Scope = "x", true, "mutated"
	equal(s.t, "side after its maker changed it", s.head().Sides[0], want)
	read := s.head().Sides[0]
	read.Tokens["mutated"], read.Held["mutated"] = "x", true
	equal(s.t, "side after its reader changed it", s.head().Sides[0], want)
	pairs := []core.CollectionRow{filled[core.CollectionRow](1)}
	s.must(s.store.Commit(s.ctx, &state.Batch{Collections: pairs}))
	pairs[0].N = 77
	s.head().Collections[0].N = 78
	equal(s.t, "collections after their maker changed them", s.head().Collections, []core.CollectionRow{filled[core.CollectionRow](1)})
}
