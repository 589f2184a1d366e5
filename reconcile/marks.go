package reconcile

import "lockstep/core"

// MergeMarks merges two sets of marks against their base: what either side
// added is added, what either side removed is removed. Marks never conflict,
// for a mark is there or not.
func MergeMarks(base, left, right core.Marks) core.Marks {
	added := left.Union(right).Minus(base)
	removed := base.Minus(left.Intersect(right))
	return base.Union(added).Minus(removed)
}

// agreedMarks is the part of a merge on which both sides agree before
// anything is written.
func agreedMarks(base, left, right core.Marks) core.Marks {
	return base.Union(left.Intersect(right)).Intersect(left.Union(right))
}
