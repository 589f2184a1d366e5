package statetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/memory"
)

// randomBatches drives the store and the reference with the same batches and
// compares all that both answer. The environment variable STATETEST_SEED
// replays one seed.
func randomBatches(s *subject) {
	seeds := []uint64{1, 2, uint64(time.Now().UnixNano())}
	if text := os.Getenv("STATETEST_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		s.must(err)
		seeds = []uint64{seed}
	}
	batches := 30
	if testing.Short() {
		batches = 10
	}
	reference := memory.New()
	for _, seed := range seeds { // the next seed goes on where the last one ended
		s.t.Logf("seed %d", seed)
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), collections: []core.CollectionID{"a", "b", "c", "box"}}
		for range batches {
			b := g.batch(s, reference)
			s.must(reference.Commit(s.ctx, b))
			s.commit(b)
			g.compare(s, reference)
			if s.t.Failed() {
				s.t.Fatalf("seed %d, after the batch\n%#v", seed, b)
			}
		}
	}
}

// Fill commits the random batches of a seed, for tests that need a store with
// something in it.
func Fill(t *testing.T, store state.Store, seed uint64) {
	t.Helper()
	s := &subject{t: t, ctx: context.Background(), store: store}
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), collections: []core.CollectionID{"a", "b", "c", "box"}}
	for range 20 {
		s.must(store.Commit(s.ctx, g.batch(s, store)))
	}
}

// generator makes batches as the engine may: no two rows have one handle. All
// names are of small sets, so that things meet.
type generator struct {
	*rand.Rand
	collections []core.CollectionID
	renamed     int
	rows        map[int64]core.Row
	taken       [2]map[core.Ref]bool
}

func (g *generator) id() core.ID                   { return core.ID(strconv.Itoa(g.IntN(25))) }
func (g *generator) collection() core.CollectionID { return g.collections[g.IntN(len(g.collections))] }
func (g *generator) ref() core.Ref                 { return core.Ref{Collection: g.collection(), ID: g.id()} }
func (g *generator) key() core.Key                 { return core.Key(g.text("", "k1", "k2", "k3")) }
func (g *generator) owner() string                 { return g.text("", "", "o1", "o2") }
func (g *generator) sum() core.Sum                 { return core.Sum(g.text("", "aa", "bb", "ccdd", "x1", "x2")) }
func (g *generator) text(of ...string) string      { return of[g.IntN(len(of))] }
func (g *generator) often(percent int) bool        { return g.IntN(100) < percent }

func (g *generator) batch(s *subject, reference state.Store) *state.Batch {
	b := &state.Batch{}
	head, err := reference.Head(s.ctx)
	s.must(err)
	g.load(s, reference, head.LastRow)
	g.rename(b)
	g.changeRows(b, head.LastRow)
	for x := range b.Observe {
		for range g.IntN(6) {
			o := observation(g.IntN(1000), g.collection(), g.id())
			o.Gone = g.often(30)
			b.Observe[x] = append(b.Observe[x], o)
			b.Unobserve[x] = append(b.Unobserve[x], g.ref())
		}
		if g.often(20) {
			side := filled[state.SideState](g.IntN(1000))
			b.Sides[x] = &side
		}
	}
	for range g.IntN(4) {
		in := filled[core.Intent](g.IntN(1000))
		in.N, in.Side, in.At, in.To, in.Source.Ref = max(1, head.LastIntent+g.Int64N(4)-1), core.Side(g.IntN(2)), g.ref(), g.collection(), g.ref()
		b.PutIntents = append(b.PutIntents, in)
		b.DropIntents = append(b.DropIntents, g.Int64N(head.LastIntent+3))
	}
	g.changeRecords(b)
	return b
}

// load reads the rows of the reference and notes their handles.
func (g *generator) load(s *subject, reference state.Store, last int64) {
	g.rows, g.taken = map[int64]core.Row{}, [2]map[core.Ref]bool{{}, {}}
	for n := range last {
		rows, err := reference.Rows(s.ctx, []int64{n + 1})
		s.must(err)
		for _, r := range rows {
			g.rows[r.N] = r
			g.take(r, true)
		}
	}
}

func (g *generator) take(r core.Row, taken bool) {
	for x, b := range r.Side {
		if !b.None && b.Ref.ID != "" {
			g.taken[x][b.Ref] = taken
		}
	}
}

// rename goes to a new name: what a rename onto rows does is not said.
func (g *generator) rename(b *state.Batch) {
	if !g.often(15) {
		return
	}
	g.renamed++
	n := state.Rename{Side: core.Side(g.IntN(2)), From: g.collection(), To: core.CollectionID(fmt.Sprintf("r%d", g.renamed%5))}
	for ref, taken := range g.taken[n.Side] {
		if taken && ref.Collection == n.To {
			return
		}
	}
	b.Rename = append(b.Rename, n)
	for number, r := range g.rows {
		g.take(r, false)
		if at := &r.Side[n.Side]; !at.None && at.Ref.Collection == n.From {
			at.Ref.Collection = n.To
		}
		g.rows[number] = r
	}
	for _, r := range g.rows {
		g.take(r, true)
	}
	g.collections = append(g.collections[:4:4], n.To, "r0", "r1", "r2", "r3", "r4")
}

func (g *generator) changeRows(b *state.Batch, last int64) {
	for range g.IntN(3) {
		n := g.Int64N(last + 2)
		b.DropRows = append(b.DropRows, n)
		g.take(g.rows[n], false)
		delete(g.rows, n)
	}
	for range g.IntN(3) {
		r := filled[state.Revision](g.IntN(1000))
		r.Row, r.Side, r.Verbatim = g.Int64N(last+2), core.Side(g.IntN(2)), g.often(50)
		b.Revise = append(b.Revise, r)
	}
	for i := range int64(g.IntN(8)) {
		n := last + 1 + i
		if last > 0 && g.often(60) {
			n = 1 + g.Int64N(last)
		}
		if _, old := g.rows[n]; !old && len(g.rows) >= 50 {
			continue // so that handles stay free
		}
		g.take(g.rows[n], false)
		r := g.row(n)
		g.take(r, true)
		g.rows[n] = r
		b.PutRows = append(b.PutRows, r)
	}
	if len(b.PutRows) > 1 && g.often(40) {
		g.swap(b, b.PutRows[0].N, b.PutRows[len(b.PutRows)-1].N)
	}
}

// swap lets two rows change their left handles.
func (g *generator) swap(b *state.Batch, m, n int64) {
	if m == n {
		return
	}
	p, q := g.rows[m], g.rows[n]
	p.Side[0].Ref, q.Side[0].Ref = q.Side[0].Ref, p.Side[0].Ref
	p.Side[0].None, q.Side[0].None = q.Side[0].None, p.Side[0].None
	b.PutRows = append(b.PutRows, p, q)
}

func (g *generator) row(n int64) core.Row {
	r := filled[core.Row](g.IntN(1000))
	r.N, r.Key, r.Owner = n, g.key(), g.owner()
	for x := range r.Side {
		b := &r.Side[x]
		b.Sum, b.Place, b.Body = g.sum(), g.collection(), nil
		if g.often(40) {
			b.Body = []byte(g.text("one", "two", "three"))
		}
		b.None, b.Unproven, b.Older = g.often(10), g.often(10), g.often(10)
		for b.Ref = g.ref(); g.taken[x][b.Ref]; {
			b.Ref = g.ref()
		}
		if g.often(5) {
			b.Ref.ID = ""
		}
	}
	return r
}

func (g *generator) changeRecords(b *state.Batch) {
	if g.often(20) {
		for range g.IntN(4) {
			b.Collections = append(b.Collections, filled[core.CollectionRow](g.IntN(1000)))
		}
	}
	if g.often(20) {
		notes := make([]core.Note, g.IntN(3))
		for i := range notes {
			notes[i] = filled[core.Note](g.IntN(1000))
		}
		b.Parked = &notes
	}
	if g.often(30) {
		b.Conflicts = append(b.Conflicts, conflict(g.IntN(1000), 0))
		b.Resolve = map[int64]string{g.Int64N(9): g.text("left", "right", "both", "")}
	}
	if g.often(30) {
		run := filled[state.Run](g.IntN(1000))
		run.ID = g.text("run1", "run2", "run3")
		b.Run = &run
		b.Log = append(b.Log, filled[state.Entry](g.IntN(1000)))
		b.Log[0].Run = run.ID
	}
	if g.often(15) {
		b.ForgetRuns, b.ForgetConflicts = []string{g.text("run1", "run2", "run3")}, []int64{g.Int64N(9)}
	}
}
