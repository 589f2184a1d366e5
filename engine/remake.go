package engine

import (
	"context"
	"fmt"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// noteKept notes which collections that the other side deleted hold something that
// must not go with them: it is new, was edited since, or was moved there. An edit beats a deletion, and
// that of a collection too: rule 26.
func (p *pass) noteKept() {
	if p.link.Policy.Mode == reconcile.Provision || len(p.view.Intents) > 0 {
		return // with an open write, what is new may be ours
	}
	for _, pair := range p.head.Collections {
		for _, lost := range core.Sides() {
			x := lost.Other()
			if pair.N == 0 || pair.Out || !pair.Side[lost].None || pair.Side[x].None || !p.link.Policy.Write[lost] {
				continue
			}
			if at := pair.Side[x].Collection; p.holdsNews(x, at) && !slices.Contains(p.kept, pair.N) {
				p.kept = append(p.kept, pair.N)
			}
		}
	}
}

// holdsNews tells whether a collection holds what is new in it, edited, or moved there.
func (p *pass) holdsNews(x core.Side, at core.Collection) bool {
	for ref, s := range p.view.Sides[x].Stubs {
		if ref.Collection != at.ID || s.Bad != "" || s.Out {
			continue
		}
		row := p.view.Rows[p.view.Sides[x].Bound[ref]]
		if row != nil {
			if reconcile.DriftOf(p.link.Traits, row.Side[x], s) != reconcile.Same || row.Side[x].Place != at.ID {
				return true
			}
			continue
		}
		if p.link.Policy.Filter == nil {
			return true
		}
		if in, _ := p.link.Policy.Filter(s, at); in {
			return true
		}
	}
	return false
}

// remakeCollections gives up the pairs of collections that stay: what is left of each
// is a new collection to the next pass, which makes it on the other side, and carries
// over what it holds. What the deletion took with it stays deleted.
func (p *pass) remakeCollections(ctx context.Context) error {
	if len(p.kept) == 0 {
		return nil
	}
	for _, pair := range p.head.Collections {
		if !slices.Contains(p.kept, pair.N) {
			continue
		}
		x := core.Left
		if pair.Side[x].None {
			x = core.Right
		}
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: x, Ref: core.Ref{Collection: pair.Side[x].Collection.ID},
			Why: fmt.Sprintf("it was deleted on the %s, but holds what is new or edited, so it is made there again", x.Other())})
		p.plan.Collections = slices.DeleteFunc(p.plan.Collections, func(s core.CollectionStep) bool {
			return s.Op == core.DeleteCollection && s.Row == pair.N
		})
	}
	if p.options.PlanOnly {
		return nil
	}
	rows := slices.DeleteFunc(slices.Clone(p.head.Collections), func(r core.CollectionRow) bool { return slices.Contains(p.kept, r.N) })
	if err := p.commitBatch(ctx, &state.Batch{Collections: rows}); err != nil {
		return err
	}
	p.head.Collections, p.report.Again = rows, true
	return nil
}
