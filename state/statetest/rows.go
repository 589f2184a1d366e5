package statetest

import (
	"fmt"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

func emptyStore(s *subject) {
	equal(s.t, "head of an empty store", s.head(), state.Head{})
	equal(s.t, "rows", s.rows(1, 2), nil)
	equal(s.t, "rows at", s.rowsAt(core.Left, core.Ref{Collection: "a", ID: "1"}), nil)
	equal(s.t, "rows in", s.rowsIn(core.Left, "a"), nil)
	equal(s.t, "observed", s.observed(core.Right), nil)
	equal(s.t, "intents", s.intents(), nil)
	totals, err := s.store.Totals(s.ctx)
	s.must(err)
	equal(s.t, "totals", totals, state.Totals{})
	for x := range totals.Rows {
		if totals.Rows[x] == nil {
			s.t.Fatal("a side without rows has no map of totals")
		}
	}
}

func emptyBatchChangesNothing(s *subject) {
	s.commit(&state.Batch{PutRows: []core.Row{row(1)}})
	was := Dump(s.t, s.store)
	s.commit(&state.Batch{})
	if is := Dump(s.t, s.store); is != was {
		s.t.Fatal(diff(is, was))
	}
}

func rowIsFoundByEverything(s *subject) {
	want, other := row(1), row(2)
	s.commit(&state.Batch{PutRows: []core.Row{want, other}})
	equal(s.t, "rows", s.rows(1), []core.Row{want})
	by := map[string]state.Property{"key": {Key: want.Key}, "owner": {Owner: want.Owner}}
	for _, x := range core.Sides() {
		b := want.Side[x]
		equal(s.t, "rows at "+x.String(), s.rowsAt(x, b.Ref), map[core.Ref]core.Row{b.Ref: want})
		equal(s.t, "rows at "+x.Other().String(), s.rowsAt(x.Other(), b.Ref), nil)
		equal(s.t, "rows in "+x.String(), s.rowsIn(x, b.Ref.Collection), []core.Row{want})
		equal(s.t, "rows in "+x.Other().String(), s.rowsIn(x.Other(), b.Ref.Collection), nil)
		by["sum "+x.String()] = state.Property{Sum: b.Sum}
		by["id "+x.String()] = state.Property{ID: b.Ref.ID, Side: x}
	}
	for what, p := range by {
		equal(s.t, "rows with the "+what, s.rowsWith(p), []core.Row{want})
	}
}

func rowsAtLeavesOutUnknown(s *subject) {
	a := pair(1, "in", "box")
	s.commit(&state.Batch{PutRows: []core.Row{a}})
	ref := a.Side[0].Ref
	got := s.rowsAt(core.Left, core.Ref{Collection: "never seen", ID: ref.ID}, core.Ref{Collection: "in", ID: "no such"}, ref, ref)
	equal(s.t, "rows at", got, map[core.Ref]core.Row{ref: a})
	equal(s.t, "rows at nothing", s.rowsAt(core.Left), nil)
}

// rowsAtTakesThousands crosses every border at which a store may cut its
// questions into pieces.
func rowsAtTakesThousands(s *subject) {
	var all []core.Row
	want := map[core.Ref]core.Row{}
	observed := map[core.Ref]state.Observation{}
	b := &state.Batch{}
	for n := range int64(3000) {
		r := pair(n+1, core.CollectionID(fmt.Sprintf("c%d", n%3)), "box")
		all = append(all, r)
		if n%2 == 0 {
			b.PutRows = append(b.PutRows, r)
			want[r.Side[0].Ref] = r
		} else {
			o := state.Observation{Stub: core.Stub{Ref: r.Side[0].Ref, Size: n}}
			b.Observe[0] = append(b.Observe[0], o)
			observed[o.Ref] = o
		}
	}
	s.commit(b)
	refs, numbers := refsOf(core.Left, all...), numbersOf(all)
	equal(s.t, "rows at all", s.rowsAt(core.Left, refs...), want)
	equal(s.t, "observed at all", s.observedAt(core.Left, refs...), observed)
	equal(s.t, "rows", numbersOf(s.rows(numbers...)), numbersOf(b.PutRows))
	for _, n := range []int{1, 2, 15, 16, 17, 100, 255, 256, 257, 600} {
		if got := len(s.rowsAt(core.Left, refs[:n]...)) + len(s.observedAt(core.Left, refs[:n]...)); got != n {
			s.t.Fatalf("%d handles were asked for and %d found", n, got)
		}
		if got := len(s.rows(numbers[:n]...)); got != (n+1)/2 {
			s.t.Fatalf("of %d numbers %d rows were found", n, got)
		}
	}
}

func rowsInOrderOfID(s *subject) {
	b := &state.Batch{}
	for i, id := range []core.ID{"b", "10", "9", "a", "\xff", "", "é", "A", "1", ""} {
		r := pair(int64(i+1), "in", "box")
		r.Side[0].Ref.ID = id
		b.PutRows = append(b.PutRows, r)
	}
	b.PutRows = append(b.PutRows, pair(99, "elsewhere", "box"))
	s.commit(b)
	var got []core.ID
	for _, r := range s.rowsIn(core.Left, "in") {
		got = append(got, r.Side[0].Ref.ID)
	}
	if want := []core.ID{"", "", "1", "10", "9", "A", "a", "b", "é", "\xff"}; !slices.Equal(got, want) {
		s.t.Fatalf("got %q\nwant %q", got, want)
	}
	if first := s.rowsIn(core.Left, "in"); first[0].N != 6 || first[1].N != 10 {
		s.t.Fatal("rows of one ID are not in order of their numbers")
	}
}

func rowsKeepTheirOrder(s *subject) {
	s.commit(&state.Batch{PutRows: []core.Row{pair(1, "in", "box"), pair(2, "in", "box"), pair(3, "in", "box")}})
	equal(s.t, "rows", numbersOf(s.rows(3, 7, 1, 2, 1)), []int64{3, 1, 2, 1})
	equal(s.t, "no rows", s.rows(), nil)
}

func rowsWithSharedProperties(s *subject) {
	const hex = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"
	const base64 = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
	sums := []core.Sum{"sha256:x", hex, base64, "ABCD", "abcd", "f"}
	b := &state.Batch{}
	for n := range int64(40) {
		r := pair(n+1, core.CollectionID(fmt.Sprintf("c%d", n%4)), "box")
		r.Key, r.Owner = core.Key(fmt.Sprintf("k%d", n%5)), fmt.Sprintf("o%d", n%3)
		r.Side[0].Ref.ID = core.ID(fmt.Sprintf("%d", n/4)) // one ID in four collections
		r.Side[0].Sum, r.Side[1].Sum = sums[n%6], sums[n%2*3]
		b.PutRows = append(b.PutRows, r)
	}
	b.PutRows[7].Side[0].None = true
	b.PutRows[9].Key, b.PutRows[9].Owner = "", ""
	slices.Reverse(b.PutRows)
	s.commit(b)
	slices.Reverse(b.PutRows)
	expect := func(what string, by state.Property, has func(core.Row) bool) {
		s.t.Helper()
		want := slices.DeleteFunc(slices.Clone(b.PutRows), func(r core.Row) bool { return !has(r) })
		if len(want) == 0 {
			s.t.Fatalf("no row has the %s: the test is wrong", what)
		}
		equal(s.t, "rows with the "+what, s.rowsWith(by), want)
	}
	for _, sum := range sums {
		expect("sum "+string(sum), state.Property{Sum: sum}, func(r core.Row) bool { return r.Side[0].Sum == sum || r.Side[1].Sum == sum })
	}
	expect("key", state.Property{Key: "k4"}, func(r core.Row) bool { return r.Key == "k4" })
	expect("owner", state.Property{Owner: "o0"}, func(r core.Row) bool { return r.Owner == "o0" })
	expect("id", state.Property{ID: "1"}, func(r core.Row) bool { return !r.Side[0].None && r.Side[0].Ref.ID == "1" })
}

func rowsWithNothing(s *subject) {
	s.commit(&state.Batch{PutRows: []core.Row{{N: 1}, row(2)}})
	equal(s.t, "rows with no property", s.rowsWith(state.Property{}), nil)
	for _, by := range []state.Property{{Key: "x"}, {Sum: "x"}, {Sum: "abcd"}, {ID: "x", Side: core.Right}, {Owner: "x"}} {
		equal(s.t, "rows with what none has", s.rowsWith(by), nil)
	}
}

func totalsCount(s *subject) {
	b := &state.Batch{}
	for n := range int64(6) {
		b.PutRows = append(b.PutRows, pair(n+1, core.CollectionID(fmt.Sprintf("c%d", n%2)), "box"))
	}
	b.PutRows[0].Side[1].None = true
	b.PutRows[1].Side[0].Ref.ID = ""
	b.PutRows[2].Owner, b.PutRows[3].Owner, b.PutRows[4].Owner = "a", "b", "a"
	s.commit(b)
	check := func(want state.Totals) {
		s.t.Helper()
		got, err := s.store.Totals(s.ctx)
		s.must(err)
		equal(s.t, "totals", got, want)
	}
	check(state.Totals{Rows: [2]map[core.CollectionID]int{{"c0": 3, "c1": 3}, {"box": 5}}, Owners: 2})
	s.commit(&state.Batch{DropRows: []int64{2, 4, 6}})
	check(state.Totals{Rows: [2]map[core.CollectionID]int{{"c0": 3}, {"box": 2}}, Owners: 1})
}
