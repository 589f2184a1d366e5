package engine

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// pass is one run of one link; it lives as long as Pass.
type pass struct {
	engine  *Engine
	link    Link
	options Options
	run     string
	report  Report
	log     []state.Entry

	head    state.Head
	surveys [2]core.Survey
	pairing reconcile.Pairing
	before  [2]map[core.CollectionID]core.Collection
	whole   [2]bool
	torn    [2]bool
	proved  [2]bool
	listed  [2]map[core.CollectionID]bool
	// silent are the feeds of collections that a survey did not name, and about which
	// nothing could be learnt.
	silent [2]map[core.FeedID]error
	// recalled is what a connector asked about, until it lists it; bound counts the
	// rows of each collection, nil until that is asked for.
	recalled recollection
	bound    *[2]map[core.CollectionID]int
	// vocabulary that two collections have in common, as far as asked for.
	vocabulary map[[2]core.CollectionID]core.Vocabulary
	// parts of what is new, and the one that is in view; plan is what is planned
	// for that, all for those before it, with unsettled writes.
	parts     *portions
	view      *reconcile.View
	plan, all core.Plan
	unsettled int
	// kept are the numbers of the pairs that stay though one side deleted its
	// collection.
	kept []int64
	// counts of what the left of a provisioning shows, by collection, and why
	// some of them are suspicious.
	counts map[core.CollectionID]int
	drops  map[core.CollectionID]string
	// refusedFrom is what refusals have shown of the room that collections have.
	refusedFrom map[lostCollection]room
	// heldChanged: a side was seen to hold a new class of properties.
	heldChanged [2]bool
	// emitting keeps events apart: bodies are read beside writes.
	emitting sync.Mutex
}

// lostCollection is a paired collection that is no longer there.
type lostCollection struct {
	side core.Side
	id   core.CollectionID
}

// Pass runs one pass of a link: section 5 of the architecture, step by step.
// The report is valid even with an error. Errors have a class; Auth means
// that a login is needed. Whatever was committed before the error stands.
func (e *Engine) Pass(ctx context.Context, link Link, options Options) (Report, error) {
	if options.Expect != "" && !options.PlanOnly {
		// A saved plan is compared before anything is changed, folders included.
		look := options
		look.PlanOnly = true
		if report, err := e.Pass(ctx, link, look); err != nil {
			return report, err
		}
		options.Expect = ""
	}
	p := &pass{engine: e, link: link, options: options, run: e.NewRun()}
	start := e.Now()
	p.report = Report{Link: link.Name, Run: p.run}
	p.emit(Event{Type: EventStarted})
	err := p.begin(ctx)
	if err == nil {
		err = p.steps(ctx)
	}
	p.report.Seconds = e.Now().Sub(start).Seconds()
	if end := p.end(ctx, err); err == nil {
		err = end
	}
	p.emit(Event{Type: EventEnded, Count: p.report.Writes(), Error: errText(err)})
	return p.report, err
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (p *pass) begin(ctx context.Context) (err error) {
	if p.head, err = p.link.Store.Head(ctx); err != nil {
		return err
	}
	return p.commitBatch(ctx, &state.Batch{Run: &state.Run{ID: p.run, Started: p.engine.Now().Unix()}})
}

// steps is the pass itself.
func (p *pass) steps(ctx context.Context) error {
	for _, phase := range []func(context.Context) error{p.survey, p.pull, p.await} {
		if err := phase(ctx); err != nil {
			return err
		}
	}
	for more := true; more; more = !p.report.Yielded && p.parts.next() {
		if err := p.part(ctx); err != nil {
			return err
		}
	}
	p.plan = p.all
	if err := p.remakeCollections(ctx); err != nil {
		return err
	}
	switch {
	case p.options.Expect != "" && reconcile.PlanID(&p.plan) != p.options.Expect:
		return core.Errorf("engine.Pass", core.Conflict, "the plan is no longer the saved one: a side has changed since; make a new plan")
	case p.options.PlanOnly, p.report.Yielded:
		return nil
	}
	return p.deleteCollections(ctx)
}

// part plans one part of what is new, and carries it out.
func (p *pass) part(ctx context.Context) error {
	for _, phase := range []func(context.Context) error{p.load, p.decide} {
		if err := phase(ctx); err != nil {
			return err
		}
	}
	before := p.report.Planned
	p.report.Planned += len(p.plan.Steps)
	p.emit(Event{Type: EventPlanned, Count: before, Total: p.report.Planned + p.parts.ahead(), Plan: &p.plan})
	if !p.options.PlanOnly {
		if err := p.execute(ctx); err != nil {
			return err
		}
	}
	p.noteKept()
	p.gather()
	return nil
}

// gather adds what became of a part to what is known of those before. Steps that
// were carried out are in the log.
func (p *pass) gather() {
	collections := p.plan.Collections
	if p.parts.of == 1 {
		p.all = p.plan
	} else {
		p.all.Collections = collections
		p.all.Notes = append(p.all.Notes, p.plan.Notes...)
		p.all.Conflicts = append(p.all.Conflicts, p.plan.Conflicts...)
		p.all.Held = append(p.all.Held, p.plan.Held...)
		p.all.HeldCollections = append(p.all.HeldCollections, p.plan.HeldCollections...)
		p.all.HeldID, p.all.HeldWhy = cmp.Or(p.all.HeldID, p.plan.HeldID), append(p.all.HeldWhy, p.plan.HeldWhy...)
		p.plan = core.Plan{Collections: collections}
	}
	p.unsettled += len(p.view.Intents)
}

// end writes the run to the log, whatever happened.
func (p *pass) end(ctx context.Context, failed error) error {
	ctx = context.WithoutCancel(ctx)
	var parked []core.Note
	for _, n := range p.plan.Notes {
		if n.Parked {
			parked = append(parked, n)
		}
	}
	p.report.Parked, p.report.Conflicts = len(parked), len(p.plan.Conflicts)
	p.report.PlanID, p.report.Held = p.plan.HeldID, len(p.plan.Held)+len(p.plan.HeldCollections)
	p.report.Plan = p.plan
	p.report.Paths = p.paths()
	p.report.Unsettled = p.unsettled
	b := &state.Batch{Log: p.log, Run: &state.Run{
		ID: p.run, Started: p.engine.Now().Unix() - int64(p.report.Seconds), Ended: p.engine.Now().Unix(),
		Outcome: p.outcome(failed), Error: errText(failed), Report: p.report.json(),
	}}
	if failed == nil {
		b.Parked = &parked
	}
	if failed == nil && p.link.Policy.Mode == reconcile.Provision && p.whole[core.Left] && !p.options.PlanOnly {
		p.keepCounts(b)
	}
	if p.options.PlanOnly {
		b.Run.Outcome = "planned"
	}
	return p.commitBatch(ctx, b)
}

func (p *pass) outcome(failed error) string {
	switch {
	case failed != nil && core.ClassOf(failed) == core.Auth:
		return "login"
	case failed != nil:
		return "failed"
	case p.report.Held > 0:
		return "held"
	case p.report.Parked > 0:
		return "parked"
	case p.report.Dropped+p.report.Unsettled > 0:
		return "unfinished"
	}
	return "done"
}

func (p *pass) paths() (out [2]map[core.CollectionID]string) {
	for x := range out {
		out[x] = map[core.CollectionID]string{}
		for _, c := range p.surveys[x].Collections {
			out[x][c.ID] = c.Path
		}
		if p.view != nil {
			for id, c := range p.view.Sides[x].Collections {
				out[x][id] = c.Path
			}
		}
	}
	return out
}

func (p *pass) commitBatch(ctx context.Context, b *state.Batch) error {
	if b.Empty() {
		return nil
	}
	if err := p.link.Store.Commit(ctx, b); err != nil {
		return fmt.Errorf("saving the state of %s: %w", p.link.Name, err)
	}
	return nil
}
