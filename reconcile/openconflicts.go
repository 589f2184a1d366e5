package reconcile

import (
	"slices"

	"lockstep/core"
)

// OpenConflict is a recorded conflict that nobody has settled yet.
type OpenConflict struct {
	ID         int64
	Collisions []core.Collision
}

// undecided takes the properties of open conflicts out of the base: a later edit of one
// on one side is not known to be meant for the other, whose user chose another value and
// has not seen it, so each side keeps its own still. (What is deleted on one side comes
// back from the other, for an edit beats a deletion.)
func (p *planner) undecided(base [2][]byte, open []OpenConflict) ([2][]byte, error) {
	var names []string
	for _, o := range open {
		for _, c := range o.Collisions {
			names = append(names, c.Property)
		}
	}
	if len(names) == 0 || len(base[core.Left]) == 0 || len(base[core.Right]) == 0 {
		return base, nil
	}
	slices.Sort(names)
	return p.Traits.Merger.Commit(base, core.Left, slices.Compact(names), nil, nil, nil, true, func(string) bool { return true })
}

// unrecorded returns the collisions of which the open records do not tell as they are now,
// and closes the records that are no longer true: later edits have settled them, or they
// are told anew.
func (p *planner) unrecorded(collisions []core.Collision, open []OpenConflict) []core.Collision {
	for _, o := range open {
		still := !p.Policy.Settle && !slices.ContainsFunc(o.Collisions, func(c core.Collision) bool { return !slices.Contains(collisions, c) })
		if !still {
			p.Outdated = append(p.Outdated, o.ID)
			continue
		}
		collisions = slices.DeleteFunc(slices.Clone(collisions), func(c core.Collision) bool { return slices.Contains(o.Collisions, c) })
	}
	return collisions
}
