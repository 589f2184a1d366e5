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
		if s := stubs[x]; s.Rev != row.Side[x].Rev && s.Sum == row.Side[x].Sum && s.Sum != "" {
			row.Side[x].Rev = s.Rev
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
	base := [2][]byte{row.Side[0].Body, row.Side[1].Body}
	if !p.Without.holds(RuleTwoBases) {
		base[1] = base[0]
	}
	m, err := p.Traits.Merger.Merge(base, now)
	if err != nil {
		p.note(row, core.Left, true, "%v", err)
		return
	}
	if len(m.Collisions) > 0 {
		p.plan.Conflicts = append(p.plan.Conflicts, core.ConflictRecord{
			Row: row.N, Key: row.Key, Refs: [2]core.Ref{row.Side[0].Ref, row.Side[1].Ref}, Open: true, Collisions: m.Collisions,
			Why: fmt.Sprintf("%d properties changed differently on both sides; each side keeps its own", len(m.Collisions)),
		})
	}
	for _, x := range core.Sides() {
		if bytes.Equal(row.Side[x].Body, m.Base[x]) && row.Side[x].Rev == stubs[x].Rev && row.Side[x].Sum != "" {
			continue
		}
		row.Side[x].Body = m.Base[x]
		row.Side[x].Sum, row.Side[x].Rev = p.boundSum(m.Base[x], stubs[x].Sum, stubs[x].Rev)
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
