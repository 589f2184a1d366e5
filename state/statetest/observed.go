package statetest

import (
	"slices"

	"lockstep/core"
	"lockstep/state"
)

func observation(seed int, c core.CollectionID, id core.ID) state.Observation {
	o := filled[state.Observation](seed)
	o.Ref = core.Ref{Collection: c, ID: id}
	return o
}

func observeAndUnobserve(s *subject) {
	a, b := observation(1, "in", "1"), observation(2, "in", "2")
	gone := state.Observation{Stub: core.Stub{Ref: b.Ref}, Gone: true}
	s.commit(&state.Batch{Observe: [2][]state.Observation{{a, b}, {gone}}})
	equal(s.t, "left", s.observed(core.Left), []state.Observation{a, b})
	equal(s.t, "right", s.observed(core.Right), []state.Observation{gone})
	a2 := observation(3, "in", "1")
	s.commit(&state.Batch{Observe: [2][]state.Observation{{a2}, nil}})
	equal(s.t, "left, replaced", s.observed(core.Left), []state.Observation{a2, b})
	s.commit(&state.Batch{Unobserve: [2][]core.Ref{{b.Ref, {Collection: "no", ID: "such"}}, nil}})
	equal(s.t, "left, one forgotten", s.observed(core.Left), []state.Observation{a2})
	equal(s.t, "right", s.observed(core.Right), []state.Observation{gone})
}

func observedInOrder(s *subject) {
	var all []state.Observation
	for _, c := range []core.CollectionID{"z", "a", "", "B", "\xfe", "ab"} { // not the order of their first use
		for _, id := range []core.ID{"2", "10", "", "\xff", "é"} {
			all = append(all, observation(len(all), c, id))
		}
	}
	s.commit(&state.Batch{Observe: [2][]state.Observation{nil, all}})
	slices.SortFunc(all, func(a, b state.Observation) int { return a.Ref.Compare(b.Ref) })
	equal(s.t, "right", s.observed(core.Right), all)
	equal(s.t, "left", s.observed(core.Left), nil)
}

func observedAtLeavesOut(s *subject) {
	a := observation(1, "in", "1")
	s.commit(&state.Batch{Observe: [2][]state.Observation{{a}, nil}})
	refs := []core.Ref{{Collection: "in", ID: "2"}, a.Ref, {Collection: "no", ID: "1"}, a.Ref}
	equal(s.t, "left", s.observedAt(core.Left, refs...), map[core.Ref]state.Observation{a.Ref: a})
	equal(s.t, "right", s.observedAt(core.Right, refs...), nil)
}

func observeAfterUnobserve(s *subject) {
	a, b := observation(1, "in", "1"), observation(2, "in", "1")
	s.commit(&state.Batch{Observe: [2][]state.Observation{{a}, {a}}})
	s.commit(&state.Batch{Observe: [2][]state.Observation{{b}, nil}, Unobserve: [2][]core.Ref{{a.Ref}, {a.Ref}}})
	equal(s.t, "left", s.observed(core.Left), []state.Observation{b})
	equal(s.t, "right", s.observed(core.Right), nil)
}
