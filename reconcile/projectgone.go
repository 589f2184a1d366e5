package reconcile

import "lockstep/core"

// departure is an owner whom the left no longer names.
type departure struct {
	// row that counts the grace: that of the account, else of an element.
	row *core.Row
	// over: the grace is over, or a person has to judge (drop).
	over bool
	// dies: the account is deleted in this plan, or held; with it goes all that
	// is its own.
	dies bool
	// tag of the deletion of the account, if it is planned.
	tag string
	// drop is why the deletion of the account is held back.
	drop string
	// kept counts the elements that wait for the grace.
	kept int
}

// departures decides about the accounts that no entry names any more.
func (p *projector) departures() {
	for _, row := range p.SortedRows() {
		if p.isOwner(row) && !p.wishedBy(row) && !p.busy(row) && row.Renaming == "" {
			p.departs(row)
		}
	}
}

func (p *projector) departs(row *core.Row) {
	c := row.Side[core.Right].Ref.Collection
	r, there := p.Stub(row, core.Right)
	switch {
	case p.notWhole():
		return
	case !there:
		if p.sees(core.Right, c) {
			p.forget(row)
		}
		return
	case !p.left(row):
		p.stays(row) // named by somebody else, who takes it over
		return
	}
	d := p.departure(row)
	why := row.Owner + " is gone from the left"
	switch {
	case p.mayNot(r, true): // said by mayNot
	case p.entries[string(row.Side[core.Left].Same)] != nil && p.mayNot(r, false): // left behind by an owner who has another account now
	case !d.over: // said by tell
	case !p.allOpen():
		p.note(row, core.Right, false, "%s; its account stays until all that is its own can be listed", why)
	default:
		d.dies = true
		phase := phaseOwnerDelete
		if !p.Without.holds(RuleChildrenFirst) {
			phase = phaseElementDelete - 1
		}
		d.tag = p.remove(row, r, phase, d.drop, why)
	}
}

// departure returns what is known of an owner who is gone; the first row that
// asks counts the grace, so accounts have to ask before their elements.
func (p *projector) departure(row *core.Row) *departure {
	d := p.gone[row.Owner]
	if d == nil {
		d = &departure{row: row, drop: p.dropOf(row.Owner)}
		d.over = d.drop != "" || !p.Without.holds(RuleGrace) || p.graceOver(row)
		p.gone[row.Owner] = d
	}
	return d
}

// dropOf tells why nothing of an owner who is gone is deleted: where the owners
// or some of what this one has fell suspiciously, a person judges the whole.
func (p *projector) dropOf(owner string) string {
	if why := p.drop(p.Policy.OwnerResource); why != "" {
		return why
	}
	for _, n := range p.ownedBy(core.Right, owner).rows {
		if row := p.Rows[n]; row != nil && row.Owner == owner && !p.wishedBy(row) {
			if why := p.drop(row.Side[core.Right].Ref.Collection); why != "" {
				return why
			}
		}
	}
	return ""
}

// graceOver counts complete, planned passes and time: rule 33.
func (p *projector) graceOver(row *core.Row) bool {
	row.GonePasses++
	if row.GoneSince == 0 {
		row.GoneSince = p.Now
	}
	p.save(row)
	return row.GonePasses >= p.Policy.GracePasses && p.Now-row.GoneSince >= p.Policy.GraceSeconds
}

// unwished plans the element of a row that the left no longer wishes.
func (p *projector) unwished(row *core.Row, res Resource) {
	c := row.Side[core.Right].Ref.Collection
	r, there := p.Stub(row, core.Right)
	switch {
	case p.notWhole() || p.unreadable(row):
		return
	case !there:
		if p.sees(core.Right, c) {
			p.forget(row)
		}
		return
	case p.wished[row.Key]: // by somebody who cannot have it yet
		return
	case row.Side[core.Left].None: // rule 30: what a rename, or an undo, has left behind
		if !p.mayNot(r, false) {
			p.removeOld(r, phaseElementDelete, "", "we made it, and the left does not name it")
		}
		return
	case !p.left(row):
		p.takenAway(row, r, res)
		return
	case res.CreateOnly:
		p.forget(row)
		return
	}
	d := p.departure(row)
	switch {
	case !d.dies && !res.Exact && row.Origin != core.Ours:
		// somebody else made it: it goes with the account only
	case p.mayNot(r, true): // said by mayNot
	case !d.over:
		d.kept++
	default:
		p.remove(row, r, phaseElementDelete, d.drop, "its owner "+row.Owner+" is gone from the left")
	}
}

// takenAway plans an element of an owner who is there and no longer wishes it.
func (p *projector) takenAway(row *core.Row, r core.Stub, res Resource) {
	e := p.entries[string(row.Side[core.Left].Same)]
	switch {
	case res.CreateOnly, !res.Exact && row.Origin != core.Ours:
		p.forget(row) // not ours to delete: let go
	case e != nil && e.state == waits && !p.elsewhere(e, row):
		e.waiting++
	case p.mayNot(r, false): // said by mayNot
	default:
		p.remove(row, r, phaseElementDelete, p.drop(r.Collection), "no longer wished by the left")
	}
}

// strangers plans what stands on the right without a row: what an owner who
// dies has, and in exact resources what a settled owner is not to have.
func (p *projector) strangers() {
	if p.notWhole() {
		return
	}
	for _, r := range p.unbound(core.Right) {
		res := p.resource(r.Collection)
		if r.Collection == p.Policy.OwnerResource || res.CreateOnly || r.Bad != "" || p.wished[r.Key] || p.busyKey[r.Key] || !p.open(r.Collection) {
			continue
		}
		d, owner := p.gone[r.Owner], p.ownerRow[r.Owner]
		switch {
		case d != nil:
			if d.dies && !p.mayNot(r, true) {
				p.remove(nil, r, phaseElementDelete, d.drop, "its owner "+r.Owner+" is deleted")
			}
		case !res.Exact || p.mayNotTouch(r, owner):
		case !p.mayNot(r, false):
			p.remove(nil, r, phaseElementDelete, p.drop(r.Collection), "not wished by the left")
		}
	}
}

// mayNotTouch tells whether something without a row belongs to an account that
// is not the link's, or about which nothing is decided now.
func (p *projector) mayNotTouch(r core.Stub, owner *core.Row) bool {
	if owner == nil {
		return p.Without.holds(RuleOnlyNamed)
	}
	e := p.entries[identity(Implied(owner, core.Left))]
	return !p.wishedBy(owner) || e == nil || e.state != stands || e.vacated || e.owner.Owner != r.Owner || e.needs != ""
}
