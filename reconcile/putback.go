package reconcile

import (
	"fmt"

	"lockstep/core"
)

// A backup that was put back on one side is no edit of what it holds, and no deletion of
// what it lacks: the other side keeps what it has, and what was agreed comes back: rule 39.
// A single older item is no backup: people put those back, and mean them.

// several older items of a collection are a backup, even if nothing shows that the
// collection was put back with them.
const several = 3

// putBacks is what a side shows of one collection.
type putBacks struct {
	older, edited, gone []*core.Row
	// certain: all of it was put back. fresh: that is seen for the first time.
	certain, fresh bool
}

// TakePutBack marks the items that are older, once the view knows what became of all
// handles, and lets what the backup lacks come back.
func (v *View) TakePutBack() {
	if v.Traits.Merger == nil || !v.Without.holds(RulePutBack) || !v.Sides[core.Left].Whole || !v.Sides[core.Right].Whole {
		return
	}
	for _, x := range core.Sides() {
		if v.Sides[x].PutBack == nil || !v.Policy.Write[x] {
			continue
		}
		e := v.evidence(x)
		for _, found := range v.putBacks(x) {
			if !found.certain && (len(found.older) < several || len(found.older) <= len(found.edited)) {
				continue
			}
			for _, row := range found.older {
				if !row.Side[x].Older {
					row.Side[x].Older, found.fresh = true, true
					v.save(row)
				}
			}
			for _, row := range found.edited {
				if found.fresh || row.Side[x].Older {
					v.distrust(row, x)
				}
			}
			for _, row := range found.gone {
				if (found.fresh || row.Side[x].Ref.ID.Void()) && v.stuck(row, x, e) == "" {
					v.forget(row) // what the other side has is new here
				}
			}
		}
	}
}

// putBacks sorts what differs from the base on a side, by collection.
func (v *View) putBacks(x core.Side) map[core.CollectionID]*putBacks {
	open := map[int64]bool{}
	for _, in := range v.Intents {
		open[in.Row] = true
	}
	out, side := map[core.CollectionID]*putBacks{}, v.Sides[x]
	for _, row := range v.SortedRows() {
		b := row.Side[x]
		s, there := v.Stub(row, x)
		if b.None || open[row.N] || there && (s.Bad != "" || s.Out) {
			continue
		}
		found := out[b.Ref.Collection]
		if found == nil {
			found = &putBacks{fresh: side.older[b.Ref.Collection]}
			out[b.Ref.Collection] = found
		}
		if !there {
			if _, other := v.Stub(row, x.Other()); !other {
				continue
			}
			found.gone = append(found.gone, row)
			// A directory that was replaced counts only if something of the old is in it.
			if side.PutBack(b.Ref.Collection, b.Rev, "") == core.AllPutBack && (!b.Ref.ID.Void() || side.again[b.Ref.Collection]) {
				found.certain, found.fresh = true, true
			}
			continue
		}
		if DriftOf(v.Traits, b, s) == Same {
			continue
		}
		sort := side.PutBack(b.Ref.Collection, b.Rev, s.Rev)
		switch {
		case sort != core.NotPutBack || b.Older && b.Rev == "":
			found.older = append(found.older, row)
		default:
			found.edited = append(found.edited, row)
		}
		found.certain = found.certain || b.Older || sort == core.AllPutBack
	}
	return out
}

// distrust forgets what both sides agreed on of an item that was edited since, be it the
// newer or an older version of it: both sides keep what they have, and what cannot be kept
// on both is a conflict.
func (v *View) distrust(row *core.Row, x core.Side) {
	for y := range row.Side {
		b := &row.Side[y]
		b.Body, b.Sum, b.Rev, b.Verbatim = nil, "", "", false
	}
	row.Side[x].Older = false
	v.save(row)
}

// rebound notes what the item tells that a row is bound to again.
func (v *View) rebound(row *core.Row, x core.Side, f core.Stub) {
	side, was := v.Sides[x], row.Side[x]
	void := was.Ref.ID.Void()
	v.rebindTo(row, x, f)
	if side.PutBack == nil || !v.Policy.Write[x] || !v.Without.holds(RulePutBack) {
		return
	}
	if void {
		side.again[f.Collection] = true
	}
	sort := side.PutBack(f.Collection, was.Rev, f.Rev)
	if f.Sum == "" || f.Sum == was.Sum || !was.Older && sort != core.AllPutBack && (sort == core.NotPutBack || !void) {
		return
	}
	row.Side[x].Older, side.older[f.Collection] = true, true
	v.save(row)
}

// putBack plans that an item gets back what was agreed, with the edits that the other
// side made since; false = it is to be merged, as any other.
func (p *planner) putBack(row *core.Row, x core.Side, stubs [2]core.Stub, now [2][]byte) bool {
	y := x.Other()
	older := row.Side[x].Older
	if older && (row.Side[y].Older || row.Side[x].Body == nil || DriftOf(p.Traits, row.Side[x], stubs[x]) == Same) {
		row.Side[x].Older, row.Side[y].Older = false, false
		p.save(row)
		return false
	}
	if !older || !p.writable(row, x, stubs[x].Collection) {
		return older
	}
	body, err := p.restored([2][]byte{row.Side[0].Body, row.Side[1].Body}, x, now[y])
	var sum core.Sum
	if err == nil {
		sum, err = p.Traits.Merger.Sum(body)
	}
	if err != nil {
		p.note(row, x, true, "%v", err)
		return true
	}
	if sum == stubs[x].Sum { // it was written already
		for z, s := range stubs {
			b := &row.Side[z]
			b.Body, b.Older = now[z], false
			b.Sum, b.Rev = p.boundSum(now[z], s.Sum, s.Rev)
			b.Verbatim = verbatim(*b, now[z])
		}
		p.save(row)
		return true
	}
	p.add(core.Step{
		Side: x, Op: core.OpUpdate, Row: row.N, Ref: stubs[x].Ref, Source: stubs[y], Key: row.Key,
		Size: int64(len(body)), Time: stubs[y].Time, Owner: row.Owner, If: conditionOf(stubs[x]),
		Body: body, From: now[y], Old: now[x], Phase: phaseUpdate,
		Why: fmt.Sprintf("an older version was put back on the %s", x),
	})
	return true
}
