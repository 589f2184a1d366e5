package statetest

import (
	"bytes"
	"strings"

	"lockstep/core"
	"lockstep/state"
)

func noneSideHasNoHandle(s *subject) {
	r := row(1)
	r.Side[1].None = true // and all the rest of it is kept
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	equal(s.t, "rows", s.rows(1), []core.Row{r})
	ref := r.Side[1].Ref
	equal(s.t, "rows at", s.rowsAt(core.Right, ref), nil)
	equal(s.t, "rows in", s.rowsIn(core.Right, ref.Collection), nil)
	equal(s.t, "rows with the ID", s.rowsWith(state.Property{ID: ref.ID, Side: core.Right}), nil)
	equal(s.t, "rows with the Sum", s.rowsWith(state.Property{Sum: r.Side[1].Sum}), []core.Row{r})
	r.Side[1] = core.Bound{None: true}
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	equal(s.t, "rows", s.rows(1), []core.Row{r})
}

func emptyIDIsNoHandle(s *subject) {
	r := pair(1, "in", "box")
	r.Side[0].Ref.ID = ""
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	equal(s.t, "rows at", s.rowsAt(core.Left, r.Side[0].Ref), nil)
	equal(s.t, "rows in", s.rowsIn(core.Left, "in"), []core.Row{r})
	r.Side[0].Ref.ID = "1"
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	equal(s.t, "rows at", s.rowsAt(core.Left, r.Side[0].Ref), map[core.Ref]core.Row{r.Side[0].Ref: r})
}

func handleChanges(s *subject) {
	r := row(1)
	old := r.Side[0].Ref
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	r.Side[0].Ref = core.Ref{Collection: "moved", ID: "7"}
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	equal(s.t, "rows at", s.rowsAt(core.Left, old, r.Side[0].Ref), map[core.Ref]core.Row{r.Side[0].Ref: r})
	equal(s.t, "rows in the old collection", s.rowsIn(core.Left, old.Collection), nil)
	equal(s.t, "rows in the new collection", s.rowsIn(core.Left, "moved"), []core.Row{r})
	equal(s.t, "the other side", s.rowsAt(core.Right, r.Side[1].Ref), map[core.Ref]core.Row{r.Side[1].Ref: r})
}

func handlesSwap(s *subject) {
	a, b := pair(1, "in", "box"), pair(2, "in", "box")
	s.commit(&state.Batch{PutRows: []core.Row{a, b}})
	a.Side[0].Ref, b.Side[0].Ref = b.Side[0].Ref, a.Side[0].Ref
	s.commit(&state.Batch{PutRows: []core.Row{a, b}})
	equal(s.t, "rows at", s.rowsAt(core.Left, refsOf(core.Left, a, b)...), map[core.Ref]core.Row{a.Side[0].Ref: a, b.Side[0].Ref: b})
}

func lastRowHasTheHandle(s *subject) {
	a, b := pair(1, "in", "box"), pair(2, "in", "box")
	a.Side[0].Ref = b.Side[0].Ref
	s.commit(&state.Batch{PutRows: []core.Row{b, a}}) // the last one, not the greatest number
	equal(s.t, "rows at", s.rowsAt(core.Left, a.Side[0].Ref), map[core.Ref]core.Row{a.Side[0].Ref: a})
	equal(s.t, "rows in", s.rowsIn(core.Left, "in"), []core.Row{a, b})
	s.commit(&state.Batch{PutRows: []core.Row{b}})
	equal(s.t, "rows at", s.rowsAt(core.Left, a.Side[0].Ref), map[core.Ref]core.Row{a.Side[0].Ref: b})
}

func droppedRowIsGone(s *subject) {
	a, b := row(1), row(2)
	s.commit(&state.Batch{PutRows: []core.Row{a, b}})
	s.commit(&state.Batch{DropRows: []int64{1, 77}})
	equal(s.t, "rows", s.rows(1, 2), []core.Row{b})
	equal(s.t, "rows at", s.rowsAt(core.Left, a.Side[0].Ref), nil)
	equal(s.t, "rows in", s.rowsIn(core.Left, a.Side[0].Ref.Collection), nil)
	equal(s.t, "rows with the key", s.rowsWith(state.Property{Key: a.Key}), nil)
}

func dropThenPut(s *subject) {
	a := row(1)
	s.commit(&state.Batch{PutRows: []core.Row{a}})
	b := row(2)
	b.N = 1
	s.commit(&state.Batch{PutRows: []core.Row{b}, DropRows: []int64{1}})
	equal(s.t, "rows", s.rows(1), []core.Row{b})
	// A handle that one row gives up is free for another in the same batch.
	c := row(3)
	c.Side = b.Side
	s.commit(&state.Batch{PutRows: []core.Row{c}, DropRows: []int64{1}})
	equal(s.t, "rows at", s.rowsAt(core.Right, c.Side[1].Ref), map[core.Ref]core.Row{c.Side[1].Ref: c})
}

// reviseKeepsTheRest: a revision is of one side; a row that is dropped or unknown
// has none, and one that is put has its own.
func reviseKeepsTheRest(s *subject) {
	a, b, c := row(1), row(2), row(3)
	s.commit(&state.Batch{PutRows: []core.Row{a, b, c}})
	revision := func(n int64, x core.Side, verbatim bool) state.Revision {
		return state.Revision{Row: n, Side: x, Rev: "newer", Label: "shown", Where: "there", Verbatim: verbatim}
	}
	put := row(9)
	put.N = 3
	s.commit(&state.Batch{
		Revise: []state.Revision{
			revision(1, core.Left, true), revision(1, core.Right, false), revision(2, core.Left, true), revision(3, core.Left, true), revision(77, core.Left, true),
		},
		DropRows: []int64{2}, PutRows: []core.Row{put},
	})
	for x, verbatim := range []bool{true, false} {
		at := &a.Side[x]
		at.Rev, at.Label, at.Where, at.Verbatim = "newer", "shown", "there", verbatim
	}
	equal(s.t, "rows", s.rows(1, 2, 3, 77), []core.Row{a, put})
}

func lastPutCounts(s *subject) {
	a, b := row(1), row(2)
	b.N = 1
	s.commit(&state.Batch{PutRows: []core.Row{a, b}})
	equal(s.t, "rows", s.rows(1), []core.Row{b})
	equal(s.t, "rows at", s.rowsAt(core.Left, a.Side[0].Ref), nil)
}

func bodiesRoundTrip(s *subject) {
	large := []byte(strings.Repeat("NOTE:a line of a long card\r\n", 40000))
	r := row(1)
	for _, bodies := range [][2][]byte{{nil, nil}, {[]byte("a"), nil}, {nil, []byte("b")}, {[]byte("a"), []byte("a")}, {large, []byte("c\x00\xff")}, {nil, large}, {}} {
		r.Side[0].Body, r.Side[1].Body = bodies[0], bodies[1]
		s.commit(&state.Batch{PutRows: []core.Row{r}})
		equal(s.t, "rows", s.rows(1), []core.Row{r})
	}
}

// bodiesOutliveTheirTwins: equal bodies may be stored once, but each row has
// its own.
func bodiesOutliveTheirTwins(s *subject) {
	b := &state.Batch{}
	for n := range int64(4) {
		r := pair(n+1, "in", "box")
		r.Side[0].Body, r.Side[1].Body = []byte("twin"), []byte("twin")
		b.PutRows = append(b.PutRows, r)
	}
	s.commit(b)
	last := b.PutRows[3]
	s.commit(&state.Batch{DropRows: []int64{1}})
	other := b.PutRows[1]
	other.Side[0].Body, other.Side[1].Body = []byte("other"), nil
	s.commit(&state.Batch{PutRows: []core.Row{other}})
	s.commit(&state.Batch{DropRows: []int64{3}, PutRows: []core.Row{last}})
	equal(s.t, "rows", s.rows(1, 2, 3, 4), []core.Row{other, last})
	s.commit(&state.Batch{DropRows: []int64{2, 4}})
	s.commit(&state.Batch{PutRows: []core.Row{last}})
	equal(s.t, "rows", s.rows(4), []core.Row{last})
}

// rowsAreCopies: a row that was read may be changed and put back.
func rowsAreCopies(s *subject) {
	r := pair(1, "in", "box")
	r.Side[0].Body = []byte("body")
	s.commit(&state.Batch{PutRows: []core.Row{r}})
	got := s.rows(1)[0]
	got.Marks, got.Side[0].Ref.ID = "changed", "changed"
	equal(s.t, "rows", s.rows(1), []core.Row{r})
	s.commit(&state.Batch{PutRows: []core.Row{got}})
	equal(s.t, "rows", s.rows(1), []core.Row{got})
	if !bytes.Equal(s.rows(1)[0].Side[0].Body, []byte("body")) {
		s.t.Fatal("the body is lost")
	}
}
