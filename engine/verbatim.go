package engine

import (
	"context"

	"lockstep/core"
)

// learnForPlan reads the bodies that the plan asks for. An item that only the
// other side edited has the Rev that its base body was read with, and where that
// body is the very text, it is not read again: nobody changed it since, or the
// write that is planned on it is refused, for it asks for that Rev.
func (p *pass) learnForPlan(ctx context.Context) error {
	return p.learn(ctx, func() [2][]core.Ref {
		wants := p.view.PlanWants()
		for x, refs := range wants {
			for _, ref := range refs {
				p.takeFromBase(core.Side(x), ref)
			}
		}
		return wants
	})
}

// takeFromBase gives the view the body of an item, if the base has its text.
func (p *pass) takeFromBase(x core.Side, ref core.Ref) {
	side := p.view.Sides[x]
	row, s := p.view.Rows[side.Bound[ref]], side.Stubs[ref]
	if row == nil || s.Rev == "" || side.Bodies[ref] != nil {
		return
	}
	if b := row.Side[x]; b.Verbatim && b.Rev == s.Rev {
		side.Bodies[ref] = b.Body
	}
}
