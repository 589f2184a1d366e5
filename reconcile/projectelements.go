package reconcile

import (
	"fmt"
	"maps"
	"slices"

	"lockstep/core"
)

// rows plans the elements that have rows: those that are wished, or the others.
func (p *projector) rows(wished bool) {
	for _, row := range p.SortedRows() {
		if p.isOwner(row) || p.busy(row) || p.wishedBy(row) != wished {
			continue
		}
		c := row.Side[core.Right].Ref.Collection
		switch {
		case wished:
			p.element(row)
		case p.open(c):
			p.unwished(row, p.resource(c))
		}
	}
}

// handOver gives rows whose entry has another address to those who wish the same
// under that address now. What goes along with a rename stays with its account.
func (p *projector) handOver() {
	wishes := map[core.Key]core.Stub{}
	for _, l := range p.leftStubs() {
		e := p.entryOf(l)
		if !e.second {
			p.wished[l.Key] = true
		}
		row := p.Rows[p.Sides[core.Left].Bound[l.Ref]]
		if l.Bad != "" || l.Out || e.state != stands || row != nil && (row.Key == l.Key || p.goesAlong(e, row)) || wishes[l.Key].ID != "" {
			continue
		}
		wishes[l.Key] = l
	}
	for _, row := range p.SortedRows() {
		now, there := p.Stub(row, core.Left)
		l, wished := wishes[row.Key]
		if !there || !wished || p.isOwner(row) || p.busy(row) || now.Key == row.Key || p.goesAlong(p.entryOf(now), row) {
			continue
		}
		if old := p.Rows[p.Sides[core.Left].Bound[l.Ref]]; old != nil {
			p.giveUp(old)
		}
		p.rebindTo(row, core.Left, l)
	}
}

// leftStubs returns all that the left shows, in order.
func (p *projector) leftStubs() []core.Stub {
	return slices.SortedFunc(maps.Values(p.Sides[core.Left].Stubs), func(a, b core.Stub) int { return a.Ref.Compare(b.Ref) })
}

// goesAlong tells whether an element goes along with its account, which is
// renamed in this plan.
func (p *projector) goesAlong(e *entry, row *core.Row) bool {
	follow := p.Sides[core.Right].Follow
	if follow == nil || e.renamedFrom != row.Owner || row.Side[core.Right].None {
		return false
	}
	_, _, moves := follow(Implied(row, core.Right), e.owner.Owner)
	return moves
}

// element plans a wished row.
func (p *projector) element(row *core.Row) {
	l, _ := p.Stub(row, core.Left)
	r, there := p.Stub(row, core.Right)
	c := row.Side[core.Right].Ref.Collection
	e := p.entryOf(l)
	p.stays(row)
	if !there && !p.goesAlong(e, row) && !p.resource(c).Exact && row.Origin == core.Ours && p.sees(core.Right, c) {
		row.Origin = core.Adopted // what stands there the next time is somebody else's, unless we make it
		p.save(row)
	}
	switch {
	case !p.open(c), l.Out:
	case e.second && row.Owner == l.Owner, // it came to this row by its address, which is another's
		(e.state == waits || l.Bad != "") && p.elsewhere(e, row) && !p.goesAlong(e, row):
		p.giveUp(row) // the wish is told of with those that have no row
	case e.state == waits:
		e.waiting++
	case l.Bad != "":
		p.bad(l, "; what stands on the right is kept")
	case there && r.Bad != "":
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Right, Ref: r.Ref, Key: row.Key, Owner: row.Owner, Parked: true, Why: r.Bad})
	case l.Key != row.Key:
		p.readdressed(e, row, l, r, there)
	case p.resource(c).CreateOnly:
	case !there:
		p.create(e, row, l, core.Ours, "it is gone from the right")
	default:
		p.compare(e, row, l, r)
	}
}

// giveUp takes a row from an entry that it is not of.
func (p *projector) giveUp(row *core.Row) {
	if res := p.resource(row.Side[core.Right].Ref.Collection); res.CreateOnly || !res.Exact && row.Origin != core.Ours {
		p.forget(row)
		return
	}
	p.save(row)
	left := &row.Side[core.Left]
	delete(p.Sides[core.Left].Bound, left.Ref)
	*left = core.Bound{None: true}
}

func (p *projector) bad(l core.Stub, end string) {
	p.plan.Notes = append(p.plan.Notes, core.Note{
		Side: core.Left, Ref: l.Ref, Key: l.Key, Owner: l.Owner, Where: l.Where, Parked: true, Why: l.Bad + end,
	})
}

// readdressed plans an element that is wished under another Key, because its
// owner is: rule 30. What the server moves along needs nothing. The rest is made
// under the new Key, with the old one's origin, and then removed under the old.
func (p *projector) readdressed(e *entry, row *core.Row, l, r core.Stub, there bool) {
	c := row.Side[core.Right].Ref.Collection
	res := p.resource(c)
	if there && p.goesAlong(e, row) {
		if r.Sum != l.Sum && l.Sum != "" {
			p.update(e, row, l, r, row.Origin, "another value stands on the right")
		}
		return
	}
	other := p.rowOf(l.Key)
	switch {
	case res.CreateOnly, !res.Exact && row.Origin != core.Ours, !p.Without.holds(RuleRename):
		p.forget(row) // nothing of ours is left under the old name; the wish is a new one
		return
	case p.vacating(e, l.Key):
		p.plan.Again = true // what stands there moves away first
		p.leave(row, r, there, l)
		return
	case other != nil && p.wishedBy(other):
		p.doubled(l)
		p.leave(row, r, there, l)
		return
	}
	if now, stands := p.standing[l.Key]; stands {
		origin := core.Adopted
		if !there && p.goesAlong(e, row) { // a rename that is not finished has moved it
			origin = row.Origin
		}
		p.moveTo(row, l, now, origin)
		p.compare(e, row, l, now)
		return
	}
	if other != nil { // nobody else's any more
		now, stands := p.Stub(other, core.Right)
		p.forget(other)
		if stands {
			p.moveTo(row, l, now, other.Origin)
			p.compare(e, row, l, now)
			return
		}
	}
	s := p.create(e, row, l, row.Origin, fmt.Sprintf("renamed from %s", row.Key))
	if s != nil && !p.taken(row) && there && !p.wished[row.Key] && !p.mayNot(r, false) {
		p.removeOld(r, phaseOldName, s.Tag(), fmt.Sprintf("renamed to %s", l.Key))
	}
	p.leave(row, r, there, l)
}

// leave removes what still stands under an address that is somebody else's by
// now, whether it can be made under the new one or not.
func (p *projector) leave(row *core.Row, r core.Stub, there bool, l core.Stub) {
	if there && p.taken(row) && !p.mayNot(r, false) {
		p.removeOld(r, phaseOldName, "", fmt.Sprintf("renamed to %s", l.Key))
	}
}

// taken tells whether the address under which a row's item stands is somebody
// else's by now, who does not wish it.
func (p *projector) taken(row *core.Row) bool { return p.alive[row.Owner] && !p.wished[row.Key] }

// elsewhere tells whether a row's item stands with an account that is somebody
// else's by now, and no longer with that of its own entry.
func (p *projector) elsewhere(e *entry, row *core.Row) bool {
	return p.taken(row) && (e.row == nil || e.row.Owner != row.Owner)
}

// moveTo binds a row to what stands under its new Key. The old one is left
// behind, to be removed.
func (p *projector) moveTo(row *core.Row, l, now core.Stub, origin core.Origin) {
	delete(p.standing, l.Key)
	if half := p.rekey(row, core.Right, l.Key, l.Owner); half != nil {
		p.byKey[half.Key] = half
	}
	p.rebindTo(row, core.Right, now)
	row.Origin = origin
	p.byKey[l.Key] = row
}

// rowOf returns the row that has a Key now.
func (p *projector) rowOf(key core.Key) *core.Row {
	if row := p.byKey[key]; row != nil && row.Key == key && p.Rows[row.N] == row {
		return row
	}
	return nil
}

// vacating tells whether something stands under a Key that belongs to the
// account that goes, or is renamed, before the entry gets its address.
func (p *projector) vacating(e *entry, key core.Key) bool {
	if !e.vacated {
		return false
	}
	if _, there := p.standing[key]; there {
		return true
	}
	row := p.rowOf(key)
	if row == nil {
		return false
	}
	_, there := p.Stub(row, core.Right)
	return there
}

// doubled parks what another element, which came first, wishes too.
func (p *projector) doubled(l core.Stub) {
	p.bad(core.Stub{Ref: l.Ref, Key: l.Key, Owner: l.Owner, Where: l.Where, Bad: fmt.Sprintf("another entry wishes %s too", l.Key)}, "; the first one is kept")
}

// wishes plans the elements that no row has.
func (p *projector) wishes() {
	seen := map[core.Key]bool{}
	owners, _ := p.Partner(core.Right, p.Policy.OwnerResource)
	for _, l := range p.unbound(core.Left) {
		to, paired := p.Partner(core.Left, l.Collection)
		if l.Collection == owners || !paired {
			continue
		}
		e := p.entryOf(l)
		row := p.rowOf(l.Key)
		switch {
		case l.Out: // named, and neither wished nor gone
		case l.Bad != "":
			p.bad(l, "")
		case e.state == waits:
			e.waiting++
		case p.busyKey[l.Key] || p.source[core.Left][l.Ref] || !p.open(to):
		case p.vacating(e, l.Key), row != nil && p.movesAway(row):
			p.plan.Again = true
		case seen[l.Key], row != nil && p.wishedBy(row):
			p.doubled(l)
		default:
			seen[l.Key] = true
			p.wish(e, row, l)
		}
	}
}

// movesAway tells whether a row is being re-addressed, so that its Key is free
// in the next pass.
func (p *projector) movesAway(row *core.Row) bool {
	l, there := p.Stub(row, core.Left)
	return there && l.Key != row.Key
}

// wish binds a wish to what stands, or has it made.
func (p *projector) wish(e *entry, row *core.Row, l core.Stub) {
	res := p.resource(p.Pairs[core.Left][l.Collection])
	r, there := p.standing[l.Key]
	switch {
	case row != nil: // its own entry is gone, or wishes it no more
		p.rebindTo(row, core.Left, l)
		p.element(row)
	case there && r.Bad != "":
		p.bad(core.Stub{Ref: l.Ref, Key: l.Key, Owner: l.Owner, Where: l.Where, Bad: "what stands on the right cannot be read: " + r.Bad}, "")
	case there:
		delete(p.standing, l.Key)
		row = p.adopt(l, r)
		p.byKey[l.Key] = row
		if r.Sum != l.Sum && !res.CreateOnly {
			p.update(e, row, l, r, core.Adopted, "another value stood there before us")
		}
	default:
		p.create(e, nil, l, core.Ours, "wished by the left")
	}
}
