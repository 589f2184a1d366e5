package engine

import (
	"context"
	"fmt"

	"lockstep/core"

	"lockstep/state"
)

// noticeDrops compares what the left of a provisioning names with the last good
// run: a sudden drop is no mass resignation but a wrong search base or a lost
// right to read, until a person confirms it. A left that names nothing, or
// nothing any more of what has rows, is one whatever the limits are. Rule 12.
func (p *pass) noticeDrops(ctx context.Context) error {
	totals, err := p.link.Store.Totals(ctx)
	if err != nil {
		return err
	}
	left, rows := p.view.Sides[core.Left], totals.Rows[core.Left]
	p.counts = map[core.CollectionID]int{}
	for id := range p.view.Pairs[core.Left] {
		p.counts[id] = rows[id]
	}
	count := func(id core.CollectionID, n int) {
		if _, paired := p.counts[id]; paired {
			p.counts[id] += n
		}
	}
	if p.parts.of > 1 {
		for id, n := range p.parts.fresh[core.Left] {
			count(id, n)
		}
	} else {
		for ref := range left.Stubs {
			if _, bound := left.Bound[ref]; !bound {
				count(ref.Collection, 1)
			}
		}
	}
	for _, row := range p.view.Rows { // all whose item is gone are in the view
		if _, there := p.view.Stub(row, core.Left); !there && !row.Side[core.Left].None {
			count(row.Side[core.Left].Ref.Collection, -1)
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
	if left.Drop = left.Drops[owners]; total == 0 && some(rows) {
		left.Drop = "the left names nothing at all"
	}
	p.drops = left.Drops
	return nil
}

func some(rows map[core.CollectionID]int) bool {
	for _, n := range rows {
		if n > 0 {
			return true
		}
	}
	return false
}

// keepCounts remembers what a good run saw. A drop counts as good once a person
// has confirmed its deletions.
func (p *pass) keepCounts(b *state.Batch) {
	side, dropped := p.head.Sides[core.Left], p.drops
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
