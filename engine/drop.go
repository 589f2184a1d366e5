package engine

import (
	"fmt"

	"lockstep/core"

	"lockstep/state"
)

// noticeDrops compares what the left of a provisioning names with the last good
// run: a sudden drop is no mass resignation but a wrong search base or a lost
// right to read, until a person confirms it. A left that names nothing, or
// nothing any more of what has rows, is one whatever the limits are. Rule 12.
func (p *pass) noticeDrops() {
	left := p.view.Sides[core.Left]
	p.counts = map[core.CollectionID]int{}
	for id := range p.view.Pairs[core.Left] {
		p.counts[id] = 0
	}
	for _, s := range left.Stubs {
		if _, paired := p.counts[s.Collection]; paired {
			p.counts[s.Collection]++
		}
	}
	rows := map[core.CollectionID]int{}
	for _, row := range p.view.Rows {
		if at := row.Side[core.Left]; !at.None {
			rows[at.Ref.Collection]++
		}
	}
	total := 0
	for id, n := range p.counts {
		total += n
		last, known := p.head.Sides[core.Left].LastCounts[id]
		switch lost, guard := last-n, p.link.Policy.Guard; {
		case n == 0 && rows[id] > 0:
			left.Drops[id] = fmt.Sprintf("the left names nothing in %s any more", left.Collections[id].Path)
		case known && guard.Percent > 0 && lost > guard.Count && lost*100 > last*guard.Percent:
			left.Drops[id] = fmt.Sprintf("the left names %d in %s, and %d in the last good run", n, left.Collections[id].Path, last)
		}
	}
	owners, _ := p.view.Partner(core.Right, p.link.Policy.OwnerResource)
	if left.Drop = left.Drops[owners]; total == 0 && len(rows) > 0 {
		left.Drop = "the left names nothing at all"
	}
}

// keepCounts remembers what a good run saw. A drop counts as good once a person
// has confirmed its deletions.
func (p *pass) keepCounts(b *state.Batch) {
	side, dropped := p.head.Sides[core.Left], p.view.Sides[core.Left].Drops
	last := side.LastCounts
	side.LastCounts = map[core.CollectionID]int{}
	for id, n := range p.counts {
		was, known := last[id]
		switch {
		case dropped[id] == "":
			side.LastCounts[id] = n
		case known && (p.options.Confirm == "" || len(p.plan.Held) > 0):
			side.LastCounts[id] = was
		}
	}
	b.Sides[core.Left] = &side
}
