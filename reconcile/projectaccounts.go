package reconcile

import "lockstep/core"

// accounts plans the accounts of the entries that keep their name, or are new.
func (p *projector) accounts() {
	for _, e := range p.order {
		if e.state == undecided {
			p.accountOf(e)
		}
	}
}

func (p *projector) accountOf(e *entry) {
	o, right := e.owner, p.Policy.OwnerResource
	switch {
	case e.row != nil && p.busy(e.row) || p.busyKey[o.Key]:
		e.state = waits // its last write is not settled yet
		return
	case o.Bad != "", o.Out:
		p.leftAlone(e)
		return
	case !p.open(right):
		e.state = waits
		return
	}
	if e.row != nil && e.row.Key != o.Key { // nothing stands under its old name
		p.forget(e.row)
		e.row = nil
	}
	if e.row == nil && !p.claimAccount(e) {
		return
	}
	row := e.row
	if row == nil {
		p.newAccount(e)
		return
	}
	r, there := p.Stub(row, core.Right)
	switch {
	case !there:
		e.state = absent
		p.made(e, p.create(e, row, o, row.Origin, "it is gone from the right"))
	case r.Bad != "":
		p.wait(e, "its account cannot be read: %s", r.Bad)
	default:
		e.state = stands
		p.compare(e, row, o, r)
	}
}

// leftAlone: what is wrong with an owner does not touch what stands, and neither
// does one that the left names without wishing it.
func (p *projector) leftAlone(e *entry) {
	o := e.owner
	if o.Bad != "" {
		e.note = &core.Note{Side: core.Left, Ref: o.Ref, Key: o.Key, Owner: o.Owner, Where: o.Where, Parked: true, Why: o.Bad + "; what stands on the right is kept"}
	}
	switch {
	case o.Owner == "", e.row != nil && e.row.Key != o.Key:
		e.state = waits
	case p.account[o.Owner]:
		e.state = stands
	default:
		e.state = absent
	}
}

// claimAccount looks for the account of an entry that has no row: one that a row
// has whose own entry is gone is taken over. false = the entry waits.
func (p *projector) claimAccount(e *entry) bool {
	row := p.rowOf(e.owner.Key)
	if row == nil {
		return true
	}
	other := p.entryOfRow(row)
	switch {
	case row.Side[core.Left].None:
		p.wait(e, "the account %s was that of somebody who has another address now: delete or rename it", e.owner.Owner)
	case !p.wishedBy(row):
		p.rebindTo(row, core.Left, e.owner)
		p.stays(row)
		e.row = row
		return true
	case other != nil && other.renamedFrom == e.owner.Owner:
		e.needs, e.vacated = other.needs, true // made once its name is free
		return true
	case other != nil && other.state == waits && other.note != nil:
		p.wait(e, "the account %s is still that of %s, which is to be renamed to %s first", e.owner.Owner, where(other.owner), other.owner.Owner)
	default:
		e.state = waits
	}
	return false
}

func (p *projector) entryOfRow(row *core.Row) *entry {
	if l, there := p.Stub(row, core.Left); there {
		return p.entries[identity(l)]
	}
	return nil
}

// newAccount adopts what stands under the entry's address, or makes it.
func (p *projector) newAccount(e *entry) {
	o := e.owner
	r, there := p.standing[o.Key]
	switch {
	case there && p.reserved[o.Key]:
		p.wait(e, "the account %s is being renamed, which is to be finished first", o.Owner)
	case there && r.Bad != "":
		p.wait(e, "an account of this name stands on the right, which cannot be read: %s", r.Bad)
	case there:
		p.take(e, o, r)
		e.state = stands
		p.compare(e, e.row, o, r)
	default:
		e.state = absent
		why, origin := "wished by the left", core.Ours
		if e.row != nil {
			why, origin = "renamed from "+e.row.Owner, e.row.Origin
		}
		p.made(e, p.create(e, e.row, o, origin, why))
	}
}

// take binds what stands on the right without a row. What the entry had under
// another name is left behind.
func (p *projector) take(e *entry, l, r core.Stub) {
	if e.row == nil {
		delete(p.standing, l.Key)
		e.row = p.adopt(l, r)
		p.byKey[l.Key] = e.row
	} else {
		p.moveTo(e.row, l, r, core.Adopted)
	}
	p.ownerRow[l.Owner] = e.row
}

// made: the elements of an account that is made wait for it.
func (p *projector) made(e *entry, s *core.Step) {
	if s != nil {
		e.state, e.needs = stands, s.Tag()
		p.account[e.owner.Owner] = true
	}
}

// compare plans another value where the values differ, and takes equal ones with
// new versions into the base.
func (p *projector) compare(e *entry, row *core.Row, l, r core.Stub) {
	if r.Sum != l.Sum && l.Sum != "" && r.Sum != "" {
		p.update(e, row, l, r, row.Origin, "another value stands on the right")
		return
	}
	changed := false
	for x, s := range [2]core.Stub{l, r} {
		b := &row.Side[x]
		changed = changed || b.Sum != s.Sum || b.Rev != s.Rev
		b.Sum, b.Rev = s.Sum, s.Rev
	}
	if changed {
		p.save(row)
	}
}
