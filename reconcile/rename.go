package reconcile

import (
	"slices"

	"lockstep/core"
)

// rekey gives a row another Key. What stands under the old one on the written
// side is left behind, in a row that remembers whose it was, to be deleted.
// It returns that row; nil = nothing stands there.
func (v *View) rekey(row *core.Row, x core.Side, key core.Key, owner string) *core.Row {
	half := v.leaveBehind(row, x)
	if half != nil {
		half.Side[x.Other()].Same, half.Side[x.Other()].Where = row.Side[x.Other()].Same, row.Side[x.Other()].Where
		v.save(half)
	}
	row.Key, row.Owner = key, owner
	return half
}

// renamed gives a row the Key that its item has been renamed to, and what
// follows the item its new handles: rule 30. listed tells that the side was
// listed after the write, so that only what it shows has followed; otherwise
// what can follow is taken to have done so.
func (v *View) renamed(in *core.Intent, row *core.Row, got core.Stub, listed bool) {
	x, old := in.Side, row.Owner
	if !listed {
		was, _ := v.Stub(row, x)
		ref := got.Ref
		got = was
		got.Ref = ref
		v.unsee(x, was.Ref)
	}
	got.Key, got.Owner = in.Key, in.Owner
	v.see(x, got)
	row.Key, row.Owner, row.Renaming = in.Key, in.Owner, ""
	if other := v.Rows[v.Sides[x].Bound[got.Ref]]; other != nil && other != row {
		v.forget(other) // its account went, and this one has its place
	}
	v.rebindTo(row, x, got)
	v.follow(x, old, in.Owner, listed)
}

// follow re-addresses what the server has moved along with a renamed owner:
// rows, and what stands there without one.
func (v *View) follow(x core.Side, old, owner string, listed bool) {
	side := v.Sides[x]
	if side.Follow == nil || old == owner {
		return
	}
	for _, n := range v.ownedBy(x, old).rows {
		row := v.Rows[n]
		if row == nil || row.Owner != old || row.Side[x].None {
			continue
		}
		was, there := v.Stub(row, x)
		if !there {
			was = Implied(row, x)
		}
		ref, key, moves := side.Follow(was, owner)
		if !moves {
			continue
		}
		now, arrived := side.Stubs[ref]
		if !arrived {
			if listed || !there {
				continue
			}
			now = was
		}
		if other := v.Rows[side.Bound[ref]]; other != nil && other != row {
			v.forget(other) // what came took the place of what was there
		}
		if there && was.Ref != ref {
			v.unsee(x, was.Ref)
		}
		now.Ref, now.Key, now.Owner = ref, key, owner
		v.see(x, now)
		row.Key, row.Owner = key, owner
		v.rebindTo(row, x, now)
		v.owned.add(x, row, now)
	}
	if listed {
		return
	}
	for _, at := range v.ownedBy(x, old).stubs {
		was, there := side.Stubs[at]
		if _, bound := side.Bound[at]; !there || bound || was.Owner != old {
			continue
		}
		ref, key, moves := side.Follow(was, owner)
		if !moves {
			continue
		}
		v.unsee(x, at)
		was.Ref, was.Key, was.Owner = ref, key, owner
		v.see(x, was)
		v.owned.add(x, nil, was)
	}
}

// owned is what each owner has on a side: numbers of rows, and handles of what
// has no row. Entries may be out of date; whoever uses one looks again.
type owned struct{ by [2]map[string]*belongings }

type belongings struct {
	rows  []int64
	stubs []core.Ref
}

func (o *owned) of(x core.Side, owner string) *belongings {
	if o.by[x][owner] == nil {
		o.by[x][owner] = &belongings{}
	}
	return o.by[x][owner]
}

func (o *owned) add(x core.Side, row *core.Row, s core.Stub) {
	b := o.of(x, s.Owner)
	if row != nil {
		b.rows = append(b.rows, row.N)
	} else {
		b.stubs = append(b.stubs, s.Ref)
	}
}

// ownedBy looks up what an owner has; the index is made once for many renames.
func (v *View) ownedBy(x core.Side, owner string) belongings {
	if v.owned == nil {
		v.owned = &owned{by: [2]map[string]*belongings{{}, {}}}
		for _, row := range v.SortedRows() {
			for _, y := range core.Sides() {
				v.owned.add(y, row, core.Stub{Owner: row.Owner})
			}
		}
		for _, s := range v.unbound(x) {
			v.owned.add(x, nil, s)
		}
	}
	b := v.owned.of(x, owner)
	return belongings{rows: slices.Clone(b.rows), stubs: slices.Clone(b.stubs)}
}
