package reconcile

import (
	"bytes"
	"fmt"

	"lockstep/core"
)

// body plans the bodies of a row that is there on both sides.
func (p *planner) body(row *core.Row, stubs [2]core.Stub) {
	var drift [2]Drift
	for _, x := range core.Sides() {
		var unsure bool
		if drift[x], unsure = driftOf(p.Traits, row.Side[x], stubs[x]); unsure {
			return // it could not be read this time
		}
	}
	verdict := Decide(drift[core.Left], drift[core.Right])
	if verdict == Nothing {
		p.refresh(row, stubs)
		return
	}
	if p.Traits.Merger != nil {
		p.merge(row, stubs)
		return
	}
	lead := core.Left
	switch {
	case verdict == CopyToLeft:
		lead = core.Right
	case verdict == Both && stubs[0].Sum == stubs[1].Sum:
		p.agree(row, stubs)
		return
	case verdict == Both:
		lead = p.Policy.Winner
		p.plan.Conflicts = append(p.plan.Conflicts, core.ConflictRecord{
			Row: row.N, Key: row.Key, Refs: [2]core.Ref{row.Side[0].Ref, row.Side[1].Ref}, Open: true,
			Why: fmt.Sprintf("edited on both sides; the %s wins, the other version is kept in the undo area", lead),
		})
	}
	p.overwrite(row, lead, stubs, fmt.Sprintf("edited on the %s", lead))
}

// refresh takes new versions of unchanged bodies into the base, so that they
// are not read again.
func (p *planner) refresh(row *core.Row, stubs [2]core.Stub) {
	for _, x := range core.Sides() {
		if row.Side[x].Older {
			row.Side[x].Older = false // the newer one is there again
			p.save(row)
		}
		if s := stubs[x]; s.Rev != row.Side[x].Rev && s.Sum == row.Side[x].Sum && s.Sum != "" {
			row.Side[x].Rev, row.Side[x].Verbatim = s.Rev, false // the text may be another one
			p.save(row)
		}
	}
}

// agree: both sides made the same edit.
func (p *planner) agree(row *core.Row, stubs [2]core.Stub) {
	for _, x := range core.Sides() {
		row.Side[x].Sum, row.Side[x].Rev = stubs[x].Sum, stubs[x].Rev
	}
	row.Size = stubs[core.Left].Size
	p.save(row)
}

// overwrite copies the whole body of the leading side.
func (p *planner) overwrite(row *core.Row, lead core.Side, stubs [2]core.Stub, why string) {
	x := lead.Other()
	if !p.writable(row, x, stubs[x].Collection) {
		return
	}
	if p.Sides[x].Ops.Update == core.Unsupported {
		p.note(row, x, false, "%s, but the %s cannot change a body", why, x)
		return
	}
	p.add(core.Step{
		Side: x, Op: core.OpUpdate, Row: row.N, Ref: stubs[x].Ref, Source: stubs[lead], Key: row.Key, Size: stubs[lead].Size,
		Time: stubs[lead].Time, Owner: row.Owner, If: conditionOf(stubs[x]), Phase: phaseUpdate, Why: why,
	})
}

// merge merges the bodies of both sides. What both agree on, and collisions,
// are taken into the base without a write.
func (p *planner) merge(row *core.Row, stubs [2]core.Stub) {
	now := [2][]byte{p.Sides[0].Bodies[stubs[0].Ref], p.Sides[1].Bodies[stubs[1].Ref]}
	if now[0] == nil || now[1] == nil {
		return // not read this time
	}
	for _, x := range core.Sides() {
		if p.putBack(row, x, stubs, now) {
			return
		}
	}
	base := [2][]byte{row.Side[0].Body, row.Side[1].Body}
	if !p.Without.holds(RuleTwoBases) {
		base[1] = base[0]
	}
	if p.Policy.Apart && p.unlike(row, now) {
		p.note(row, core.Left, true, "the other side had an item of the same UID before, and they differ; they are never joined (mergeable = false): make them equal, or remove one")
		return
	}
	open := p.Open[row.N]
	base, err := p.undecided(base, open)
	var m core.Merge
	if err == nil {
		m, err = p.Traits.Merger.Merge(base, now)
	}
	var collisions []core.Collision
	if err == nil {
		collisions = p.unrecorded(m.Collisions, open)
	}
	if len(collisions) > 0 {
		what, kept := collisions[0].Property, "each side keeps its own"
		if len(collisions) > 1 {
			what = fmt.Sprintf("%d properties", len(collisions))
		}
		if p.Policy.Settle {
			kept = fmt.Sprintf("the %s wins, and what the %s had is kept here", p.Policy.Winner, p.Policy.Winner.Other())
			m, err = p.settled(m, now, p.Policy.Winner)
		}
		p.plan.Conflicts = append(p.plan.Conflicts, core.ConflictRecord{
			Row: row.N, Key: row.Key, Refs: [2]core.Ref{row.Side[0].Ref, row.Side[1].Ref}, Open: !p.Policy.Settle, Collisions: collisions,
			Why: fmt.Sprintf("%s changed differently on both sides; %s", what, kept),
		})
	}
	if err != nil {
		p.note(row, core.Left, true, "%v", err)
		return
	}
	for _, x := range core.Sides() {
		if bytes.Equal(row.Side[x].Body, m.Base[x]) && row.Side[x].Rev == stubs[x].Rev && row.Side[x].Sum != "" {
			continue
		}
		row.Side[x].Body = m.Base[x]
		row.Side[x].Sum, row.Side[x].Rev = p.boundSum(m.Base[x], stubs[x].Sum, stubs[x].Rev)
		row.Side[x].Verbatim = verbatim(row.Side[x], now[x])
		p.save(row)
	}
	for _, x := range core.Sides() {
		if m.To[x] == nil || !p.writable(row, x, stubs[x].Collection) {
			continue
		}
		p.add(core.Step{
			Side: x, Op: core.OpUpdate, Row: row.N, Ref: stubs[x].Ref, Source: stubs[x.Other()], Key: row.Key,
			Size: int64(len(m.To[x])), Time: stubs[x.Other()].Time, Owner: row.Owner, If: conditionOf(stubs[x]),
			Body: m.To[x], From: now[x.Other()], Old: now[x], Carried: m.Carried[x], Phase: phaseUpdate,
			Why: fmt.Sprintf("edited on the %s", x.Other()),
		})
	}
}

// settled merges again as if the winner had taken the other's values of what
// collides, and then set its own: so these are the newer ones, and go over. A
// base without them would lose them with the winner's item.
func (p *planner) settled(m core.Merge, now [2][]byte, winner core.Side) (core.Merge, error) {
	names := make([]string, len(m.Collisions))
	for i, c := range m.Collisions {
		names[i] = c.Property
	}
	other := now[winner.Other()]
	held := func(string) bool { return true }
	base, err := p.Traits.Merger.Commit(m.Base, winner, names, other, other, other, true, held)
	if err != nil {
		return m, err
	}
	return p.Traits.Merger.Merge(base, now)
}

// unlike tells whether a row binds two items that were there before us, and
// that were never seen to be equal.
func (p *planner) unlike(row *core.Row, now [2][]byte) bool {
	if row.Origin != core.Adopted || row.Side[0].Body != nil || row.Side[1].Body != nil {
		return false
	}
	var sums [2]core.Sum
	for x := range now {
		var err error
		if sums[x], err = p.Traits.Merger.Sum(now[x]); err != nil {
			return false // the merge says so
		}
	}
	return sums[0] != sums[1]
}
