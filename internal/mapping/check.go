package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/format/element"
)

// Check compares the elements of all entries of all sources of a link, each
// entry's as Rules.Elements gave them, and marks as Bad what contradicts: entries that cannot be told apart, aliases that
// are another entry's address, and what closes a loop. The same elements give
// the same marks, in whatever order they come.
//
// One alias of several owners is no contradiction: mail to it goes to all of
// them. Two entries with one address are not marked: which of them has it is
// decided by what was provisioned before.
func Check(entries [][]Found) {
	checkIDs(entries)
	checkAliases(entries)
	checkLoops(entries)
}

// checkIDs marks all entries that share an ID: neither can be told to be the
// one that was known before.
func checkIDs(entries [][]Found) {
	by := make(map[string]*Origin, len(entries))
	twins := map[string][]*Origin{}
	for _, found := range entries {
		if len(found) == 0 || !found[0].Of.Identified {
			continue
		}
		of := found[0].Of
		handle := of.Handle
		if first, taken := by[handle]; taken {
			if len(twins[handle]) == 0 {
				twins[handle] = []*Origin{first}
			}
			twins[handle] = append(twins[handle], of)
		} else {
			by[handle] = of
		}
	}
	if len(twins) == 0 {
		return
	}
	why := map[*Origin]string{}
	for _, all := range twins {
		slices.SortFunc(all, func(a, b *Origin) int { return cmp.Or(strings.Compare(a.Where, b.Where), strings.Compare(a.DN, b.DN)) })
		for i, of := range all {
			other := all[(i+1)%len(all)]
			why[of] = fmt.Sprintf("%s bears the same id; set id to an attribute that tells entries apart", other.Where)
		}
		for _, of := range all[1:] {
			of.identify("") // named by its DN from here on
		}
	}
	for _, found := range entries {
		for i := range found {
			if reason := why[found[i].Of]; reason != "" {
				found[i].Mark(reason)
			}
		}
	}
}

// checkAliases marks aliases that are the address of another entry: the server
// would refuse them, or not deliver to the account any more.
func checkAliases(entries [][]Found) {
	of := make(map[string]*Origin, len(entries))
	for _, found := range entries {
		if len(found) == 0 || found[0].Of.Owner == "" {
			continue
		}
		if first := of[found[0].Of.Owner]; first == nil || found[0].Of.Where < first.Where {
			of[found[0].Of.Owner] = found[0].Of
		}
	}
	for _, found := range entries {
		for i := range found {
			f := &found[i]
			if other := of[f.Name]; f.Resource == element.Alias && f.Bad == "" && other != nil && other.Owner != f.Of.Owner {
				f.Mark(fmt.Sprintf("%s, which is to be an alias of %s (%s), is the address of %s; take it away from one of them", f.Name, f.Of.Owner, f.Of.Where, other.Where))
			}
		}
	}
}
