package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
)

// Phases of a provisioning: what blocks goes first, owners before their
// elements, an owner's deletion last.
const (
	phaseElementDelete = 100
	phaseOwnerDelete   = 200
	phaseWish          = 300 // + Order of the resource
	phaseOldName       = 900
)

// projector plans a provisioning: the left wishes, the right is made to obey.
type projector struct {
	*planner
	alive   map[string]bool // owners that the left names
	dying   map[string]bool // owners whose deletion is in this plan
	byKey   map[core.Key]*core.Row
	rightAt map[core.Key]core.Stub // what is there without a row
	// ownerRow is the row of an owner itself.
	ownerRow map[string]*core.Row
}

// Project plans a provisioning link: rule 29. It uses the table, but its
// verdict is projected on the target: a wish is written whatever the target
// did, and what nobody wishes is deleted only where that is ours to do.
func (v *View) Project() core.Plan {
	p := &projector{
		planner: v.newPlanner(), alive: map[string]bool{}, dying: map[string]bool{},
		byKey: map[core.Key]*core.Row{}, rightAt: map[core.Key]core.Stub{}, ownerRow: map[string]*core.Row{},
	}
	if !v.Sides[core.Left].Whole || !v.Sides[core.Right].Whole {
		p.plan.Notes = append(p.plan.Notes, core.Note{Why: "a side could not be listed completely: nothing is deleted in this pass"})
	}
	p.look()
	for _, row := range v.SortedRows() {
		if p.busyRow[row.N] || p.busyKey[row.Key] {
			continue
		}
		p.bound(row)
	}
	p.wishes()
	p.strangers()
	slices.SortStableFunc(p.plan.Steps, func(a, b core.Step) int {
		return cmp.Or(cmp.Compare(a.Phase, b.Phase), strings.Compare(string(a.Key), string(b.Key)), cmp.Compare(a.Row, b.Row))
	})
	return p.plan
}

// look collects who is alive and what stands without a row.
func (p *projector) look() {
	owners := p.Policy.OwnerResource
	for _, s := range p.Sides[core.Left].Stubs {
		if partner, ok := p.Partner(core.Left, s.Collection); ok && partner == owners {
			p.alive[s.Owner] = true
		}
	}
	for _, row := range p.SortedRows() {
		p.byKey[row.Key] = row
		if p.isOwner(row.Side[core.Right].Ref.Collection) {
			p.ownerRow[row.Owner] = row
		}
	}
	for _, s := range p.unbound(core.Right) {
		if _, dup := p.rightAt[s.Key]; !dup {
			p.rightAt[s.Key] = s
		}
	}
}

func (p *projector) resource(c core.CollectionID) Resource { return p.Policy.Resources[c] }

func (p *projector) isOwner(c core.CollectionID) bool { return c == p.Policy.OwnerResource }

// bound plans one row.
func (p *projector) bound(row *core.Row) {
	l, wished := p.Stub(row, core.Left)
	r, there := p.Stub(row, core.Right)
	res := p.resource(row.Side[core.Right].Ref.Collection)
	if wished && (row.GoneSince != 0 || row.GonePasses != 0) {
		row.GoneSince, row.GonePasses = 0, 0
		p.save(row)
	}
	switch {
	case wished && l.Bad != "":
		p.note(row, core.Left, true, "%s; what stands on the right is kept", l.Bad)
	case wished && l.Key != row.Key:
		p.renamed(row, l, r, there)
	case wished && res.CreateOnly:
	case wished && !there:
		if p.Sides[core.Right].Whole {
			p.write(core.OpCreate, row, l, core.Stub{}, row.Origin, "it is gone from the right")
		}
	case wished && r.Sum != l.Sum && l.Sum != "" && r.Sum != "":
		p.write(core.OpUpdate, row, l, r, row.Origin, "another value stands on the right")
	case wished:
		p.refreshRow(row, l, r)
	default:
		p.unwished(row, r, there, res)
	}
}

// refreshRow takes equal values with new versions into the base.
func (p *projector) refreshRow(row *core.Row, l, r core.Stub) {
	if row.Side[0].Sum != l.Sum || row.Side[1].Sum != r.Sum || row.Side[0].Rev != l.Rev || row.Side[1].Rev != r.Rev {
		for x, s := range [2]core.Stub{l, r} {
			row.Side[x].Sum, row.Side[x].Rev = s.Sum, s.Rev
		}
		p.save(row)
	}
}

// renamed: the same entry wishes another name. The new name is made with the
// old one's origin, the old one is removed last; that is no deletion: rule 30.
func (p *projector) renamed(row *core.Row, l, r core.Stub, there bool) {
	res := p.resource(row.Side[core.Right].Ref.Collection)
	if !there || res.CreateOnly || !res.Exact && row.Origin != core.Ours {
		p.forget(row) // nothing of ours is left under the old name
		return
	}
	if p.byKey[l.Key] == nil {
		if _, stands := p.rightAt[l.Key]; !stands {
			p.write(core.OpCreate, nil, l, core.Stub{}, row.Origin, fmt.Sprintf("renamed from %s", row.Key))
		}
	}
	p.delete(row, r, phaseOldName, true, fmt.Sprintf("renamed to %s", l.Key))
}

// write plans a create or update of the right to what the left wishes.
func (p *projector) write(op core.Op, row *core.Row, l, r core.Stub, origin core.Origin, why string) {
	to, ok := p.Partner(core.Left, l.Collection)
	if !ok || !p.Policy.Write[core.Right] {
		return
	}
	s := core.Step{
		Side: core.Right, Op: op, Ref: core.Ref{Collection: to}, To: to, Source: l, Key: l.Key, Size: l.Size, Owner: l.Owner,
		Origin: origin, Phase: phaseWish + p.resource(to).Order, Why: why,
	}
	if row != nil {
		s.Row, s.Restore = row.N, op == core.OpCreate
	}
	if op == core.OpUpdate {
		s.Ref, s.If = r.Ref, conditionOf(r)
	} else {
		s.If.Absent = p.Without.holds(RuleAdditiveReread) // rule 34: present = adopted, in the next pass
	}
	p.add(s)
}

// unwished plans a row that the left no longer wishes.
func (p *projector) unwished(row *core.Row, r core.Stub, there bool, res Resource) {
	if !p.Sides[core.Left].Whole && p.Without.holds(RuleDeletesWait) {
		return
	}
	ownerGone := !p.alive[row.Owner]
	switch {
	case !there:
		if p.Sides[core.Right].Whole {
			p.forget(row)
		}
		return
	case res.CreateOnly:
		if ownerGone {
			p.forget(row)
		}
		return
	case !res.Exact && row.Origin != core.Ours && !ownerGone:
		p.forget(row) // not ours to delete: let go
		return
	case p.isOwner(r.Collection) && !ownerGone:
		return // the address is named by another entry, which is parked or takes it over
	}
	suspicious := p.Sides[core.Left].Drop != "" && p.Without.holds(RuleDropHolds) // shown as held, for a person to judge
	if ownerGone && !suspicious && p.Without.holds(RuleGrace) && !p.graceOver(row) {
		p.note(row, core.Right, false, "its owner %s is gone from the left; it is kept until the grace is over", row.Owner)
		return
	}
	phase, why := phaseElementDelete, "no longer wished by the left"
	if p.isOwner(r.Collection) {
		phase = phaseOwnerDelete
		if !p.Without.holds(RuleChildrenFirst) {
			phase = phaseElementDelete - 1
		}
		p.dying[row.Owner] = true
		why = "its owner is gone from the left"
	}
	p.delete(row, r, phase, false, why)
}

// graceOver counts complete, planned passes and time; the elements of an owner
// wait with it: rule 33.
func (p *projector) graceOver(row *core.Row) bool {
	row.GonePasses++
	if row.GoneSince == 0 {
		row.GoneSince = p.Now
	}
	p.save(row)
	over := func(r *core.Row) bool {
		return r.GoneSince != 0 && r.GonePasses >= p.Policy.GracePasses && p.Now-r.GoneSince >= p.Policy.GraceSeconds
	}
	if o := p.ownerRow[row.Owner]; o != nil && o != row && !over(o) {
		return false
	}
	return over(row)
}

func (p *projector) delete(row *core.Row, r core.Stub, phase int, renamed bool, why string) {
	s := core.Step{
		Side: core.Right, Op: core.OpDelete, Ref: r.Ref, Key: r.Key, Size: r.Size, Owner: r.Owner, If: conditionOf(r),
		Phase: phase, Uncounted: renamed, Why: why,
	}
	if row != nil {
		s.Row = row.N
	}
	switch {
	case !p.Policy.Write[core.Right] || !p.Policy.Deletes[core.Right] && !renamed:
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Right, Ref: r.Ref, Key: r.Key, Why: why + ", but deletions are off"})
	case p.Sides[core.Left].Drop != "" && p.Without.holds(RuleDropHolds) && !renamed:
		s.Why += "; " + p.Sides[core.Left].Drop
		p.plan.Held = append(p.plan.Held, s)
	default:
		p.add(s)
	}
}

// wishes plans what the left wishes and no row has.
func (p *projector) wishes() {
	seen := map[core.Key]bool{}
	for _, l := range p.unbound(core.Left) {
		if l.Bad != "" {
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Left, Ref: l.Ref, Key: l.Key, Parked: true, Why: l.Bad})
			continue
		}
		if p.busyKey[l.Key] || p.source[core.Left][l.Ref] {
			continue
		}
		if row := p.byKey[l.Key]; row != nil || seen[l.Key] {
			if row == nil || p.wishedBy(row) {
				p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Left, Ref: l.Ref, Key: l.Key, Parked: true,
					Why: fmt.Sprintf("another entry wishes %s too; the first one is kept", l.Key)})
			}
			continue
		}
		seen[l.Key] = true
		r, stands := p.rightAt[l.Key]
		to, _ := p.Partner(core.Left, l.Collection)
		switch {
		case stands:
			row := p.adopt(l, r)
			if r.Sum != l.Sum && !p.resource(to).CreateOnly {
				p.write(core.OpUpdate, row, l, r, core.Adopted, "another value stood there before us")
			}
		case p.Sides[core.Right].Listed[to]:
			p.write(core.OpCreate, nil, l, core.Stub{}, core.Ours, "wished by the left")
		}
	}
}

func (p *projector) wishedBy(row *core.Row) bool {
	_, there := p.Stub(row, core.Left)
	return there
}

// strangers plans what stands on the right without a row: in exact resources
// of owners that the left names, and with an owner that goes.
func (p *projector) strangers() {
	wished := map[core.Key]bool{}
	for _, s := range p.plan.Steps {
		wished[s.Key] = wished[s.Key] || s.Op != core.OpDelete
	}
	for _, r := range p.unbound(core.Right) {
		res := p.resource(r.Collection)
		if p.isOwner(r.Collection) || res.CreateOnly || p.ownerRow[r.Owner] == nil || !p.Sides[core.Left].Whole {
			continue
		}
		switch {
		case p.dying[r.Owner]:
			p.delete(nil, r, phaseElementDelete, false, "its owner is deleted")
		case res.Exact && p.alive[r.Owner] && !wished[r.Key]:
			p.delete(nil, r, phaseElementDelete, false, "not wished by the left")
		}
	}
}
