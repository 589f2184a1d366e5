package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
)

// ask looks up, in collections of the right that are never listed, what the left
// wishes and no row has: rule 37. What cannot be asked now is not missing; it
// waits for the next pass.
func (p *pass) ask(ctx context.Context) error {
	if p.link.Policy.Mode != reconcile.Provision || !p.engine.Without.Holds(reconcile.RuleAskLazy) {
		return nil
	}
	lookups := p.view.Lookups()
	for _, id := range slices.Sorted(maps.Keys(lookups)) {
		if err := p.askFor(ctx, id, lookups[id]); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) askFor(ctx context.Context, id core.CollectionID, keys []core.Key) error {
	finder, can := p.link.Replicas[core.Right].(core.Finder)
	if !can {
		return core.Errorf("engine.ask", core.Permanent, "the right does not list %s, and cannot be asked about it either", id)
	}
	side := p.view.Sides[core.Right]
	refused := map[core.Key]bool{}
	err := p.retry(ctx, core.Right, func() error {
		var failed error
		rest := slices.DeleteFunc(slices.Clone(keys), func(k core.Key) bool { return side.Asked[k] || refused[k] })
		p.report.Requests++
		for s, err := range finder.Find(ctx, id, rest) {
			switch core.ClassOf(err) {
			case core.Permanent:
				refused[s.Key] = true
				p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Right, Ref: core.Ref{Collection: id}, Key: s.Key, Parked: true, Why: "it cannot be looked up: " + err.Error()})
			default:
				if err != nil {
					failed = err
				} else {
					p.view.Found(core.Right, s)
				}
			}
		}
		return failed
	})
	if err != nil && (core.ClassOf(err) == core.Auth || ctx.Err() != nil) {
		return err
	}
	waiting := 0
	for _, k := range keys {
		if !side.Asked[k] && !refused[k] {
			waiting++
		}
	}
	if waiting > 0 {
		p.report.Dropped += waiting
		why := fmt.Sprintf("%d in %s could not be looked up now; the next pass asks again", waiting, side.Collections[id].Path)
		if err != nil {
			why += ": " + err.Error()
		}
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Right, Ref: core.Ref{Collection: id}, Count: waiting, Why: why})
	}
	return nil
}
