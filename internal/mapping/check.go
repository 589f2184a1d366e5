package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/format/element"
)

// Check compares the elements of all entries of all sources of a link and marks
// as Bad what contradicts: entries that cannot be told apart, aliases that
// are another entry's address, and what closes a loop. The same elements give
// the same marks, in whatever order they come.
//
// One alias of several owners is no contradiction: mail to it goes to all of
// them. Two entries with one address are not marked: which of them has it is
// decided by what was provisioned before.
func (b *Book) Check() {
	b.checkIDs()
	b.checkAliases()
	b.checkLoops()
}

// origin of an entry's elements.
func (b *Book) origin(i int) *Origin { return b.Entry(i)[0].Of }

// checkIDs marks all entries that share an ID: neither can be told to be the
// one that was known before.
func (b *Book) checkIDs() {
	first := make(map[string]int, b.Len())
	twins := map[string][]int{}
	for i := range b.Len() {
		handle := handleOf(b.entries[i])
		if other, taken := first[handle]; !taken {
			first[handle] = i
		} else if b.origin(i).Identified {
			if len(twins[handle]) == 0 {
				twins[handle] = []int{other}
			}
			twins[handle] = append(twins[handle], i)
		}
	}
	for _, all := range twins {
		slices.SortFunc(all, func(x, y int) int {
			a, b := b.origin(x), b.origin(y)
			return cmp.Or(strings.Compare(a.Where, b.Where), strings.Compare(a.DN, b.DN))
		})
		for n, i := range all {
			other := b.origin(all[(n+1)%len(all)])
			b.change(i, func(found []Found) {
				for j := range found {
					found[j].Mark(fmt.Sprintf("%s bears the same id; set id to an attribute that tells entries apart", other.Where))
				}
				if n > 0 {
					found[0].Of.identify("") // named by its DN from here on
				}
			})
		}
	}
}

// checkAliases marks aliases that are the address of another entry: the server
// would refuse them, or not deliver to the account any more.
func (b *Book) checkAliases() {
	called := make(map[string]int, b.Len()) // of several, the one that a person finds first
	for i := range b.Len() {
		of := b.origin(i)
		if of.Owner == "" {
			continue
		}
		if other, taken := called[of.Owner]; !taken || of.Where < b.origin(other).Where {
			called[of.Owner] = i
		}
	}
	for i := range b.Len() {
		found, wrong := b.Entry(i), false
		for j := range found {
			f := &found[j]
			if f.Resource != element.Alias || f.Bad != "" || f.Name == f.Of.Owner {
				continue
			}
			if other, taken := called[f.Name]; taken {
				f.Mark(fmt.Sprintf("%s, which is to be an alias of %s (%s), is the address of %s; take it away from one of them", f.Name, f.Of.Owner, f.Of.Where, b.origin(other).Where))
				wrong = true
			}
		}
		if wrong {
			b.change(i, func(all []Found) { copy(all, found) })
		}
	}
}
