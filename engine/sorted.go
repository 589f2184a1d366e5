package engine

import (
	"maps"
	"slices"

	"lockstep/core"
)

// Sorting before acting keeps a pass the same for the same input.

func sortedNumbers(m map[int64]bool) []int64 { return slices.Sorted(maps.Keys(m)) }

func sortedRefs(m map[core.Ref]bool) []core.Ref {
	return slices.SortedFunc(maps.Keys(m), core.Ref.Compare)
}
