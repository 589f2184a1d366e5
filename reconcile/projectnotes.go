package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"lockstep/core"
)

// reason why something is not written although the left wishes it.
type reason string

const (
	missing    reason = "missing, and creating is off"
	differs    reason = "different, and updating is off"
	takenAway  reason = "no longer wished, and updating is off"
	deleteOff  reason = "of owners who are gone, and deleting is off"
	deletesOff reason = "of owners who are gone, and deletions are off for this link"
	protected  reason = "of owners who are protected"
)

// notes collects what would be thousands of notes as one for each resource and
// reason, or one for each owner.
type notes struct {
	held map[heldBack][]string // owners, one for each item
	// noAccount are elements of owners without an account.
	noAccount map[string][]core.Stub
}

type heldBack struct {
	in  core.CollectionID
	why reason
}

func newNotes() notes {
	return notes{held: map[heldBack][]string{}, noAccount: map[string][]core.Stub{}}
}

// off counts an item that is not written for a reason.
func (n notes) off(in core.CollectionID, why reason, owner string) {
	k := heldBack{in, why}
	n.held[k] = append(n.held[k], owner)
}

// accountless counts an element whose owner has no account, and gets none.
func (n notes) accountless(l core.Stub) { n.noAccount[l.Owner] = append(n.noAccount[l.Owner], l) }

// tell writes the notes into the plan.
func (p *projector) tell() {
	for _, e := range p.order {
		if e.note != nil {
			e.note.Count = e.waiting
			p.plan.Notes = append(p.plan.Notes, *e.note)
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(p.notes.noAccount)) {
		all := p.notes.noAccount[owner]
		p.plan.Notes = append(p.plan.Notes, core.Note{
			Side: core.Left, Ref: all[0].Ref, Owner: owner, Where: all[0].Where, Count: len(all), Parked: true,
			Why: fmt.Sprintf("%s has no account, which %d of its elements need", owner, len(all)),
		})
	}
	for _, owner := range slices.Sorted(maps.Keys(p.gone)) {
		if d := p.gone[owner]; !d.over {
			p.grace(owner, d)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(p.notes.held), func(a, b heldBack) int {
		return cmp.Or(cmp.Compare(a.in, b.in), cmp.Compare(a.why, b.why))
	}) {
		owners := p.notes.held[k]
		p.plan.Notes = append(p.plan.Notes, core.Note{
			Side: core.Right, Ref: core.Ref{Collection: k.in}, Count: len(owners),
			Why: fmt.Sprintf("%d in %s %s: %s", len(owners), p.path(core.Right, k.in), k.why, names(owners)),
		})
	}
}

// grace says how long an owner who is gone still has.
func (p *projector) grace(owner string, d *departure) {
	p.plan.Notes = append(p.plan.Notes, core.Note{
		Side: core.Right, Ref: d.row.Side[core.Right].Ref, Row: d.row.N, Key: d.row.Key, Owner: owner,
		Where: d.row.Side[core.Left].Where, Count: d.kept,
		Why: fmt.Sprintf("%s is gone from the left; all is kept until the grace is over: %s, %d of %d passes",
			owner, of(p.Now-d.row.GoneSince, p.Policy.GraceSeconds), d.row.GonePasses, p.Policy.GracePasses),
	})
}

// of prints how much of a grace is over, both in seconds.
func of(gone, grace int64) string {
	const hour, day = 3600, 24 * 3600
	if grace >= day && grace%day == 0 {
		return fmt.Sprintf("%d of %d days", gone/day, grace/day)
	}
	return fmt.Sprintf("%d of %d hours", gone/hour, (grace+hour-1)/hour)
}
