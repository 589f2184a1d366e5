package engine

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// decide lets reconcile settle what is open, rebind what moved, pair what is
// the same and plan the rest, with the bodies that each of them needs. Every
// decision is committed before the next one builds on it.
func (p *pass) decide(ctx context.Context) error {
	v := p.view
	for _, x := range core.Sides() {
		if side, can := p.link.Replicas[x].(core.Elder); can {
			v.Sides[x].PutBack = side.PutBack
		}
	}
	v.SettleEarly()
	if err := p.rebind(ctx); err != nil {
		return err
	}
	if err := p.learn(ctx, v.SettleWants); err != nil {
		return err
	}
	v.Settle()
	if err := p.commitView(ctx); err != nil {
		return err
	}
	if err := p.rebind(ctx); err != nil { // settling bound new IDs
		return err
	}
	for _, x := range core.Sides() {
		v.MarkUnproven(x)
	}
	v.TakePutBack()
	if err := p.commitView(ctx); err != nil {
		return err
	}
	if err := p.learn(ctx, v.PairWants); err != nil {
		return err
	}
	p.plan.Notes = append(p.plan.Notes, v.Pair()...)
	if err := p.commitView(ctx); err != nil {
		return err
	}
	if err := p.learnForPlan(ctx); err != nil {
		return err
	}
	if err := p.loadBodies(ctx); err != nil {
		return err
	}
	if err := p.ask(ctx); err != nil {
		return err
	}
	return p.makePlan(ctx)
}

func (p *pass) rebind(ctx context.Context) error {
	for _, x := range core.Sides() {
		if err := p.learn(ctx, func() [2][]core.Ref { return p.view.RebindWants(x) }); err != nil {
			return err
		}
		p.view.Rebind(x)
	}
	return p.commitView(ctx)
}

func (p *pass) makePlan(ctx context.Context) error {
	var plan core.Plan
	if err := p.loadConflicts(ctx); err != nil {
		return err
	}
	if p.link.Policy.Mode == reconcile.Provision {
		plan = p.view.Project()
	} else {
		plan = p.view.Plan()
	}
	var totals state.Totals
	if slices.ContainsFunc(plan.Steps, func(s core.Step) bool { return s.Op == core.OpDelete }) { // counting takes time
		var err error
		if totals, err = p.link.Store.Totals(ctx); err != nil {
			return err
		}
	}
	plan.Collections = p.plan.Collections
	plan.Notes = append(p.plan.Notes, plan.Notes...)
	p.vet(&plan)
	p.view.Guard(&plan, reconcile.Totals{Rows: totals.Rows, Owners: totals.Owners}, p.options.Confirm)
	reconcile.Prune(&plan)
	if p.options.PlanOnly {
		if err := p.foresee(ctx, &plan); err != nil {
			return err
		}
	}
	p.plan = plan
	for i := range plan.Notes {
		p.emit(Event{Type: EventParked, Side: plan.Notes[i].Side, Note: &plan.Notes[i]})
	}
	if p.options.PlanOnly {
		return nil // what the plan takes into the base, the pass that carries it out does again
	}
	b := p.viewBatch()
	for _, c := range plan.Conflicts {
		b.Conflicts = append(b.Conflicts, state.Conflict{Run: p.run, Time: p.engine.Now().Unix(), ConflictRecord: c})
	}
	for _, id := range p.view.Outdated {
		if b.Resolve == nil {
			b.Resolve = map[int64]string{}
		}
		b.Resolve[id] = "edited"
	}
	return p.commitBatch(ctx, b)
}

// loadConflicts gives the view the conflicts that a person may still settle.
func (p *pass) loadConflicts(ctx context.Context) error {
	if p.link.Traits.Merger == nil {
		return nil
	}
	all, err := p.link.Store.Conflicts(ctx)
	p.view.Open = map[int64][]reconcile.OpenConflict{}
	for _, c := range all {
		if c.Open && c.Resolved == "" && p.view.Rows[c.Row] != nil {
			p.view.Open[c.Row] = append(p.view.Open[c.Row], reconcile.OpenConflict{ID: c.ID, Collisions: c.Collisions})
		}
	}
	return err
}

// commitView stores what decisions changed.
func (p *pass) commitView(ctx context.Context) error { return p.commitBatch(ctx, p.viewBatch()) }

func (p *pass) viewBatch() *state.Batch {
	changes := p.view.Take()
	b := &state.Batch{}
	for _, n := range sortedNumbers(changes.Rows) {
		if row := p.view.Rows[n]; row != nil {
			b.PutRows = append(b.PutRows, *row)
		} else {
			b.DropRows = append(b.DropRows, n)
		}
	}
	for _, n := range sortedNumbers(changes.Intents) {
		if in := p.view.Intents[n]; in != nil {
			b.PutIntents = append(b.PutIntents, *in)
		} else {
			b.DropIntents = append(b.DropIntents, n)
		}
	}
	// A changed row may differ from what either side shows, even if only the
	// row changed: look at both handles again.
	for _, n := range sortedNumbers(changes.Rows) {
		if row := p.view.Rows[n]; row != nil {
			for _, x := range core.Sides() {
				if !row.Side[x].None {
					changes.Refs[x][row.Side[x].Ref] = true
				}
			}
		}
	}
	for _, x := range core.Sides() {
		p.observe(b, x, changes.Refs[x])
		if reborn := p.view.Sides[x].Reborn; reborn != p.head.Sides[x].Reborn || p.heldChanged[x] {
			side := p.head.Sides[x]
			side.Reborn, side.Held = reborn, p.view.HeldProperties[x]
			p.head.Sides[x], p.heldChanged[x] = side, false
			b.Sides[x] = &side
		}
	}
	return b
}

// observe writes the observed tree at some handles: only what differs from the
// base is kept.
func (p *pass) observe(b *state.Batch, x core.Side, refs map[core.Ref]bool) {
	for _, ref := range sortedRefs(refs) {
		if ref.ID == "" {
			continue
		}
		s, there := p.view.Sides[x].Stubs[ref]
		n, bound := p.view.Sides[x].Bound[ref]
		row := p.view.Rows[n]
		switch {
		case bound && row != nil && there && p.agreedOn(row, x, s), !bound && !there:
			b.Unobserve[x] = append(b.Unobserve[x], ref)
		case there:
			b.Observe[x] = append(b.Observe[x], state.Observation{Stub: s})
		default:
			b.Observe[x] = append(b.Observe[x], state.Observation{Stub: core.Stub{Ref: ref}, Gone: true})
		}
	}
}
