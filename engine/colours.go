package engine

import (
	"context"

	"lockstep/core"
	"lockstep/reconcile"
)

// pair pairs the collections of the last look, and their colours.
func (p *pass) pair() reconcile.Pairing {
	pairing := reconcile.PairCollections(p.head.Collections, p.surveys, p.link.Mapper, p.link.Policy)
	var paints [2]bool
	for _, x := range core.Sides() {
		_, paints[x] = p.link.Replicas[x].(core.Painter)
	}
	reconcile.Colours(&pairing, p.surveys, p.link.Policy, paints)
	return pairing
}

// paint carries out the planned colours of collections that are there, and settles them
// by a look after it: so the same colour is not written again, whatever the service made
// of it, and a refused one only once it changes. What is Transient is tried again in the
// next pass. What a crash keeps from being written down is planned again.
func (p *pass) paint(ctx context.Context, pairing reconcile.Pairing) (reconcile.Pairing, error) {
	type attempt struct {
		step    core.CollectionStep
		refused bool
	}
	var tried []attempt
	for _, s := range pairing.Steps {
		painter, can := p.link.Replicas[s.Side].(core.Painter)
		if s.Op != core.ColorCollection || s.Row == 0 || !can {
			continue // what was to be made and could not be has no row
		}
		err := painter.SetColor(ctx, s.ID, s.Color)
		p.logTree(s, err)
		if err != nil {
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: s.Side, Ref: core.Ref{Collection: s.ID},
				Why: "cannot give " + s.Path + " the colour " + s.Color + ": " + core.Reason(err)})
		}
		if core.ClassOf(err) != core.Transient || err == nil {
			tried = append(tried, attempt{s, err != nil})
		}
	}
	if len(tried) == 0 {
		return pairing, nil
	}
	if err := p.lookAtBoth(ctx); err != nil {
		return pairing, err
	}
	pairing = p.pair()
	for _, t := range tried {
		reconcile.Painted(pairing.Rows, t.step, t.refused)
	}
	return pairing, nil
}
