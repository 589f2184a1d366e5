package statetest

import (
	"fmt"

	"lockstep/core"
	"lockstep/state"
)

func parkedReplace(s *subject) {
	check := func(want []core.Note) {
		s.t.Helper()
		got, err := s.store.Parked(s.ctx)
		s.must(err)
		equal(s.t, "parked", got, want)
	}
	a, b, c := filled[core.Note](3), filled[core.Note](1), filled[core.Note](2)
	s.commit(&state.Batch{Parked: &[]core.Note{a, b}})
	check([]core.Note{a, b})
	s.commit(&state.Batch{PutRows: []core.Row{row(1)}})
	check([]core.Note{a, b})
	s.commit(&state.Batch{Parked: &[]core.Note{c}})
	check([]core.Note{c})
	s.commit(&state.Batch{Parked: &[]core.Note{}})
	check(nil)
}

func (s *subject) conflicts() []state.Conflict {
	s.t.Helper()
	out, err := s.store.Conflicts(s.ctx)
	s.must(err)
	return out
}

// conflict is what is given, and kept with the ID that the store gives.
func conflict(seed int, id int64) state.Conflict {
	c := filled[state.Conflict](seed)
	c.ID, c.Resolved = id, ""
	return c
}

func conflictsGetIDs(s *subject) {
	s.commit(&state.Batch{Conflicts: []state.Conflict{conflict(1, 77), conflict(2, 0)}})
	settled := conflict(3, 0)
	settled.Resolved = "left"
	s.commit(&state.Batch{Conflicts: []state.Conflict{settled}})
	settled.ID = 3
	equal(s.t, "conflicts", s.conflicts(), []state.Conflict{conflict(1, 1), conflict(2, 2), settled})
}

func conflictsResolve(s *subject) {
	s.commit(&state.Batch{Conflicts: []state.Conflict{conflict(1, 0), conflict(2, 0)}})
	// Also one that comes in the same batch.
	s.commit(&state.Batch{Conflicts: []state.Conflict{conflict(3, 0)}, Resolve: map[int64]string{3: "both", 1: "right", 99: "left"}})
	var got []string
	for _, c := range s.conflicts() {
		got = append(got, c.Resolved)
	}
	equal(s.t, "resolved", got, []string{"right", "", "both"})
	s.commit(&state.Batch{Resolve: map[int64]string{1: ""}})
	if s.conflicts()[0].Resolved != "" {
		s.t.Fatal("a conflict is not opened again")
	}
}

func runIsUpdated(s *subject) {
	a, b := filled[state.Run](2), filled[state.Run](1)
	s.commit(&state.Batch{Run: &state.Run{ID: a.ID, Started: 5}})
	s.commit(&state.Batch{Run: &b})
	s.commit(&state.Batch{Run: &a})
	got, err := s.store.Runs(s.ctx)
	s.must(err)
	equal(s.t, "runs", got, []state.Run{a, b})
}

func logByRun(s *subject) {
	entry := func(seed int, run string) state.Entry {
		e := filled[state.Entry](seed)
		e.Run = run
		return e
	}
	a1, b1, a2 := entry(1, "a"), entry(2, "b"), entry(3, "a")
	s.commit(&state.Batch{Log: []state.Entry{a1, b1}})
	s.commit(&state.Batch{Log: []state.Entry{a2}})
	for run, want := range map[string][]state.Entry{"": {a1, b1, a2}, "a": {a1, a2}, "b": {b1}, "c": nil} {
		got, err := s.store.Log(s.ctx, run)
		s.must(err)
		equal(s.t, "log of "+run, got, want)
	}
}

func logAfter(s *subject) {
	entry := func(seed int, run string) state.Entry {
		e := filled[state.Entry](seed)
		e.Run = run
		return e
	}
	a1, b1, a2, a3 := entry(1, "a"), entry(2, "b"), entry(3, "a"), entry(4, "a")
	s.commit(&state.Batch{Log: []state.Entry{a1, b1, a2}})
	s.commit(&state.Batch{Log: []state.Entry{a3}})
	for _, c := range []struct {
		run  string
		n    int
		want []state.Entry
	}{
		{"a", 0, []state.Entry{a1, a2, a3}}, {"a", 1, []state.Entry{a2, a3}}, {"a", 2, []state.Entry{a3}}, {"a", 3, nil}, {"a", 4, nil},
		{"b", 0, []state.Entry{b1}}, {"b", 1, nil}, {"c", 0, nil}, {"", 0, nil},
	} {
		got, err := collect(s.store.LogAfter(s.ctx, c.run, c.n))
		s.must(err)
		equal(s.t, fmt.Sprintf("log of %q after %d", c.run, c.n), got, c.want)
	}
}

// forgetRuns: what is logged of a run goes with it, and nothing else does.
func forgetRuns(s *subject) {
	for _, id := range []string{"a", "b", "c"} {
		s.commit(&state.Batch{Run: &state.Run{ID: id}, Log: []state.Entry{{Run: id, Why: id}, {Run: "d", Why: id}}})
	}
	s.commit(&state.Batch{ForgetRuns: []string{"c", "a", "unknown"}})
	runs, err := s.store.Runs(s.ctx)
	s.must(err)
	equal(s.t, "runs", runs, []state.Run{{ID: "b"}})
	log, err := s.store.Log(s.ctx, "")
	s.must(err)
	equal(s.t, "log", log, []state.Entry{{Run: "d", Why: "a"}, {Run: "b", Why: "b"}, {Run: "d", Why: "b"}, {Run: "d", Why: "c"}})
	s.commit(&state.Batch{Run: &state.Run{ID: "a"}}) // it may come again
	runs, err = s.store.Runs(s.ctx)
	s.must(err)
	equal(s.t, "runs", runs, []state.Run{{ID: "b"}, {ID: "a"}})
}

// forgetConflicts: the others keep their numbers, and no number that is below
// one that stands is given again.
func forgetConflicts(s *subject) {
	s.commit(&state.Batch{Conflicts: []state.Conflict{conflict(1, 0), conflict(2, 0), conflict(3, 0)}})
	s.commit(&state.Batch{ForgetConflicts: []int64{1, 2, 99}, Resolve: map[int64]string{3: "left"}})
	s.commit(&state.Batch{Conflicts: []state.Conflict{conflict(4, 0)}, Resolve: map[int64]string{1: "left", 4: "right"}})
	third, fourth := conflict(3, 3), conflict(4, 4)
	third.Resolved, fourth.Resolved = "left", "right"
	equal(s.t, "conflicts", s.conflicts(), []state.Conflict{third, fourth})
}

// oddBytesComeBack: handles, keys and texts are bytes that somebody else
// chose. None may come to mean another.
func oddBytesComeBack(s *subject) {
	odd := []string{"caf\xe9", "caf\xe8", "\xff\xfe", "caf\ufffd", "\uf7e9", "\U0010f7e9", "a\x00b", "a", "'\"\\", "\u2028<&>", " a ", "\r\n", "Ä", "A\u0308"}
	b := &state.Batch{Parked: &[]core.Note{}}
	side := state.SideState{Tokens: map[core.FeedID]core.Token{}, Held: map[string]bool{}}
	for i, text := range odd {
		n := int64(i + 1)
		r, o, in := row(n), observation(i, core.CollectionID(text), core.ID(text)), intent(n)
		r.Key, r.Owner, r.Marks = core.Key(text), text, core.Marks(text)
		for x := range r.Side {
			r.Side[x].Ref, r.Side[x].Sum, r.Side[x].Rev = o.Ref, core.Sum(text), core.Rev(text)
		}
		o.Key, o.Bad = core.Key(text), text
		in.At, in.Source, in.Positions, in.Carried = o.Ref, o.Stub, map[core.CollectionID]core.Watermark{o.Collection: {Position: 1}}, []string{text}
		side.Tokens[core.FeedID(text)], side.Held[text] = core.Token(text), true
		b.PutRows, b.PutIntents = append(b.PutRows, r), append(b.PutIntents, in)
		b.Observe[1] = append(b.Observe[1], o)
		*b.Parked = append(*b.Parked, core.Note{Why: text})
		b.Log = append(b.Log, state.Entry{Run: text, Why: text})
		b.Collections = append(b.Collections, core.CollectionRow{N: n, Side: [2]core.CollectionAt{{Collection: core.Collection{ID: o.Collection}}, {}}})
	}
	b.Sides[0] = &side
	s.commit(b)
	for i, r := range b.PutRows {
		for _, x := range core.Sides() {
			equal(s.t, "rows at "+odd[i], s.rowsAt(x, r.Side[x].Ref), map[core.Ref]core.Row{r.Side[x].Ref: r})
			equal(s.t, "rows in "+odd[i], s.rowsIn(x, r.Side[x].Ref.Collection), []core.Row{r})
			equal(s.t, "rows with the ID", s.rowsWith(state.Property{ID: r.Side[x].Ref.ID, Side: x}), []core.Row{r})
		}
		equal(s.t, "rows with the key", s.rowsWith(state.Property{Key: r.Key}), []core.Row{r})
		equal(s.t, "rows with the Sum", s.rowsWith(state.Property{Sum: r.Side[0].Sum}), []core.Row{r})
		equal(s.t, "rows with the owner", s.rowsWith(state.Property{Owner: r.Owner}), []core.Row{r})
		o := b.Observe[1][i]
		equal(s.t, "observed", s.observedAt(core.Right, o.Ref), map[core.Ref]state.Observation{o.Ref: o})
		log, err := s.store.Log(s.ctx, odd[i])
		s.must(err)
		equal(s.t, "log", log, b.Log[i:i+1])
	}
	equal(s.t, "intents", s.intents(), b.PutIntents)
	equal(s.t, "side", s.head().Sides[0], side)
	equal(s.t, "collections", s.head().Collections, b.Collections)
	parked, err := s.store.Parked(s.ctx)
	s.must(err)
	equal(s.t, "parked", parked, *b.Parked)
}
