package engine

import (
	"context"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// recollection is what was read of the store about some handles of one side. A
// connector often asks about those on a page right before it tells the page, and
// reading a row costs more than most that is done with it.
type recollection struct {
	asked    map[core.Ref]bool
	rows     map[core.Ref]core.Row // outlines
	observed map[core.Ref]state.Observation
}

// mostRecalled handles are remembered; a connector may ask about very many.
const mostRecalled = 10_000

// recall tells a connector what it listed last time about some IDs. What the
// store cannot tell is unknown, and read again.
func (p *pass) recall(ctx context.Context, x core.Side, refs []core.Ref) map[core.Ref]core.Stub {
	out, rows, observed := remembered(ctx, p.link.Store, x, refs)
	p.recalled = recollection{}
	if observed != nil && len(refs) <= mostRecalled {
		p.recalled = recollection{asked: make(map[core.Ref]bool, len(refs)), rows: rows, observed: observed}
		for _, ref := range refs {
			p.recalled.asked[ref] = true
		}
	}
	return out
}

// remembered is what a side showed at some handles when it was last listed, and what
// of it the store has; no observations = they could not be read.
func remembered(ctx context.Context, store state.Store, x core.Side, refs []core.Ref) (out map[core.Ref]core.Stub, rows map[core.Ref]core.Row, observed map[core.Ref]state.Observation) {
	out = map[core.Ref]core.Stub{}
	rows, err := store.Outlines(ctx, x, refs)
	if err != nil {
		return out, nil, nil
	}
	for ref, row := range rows {
		out[ref] = reconcile.Implied(&row, x)
	}
	observed, err = store.ObservedAt(ctx, x, refs)
	if err != nil {
		return out, nil, nil
	}
	for ref, o := range observed {
		if !o.Gone {
			out[ref] = o.Stub
		}
	}
	return out, rows, observed
}

// known reads what the store has at some handles, as far as it was not recalled
// just now. It is about to change, so what was recalled is forgotten.
func (p *pass) known(ctx context.Context, x core.Side, refs []core.Ref) (map[core.Ref]core.Row, map[core.Ref]state.Observation, error) {
	was := p.recalled
	p.recalled = recollection{}
	if was.asked == nil {
		was.rows, was.observed = map[core.Ref]core.Row{}, map[core.Ref]state.Observation{}
	}
	var rest []core.Ref
	for _, ref := range refs {
		if !was.asked[ref] {
			rest = append(rest, ref)
		}
	}
	if len(rest) == 0 {
		return was.rows, was.observed, nil
	}
	rows, err := p.link.Store.Outlines(ctx, x, rest)
	if err != nil {
		return nil, nil, err
	}
	observed, err := p.link.Store.ObservedAt(ctx, x, rest)
	if err != nil {
		return nil, nil, err
	}
	for ref, row := range rows {
		was.rows[ref] = row
	}
	for ref, o := range observed {
		was.observed[ref] = o
	}
	return was.rows, was.observed, nil
}
