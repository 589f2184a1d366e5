package reconcile

import (
	"strings"

	"lockstep/core"
)

// finishRenames goes on with renames whose end is unknown, whatever is wished
// now: what stands under the new name was made by us, and waits for the rest.
func (p *projector) finishRenames() {
	for _, row := range p.SortedRows() {
		if row.Renaming == "" || p.busy(row) || !p.isOwner(row) || !p.allOpen() {
			continue
		}
		old, there := p.Stub(row, core.Right)
		now, made := p.standing[row.Renaming]
		switch {
		case !made:
			row.Renaming = "" // undone: planned again, if it is still wished
			p.save(row)
		case !there: // somebody finished it
			delete(p.standing, now.Key)
			in := &core.Intent{Side: core.Right, Key: now.Key, Owner: now.Owner}
			p.renamed(in, row, now, true)
			p.byKey[row.Key], p.ownerRow[row.Owner] = row, row
		default:
			p.reserved[row.Renaming] = true
			e := p.entryOfRow(row)
			if e == nil {
				e = &entry{row: row}
			}
			e.state = waits
			p.rename(e, old, now.Key, now.Owner, "its renaming was begun and is not finished")
			p.plan.Again = true // what has moved along already is compared under its new name
			if e.owner.Key == now.Key {
				e.state = stands
			}
		}
	}
}

// renames plans that of accounts whose entry has another address now: rule 30.
// A name that another rename frees is taken after it; a circle is parked.
func (p *projector) renames() {
	var open []*entry
	for _, e := range p.order {
		if e.state != undecided || !p.moves(e) || p.busy(e.row) || p.busyKey[e.owner.Key] {
			continue
		}
		if !p.Without.holds(RuleRename) {
			p.forget(e.row)
			e.row = nil
			continue
		}
		open = append(open, e)
	}
	for progress := true; progress && len(open) > 0; {
		var rest []*entry
		for _, e := range open {
			if !p.tryRename(e) {
				rest = append(rest, e)
			}
		}
		progress, open = len(rest) < len(open), rest
	}
	for _, e := range open {
		p.wait(e, "it cannot be renamed, because addresses are exchanged in a circle: %s; give one of them another address first", p.circle(e))
	}
}

// tryRename decides about one rename; false = it depends on one that is not
// decided.
func (p *projector) tryRename(e *entry) (decided bool) {
	o, res := e.owner, p.resource(p.Policy.OwnerResource)
	r, _ := p.Stub(e.row, core.Right)
	from := e.row.Owner
	can := p.Sides[core.Right].Ops.Rename != core.Unsupported && !res.NoUpdate
	other := p.rowOf(o.Key)
	_, there := p.standing[o.Key]
	switch {
	case !p.Policy.Write[core.Right]:
		e.state = waits
		return true
	case !p.open(p.Policy.OwnerResource) || !p.allOpen():
		p.wait(e, "it was %s; it is renamed once all is listed", from)
		return true
	case r.Bad != "":
		p.wait(e, "its account %s cannot be read: %s", from, r.Bad)
		return true
	case !can && there && !p.reserved[o.Key]:
		return p.letGo(e) // somebody made the new one: it is taken
	case there:
		p.wait(e, "it was %s, and an account %s stands on the right that is not its own: rename or delete that one", from, o.Owner)
		return true
	case other != nil:
		if _, standing := p.Stub(other, core.Right); standing {
			if decided, free := p.frees(e, other); !free {
				return decided
			}
		}
	}
	switch {
	case can:
		if other != nil {
			if _, standing := p.Stub(other, core.Right); !standing {
				p.forget(other) // its account went; what comes to stand there is this one
			}
		}
		p.rename(e, r, o.Key, o.Owner, "renamed from "+from)
		e.state = stands
	case res.NoUpdate:
		p.wait(e, "it was %s, and accounts are not renamed here, for updating them is off", from)
	default:
		return p.letGo(e)
	}
	return true
}

// frees tells whether what stands under the name that an entry wants goes away
// in this plan. decided is false while that is open.
func (p *projector) frees(e *entry, other *core.Row) (decided, free bool) {
	from, to := e.row.Owner, e.owner.Owner
	if d := p.gone[other.Owner]; d != nil && d.row == other {
		if d.tag != "" {
			e.needs, e.vacated = d.tag, true
			return true, true
		}
		p.wait(e, "it was %s, and the account %s of somebody who is gone still stands: it is renamed once that is deleted", from, to)
		return true, false
	}
	blocker := p.entryOfRow(other)
	switch {
	case blocker != nil && blocker.renamedFrom == to:
		e.needs, e.vacated, e.depth = blocker.needs, true, blocker.depth+1
		return true, true
	case blocker != nil && blocker.state == undecided && p.moves(blocker):
		return false, false
	}
	p.wait(e, "it was %s, and the account %s is still somebody else's: that one has to be renamed or deleted first", from, to)
	return true, false
}

// letGo leaves the old account behind, like that of an owner who is gone, and
// lets the entry have another: where the right cannot rename.
func (p *projector) letGo(e *entry) bool {
	p.newAccount(e)
	return true
}

// rename plans the step.
func (p *projector) rename(e *entry, r core.Stub, key core.Key, owner, why string) {
	s := core.Step{
		Side: core.Right, Op: core.OpRename, Row: e.row.N, Ref: r.Ref, To: r.Collection, Source: e.owner, Key: key, Owner: owner,
		Size: r.Size, Before: e.row.Owner, Needs: e.needs, Phase: phaseRename + e.depth, Why: why,
	}
	s.If.Absent = e.row.Renaming != key
	p.add(s)
	e.renamedFrom, e.needs = e.row.Owner, s.Tag()
	p.account[owner] = true
	p.fallTogether(e.row.Owner, owner)
}

// fallTogether: where something that a user made follows its account onto what
// we have made under the new name, nobody can tell them apart afterwards.
func (p *projector) fallTogether(old, owner string) {
	all := p.ownedBy(core.Right, old)
	for _, at := range all.stubs {
		if s, there := p.Sides[core.Right].Stubs[at]; there {
			p.fallsOnto(s, owner)
		}
	}
	for _, n := range all.rows {
		if row := p.Rows[n]; row != nil && row.Owner == old && row.Origin != core.Ours && !row.Side[core.Right].None {
			p.fallsOnto(Implied(row, core.Right), owner)
		}
	}
}

func (p *projector) fallsOnto(s core.Stub, owner string) {
	ref, _, moves := p.Sides[core.Right].Follow(s, owner)
	if row := p.Rows[p.Sides[core.Right].Bound[ref]]; moves && row != nil && row.Origin == core.Ours {
		row.Origin = core.Adopted
		p.save(row)
	}
}

// circle prints the names that wait for each other.
func (p *projector) circle(e *entry) string {
	path := []string{e.row.Owner}
	for at := e; ; {
		path = append(path, at.owner.Owner)
		next := p.rowOf(at.owner.Key)
		if next == nil || next == e.row || len(path) > 5 {
			break
		}
		if at = p.entryOfRow(next); at == nil {
			break
		}
	}
	return strings.Join(path, " to ")
}
