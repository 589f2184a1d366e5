package reconcile

import (
	"fmt"

	"lockstep/core"
)

// creates plans what only one side holds.
func (p *planner) creates() {
	bearers := p.keysOfRows()
	for _, x := range core.Sides() {
		out := map[core.Key]bool{} // what the other side has outside its window
		for _, s := range p.unbound(x) {
			out[s.Key] = out[s.Key] || s.Out && p.Traits.UniqueKeys
		}
		seen := map[core.Key]bool{}
		for _, s := range p.unbound(x.Other()) {
			if s.Bad != "" {
				p.plan.Notes = append(p.plan.Notes, core.Note{Side: x.Other(), Ref: s.Ref, Key: s.Key, Parked: true, Why: s.Bad})
				continue
			}
			if p.Traits.UniqueKeys && p.Without.holds(RuleFirstBearer) {
				if s.Key == "" || seen[s.Key] || bearers[s.Key] != nil || out[s.Key] {
					continue // parked by Pair, or its row waits
				}
				seen[s.Key] = true
			}
			p.create(x, s, len(p.evidence[x.Other()].gone[Class(s.Key, s.Size)]) > 0)
		}
	}
}

// create plans one new item on side x. moved: it may be what became of a row
// whose item is gone.
func (p *planner) create(x core.Side, s core.Stub, moved bool) {
	y := x.Other()
	to, ok := p.Partner(y, s.Collection)
	target := p.Sides[x].Collections[to]
	skip := func(why string) {
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: y, Ref: s.Ref, Key: s.Key, Why: why})
	}
	switch {
	case !ok || s.Out || !p.Policy.Write[x] || p.Sides[x].Ops.Create == core.Unsupported:
		return
	case p.source[y][s.Ref] || p.busyKey[s.Key] && s.Key != "":
		return // its create is not settled yet
	case !p.Sides[y].Listed[s.Collection] || !p.Sides[x].Listed[to]:
		return
	case p.torn() || moved && !p.Sides[y].Whole:
		return // it may have moved here, from where could not be listed
	case p.mayBeCreated(y, s):
		return // an open create may have made it, which cannot be told now
	case moved && p.mayHaveMoved(y, s, p.evidence[y]):
		skip("it may have moved here, which cannot be told now")
		return
	case target.ReadOnly:
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: y, Ref: s.Ref, Key: s.Key, Parked: true,
			Why: fmt.Sprintf("new on the %s, but %s is read-only", y, p.path(x, to))})
		return
	case p.Policy.DeleteMarks[y] && p.Traits.DeleteMark != "" && s.Marks.Has(p.Traits.DeleteMark):
		skip("it is marked for deletion already")
		return
	}
	if p.Policy.Filter != nil {
		if in, why := p.Policy.Filter(s, p.Sides[y].Collections[s.Collection]); !in {
			skip("outside the link's scope: " + why)
			return
		}
	}
	marks := p.Vocabulary(leftRight(y, s.Collection, to)).Cut(s.Marks)
	step := core.Step{
		Side: x, Op: core.OpCreate, Ref: core.Ref{Collection: to}, To: to, Source: s, Key: s.Key, Size: s.Size, Time: s.Time,
		Owner: s.Owner, Add: marks, Want: marks, If: p.absent(), Origin: core.Ours, Phase: phaseCreate,
		Why: fmt.Sprintf("new on the %s", y),
	}
	if at, ok := p.elsewhere(x, to, s); ok {
		step.Op, step.Ref, step.Add, step.Want = core.OpPlace, at, "", ""
		step.Why += ", and its body is there already"
	}
	p.add(step)
}

func leftRight(y core.Side, own, partner core.CollectionID) (l, r core.CollectionID) {
	if y == core.Left {
		return own, partner
	}
	return partner, own
}

// elsewhere finds, on a side where one item can be in many places, an item
// with the same body that only needs this place added: rule 20.
func (p *planner) elsewhere(x core.Side, to core.CollectionID, s core.Stub) (core.Ref, bool) {
	if !p.Sides[x].Ops.Shared || s.Sum == "" || !p.Without.holds(RulePlaceFirst) {
		return core.Ref{}, false
	}
	for _, row := range p.rowsOfSum(s.Sum) {
		at, there := p.Stub(row, x)
		if !there || row.SumOf(x) != s.Sum || p.busyItem[x][at.ID] {
			continue
		}
		place := core.Ref{Collection: to, ID: at.ID}
		_, seen := p.Sides[x].Stubs[place]
		_, bound := p.Sides[x].Bound[place]
		if seen || bound || p.placing[place] {
			continue
		}
		p.placing[place] = true
		return at.Ref, true
	}
	return core.Ref{}, false
}

// rowsOfSum indexes the rows by the Sums of both sides, once.
func (p *planner) rowsOfSum(sum core.Sum) []*core.Row {
	if p.bySum == nil {
		p.bySum = map[core.Sum][]*core.Row{}
		for _, row := range p.SortedRows() {
			for _, x := range core.Sides() {
				if s := row.SumOf(x); s != "" && (x == core.Left || s != row.SumOf(core.Left)) {
					p.bySum[s] = append(p.bySum[s], row)
				}
			}
		}
	}
	return p.bySum[sum]
}
