package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/core"
)

// Phases of a provisioning: what blocks goes first, an owner's deletion after
// those of its elements, then renames, owners and their elements. The old name
// of what could not be renamed goes last.
const (
	phaseElementDelete = 100
	phaseOwnerDelete   = 200
	phaseRename        = 300       // + how many renames have to come before
	phaseWish          = 1_000_000 // + Order of the resource
	phaseOldName       = 2_000_000
)

// projector plans a provisioning: the left wishes, the right is made to obey.
type projector struct {
	*planner
	entries map[string]*entry // by identity
	order   []*entry          // by the ID of the owner
	alive   map[string]bool   // addresses that the left names
	gone    map[string]*departure
	// byKey are the rows, standing what is on the right without one.
	byKey    map[core.Key]*core.Row
	standing map[core.Key]core.Stub
	// ownerRow is the row of an account, by its address; account tells whether
	// one stands there at all.
	ownerRow map[string]*core.Row
	account  map[string]bool
	// reserved is what a half-done rename has made under its new name.
	reserved map[core.Key]bool
	// wished Keys are left alone, whatever becomes of the wish in this pass.
	wished map[core.Key]bool
	notes  notes
}

// Project plans a provisioning link: rule 29. It uses the table, but its
// verdict is projected on the target: a wish is written whatever the target
// did, and what nobody wishes is deleted only where that is ours to do.
//
// The accounts come first: who is gone, who is renamed, who is new. What each
// account comes to decides about its elements.
func (v *View) Project() core.Plan {
	p := &projector{
		planner: v.newPlanner(), entries: map[string]*entry{}, alive: map[string]bool{}, gone: map[string]*departure{},
		byKey: map[core.Key]*core.Row{}, standing: map[core.Key]core.Stub{}, ownerRow: map[string]*core.Row{},
		account: map[string]bool{}, reserved: map[core.Key]bool{}, wished: map[core.Key]bool{}, notes: newNotes(),
	}
	if !v.Sides[core.Left].Whole {
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: core.Left, Why: "it could not be listed completely: nothing is deleted in this pass"})
	}
	p.look()
	p.findEntries()
	p.finishRenames()
	p.departures()
	p.renames()
	p.accounts()
	p.handOver()
	p.rows(true)
	p.wishes()
	p.rows(false)
	p.strangers()
	p.tell()
	slices.SortStableFunc(p.plan.Steps, func(a, b core.Step) int {
		return cmp.Or(cmp.Compare(a.Phase, b.Phase), strings.Compare(string(a.Key), string(b.Key)), cmp.Compare(a.Row, b.Row))
	})
	return p.plan
}

// look collects what stands and which rows there are.
func (p *projector) look() {
	for _, row := range p.SortedRows() {
		if known := p.byKey[row.Key]; known == nil || !p.wishedBy(known) {
			p.byKey[row.Key] = row
		}
		if known := p.ownerRow[row.Owner]; p.isOwner(row) && (known == nil || !p.wishedBy(known)) {
			p.ownerRow[row.Owner] = row
		}
	}
	for _, s := range p.Sides[core.Right].Stubs {
		if s.Collection == p.Policy.OwnerResource {
			p.account[s.Owner] = true
		}
	}
	for _, s := range p.unbound(core.Right) {
		if _, dup := p.standing[s.Key]; !dup {
			p.standing[s.Key] = s
		}
	}
}

func (p *projector) resource(c core.CollectionID) Resource { return p.Policy.Resources[c] }

func (p *projector) isOwner(row *core.Row) bool {
	return row.Side[core.Right].Ref.Collection == p.Policy.OwnerResource
}

func (p *projector) wishedBy(row *core.Row) bool {
	_, there := p.Stub(row, core.Left)
	return there
}

// busy tells whether a row's last write is not settled yet.
func (p *projector) busy(row *core.Row) bool { return p.busyRow[row.N] || p.busyKey[row.Key] }

// open tells whether both sides were looked at: what one of them could not list
// is remembered, which does not suffice for a write.
func (p *projector) open(right core.CollectionID) bool {
	left, ok := p.Partner(core.Right, right)
	return ok && p.Sides[core.Left].Listed[left] && p.sees(core.Right, right)
}

// allOpen tells whether all that an account has on the right was listed, so that
// it can go, or be renamed, with what is its.
func (p *projector) allOpen() bool {
	for right := range p.Pairs[core.Right] {
		if !p.sees(core.Right, right) {
			return false
		}
	}
	return true
}

// notWhole tells whether nothing can be concluded from what the left does not
// name: rule 9.
func (p *projector) notWhole() bool {
	return !p.Sides[core.Left].Whole && p.Without.holds(RuleDeletesWait)
}

// drop tells why deletions from a collection of the right are held back ("" =
// they are not): rule 12.
func (p *projector) drop(right core.CollectionID) string {
	left := p.Sides[core.Left]
	if !p.Without.holds(RuleDropHolds) {
		return ""
	}
	partner, _ := p.Partner(core.Right, right)
	return cmp.Or(left.Drop, left.Drops[partner])
}

// stays resets the grace of what is wished.
func (p *projector) stays(row *core.Row) {
	if row.GoneSince != 0 || row.GonePasses != 0 {
		row.GoneSince, row.GonePasses = 0, 0
		p.save(row)
	}
}
