package reconcile

import (
	"slices"

	"lockstep/core"
)

// SettleEarly settles open deletes whose incarnation stands, before the
// rebind: an item that we deleted must not be taken for one that moved.
func (v *View) SettleEarly() {
	if !v.Without.holds(RuleSettleByEffect) {
		return
	}
	for _, in := range v.SortedIntents() {
		row := v.Rows[in.Row]
		if in.Op != core.OpDelete || !v.Sides[in.Side].Whole {
			continue
		}
		reborn := v.reborn(in)
		if reborn && (in.Twins || v.rowTwin(in)) && v.Without.holds(RuleDeleteTwins) {
			// Rule 17: whether we deleted it or a twin cannot be known, so the
			// delete is not put on a new ID; both bodies are kept as new.
			if row != nil {
				v.forget(row)
			}
			v.drop(in)
			continue
		}
		if row == nil || reborn && v.maybeStill(in, row) || !v.Without.holds(RuleSettleEarly) {
			continue
		}
		if _, there := v.Sides[in.Side].Stubs[in.At]; !there {
			v.deleted(in, row)
			v.drop(in)
		}
	}
}

// reborn tells whether the collection of an intent changed incarnation since.
func (v *View) reborn(in *core.Intent) bool {
	return in.Incarnation != v.Sides[in.Side].Collections[in.At.Collection].Incarnation
}

// maybeStill tells whether what an open delete was about may be there under a new
// ID of the new incarnation. Elsewhere it is not looked for: a copy that a user
// made there is not ours to delete.
func (v *View) maybeStill(in *core.Intent, row *core.Row) bool {
	return slices.ContainsFunc(v.unbound(in.Side), func(s core.Stub) bool {
		return s.Collection == in.At.Collection && Class(s.Key, s.Size) == Class(row.Key, row.Size)
	})
}

// rowTwin tells whether another row has the evidence of an open intent's row.
// After a new incarnation every row that could be confused is in the view.
func (v *View) rowTwin(in *core.Intent) bool {
	mine := v.Rows[in.Row]
	if mine == nil {
		return false
	}
	for _, row := range v.Rows {
		if row != mine && !row.Side[in.Side].None && Class(row.Key, row.Size) == Class(mine.Key, mine.Size) {
			return true
		}
	}
	return false
}

// SettleWants names the bodies that settling needs: the candidates of open
// creates, and what stands where an update may have happened.
func (v *View) SettleWants() (wants [2][]core.Ref) {
	for _, in := range v.SortedIntents() {
		switch in.Op {
		case core.OpCreate, core.OpPlace:
			if in.Op == core.OpPlace && v.Sides[in.Side].Ops.Shared {
				continue
			}
			candidates := v.createCandidates(in)
			if row := v.Rows[in.Row]; row != nil && len(candidates) > 0 && in.Sum == "" && row.SumOf(in.Side) == "" {
				if s, there := v.Stub(row, in.Side); there { // what was copied
					wants[in.Side] = append(wants[in.Side], s.Ref)
				}
			}
			for _, s := range candidates {
				if s.Sum == "" || v.Traits.Merger != nil && v.Sides[in.Side].Bodies[s.Ref] == nil {
					wants[in.Side] = append(wants[in.Side], s.Ref)
				}
			}
		case core.OpUpdate:
			if row := v.Rows[in.Row]; row != nil {
				if s, there := v.Stub(row, in.Side); there {
					wants[in.Side] = append(wants[in.Side], s.Ref)
				}
			}
		}
	}
	return
}

// createCandidates are the stubs that an open create may have made: rule 4.
func (v *View) createCandidates(in *core.Intent) []core.Stub {
	if !v.Without.holds(RuleFindCreated) {
		return nil
	}
	var out []core.Stub
	for _, s := range v.unbound(in.Side) {
		if s.Bad != "" || Class(s.Key, s.Size) != Class(in.Key, in.Size) {
			continue
		}
		if s.Collection != in.To && (in.Op == core.OpPlace || !v.Without.holds(RuleFindAnywhere)) {
			continue // a copy elsewhere may be the user's own: it is not taken for ours
		}
		if !v.beyond(in, s) || in.Op == core.OpCreate && in.At.ID != "" && s.ID != in.At.ID && !v.asPlanned(in, s) {
			continue
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b core.Stub) int { // the target first
		switch {
		case (a.Collection == in.To) == (b.Collection == in.To):
			return 0
		case a.Collection == in.To:
			return -1
		}
		return 1
	})
	return out
}

// asPlanned: an item bears the Key of an open create and says what that was to say,
// under another name than the chosen one, where nothing is: the server named it, or
// somebody since, or made it just so. What both sides have then is what was planned.
func (v *View) asPlanned(in *core.Intent, s core.Stub) bool {
	_, there := v.Sides[in.Side].Stubs[in.At]
	return !there && v.Traits.Merger != nil && in.Key != "" && s.Key == in.Key && in.Sum != "" && s.Sum == in.Sum
}

// Settle decides what became of every open intent, from what is observed now.
// Nothing is sent again: present = the base takes what was planned; absent =
// the intent is dropped and the plan made anew. Creates are settled newest
// first, for an older one was settled or planned before.
func (v *View) Settle() {
	order := v.SortedIntents()
	slices.Reverse(order)
	if len(order) == 0 {
		return
	}
	evidence := [2]evidence{v.evidence(core.Left), v.evidence(core.Right)}
	for _, in := range order {
		if !v.sees(in.Side, in.At.Collection) {
			continue
		}
		row := v.Rows[in.Row]
		if row != nil && v.Without.holds(RuleSettleByEffect) {
			if _, there := v.Stub(row, in.Side); !there && !row.Side[in.Side].None && v.stuck(row, in.Side, evidence[in.Side]) != "" {
				continue // what became of the item cannot be told yet
			}
		}
		keep := false
		switch {
		case v.undecided(in, evidence[in.Side]):
			keep = true
		case !v.Without.holds(RuleSettleByEffect) && in.Op != core.OpCreate:
		case in.Op == core.OpCreate:
			keep = v.settleCreate(in, row)
		case in.Op == core.OpPlace && v.Sides[in.Side].Ops.Shared:
			v.settlePlace(in)
		case in.Op == core.OpPlace: // a copy has an ID of its own
			keep = v.settleCreate(in, row)
		case row == nil:
		case in.Op == core.OpMark && row.MovedTo != 0:
			v.settleHandedOn(in, row)
		case in.Op == core.OpMark:
			v.settleMarks(in, row)
		case in.Op == core.OpMove:
			v.settleMove(in, row)
		case in.Op == core.OpRename:
			v.settleRename(in, row)
		case in.Op == core.OpDelete:
			if _, there := v.Stub(row, in.Side); !there && !row.Side[in.Side].Unproven {
				v.deleted(in, row)
			}
		case in.Op == core.OpUpdate:
			keep = v.settleUpdate(in, row)
		}
		if !keep {
			v.drop(in)
		}
	}
}

// undecided tells whether what an open create may have made may as well be what
// became of a row, because something that would tell cannot be read now.
func (v *View) undecided(in *core.Intent, e evidence) bool {
	if in.Op != core.OpCreate && in.Op != core.OpPlace || v.Traits.UniqueKeys || !v.Without.holds(RuleUnreadFirst) {
		return false
	}
	return slices.ContainsFunc(e.fresh[Class(in.Key, in.Size)], func(s core.Stub) bool { return v.mayHaveMoved(in.Side, s, e) })
}

// settleCreate looks for the product; an unreadable candidate keeps the intent
// open.
func (v *View) settleCreate(in *core.Intent, row *core.Row) (keep bool) {
	if in.Row != 0 && row == nil {
		return false
	}
	sum := in.Sum
	if sum == "" && row != nil {
		sum = row.SumOf(in.Side)
	}
	for _, s := range v.createCandidates(in) {
		if v.Traits.UniqueKeys {
			if s.Key != in.Key || s.Collection != in.To && v.Traits.Merger == nil {
				continue
			}
			if v.Traits.Merger != nil && v.Sides[in.Side].Bodies[s.Ref] == nil {
				keep = true
				continue
			}
		} else if s.Sum == "" {
			keep = v.Sides[in.Side].Unread[s.Ref] || keep
			continue
		} else if s.Sum != sum {
			continue
		}
		if v.Policy.Mode == Provision && !v.Policy.Resources[in.To].Exact {
			in.Origin = core.Adopted // ours or somebody else's: nobody can tell (rule 6)
		}
		if in.Op == core.OpPlace {
			v.placed(in, s)
		} else {
			v.created(in, core.Result{Stub: s}, v.Sides[in.Side].Bodies[s.Ref])
		}
		return false
	}
	return keep
}

// settlePlace: the item is in the other place too, or it is not.
func (v *View) settlePlace(in *core.Intent) {
	for _, s := range v.unbound(in.Side) {
		if s.Ref == (core.Ref{Collection: in.To, ID: in.At.ID}) {
			v.placed(in, s)
			return
		}
	}
}

// settleMarks takes into the base what was planned, as far as it is there.
func (v *View) settleMarks(in *core.Intent, row *core.Row) {
	s, there := v.Stub(row, in.Side)
	if !there {
		return
	}
	vocabulary := v.vocabularyOf(row)
	now := vocabulary.Cut(s.Marks)
	bits := in.Bits
	if !v.Without.holds(RulePerMark) {
		bits = in.Marks.Minus(row.Marks).Union(row.Marks.Minus(in.Marks))
	}
	undone := now.Minus(in.Marks).Union(in.Marks.Minus(now))
	v.takeMarks(row, in.Marks, vocabulary.Cut(bits.Minus(undone)))
}

// takeMarks sets the given bits of the agreed marks to what was planned.
func (v *View) takeMarks(row *core.Row, planned, bits core.Marks) {
	row.Marks = row.Marks.Minus(bits).Union(planned.Intersect(bits))
	v.save(row)
}

// settleMove: the move has happened if the item left where it was. The base
// takes the planned place; if it has moved on since, that is the user's move.
func (v *View) settleMove(in *core.Intent, row *core.Row) {
	s, there := v.Stub(row, in.Side)
	if !there {
		return
	}
	left := s.Ref != in.At
	if v.reborn(in) && v.Without.holds(RuleMoveByPlace) {
		left = s.Collection != in.At.Collection // renumbered, not moved: rule 17
	}
	if left {
		v.takePlace(row, in.Side, in.To)
	}
}

// settleRename: the old name is gone and the new one there, so it has happened;
// with both there it is half done, for the new one was not there before.
func (v *View) settleRename(in *core.Intent, row *core.Row) {
	_, old := v.Sides[in.Side].Stubs[in.At]
	for _, s := range v.unbound(in.Side) {
		switch {
		case s.Collection != in.To || s.Key != in.Key:
		case old:
			row.Renaming = in.Key
			v.save(row)
		default:
			v.renamed(in, row, s, true)
		}
	}
}

// takePlace records the place that a move made both sides agree on.
func (v *View) takePlace(row *core.Row, x core.Side, to core.CollectionID) {
	row.Side[x].Place = to
	if partner, ok := v.Partner(x, to); ok {
		row.Side[x.Other()].Place = partner
	}
	v.save(row)
}

// settleUpdate: rule 6.
func (v *View) settleUpdate(in *core.Intent, row *core.Row) (keep bool) {
	s, there := v.Stub(row, in.Side)
	if !there {
		return false
	}
	if v.Traits.Merger == nil {
		if s.Sum == "" {
			return v.Sides[in.Side].Unread[s.Ref]
		}
		if s.Sum == in.Sum {
			v.updated(in, row, core.Result{Stub: s}, nil)
		}
		return false
	}
	body := v.Sides[in.Side].Bodies[s.Ref]
	if body == nil {
		return v.Sides[in.Side].Unread[s.Ref]
	}
	if !v.Without.holds(RuleLanded) || v.Traits.Merger.Landed(in.Old, in.Sent, body, in.Carried, v.held(in.Side)) {
		v.updated(in, row, core.Result{Stub: s}, body)
	}
	return false
}
