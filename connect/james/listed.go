package james

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// listed is an element of a listing until it is told. It is small: a listing
// holds all of its elements at once, and a stub only of those on a page.
type listed struct {
	place
	// bytes of a quota.
	bytes int64
	// known is its stub, of an element that a place and bytes do not describe.
	known *core.Stub
}

func (l listed) stub() core.Stub {
	if l.known != nil {
		return *l.known
	}
	return l.place.stub(element.Value{Bytes: l.bytes})
}

// oneOfEach sorts, and keeps one of each element: the one that is spelled as we
// spell it, or else the first. The others are the same element to the server.
// What no element can be made of is told as it is.
func oneOfEach(all []listed) []listed {
	slices.SortStableFunc(all, func(a, b listed) int { return a.compare(b.place) })
	all = slices.CompactFunc(all, func(a, b listed) bool { return a.place == b.place })
	var doubles []place
	taken := map[core.Key]bool{} // by a spelling that is not ours
	for _, l := range all {
		e, err := l.element()
		ours := placeAt(e)
		if err != nil || ours == l.place {
			continue
		}
		if _, there := slices.BinarySearchFunc(all, ours, listed.compare); there || taken[e.Key()] {
			doubles = append(doubles, l.place)
		}
		taken[e.Key()] = true
	}
	return slices.DeleteFunc(all, func(l listed) bool {
		_, double := slices.BinarySearchFunc(doubles, l.place, place.compare)
		return double
	})
}

// compare gives an order among the places of one resource.
func (p place) compare(o place) int {
	return cmp.Or(strings.Compare(p.owner, o.owner), strings.Compare(p.name, o.name))
}
