package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
)

// entry is one entry of the left, known by its element in the collection of
// owners, and what comes of its account in this plan.
type entry struct {
	owner core.Stub
	// row of its account; nil = none.
	row   *core.Row
	state entryState
	// needs is the step that makes its account, or gives it its name; "" = none
	// is needed.
	needs string
	// renamedFrom is the name that its account loses in this plan; "" = none.
	renamedFrom string
	// vacated: what stands under its address is still somebody else's, who goes
	// or is renamed in this plan.
	vacated bool
	// second: another entry has its address.
	second bool
	// note says why it waits (nil = there is nothing to say); waiting counts the
	// elements that wait with it.
	note    *core.Note
	waiting int
	// depth is how many renames have to come before its own.
	depth int
}

type entryState uint8

const (
	undecided entryState = iota
	waits                // nothing of it is written in this pass
	absent               // it has no account and gets none
	stands               // its account is there once what it needs is done
)

// identity tells which entry an element is of.
func identity(s core.Stub) string {
	if s.Same != "" {
		return string(s.Same)
	}
	return "\x00" + s.Owner
}

// findEntries lists the entries, and parks those whose address another has:
// rule 35. The one that is bound lives, else the first.
func (p *projector) findEntries() {
	byAddress := map[string][]*entry{}
	owners, _ := p.Partner(core.Right, p.Policy.OwnerResource)
	for ref, s := range p.Sides[core.Left].Stubs {
		if s.Collection != owners {
			continue
		}
		e := &entry{owner: s, row: p.Rows[p.Sides[core.Left].Bound[ref]]}
		p.order = append(p.order, e)
	}
	slices.SortFunc(p.order, func(a, b *entry) int { return a.owner.Ref.Compare(b.owner.Ref) })
	for _, e := range p.order {
		if e.owner.Owner != "" {
			byAddress[e.owner.Owner] = append(byAddress[e.owner.Owner], e)
		}
		if !p.moves(e) {
			p.alive[e.owner.Owner] = true
		}
		if e.row != nil {
			p.stays(e.row)
		}
	}
	for _, e := range p.order {
		first := e
		if same := byAddress[e.owner.Owner]; len(same) > 1 {
			first = slices.MinFunc(same, func(a, b *entry) int {
				return cmp.Or(cmp.Compare(claim(a), claim(b)), a.owner.Ref.Compare(b.owner.Ref))
			})
		}
		if id := identity(e.owner); first == e || p.entries[id] == nil {
			p.entries[id] = e
		}
		if first != e && p.Without.holds(RuleOneEntry) {
			e.second = true
			p.wait(e, "%s has the address %s, as %s has, which comes first: give one of them another address",
				where(e.owner), e.owner.Owner, where(first.owner))
		}
	}
}

// claim orders the entries with one address: who has its account, who has an
// account, who has none.
func claim(e *entry) int {
	switch {
	case e.row != nil && e.row.Key == e.owner.Key:
		return 0
	case e.row != nil:
		return 1
	}
	return 2
}

func where(s core.Stub) string { return cmp.Or(s.Where, string(s.ID)) }

// moves tells whether an entry has an account that stands under another name.
func (p *projector) moves(e *entry) bool {
	if e.row == nil || e.row.Key == e.owner.Key || e.owner.Bad != "" || e.owner.Out {
		return false
	}
	_, there := p.Stub(e.row, core.Right)
	return there
}

// wait parks an entry with all its elements.
func (p *projector) wait(e *entry, format string, args ...any) {
	e.state = waits
	e.note = &core.Note{
		Side: core.Left, Ref: e.owner.Ref, Key: e.owner.Key, Owner: e.owner.Owner, Where: e.owner.Where, Parked: true,
		Why: fmt.Sprintf(format, args...),
	}
	if e.row != nil {
		e.note.Row = e.row.N
	}
}

// entryOf returns the entry of an element. An element whose entry lists no
// owner is one of an owner that somebody else has to make.
func (p *projector) entryOf(l core.Stub) *entry {
	if e := p.entries[identity(l)]; e != nil {
		return e
	}
	e := &entry{owner: core.Stub{Owner: l.Owner, Where: l.Where}, state: absent}
	if p.account[l.Owner] {
		e.state = stands
	}
	p.entries[identity(l)] = e
	return e
}

// left tells whether the owner of a row is one that the left no longer names:
// neither its entry nor another has that address.
func (p *projector) left(row *core.Row) bool {
	if l := row.Side[core.Left]; !l.None && l.Same != "" && p.entries[string(l.Same)] != nil {
		return false
	}
	return !p.alive[row.Owner]
}

// unreadable tells whether the left says of a row's entry only that it cannot be
// read: then what it lacks was not taken from it.
func (p *projector) unreadable(row *core.Row) bool {
	e := p.entries[string(row.Side[core.Left].Same)]
	return e != nil && e.owner.Bad != "" && e.owner.Owner == ""
}

// names prints some of many names.
func names(all []string) string {
	const most = 3
	all = slices.Compact(slices.Sorted(slices.Values(all)))
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}
