package reconcile

import (
	"cmp"
	"slices"

	"lockstep/core"
)

// write plans a create or update of the right to what the left wishes. A create
// with a row that is no restore gives that row another Key.
func (p *projector) write(op core.Op, e *entry, row *core.Row, l, r core.Stub, origin core.Origin, why string) *core.Step {
	to, ok := p.Partner(core.Left, l.Collection)
	if !ok || !p.Policy.Write[core.Right] || p.busyKey[l.Key] {
		return nil
	}
	s := core.Step{
		Side: core.Right, Op: op, Ref: core.Ref{Collection: to}, To: to, Source: l, Key: l.Key, Size: l.Size, Owner: l.Owner,
		Origin: origin, Needs: e.needs, Phase: phaseWish + p.resource(to).Order, Why: why,
	}
	if row != nil {
		s.Row, s.Restore = row.N, op == core.OpCreate && row.Key == l.Key
	}
	if op == core.OpUpdate {
		s.Ref, s.If, s.Before = r.Ref, conditionOf(r), r.Label
	} else {
		s.If.Absent = p.Without.holds(RuleAdditiveReread) // rule 34: present = adopted, in the next pass
	}
	p.add(s)
	return &p.plan.Steps[len(p.plan.Steps)-1]
}

// create plans a missing item, unless that is off, or its owner has no account.
func (p *projector) create(e *entry, row *core.Row, l core.Stub, origin core.Origin, why string) *core.Step {
	to, _ := p.Partner(core.Left, l.Collection)
	res, c := p.resource(to), p.Sides[core.Right].Collections[to]
	switch {
	case res.NoCreate:
		p.notes.off(to, missing, l.Owner)
		return nil
	case c.Lazy && !p.Sides[core.Right].Asked[l.Key] && p.Without.holds(RuleAskLazy):
		return nil // what could not be asked is not missing: rule 37
	case res.NeedsOwner && e.state != stands:
		if p.sees(core.Right, p.Policy.OwnerResource) {
			p.notes.accountless(l)
		}
		return nil
	}
	return p.write(core.OpCreate, e, row, l, core.Stub{}, origin, why)
}

// update plans another value, unless that is off.
func (p *projector) update(e *entry, row *core.Row, l, r core.Stub, origin core.Origin, why string) {
	to, _ := p.Partner(core.Left, l.Collection)
	switch res := p.resource(to); {
	case res.CreateOnly:
	case res.NoUpdate:
		p.notes.off(to, differs, l.Owner)
	default:
		p.write(core.OpUpdate, e, row, l, r, origin, why)
	}
}

// mayNot tells whether a deletion is off, and says so. gone: its owner is gone;
// otherwise it is taken from an owner who lives, which is an update.
func (p *projector) mayNot(r core.Stub, gone bool) bool {
	res, c := p.resource(r.Collection), r.Collection
	switch {
	case !p.Policy.Write[core.Right]:
	case r.Bad != "":
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Right, Ref: r.Ref, Key: r.Key, Owner: r.Owner, Parked: true, Why: r.Bad + "; it is kept"})
	case p.Policy.Protected != nil && p.Policy.Protected(r.Owner):
		p.notes.off(c, protected, r.Owner)
	case gone && !p.Policy.Deletes[core.Right]:
		p.notes.off(c, deletesOff, r.Owner)
	case gone && res.NoDelete:
		p.notes.off(c, deleteOff, r.Owner)
	case !gone && res.NoUpdate:
		p.notes.off(c, takenAway, r.Owner)
	default:
		return false
	}
	return true
}

// remove plans a deletion, or holds it back for a reason ("" = there is none).
// It returns the tag of a step that is planned.
func (p *projector) remove(row *core.Row, r core.Stub, phase int, held, why string) (tag string) {
	s := core.Step{
		Side: core.Right, Op: core.OpDelete, Ref: r.Ref, Key: r.Key, Size: r.Size, Owner: r.Owner, If: conditionOf(r),
		Before: r.Label, Phase: phase, Why: why,
	}
	if row != nil {
		s.Row = row.N
	}
	if of := cmp.Or(row, p.ownerRow[r.Owner]); of != nil { // which entry it was
		s.Source.Same, s.Source.Where = of.Side[core.Left].Same, of.Side[core.Left].Where
	}
	if held != "" {
		s.Why += "; " + held
		p.plan.Held = append(p.plan.Held, s)
		if !slices.Contains(p.plan.HeldWhy, held) {
			p.plan.HeldWhy = append(p.plan.HeldWhy, held)
		}
		return ""
	}
	p.add(s)
	return s.Tag()
}

// removeOld plans the removal of an old name, after the step that makes the new
// one ("" = it does not matter). It is no deletion for the guard: rule 30.
func (p *projector) removeOld(r core.Stub, phase int, needs, why string) {
	p.remove(nil, r, phase, "", why)
	s := &p.plan.Steps[len(p.plan.Steps)-1]
	s.Uncounted, s.Needs = true, needs
}
