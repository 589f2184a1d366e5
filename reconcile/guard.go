package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"lockstep/core"
)

// Totals is how many items the base holds, for the guard.
type Totals struct {
	// Rows by side and collection.
	Rows [2]map[core.CollectionID]int
	// Owners with rows, when provisioning.
	Owners int
}

// Guard moves deletions that look like an accident from the plan's steps to
// its held ones: too many of them in a collection, an emptied collection, an
// emptied side. Moves and renames do not count. release keeps the held
// deletions of a plan ID in the plan: exactly those that a person has seen.
func (v *View) Guard(p *core.Plan, t Totals, release string) {
	if v.Without.holds(RuleGuard) && v.Policy.Guard.Percent > 0 {
		if v.Policy.Mode == Provision {
			v.guardOwners(p, t)
		} else {
			v.guardCollections(p, t)
		}
	}
	slices.SortStableFunc(p.Held, compareSteps)
	p.HeldID = heldID(p)
	if release != "" && release == p.HeldID {
		p.Steps = append(p.Steps, p.Held...)
		p.Collections = append(p.Collections, p.HeldCollections...)
		slices.SortStableFunc(p.Steps, compareSteps)
		p.Held, p.HeldCollections, p.HeldWhy, p.HeldID = nil, nil, nil, ""
	}
}

func counted(s core.Step) bool { return s.Op == core.OpDelete && !s.Uncounted }

// hold moves the deletions for which the predicate holds.
func hold(p *core.Plan, why string, held func(core.Step) bool) {
	rest := p.Steps[:0:0]
	for _, s := range p.Steps {
		if counted(s) && held(s) {
			p.Held = append(p.Held, s)
		} else {
			rest = append(rest, s)
		}
	}
	p.Steps = rest
	p.HeldWhy = append(p.HeldWhy, why)
}

func (v *View) guardCollections(p *core.Plan, t Totals) {
	type place struct {
		side core.Side
		id   core.CollectionID
	}
	deletes, side := map[place]int{}, [2]int{}
	for _, s := range p.Steps {
		if counted(s) {
			deletes[place{s.Side, s.Ref.Collection}]++
			side[s.Side]++
		}
	}
	limit := v.Policy.Guard
	for _, x := range core.Sides() {
		all := 0
		for _, n := range t.Rows[x] {
			all += n
		}
		if side[x] > 0 && side[x] >= all && all > limit.Count {
			hold(p, fmt.Sprintf("all %d items of the %s would be deleted", all, x), func(s core.Step) bool { return s.Side == x })
		}
	}
	places := make([]place, 0, len(deletes))
	for k := range deletes {
		places = append(places, k)
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.side, b.side), cmp.Compare(a.id, b.id)) })
	for _, k := range places {
		n, all := deletes[k], max(t.Rows[k.side][k.id], deletes[k])
		if n <= limit.Count || n*100 <= all*limit.Percent {
			continue
		}
		if !slices.ContainsFunc(p.Steps, func(s core.Step) bool { return counted(s) && s.Side == k.side && s.Ref.Collection == k.id }) {
			continue // held already
		}
		name := v.Sides[k.side].Collections[k.id].Path
		hold(p, fmt.Sprintf("%d of %d items in %q on the %s would be deleted (more than %d %% and %d)", n, all, name, k.side, limit.Percent, limit.Count),
			func(s core.Step) bool { return s.Side == k.side && s.Ref.Collection == k.id })
	}
}

func (v *View) guardOwners(p *core.Plan, t Totals) {
	owners := map[string]bool{}
	for _, s := range p.Steps {
		if counted(s) {
			owners[s.Owner] = true
		}
	}
	limit := v.Policy.Guard
	if n := len(owners); n > limit.Count && n*100 > t.Owners*limit.Percent {
		hold(p, fmt.Sprintf("deletions would touch %d of %d owners (more than %d %% and %d)", n, t.Owners, limit.Percent, limit.Count),
			func(core.Step) bool { return true })
	}
}
