package engine_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/reconcile"
	"lockstep/state"
	statemem "lockstep/state/memory"
)

// crash is what a dying process panics with.
type crash struct{}

// world is two servers, an engine between them, users who edit at any moment,
// and everything that can go wrong.
type world struct {
	dice       dice
	servers    [2]*memory.Server
	store      *crashingStore
	engine     *engine.Engine
	link       engine.Link
	armed      bool // things go wrong
	trace      func(string, ...any)
	bad        []string
	crashes    int
	writes     int
	now        int64
	edit       func()                               // one user edit
	written    func(s *memory.Server, w core.Write) // oracle: a write has had its effect
	started    func(s *memory.Server, w core.Write) // oracle: a write is about to happen
	rates      rates
	confirming bool
	confirm    string
	inMiddle   bool // an edit during a pass
	planOnly   bool
	yield      func() bool
	report     engine.Report
}

// rates of trouble: once in n.
type rates struct{ edit, crash, lost int }

func newWorld(d dice, left, right memory.Shape, traits core.Traits, policy reconcile.Policy) *world {
	w := &world{dice: d, now: 1_700_000_000, trace: func(string, ...any) {}, rates: rates{5, 60, 16}}
	for x, shape := range [2]memory.Shape{left, right} {
		w.servers[x] = memory.NewServer([2]string{"l", "r"}[x], shape)
		w.servers[x].Mischief = w
	}
	w.store = &crashingStore{Store: statemem.New(), w: w}
	w.engine = &engine.Engine{
		Now:        func() time.Time { return time.Unix(w.now, 0) },
		Sleep:      func(context.Context, time.Duration) error { return nil },
		NewRun:     func() string { return "run" },
		Attempts:   1 + d.Intn(2),
		BatchItems: 1 + d.Intn(3), BatchBytes: 1 << 20,
	}
	w.engine.Emit = func(e engine.Event) {
		if e.Type == engine.EventDone {
			w.trace("    done %s %s: %s", e.Step.Op, e.Step.Key, e.Step.Why)
		}
	}
	w.link = engine.Link{
		Name: "test", Store: w.store, Traits: traits, Policy: policy, Mapper: sameNames{},
	}
	return w
}

// sameNames pairs collections of equal path.
type sameNames struct{}

func (sameNames) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (sameNames) ByRole() bool                                              { return true }

func (w *world) violate(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	w.trace("VIOLATION %s", s)
	w.bad = append(w.bad, s)
}

func (w *world) die(where string) {
	if w.armed && w.dice.Intn(w.rates.crash) == 0 {
		w.crashes++
		w.trace("  CRASH %s", where)
		panic(crash{})
	}
}

// Call implements memory.Mischief.
func (w *world) Call(*memory.Server) {
	if !w.armed {
		return
	}
	w.inMiddle = true
	for w.dice.Intn(w.rates.edit) == 0 {
		w.edit()
	}
	w.inMiddle = false
	w.die("at a call")
}

// Chance implements memory.Mischief.
func (w *world) Chance(n int) bool { return w.armed && w.dice.Intn(n) == 0 }

// Before implements memory.Mischief.
func (w *world) Before(s *memory.Server, wr core.Write) bool {
	if w.started != nil {
		w.started(s, wr)
	}
	w.die("before a write")
	return w.Chance(w.rates.lost)
}

// After implements memory.Mischief.
func (w *world) After(s *memory.Server, wr core.Write, err error) bool {
	w.trace("   engine %s %s %v %v to %q +%q -%q: %v", wr.Op, s.Name, wr.Ref, wr.Item.Key, wr.To, wr.Add, wr.Remove, err)
	if err == nil {
		w.writes++
		if w.written != nil {
			w.written(s, wr)
		}
	}
	w.die("after a write")
	return w.Chance(w.rates.lost)
}

// pass runs one pass, which may die; it returns what is left to do.
func (w *world) pass() (left int, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, died := p.(crash); !died {
				panic(p)
			}
			left, err = 1, nil
		}
	}()
	w.trace("pass")
	w.traceState()
	w.now += 60
	for x := range w.servers {
		w.link.Replicas[x] = memory.Open(w.servers[x])
	}
	r, err := w.engine.Pass(context.Background(), w.link, engine.Options{Confirm: w.confirm, PlanOnly: w.planOnly, Yield: w.yield})
	for _, n := range r.Plan.Notes {
		w.trace("  note %s %v %s: %s", n.Side, n.Ref, n.Key, n.Why)
	}
	w.report, w.confirm = r, ""
	if w.confirming {
		w.confirm = r.PlanID // a person looks at what is held, and agrees
	}
	if err != nil {
		w.trace("  error %v", err)
	}
	left = r.Writes() + r.Unsettled + r.Dropped
	if w.confirming {
		left += r.Held
	}
	return left, err
}

// quiesce lets passes run without trouble until nothing is left to do, and
// checks that a quiet pass stays quiet.
func (w *world) quiesce(tag string) {
	w.armed = false
	defer func() { w.armed = true }()
	for range 30 {
		left, err := w.pass()
		if err != nil {
			w.violate("error when calm at %s: %v", tag, err)
			return
		}
		if left == 0 {
			w.audit(tag)
			before := w.writes
			if _, err := w.pass(); err != nil || w.writes != before {
				w.violate("not quiet at %s: %d writes in a quiet pass, %v", tag, w.writes-before, err)
			}
			return
		}
	}
	w.violate("never quiet at %s", tag)
}

// crashingStore dies before and after commits; a commit itself is atomic.
type crashingStore struct {
	state.Store
	w *world
	// dies after so many commits more; 0 = by chance.
	dies int
}

func (s *crashingStore) Commit(ctx context.Context, b *state.Batch) error {
	s.w.die("before a commit")
	if s.w.Chance(200) {
		return core.Errorf("state.Commit", core.Permanent, "disk full")
	}
	if err := s.Store.Commit(ctx, b); err != nil {
		return err
	}
	s.w.die("after a commit")
	if s.dies > 0 {
		if s.dies--; s.dies == 0 {
			panic(crash{})
		}
	}
	return nil
}

// digest is the canonical digest of the test's bodies.
func digest(b []byte) core.Sum {
	h := fnv.New64a()
	h.Write(b)
	return core.Sum(fmt.Sprintf("%x", h.Sum64()))
}

func digestReader(r io.Reader) (core.Sum, int64, error) {
	b, err := io.ReadAll(r)
	return digest(b), int64(len(b)), err
}

// mergerDigest is the digest of a kind that merges.
func mergerDigest(m core.Merger) func(io.Reader) (core.Sum, int64, error) {
	return func(r io.Reader) (core.Sum, int64, error) {
		b, err := io.ReadAll(r)
		if err != nil {
			return "", 0, err
		}
		sum, err := m.Sum(b)
		return sum, int64(len(b)), err
	}
}

// run runs a world until a round ends badly or all rounds are done.
func (w *world) verdict() string {
	slices.Sort(w.bad)
	return strings.Join(w.bad, "\n")
}

// traceState prints what the store holds, for a replay.
func (w *world) traceState() {
	ctx := context.Background()
	intents, _ := w.store.Intents(ctx)
	for _, in := range intents {
		w.trace("    open %d %s %s row %d at %v to %q key %s size %d sum %s src %v %v", in.N, in.Op, in.Side, in.Row, in.At, in.To, in.Key, in.Size, in.Sum, in.Source.Ref, in.Positions)
	}
	head, _ := w.store.Head(ctx)
	for n := range head.LastRow {
		rows, _ := w.store.Rows(ctx, []int64{n + 1})
		for _, r := range rows {
			for _, x := range core.Sides() {
				if at, _ := w.store.RowsAt(ctx, x, []core.Ref{r.Side[x].Ref}); !r.Side[x].None && at[r.Side[x].Ref].N != r.N {
					w.trace("    NOT AT %d %s %v: %d", r.N, x, r.Side[x].Ref, at[r.Side[x].Ref].N)
				}
			}
			w.trace("    row %d %s %q gone %d %v/%s %v/%s none %v/%v sum %s %s marks %q", r.N, r.Key, r.Renaming, r.GonePasses, r.Side[0].Ref, r.Side[0].Place, r.Side[1].Ref, r.Side[1].Place, r.Side[0].None, r.Side[1].None, r.Side[0].Sum, r.Side[1].Sum, r.Marks)
		}
	}
	for _, x := range core.Sides() {
		for o := range w.store.Observed(ctx, x) {
			w.trace("    observed %s %v gone=%v key %s size %d sum %s marks %q", x, o.Ref, o.Gone, o.Key, o.Size, o.Sum, o.Marks)
		}
	}
}
