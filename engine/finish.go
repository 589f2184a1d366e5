package engine

import (
	"context"
	"encoding/json"
	"slices"

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
		at := slices.IndexFunc(p.surveys[s.Side].Collections, func(c core.Collection) bool { return c.ID == s.ID })
		tree, can := p.link.Replicas[s.Side].(core.Tree)
		if at < 0 || !can {
			continue
		}
		var err error
		full := p.surveys[s.Side].Collections[at].Count > 0
		if !full { // or nobody has counted, which Tree does
			err = tree.DeleteCollection(ctx, s.ID, 0)
			full = err != nil && core.ClassOf(err) == core.Conflict
		}
		if full {
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: s.Side, Ref: core.Ref{Collection: s.ID},
				Why: "it was deleted on the " + s.Side.Other().String() + ", but it is not empty, so it stays"})
			continue
		}
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
