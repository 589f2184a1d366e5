package reconcile

import "lockstep/core"

// placing is what has to be done about the places of one row.
type placing struct {
	side    core.Side         // the side to move
	to      core.CollectionID // where to, in that side's terms
	both    bool              // both sides moved it, differently
	impasse core.CollectionID // the collection without a partner, if that is the trouble
	agreed  bool
}

// placeOf compares the places of a row whose two sides are present. The side
// that moved is followed; if both moved differently, the winner is.
func (v *View) placeOf(row *core.Row) placing {
	l, r := row.Side[core.Left], row.Side[core.Right]
	if partner, ok := v.Partner(core.Left, l.Ref.Collection); ok && partner == r.Ref.Collection {
		return placing{agreed: true}
	}
	movedL := l.Ref.Collection != l.Place
	movedR := r.Ref.Collection != r.Place
	lead := v.Policy.Winner
	both := movedL && movedR
	switch {
	case movedL && !movedR:
		lead = core.Left
	case movedR && !movedL:
		lead = core.Right
	}
	from := row.Side[lead].Ref.Collection
	to, ok := v.Partner(lead, from)
	if !ok {
		return placing{side: lead.Other(), impasse: from}
	}
	return placing{side: lead.Other(), to: to, both: both}
}
