package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"lockstep/core"
)

// Phases of a two-way plan: what keeps things comes before what removes them.
const (
	phaseMove = 10 * (iota + 1)
	phaseUpdate
	phaseMark
	phaseCreate
	phaseDelete
)

// PlanWants names the bodies that a plan needs: a Sum where the Rev does not
// tell whether a body changed, and whole bodies where they have to be merged.
func (v *View) PlanWants() (wants [2][]core.Ref) {
	for _, row := range v.SortedRows() {
		if v.bad(row) {
			continue // nothing is decided of it: rule 11
		}
		var drift [2]Drift
		var stubs [2]core.Stub
		var there [2]bool
		for _, x := range core.Sides() {
			drift[x] = Gone
			if stubs[x], there[x] = v.Stub(row, x); there[x] {
				var need bool
				if drift[x], need = driftOf(v.Traits, row.Side[x], stubs[x]); need && !v.Sides[x].Unread[stubs[x].Ref] {
					wants[x] = append(wants[x], stubs[x].Ref)
				}
			}
		}
		if v.Traits.Merger == nil || drift[0] != Moved && drift[1] != Moved {
			continue
		}
		for _, x := range core.Sides() {
			if there[x] && v.Sides[x].Bodies[stubs[x].Ref] == nil {
				wants[x] = append(wants[x], stubs[x].Ref)
			}
		}
	}
	for _, x := range core.Sides() {
		if !v.Sides[x].Ops.Shared || !v.Without.holds(RulePlaceFirst) {
			continue
		}
		for _, s := range v.fresh(x.Other()) { // is the body there already, in another place?
			if _, ok := v.Partner(x.Other(), s.Collection); ok && s.Sum == "" {
				wants[x.Other()] = append(wants[x.Other()], s.Ref)
			}
		}
	}
	return
}

// bad tells whether what a row has on a side cannot be read, as its list says.
func (v *View) bad(row *core.Row) bool {
	for _, x := range core.Sides() {
		if s, there := v.Stub(row, x); there && s.Bad != "" {
			return v.Without.holds(RuleBadIsListed)
		}
	}
	return false
}

// planner collects a plan.
type planner struct {
	*View
	plan     core.Plan
	busyRow  map[int64]bool
	busyKey  map[core.Key]bool
	busyItem [2]map[core.ID]bool
	source   [2]map[core.Ref]bool
	// placing: places that this plan already gives to an item.
	placing  map[core.Ref]bool
	evidence [2]evidence
	bySum    map[core.Sum][]*core.Row
}

func (v *View) newPlanner() *planner {
	p := &planner{
		View: v, busyRow: map[int64]bool{}, busyKey: map[core.Key]bool{},
		busyItem: [2]map[core.ID]bool{{}, {}}, source: [2]map[core.Ref]bool{{}, {}}, placing: map[core.Ref]bool{},
	}
	for _, x := range core.Sides() {
		p.evidence[x] = v.evidence(x)
	}
	for _, in := range v.Intents {
		if in.Row != 0 {
			p.busyRow[in.Row] = true
		}
		if v.Traits.UniqueKeys {
			p.busyKey[in.Key] = true
		}
		if in.Op != core.OpMark {
			p.busyItem[in.Side][in.At.ID] = true
		}
		if in.Op == core.OpCreate || in.Op == core.OpPlace {
			p.source[in.Side.Other()][in.Source.Ref] = true
		}
	}
	return p
}

// Plan makes the steps of a two-way link. It also takes into the base what
// both sides agree on without a write, and forgets rows that are gone on both.
func (v *View) Plan() core.Plan {
	p := v.newPlanner()
	for _, row := range v.SortedRows() {
		if p.busyRow[row.N] || p.busyKey[row.Key] && row.Key != "" {
			continue // its last write is not settled yet
		}
		p.row(row)
	}
	p.creates()
	slices.SortStableFunc(p.plan.Steps, compareSteps)
	return p.plan
}

// compareSteps orders a plan: by phase, creates newest first, then by place.
func compareSteps(a, b core.Step) int {
	newest := 0
	if a.Phase == phaseCreate && b.Phase == phaseCreate {
		newest = cmp.Compare(b.Time, a.Time)
	}
	return cmp.Or(cmp.Compare(a.Phase, b.Phase), newest, cmp.Compare(a.Side, b.Side),
		a.Ref.Compare(b.Ref), a.Source.Ref.Compare(b.Source.Ref), cmp.Compare(a.Row, b.Row))
}

func (p *planner) add(s core.Step) { p.plan.Steps = append(p.plan.Steps, s) }

func (p *planner) note(row *core.Row, x core.Side, parked bool, format string, args ...any) {
	p.plan.Notes = append(p.plan.Notes, core.Note{
		Side: x, Ref: row.Side[x].Ref, Row: row.N, Key: row.Key, Parked: parked, Why: fmt.Sprintf(format, args...),
	})
}

// row plans one row.
func (p *planner) row(row *core.Row) {
	var stubs [2]core.Stub
	var there [2]bool
	for _, x := range core.Sides() {
		stubs[x], there[x] = p.Stub(row, x)
		switch {
		case !there[x]:
		case stubs[x].Bad != "" && p.Without.holds(RuleBadIsListed):
			p.note(row, x, true, "%s", stubs[x].Bad)
			return
		case stubs[x].Bad != "":
			there[x] = false
		case stubs[x].Out:
			return
		case !p.Sides[x].Listed[stubs[x].Collection]:
			return // it is there as far as we remember, which does not suffice for a write
		}
	}
	switch {
	case there[core.Left] && there[core.Right]:
		p.both(row, stubs)
	case !there[core.Left] && !there[core.Right]:
		if p.known(row, core.Left) && p.known(row, core.Right) && p.stuck(row, core.Left, p.evidence[core.Left]) == "" && p.stuck(row, core.Right, p.evidence[core.Right]) == "" {
			p.forget(row)
		}
	case there[core.Left]:
		p.gone(row, core.Right, stubs[core.Left])
	default:
		p.gone(row, core.Left, stubs[core.Right])
	}
}

// known tells whether an absence on a side can be concluded from.
func (p *planner) known(row *core.Row, x core.Side) bool {
	return row.Side[x].None || p.Sides[x].Whole && p.Sides[x.Other()].Whole ||
		!p.Without.holds(RuleDeletesWait)
}

// gone plans a row whose item is there on one side only.
func (p *planner) gone(row *core.Row, lost core.Side, s core.Stub) {
	x := lost.Other() // where it still is
	if !p.known(row, lost) {
		return
	}
	if why := p.stuck(row, lost, p.evidence[lost]); why != "" {
		p.note(row, lost, p.Traits.UniqueKeys, "%s", why)
		return
	}
	drift, unsure := driftOf(p.Traits, row.Side[x], s)
	if unsure && p.Sides[x].Unread[s.Ref] {
		return // whether it was edited is not known yet
	}
	if Decide(pairOf(lost, Gone, drift)) == CopyToLeft || Decide(pairOf(lost, Gone, drift)) == CopyToRight {
		p.restore(row, lost, s)
		return
	}
	if row.MovedTo != 0 && !p.handOn(row, x, s) {
		return
	}
	why := fmt.Sprintf("deleted on the %s", lost)
	switch {
	case row.Side[lost].None:
		why = "left behind by a move or by a deletion of ours"
	case s.Collection != row.Side[x].Place:
		why += "; its move there does not count, a deletion wins"
	case p.marksChanged(row, lost, s):
		why += "; its new marks do not count, a deletion wins"
	}
	step := core.Step{
		Side: x, Op: core.OpDelete, Row: row.N, Ref: s.Ref, Key: row.Key, Size: row.Size, Time: s.Time, Owner: row.Owner,
		Before: s.Label, If: conditionOf(s), Phase: phaseDelete, Why: why, Uncounted: row.Side[lost].None,
	}
	if row.MovedTo != 0 && p.Without.holds(RuleLeftoverMarks) {
		step.If.Marks, step.If.Of = p.leftoverMarks(row, x, s)
	}
	if !row.Side[lost].None {
		step.To = p.trash(x, s.Collection)
	}
	switch {
	case !p.Policy.Write[x] || !p.Policy.Deletes[x]:
		p.note(row, x, false, "deleted on the %s, but deletions are not written to the %s", lost, x)
	case p.Sides[x].Collections[s.Collection].ReadOnly:
		p.note(row, x, true, "deleted on the %s, but %s is read-only", lost, p.path(x, s.Collection))
	case row.Side[lost].Unproven && (p.Consent == nil || !p.Consent(step)):
		step.Why = "gone since the " + lost.String() + " was replaced or restored; nobody is known to have deleted it"
		p.plan.Held = append(p.plan.Held, step)
	case p.Sides[lost].Drop != "" && p.Without.holds(RuleDropHolds):
		step.Why += "; " + p.Sides[lost].Drop
		p.plan.Held = append(p.plan.Held, step)
	default:
		p.add(step)
	}
}

// marksChanged tells whether the marks of what is left were changed too.
func (p *planner) marksChanged(row *core.Row, lost core.Side, s core.Stub) bool {
	if _, there := p.Sides[lost].Collections[row.Side[lost].Ref.Collection]; !there {
		return false
	}
	return p.vocabularyOf(row).Cut(s.Marks) != row.Marks
}

func pairOf(lost core.Side, d, other Drift) (Drift, Drift) {
	if lost == core.Left {
		return d, other
	}
	return other, d
}

// conditionOf is what a checked write of an item asks: rule 25.
func conditionOf(s core.Stub) core.Condition { return core.Condition{Rev: s.Rev, Sum: s.Sum} }

func (p *planner) path(x core.Side, c core.CollectionID) string {
	if col, ok := p.Sides[x].Collections[c]; ok && col.Path != "" {
		return col.Path
	}
	return string(c)
}

// trash returns the collection that a deletion goes to; "" = removed.
func (p *planner) trash(x core.Side, from core.CollectionID) core.CollectionID {
	role := p.Policy.Trash[x]
	if role == core.RoleNone || p.Sides[x].Ops.Move == core.Unsupported {
		return ""
	}
	var found core.CollectionID
	for id, c := range p.Sides[x].Collections {
		if c.Role == role && !c.ReadOnly && (found == "" || id < found) {
			found = id
		}
	}
	if found == from {
		return ""
	}
	return found
}

// restore brings back the side that was deleted while the other was edited.
func (p *planner) restore(row *core.Row, lost core.Side, s core.Stub) {
	to := row.Side[lost].Ref.Collection
	if partner, ok := p.Partner(lost.Other(), s.Collection); ok {
		to = partner
	} else if _, there := p.Sides[lost].Collections[to]; !there {
		return // once there is one again
	}
	if !p.writable(row, lost, to) {
		return
	}
	step := core.Step{
		Side: lost, Op: core.OpCreate, Row: row.N, Ref: core.Ref{Collection: to}, To: to, Source: s, Key: row.Key,
		Size: s.Size, Time: s.Time, Owner: row.Owner, Want: p.vocabularyOf(row).Cut(s.Marks), Restore: true,
		If: p.absent(), Origin: row.Origin, Phase: phaseCreate,
		Why: fmt.Sprintf("edited on the %s, deleted on the %s: an edit beats a deletion", lost.Other(), lost),
	}
	step.Add = step.Want
	if p.Traits.Merger != nil {
		from := p.Sides[lost.Other()].Bodies[s.Ref]
		if from == nil {
			return // not read this time
		}
		body, err := p.restored([2][]byte{row.Side[core.Left].Body, row.Side[core.Right].Body}, lost, from)
		if err != nil {
			p.note(row, lost.Other(), true, "%v", err)
			return
		}
		step.Body = body
		step.From = from
	}
	p.add(step)
}

// restored is the body of the deleted side's base, with the edits of the other side,
// whose body is from (rule 26), and with what only that side has: the deleted item may
// have been one that could not say it (a card of an older version).
func (p *planner) restored(base [2][]byte, lost core.Side, from []byte) ([]byte, error) {
	now := base
	now[lost.Other()] = from
	if !p.Without.holds(RuleRestoreBase) {
		base[lost], now[lost] = nil, nil
	}
	m, err := p.Traits.Merger.Merge(base, now)
	if err == nil && len(m.Collisions) > 0 { // with what that server made of it, which was deleted
		m, err = p.settled(m, now, lost.Other())
	}
	if err != nil {
		return nil, err
	}
	if m.To[lost] != nil {
		now[lost] = m.To[lost]
	}
	if !p.Without.holds(RuleRestoreBase) {
		return now[lost], nil
	}
	if m, err = p.Traits.Merger.Merge([2][]byte{}, now); err == nil && m.To[lost] != nil {
		now[lost] = m.To[lost]
	}
	return now[lost], err
}

func (p *planner) absent() core.Condition {
	return core.Condition{Absent: p.Traits.UniqueKeys && p.Without.holds(RuleKeyAbsent)}
}

// writable tells whether a collection may be written, and notes why not.
func (p *planner) writable(row *core.Row, x core.Side, c core.CollectionID) bool {
	switch {
	case !p.Policy.Write[x]:
		return false
	case p.Sides[x].Collections[c].ReadOnly:
		p.note(row, x, true, "changed on the %s, but %s is read-only", x.Other(), p.path(x, c))
		return false
	}
	return true
}

// both plans a row that is there on both sides: place, body, marks.
func (p *planner) both(row *core.Row, stubs [2]core.Stub) {
	if x, wished := p.deleteWish(row, stubs); wished {
		p.marks(row, stubs)
		p.wishedDelete(row, x, stubs)
		return
	}
	if !p.place(row, stubs) {
		return
	}
	p.body(row, stubs)
	p.marks(row, stubs)
}

// deleteWish finds a side on which a program asks for the item's deletion.
func (p *planner) deleteWish(row *core.Row, stubs [2]core.Stub) (core.Side, bool) {
	for _, x := range core.Sides() {
		if p.Policy.DeleteMarks[x] && p.Traits.DeleteMark != "" && stubs[x].Marks.Has(p.Traits.DeleteMark) {
			return x, true
		}
	}
	return 0, false
}

// wishedDelete deletes on both sides, the side without the mark first.
func (p *planner) wishedDelete(row *core.Row, x core.Side, stubs [2]core.Stub) {
	for i, side := range [2]core.Side{x.Other(), x} {
		if !p.Policy.Write[side] || !p.Policy.Deletes[side] || p.Sides[side].Collections[stubs[side].Collection].ReadOnly {
			p.note(row, side, false, "marked for deletion on the %s, but deletions are not written to the %s", x, side)
			return
		}
		p.add(core.Step{
			Side: side, Op: core.OpDelete, Row: row.N, Ref: stubs[side].Ref, To: p.trash(side, stubs[side].Collection),
			Key: row.Key, Size: row.Size, Time: stubs[side].Time, If: conditionOf(stubs[side]), Phase: phaseDelete + i,
			Uncounted: i == 1, Both: i == 0, Why: fmt.Sprintf("marked for deletion on the %s", x),
		})
	}
}

// place plans a move; false = the row waits.
func (p *planner) place(row *core.Row, stubs [2]core.Stub) bool {
	where := p.placeOf(row)
	x := where.side
	switch {
	case where.agreed:
		for _, y := range core.Sides() {
			if row.Side[y].Place != row.Side[y].Ref.Collection { // both moved it to the same place
				row.Side[y].Place = row.Side[y].Ref.Collection
				p.save(row)
			}
		}
		return true
	case where.impasse != "":
		p.note(row, x, false, "moved on the %s to %s, which is not synced", x.Other(), p.path(x.Other(), where.impasse))
		return true
	case !p.writable(row, x, where.to) || !p.writable(row, x, stubs[x].Collection):
		return true
	}
	if where.both {
		p.plan.Conflicts = append(p.plan.Conflicts, core.ConflictRecord{
			Row: row.N, Key: row.Key, Refs: [2]core.Ref{row.Side[0].Ref, row.Side[1].Ref},
			Why: fmt.Sprintf("moved to %s on the left and to %s on the right; the %s wins",
				p.path(core.Left, row.Side[0].Ref.Collection), p.path(core.Right, row.Side[1].Ref.Collection), x.Other()),
		})
	}
	why := fmt.Sprintf("moved on the %s", x.Other())
	if p.Sides[x].Ops.Shared {
		target := core.Ref{Collection: where.to, ID: stubs[x].ID}
		_, there := p.Sides[x].Stubs[target]
		_, bound := p.Sides[x].Bound[target]
		taken := there || bound || p.placing[target]
		p.placing[target] = true
		if taken { // rule 20: the item is there already; the copy pairs anew
			p.add(core.Step{
				Side: x, Op: core.OpDelete, Row: row.N, Ref: stubs[x].Ref, Key: row.Key, Size: row.Size, Time: stubs[x].Time,
				Phase: phaseDelete, Uncounted: true, Why: why + " to a place where it already is",
			})
			return false
		}
	}
	op := core.OpMove
	if p.Sides[x].Ops.Move == core.Unsupported {
		op = core.OpPlace
		if p.Sides[x].Ops.Place == core.Unsupported {
			p.note(row, x, false, "%s, but the %s can neither move nor copy", why, x)
			return true
		}
	}
	p.add(core.Step{
		Side: x, Op: op, Row: row.N, Ref: stubs[x].Ref, To: where.to, Key: row.Key, Size: row.Size, Time: stubs[x].Time,
		Before: stubs[x].Label, Source: core.Stub{Sum: row.SumOf(x), Marks: stubs[x].Marks}, Phase: phaseMove, Why: why,
	})
	return true
}

// marks plans the marks of a row that is there on both sides.
func (p *planner) marks(row *core.Row, stubs [2]core.Stub) {
	vocabulary := p.vocabularyOf(row)
	if p.Policy.DeleteMarks[0] || p.Policy.DeleteMarks[1] {
		vocabulary.Marks = vocabulary.Marks.Minus(core.NewMarks(p.Traits.DeleteMark))
	}
	l, r := vocabulary.Cut(stubs[0].Marks), vocabulary.Cut(stubs[1].Marks)
	base := row.Marks
	if p.Without.holds(RuleCutVocabulary) {
		base = vocabulary.Cut(base)
	}
	if l == r && l == base && base == row.Marks {
		return
	}
	want := vocabulary.Cut(MergeMarks(base, l, r))
	if agreed := agreedMarks(base, l, r); agreed != row.Marks {
		row.Marks = agreed
		p.save(row)
	}
	for _, x := range core.Sides() {
		now := [2]core.Marks{l, r}[x]
		if want == now {
			continue
		}
		if !p.writable(row, x, stubs[x].Collection) || p.Sides[x].Ops.Mark == core.Unsupported {
			continue
		}
		p.add(core.Step{
			Side: x, Op: core.OpMark, Row: row.N, Ref: stubs[x].Ref, Key: row.Key, Size: row.Size, Time: stubs[x].Time,
			Add: want.Minus(now), Remove: now.Minus(want), Want: want, Phase: phaseMark,
			Why: fmt.Sprintf("marks changed on the %s", x.Other()),
		})
	}
}
