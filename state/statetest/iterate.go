package statetest

import (
	"fmt"

	"lockstep/core"
	"lockstep/state"
)

const many = 700 // rows: more than any page

func manyRows() *state.Batch {
	b := &state.Batch{}
	for n := range int64(many) {
		r := pair(n+1, "in", "box")
		b.PutRows = append(b.PutRows, r)
		b.Observe[0] = append(b.Observe[0], state.Observation{Stub: core.Stub{Ref: r.Side[0].Ref, Size: 1}})
	}
	return b
}

// readingWhileIterating asks every question inside two nested loops.
func readingWhileIterating(s *subject) {
	s.commit(manyRows())
	var outer, inner int
	for o, err := range s.store.Observed(s.ctx, core.Left) {
		s.must(err)
		outer++
		if len(s.rowsAt(core.Left, o.Ref)) != 1 || len(s.observedAt(core.Left, o.Ref)) != 1 {
			s.t.Fatalf("%v is not found inside a loop", o.Ref)
		}
		if outer%100 != 0 {
			continue
		}
		for r, err := range s.store.RowsIn(s.ctx, core.Right, "box") {
			s.must(err)
			inner++
			if inner%100 == 0 {
				equal(s.t, "rows", len(s.rows(r.N)), 1)
				equal(s.t, "rows with the key", len(s.rowsWith(state.Property{Key: r.Key})), 1)
				equal(s.t, "rows of a third loop", len(s.rowsIn(core.Left, "in")), many)
				Dump(s.t, s.store)
			}
		}
	}
	equal(s.t, "outer turns", outer, many)
	equal(s.t, "inner turns", inner, many/100*many)
}

// commitWhileIterating: a loop shows what was there when it began, each once,
// and what it commits is there at once for other questions.
func commitWhileIterating(s *subject) {
	s.commit(manyRows())
	turns := 0
	for r, err := range s.store.RowsIn(s.ctx, core.Left, "in") {
		s.must(err)
		turns++
		if turns%50 != 1 {
			continue
		}
		fresh := pair(many+int64(turns), "in", "box") // beyond the last ID
		r.Side[0].Ref.ID = core.ID(fmt.Sprintf("zz%d", turns))
		s.must(s.store.Commit(s.ctx, &state.Batch{PutRows: []core.Row{r, fresh}, DropRows: []int64{r.N + 1}}))
		equal(s.t, "rows", s.rows(r.N, r.N+1, fresh.N), []core.Row{r, fresh})
	}
	equal(s.t, "turns over rows", turns, many)
	turns = 0
	for o, err := range s.store.Observed(s.ctx, core.Left) {
		s.must(err)
		if turns++; turns%50 != 1 {
			continue
		}
		fresh := state.Observation{Stub: core.Stub{Ref: core.Ref{Collection: "zz", ID: o.ID}}}
		s.must(s.store.Commit(s.ctx, &state.Batch{Unobserve: [2][]core.Ref{{o.Ref}, nil}, Observe: [2][]state.Observation{{fresh}, nil}}))
		equal(s.t, "observed", s.observedAt(core.Left, o.Ref, fresh.Ref), map[core.Ref]state.Observation{fresh.Ref: fresh})
	}
	equal(s.t, "turns over observations", turns, many)
}

// iterationStopsEarly: a loop that is left holds nothing up, however often.
func iterationStopsEarly(s *subject) {
	s.commit(manyRows())
	for i := range 50 {
		for _, err := range s.store.RowsIn(s.ctx, core.Left, "in") {
			s.must(err)
			break
		}
		for _, err := range s.store.Observed(s.ctx, core.Left) {
			s.must(err)
			break
		}
		s.must(s.store.Commit(s.ctx, &state.Batch{Log: []state.Entry{{Run: "r", Row: int64(i)}}}))
	}
	s.commit(&state.Batch{DropRows: []int64{1}})
	equal(s.t, "rows in", len(s.rowsIn(core.Left, "in")), many-1)
}
