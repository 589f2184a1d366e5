package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
)

// Prune takes steps out of a plan that need one that is not in it (held back, or
// refused beforehand), and those that need them, and says what waits.
func Prune(p *core.Plan) {
	for {
		missing := map[string]bool{}
		for _, s := range p.Steps {
			if s.Needs != "" {
				missing[s.Needs] = true
			}
		}
		for _, s := range p.Steps {
			if len(missing) == 0 {
				return
			}
			delete(missing, s.Tag())
		}
		if len(missing) == 0 {
			return
		}
		var lost []core.Step
		for _, s := range p.Steps {
			if missing[s.Needs] {
				lost = append(lost, s)
			}
		}
		p.Steps = slices.DeleteFunc(p.Steps, func(s core.Step) bool { return missing[s.Needs] })
		p.Notes = append(p.Notes, Waiting(lost)...)
	}
}

// Waiting says of steps that they wait for what they need, which is not done:
// one note for each owner and each step that is needed.
func Waiting(steps []core.Step) []core.Note {
	type group struct{ owner, needs string }
	var order []group
	all := map[group][]core.Step{}
	for _, s := range steps {
		if s.Op == core.OpDelete {
			continue // an old name, which stays as long as there is no new one
		}
		g := group{s.Owner, s.Needs}
		if all[g] == nil {
			order = append(order, g)
		}
		all[g] = append(all[g], s)
	}
	out := make([]core.Note, 0, len(order))
	for _, g := range order {
		first := all[g][0]
		n := core.Note{Side: first.Side.Other(), Ref: first.Source.Ref, Owner: g.owner, Where: first.Source.Where, Parked: true}
		if len(all[g]) == 1 {
			n.Key, n.Row, n.Why = first.Key, first.Row, "it waits for this, which is not done: "+told(g.needs)
		} else {
			n.Count = len(all[g])
			n.Why = fmt.Sprintf("%d elements of %s wait for this, which is not done: %s", n.Count, g.owner, told(g.needs))
		}
		out = append(out, n)
	}
	return out
}

// told prints the tag of a step in words.
func told(tag string) string {
	for _, op := range []core.Op{core.OpCreate, core.OpDelete, core.OpRename} {
		if key, is := strings.CutPrefix(tag, string(rune(op))); is {
			return op.String() + " " + key
		}
	}
	return tag
}
