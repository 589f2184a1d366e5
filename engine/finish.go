package engine

import (
	"context"
	"encoding/json"

	"lockstep/core"
)

// deleteCollections removes collections that the other side no longer has,
// once they are empty: a folder is never taken with mail in it.
func (p *pass) deleteCollections(ctx context.Context) error {
	for _, s := range p.plan.Collections {
		if s.Op != core.DeleteCollection {
			continue
		}
		if err := p.look(ctx, s.Side); err != nil {
			return err
		}
		now := -1
		for _, c := range p.surveys[s.Side].Collections {
			if c.ID == s.ID {
				now = c.Count
			}
		}
		if now != 0 {
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: s.Side, Ref: core.Ref{Collection: s.ID},
				Why: "it was deleted on the " + s.Side.Other().String() + ", but it is not empty, so it stays"})
			continue
		}
		tree, can := p.link.Replicas[s.Side].(core.Tree)
		if !can {
			continue
		}
		err := tree.DeleteCollection(ctx, s.ID, 0)
		p.logTree(s, err)
		if err != nil {
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: s.Side, Ref: core.Ref{Collection: s.ID}, Parked: true, Why: "cannot delete " + s.Path + ": " + err.Error()})
		}
	}
	return nil
}

func (r *Report) json() string {
	b, err := json.Marshal(r)
	if err != nil {
		return "{}" // plain numbers always marshal
	}
	return string(b)
}
