package reconcile

import (
	"slices"

	"lockstep/core"
)

// Lookups names, by lazy collection of the right, the Keys that a plan has to
// ask for: what the left wishes and no row has. Once there is a row, nothing is
// asked: rule 37.
func (v *View) Lookups() map[core.CollectionID][]core.Key {
	out := map[core.CollectionID][]core.Key{}
	for ref, l := range v.Sides[core.Left].Stubs {
		to, paired := v.Partner(core.Left, l.Collection)
		row := v.Rows[v.Sides[core.Left].Bound[ref]]
		switch {
		case !paired || !v.Sides[core.Right].Collections[to].Lazy:
		case l.Bad != "" || l.Out || l.Key == "" || row != nil && row.Key == l.Key || v.Policy.Resources[to].NoCreate:
		default:
			out[to] = append(out[to], l.Key)
		}
	}
	for to := range out {
		slices.Sort(out[to])
		out[to] = slices.Compact(out[to])
	}
	return out
}

// Found records the answer for a Key of a lazy collection; a stub without an ID
// says that nothing bears it.
func (v *View) Found(x core.Side, s core.Stub) {
	v.Sides[x].Asked[s.Key] = true
	if s.ID != "" {
		v.Sides[x].Stubs[s.Ref] = s
	}
}
