package engine

import (
	"context"
	"maps"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// load builds the view of this pass: what differs from the base, the rows
// concerned, and the open intents. Its size is what changed, not what there is;
// of what is new it is one part.
func (p *pass) load(ctx context.Context) error {
	last, lastIntent := p.head.LastRow, p.head.LastIntent
	if p.view != nil {
		last, lastIntent = p.view.LastRow(), p.view.LastIntent()
	}
	v := reconcile.NewView(last, lastIntent)
	p.view = v
	v.Traits, v.Policy, v.Without = p.link.Traits, p.link.Policy, p.engine.Without
	v.Now, v.Consent = p.engine.Now().Unix(), p.engine.Consent
	for _, row := range p.head.Collections {
		if row.On(core.Left) && row.On(core.Right) {
			l, r := row.Side[core.Left].Collection.ID, row.Side[core.Right].Collection.ID
			v.Pairs[core.Left][l], v.Pairs[core.Right][r] = r, l
		}
	}
	for _, x := range core.Sides() {
		side := v.Sides[x]
		side.Ops = p.link.Replicas[x].Operations()
		side.Listed, side.Whole, side.Torn, side.Reborn = p.listed[x], p.whole[x], p.torn[x], p.head.Sides[x].Reborn
		side.Proved = p.proved[x]
		if r, can := p.link.Replicas[x].(core.Renamer); can && side.Ops.Rename != core.Unsupported {
			side.Follow = r.Follow
		}
		v.HeldProperties[x] = maps.Clone(p.head.Sides[x].Held)
		if v.HeldProperties[x] == nil {
			v.HeldProperties[x] = map[string]bool{}
		}
		for _, c := range p.surveys[x].Collections {
			side.Collections[c.ID] = c
		}
	}
	p.planned()
	if p.parts != nil { // the first part had what is open
		return p.loadRows(ctx, nil)
	}
	intents, err := p.link.Store.Intents(ctx)
	if err != nil {
		return err
	}
	for _, in := range intents {
		v.Intents[in.N] = &in
	}
	if p.parts, err = p.cut(ctx, intents); err != nil {
		return err
	}
	return p.loadRows(ctx, intents)
}

// planned gives a plan-only pass the collections that it would make.
func (p *pass) planned() {
	if !p.options.PlanOnly {
		return
	}
	for _, s := range p.plan.Collections {
		if s.Op != core.CreateCollection {
			continue
		}
		y := s.Side.Other()
		id := core.CollectionID("new:" + s.Path)
		source := p.view.Sides[y].Collections[s.ID]
		p.view.Sides[s.Side].Collections[id] = core.Collection{ID: id, Path: s.Path, Role: s.Role, Vocabulary: source.Vocabulary}
		p.view.Sides[s.Side].Listed[id] = true
		p.view.Pairs[y][s.ID], p.view.Pairs[s.Side][id] = id, s.ID
	}
}

func (p *pass) loadRows(ctx context.Context, intents []core.Intent) error {
	var observed [2]map[core.Ref]state.Observation
	numbers := map[int64]bool{}
	rows := map[int64]core.Row{}
	for _, in := range intents {
		numbers[in.Row] = true
		if in.Source.ID == "" {
			continue
		}
		// Another row may have the source by now: a twin that was rebound.
		at, err := p.link.Store.RowsAt(ctx, in.Side.Other(), []core.Ref{in.Source.Ref})
		if err != nil {
			return err
		}
		for _, row := range at {
			rows[row.N] = row
		}
	}
	for _, x := range core.Sides() {
		observed[x] = map[core.Ref]state.Observation{}
		if err := p.loadObserved(ctx, x, observed[x], rows); err != nil {
			return err
		}
	}
	delete(numbers, 0)
	if err := p.addRows(ctx, numbers, rows); err != nil {
		return err
	}
	if p.link.Policy.Mode == reconcile.Provision && p.parts.now == 0 { // who has rows was in the first part
		if err := p.loadOwners(ctx, rows, observed, intents); err != nil {
			return err
		}
	}
	if err := p.addBearers(ctx, observed, rows); err != nil {
		return err
	}
	if err := p.addRelated(ctx, rows); err != nil {
		return err
	}
	for _, row := range rows {
		p.addRow(row, observed)
	}
	if p.link.Policy.Mode == reconcile.Provision && p.parts.now == 0 {
		return p.noticeDrops(ctx)
	}
	return nil
}

// loadObserved reads what a side shows that differs from the base: what a row
// has goes to observed, what is new straight into the view.
func (p *pass) loadObserved(ctx context.Context, x core.Side, observed map[core.Ref]state.Observation, rows map[int64]core.Row) error {
	wanted := func(o state.Observation) bool { return p.parts.now == 0 || !o.Gone && p.parts.takes(o.Stub) }
	return p.eachObserved(ctx, x, wanted, func(o state.Observation, row *core.Row) {
		switch {
		case row != nil && p.parts.now > 0: // the first part had it
		case row != nil:
			observed[o.Ref] = o
			if p.inScope(*row) {
				rows[row.N] = *row
			}
		case o.Gone:
			observed[o.Ref] = o
		case p.paired(x, o.Collection) && p.parts.takes(o.Stub):
			p.view.Sides[x].Stubs[o.Ref] = o.Stub
			p.parts.taken++
		}
	})
}

// eachObserved goes through what a side shows that differs from the base and is
// wanted, with the row that has it; nil = none.
func (p *pass) eachObserved(ctx context.Context, x core.Side, wanted func(state.Observation) bool, visit func(state.Observation, *core.Row)) error {
	const atOnce = 1000
	var some []state.Observation
	flush := func() error {
		refs := make([]core.Ref, len(some))
		for i, o := range some {
			refs[i] = o.Ref
		}
		at, err := p.link.Store.RowsAt(ctx, x, refs)
		if err != nil {
			return err
		}
		for _, o := range some {
			if row, bound := at[o.Ref]; bound {
				visit(o, &row)
			} else {
				visit(o, nil)
			}
		}
		some = some[:0]
		return nil
	}
	for o, err := range p.link.Store.Observed(ctx, x) {
		if err != nil {
			return err
		}
		if !wanted(o) {
			continue
		}
		if some = append(some, o); len(some) < atOnce {
			continue
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return flush()
}

// inScope tells whether a row's collections take part in this pass.
func (p *pass) inScope(row core.Row) bool {
	for _, c := range p.head.Collections {
		if !c.Out {
			continue
		}
		for _, x := range core.Sides() {
			if !row.Side[x].None && row.Side[x].Ref.Collection == c.Side[x].Collection.ID {
				return false
			}
		}
	}
	return true
}

func (p *pass) addRow(row core.Row, observed [2]map[core.Ref]state.Observation) {
	var stubs [2]*core.Stub
	var gone [2]bool
	for _, x := range core.Sides() {
		o, seen := observed[x][row.Side[x].Ref]
		switch {
		case !seen:
			gone[x] = row.Side[x].Ref.ID == ""
		case o.Gone:
			gone[x] = true
		default:
			stubs[x] = &o.Stub
		}
	}
	p.view.AddRow(row, stubs, gone)
}

func (p *pass) addRows(ctx context.Context, numbers map[int64]bool, rows map[int64]core.Row) error {
	var want []int64
	for n := range numbers {
		if _, have := rows[n]; !have {
			want = append(want, n)
		}
	}
	more, err := p.link.Store.Rows(ctx, want)
	for _, row := range more {
		rows[row.N] = row
	}
	return err
}

// addRelated loads rows that share a Key (unique-key kinds), or an ID (sides
// where one item can be in many places), with what is in the view, and those
// whose move left something behind.
func (p *pass) addRelated(ctx context.Context, rows map[int64]core.Row) error {
	add := func(by state.Property) error {
		more, err := p.link.Store.RowsWith(ctx, by)
		for _, row := range more {
			if p.inScope(row) {
				rows[row.N] = row
			}
		}
		return err
	}
	moved := map[int64]bool{}
	for _, row := range rows {
		if row.MovedTo != 0 {
			moved[row.MovedTo] = true
		}
	}
	if err := p.addRows(ctx, moved, rows); err != nil {
		return err
	}
	for _, x := range core.Sides() {
		side := p.view.Sides[x]
		if p.link.Traits.UniqueKeys && p.link.Policy.Mode != reconcile.Provision { // there all rows are loaded
			for _, s := range side.Stubs {
				if s.Key == "" {
					continue
				}
				if err := add(state.Property{Key: s.Key}); err != nil {
					return err
				}
			}
		}
		if !side.Ops.Shared {
			continue
		}
		ids := map[core.ID]bool{}
		for _, row := range rows {
			if !row.Side[x].None {
				ids[row.Side[x].Ref.ID] = true
			}
		}
		for id := range ids {
			if err := add(state.Property{ID: id, Side: x}); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadBodies adds the rows whose body a new item of the other side has, so
// that a place can be added instead of a second copy: rule 20.
func (p *pass) loadBodies(ctx context.Context) error {
	for _, x := range core.Sides() {
		if !p.view.Sides[x].Ops.Shared {
			continue
		}
		y := x.Other()
		rows := map[int64]core.Row{}
		for ref, s := range p.view.Sides[y].Stubs {
			if _, bound := p.view.Sides[y].Bound[ref]; bound || s.Sum == "" {
				continue
			}
			more, err := p.link.Store.RowsWith(ctx, state.Property{Sum: s.Sum})
			if err != nil {
				return err
			}
			for _, row := range more {
				rows[row.N] = row
			}
		}
		if err := p.addRelated(ctx, rows); err != nil {
			return err
		}
		for n, row := range rows {
			if p.view.Rows[n] == nil {
				p.addRow(row, [2]map[core.Ref]state.Observation{{}, {}})
			}
		}
	}
	return nil
}
