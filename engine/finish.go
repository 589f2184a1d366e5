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

// keepForUndo copies what a local side is about to lose.
func (x *executor) keepForUndo(ctx context.Context, side core.Side, jobs []*job) error {
	if x.link.Undo == nil || !x.link.Local[side] {
		return nil
	}
	wanted := map[core.Ref]*job{}
	var refs []core.Ref
	for _, j := range jobs {
		if j.step.Op == core.OpUpdate || j.step.Op == core.OpDelete && j.step.To == "" {
			wanted[j.step.Ref] = j
			refs = append(refs, j.step.Ref)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	for item, err := range x.link.Replicas[side].Fetch(ctx, refs) {
		if err != nil {
			if core.ClassOf(err) == core.Missing {
				continue // there is nothing to keep
			}
			return err // never delete what could not be kept
		}
		j := wanted[item.Ref]
		if j == nil {
			item.Body.Close()
			continue
		}
		if s, known := x.view.Sides[side].Stubs[item.Ref]; known {
			if s.Time == 0 { // a row does not keep it
				s.Time = item.Time
			}
			item.Stub = s
		}
		name, err := x.link.Undo.Keep(ctx, x.run, side, x.view.Sides[side].Collections[item.Collection].Path, item)
		item.Body.Close()
		if err != nil {
			return err
		}
		j.undo = name
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
