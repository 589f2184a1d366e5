package engine

import (
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// forgetRevs forgets the Revs of the collections that a batch is about to write to, where
// a Rev stands for what a collection holds and not for a moment, so that the next pass asks
// what changed in them: whoever takes back what we write makes it what it was when we last
// looked, and that is not nothing.
func (x *executor) forgetRevs(b *state.Batch, side core.Side, jobs []*job) {
	written := map[core.CollectionID]bool{}
	for _, j := range jobs {
		written[j.step.Ref.Collection], written[j.step.To] = true, true
	}
	known := func(r core.CollectionRow) bool {
		at := r.Side[side]
		id := at.Collection.ID
		return !at.None && at.Collection.Rev != "" && written[id] && x.view.Sides[side].Collections[id].ByContent
	}
	if !slices.ContainsFunc(x.head.Collections, known) {
		return
	}
	x.head.Collections = slices.Clone(x.head.Collections)
	for i, r := range x.head.Collections {
		if known(r) {
			x.head.Collections[i].Side[side].Collection.Rev = ""
		}
	}
	b.Collections = x.stored()
}
