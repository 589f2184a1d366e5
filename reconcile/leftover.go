package reconcile

import "lockstep/core"

// leaveBehind gives what stands on a side of a row a row of its own, whose other
// side is None: it counts as gone there and is deleted. nil = nothing stands.
func (v *View) leaveBehind(row *core.Row, x core.Side) *core.Row {
	left := row.Side[x]
	if _, there := v.Sides[x].Stubs[left.Ref]; !there {
		return nil
	}
	half := core.Row{Key: row.Key, Size: row.Size, Time: row.Time, Owner: row.Owner, Marks: row.Marks, Origin: row.Origin}
	half.Side[x] = left
	half.Side[x].Place = left.Ref.Collection
	half.Side[x.Other()] = core.Bound{None: true}
	delete(v.Sides[x].Bound, left.Ref)
	row.Side[x].Ref = core.Ref{} // so that the handle stays with the half
	row.Side[x].None = true
	return v.newRow(half)
}

// leftoverMarks returns the marks of a leftover that count: those that both sides
// can hold where its item was moved to. A user who marks one of two for deletion
// is not known to wish that of the other.
func (v *View) leftoverMarks(left *core.Row, x core.Side, s core.Stub) (core.Marks, core.Vocabulary) {
	moved := v.Rows[left.MovedTo]
	if moved == nil {
		return "", core.Vocabulary{}
	}
	counts := v.vocabularyOf(moved)
	counts.Marks = counts.Marks.Minus(core.NewMarks(v.Traits.DeleteMark))
	return counts.Cut(s.Marks), counts
}

// handOn plans that what users changed of the marks of a leftover goes to the
// item that was moved, as if they had changed it there: rule 38. false = the
// leftover stays until that is known to be done.
func (p *planner) handOn(left *core.Row, x core.Side, s core.Stub) bool {
	moved := p.Rows[left.MovedTo]
	if moved == nil || !p.Policy.Write[x] || !p.Without.holds(RuleLeftoverMarks) {
		return true // deleted meanwhile, which wins over new marks
	}
	now, there := p.Stub(moved, x)
	if !there {
		return p.known(moved, x) && p.stuck(moved, x, p.evidence[x]) == ""
	}
	for _, y := range core.Sides() {
		if !p.Sides[y].Listed[moved.Side[y].Ref.Collection] {
			return false
		}
	}
	marks, counts := p.leftoverMarks(left, x, s)
	was := counts.Cut(left.Marks)
	add, remove := marks.Minus(was).Minus(now.Marks), was.Minus(marks).Intersect(now.Marks)
	switch {
	case add == "" && remove == "":
		return true
	case p.busyRow[moved.N] || now.Bad != "" || now.Out:
		return false
	case p.Sides[x].Collections[now.Collection].ReadOnly || p.Sides[x].Ops.Mark == core.Unsupported:
		p.note(left, x, false, "its marks were changed after a move copied it to %s, which takes no marks, so it stays", p.path(x, now.Collection))
		return false
	}
	p.add(core.Step{
		Side: x, Op: core.OpMark, Row: left.N, Ref: now.Ref, Key: left.Key, Size: left.Size, Time: now.Time,
		Add: add, Remove: remove, Want: now.Marks.Union(add).Minus(remove), Phase: phaseMark,
		Why: "marks changed on what a move left behind",
	})
	p.plan.Again = true // then it goes
	return false
}

// handedOn takes into the leftover's row what a write carried to the item that
// was moved, where the other side has yet to follow.
func (v *View) handedOn(in *core.Intent, left *core.Row) {
	if moved := v.Rows[left.MovedTo]; moved != nil {
		if s, there := v.Stub(moved, in.Side); there {
			s.Marks = s.Marks.Minus(in.Bits).Union(in.Marks.Intersect(in.Bits))
			v.see(in.Side, s)
		}
	}
	v.takeMarks(left, in.Marks, in.Bits)
}

// settleHandedOn takes what is there of an unanswered write.
func (v *View) settleHandedOn(in *core.Intent, left *core.Row) {
	moved := v.Rows[left.MovedTo]
	if moved == nil {
		return
	}
	if s, there := v.Stub(moved, in.Side); there {
		undone := s.Marks.Minus(in.Marks).Union(in.Marks.Minus(s.Marks))
		v.takeMarks(left, in.Marks, in.Bits.Minus(undone))
	}
}

// Written returns the item that a step of a row writes to, as it is now.
func (v *View) Written(row *core.Row, s core.Step) (core.Stub, bool) {
	if s.Op == core.OpMark && row.MovedTo != 0 {
		if row = v.Rows[row.MovedTo]; row == nil {
			return core.Stub{}, false
		}
	}
	return v.Stub(row, s.Side)
}
