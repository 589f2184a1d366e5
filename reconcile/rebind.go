package reconcile

import (
	"fmt"
	"slices"

	"lockstep/core"
)

// goneRows returns the rows whose item is not there on a side, proven ones
// first, then by number.
func (v *View) goneRows(x core.Side) []*core.Row {
	var out []*core.Row
	for _, r := range v.SortedRows() {
		if r.Side[x].None {
			continue
		}
		if _, there := v.Sides[x].Stubs[r.Side[x].Ref]; !there {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *core.Row) int {
		switch {
		case a.Side[x].Unproven == b.Side[x].Unproven:
			return 0
		case b.Side[x].Unproven:
			return -1
		}
		return 1
	})
	return out
}

// fresh returns the stubs that a gone row may have become: what is outside the
// window may be one, too.
func (v *View) fresh(x core.Side) []core.Stub {
	return slices.DeleteFunc(v.unbound(x), func(s core.Stub) bool { return s.Bad != "" })
}

// RebindWants names the bodies whose Sums a rebind of a side needs: rules 13
// and 14. The Sum of a row is read on the other side, if it is known on none.
func (v *View) RebindWants(x core.Side) (wants [2][]core.Ref) {
	if v.Traits.UniqueKeys || !v.Sides[x].Whole || !v.Without.holds(RuleLearnRebind) {
		return
	}
	fresh := map[string][]core.Stub{}
	for _, s := range v.fresh(x) {
		fresh[Class(s.Key, s.Size)] = append(fresh[Class(s.Key, s.Size)], s)
	}
	for _, g := range v.goneRows(x) {
		others := fresh[Class(g.Key, g.Size)]
		if len(others) == 0 {
			continue
		}
		if g.SumOf(x) == "" {
			if s, there := v.Stub(g, x.Other()); there && s.Sum == "" {
				wants[x.Other()] = append(wants[x.Other()], s.Ref)
			}
		}
		for _, s := range others {
			if s.Sum == "" && (s.Same == "" || s.Same != g.Side[x].Same) {
				wants[x] = append(wants[x], s.Ref)
			}
		}
	}
	return
}

// Rebind matches, on one side, the rows whose item is gone with new IDs of the
// same evidence: a move, a rename, a new incarnation. The handle of the row
// changes; its place stays what both sides agreed on.
func (v *View) Rebind(x core.Side) {
	if !v.Sides[x].Whole {
		return // nothing is concluded from a torn listing: rule 8
	}
	if v.Traits.UniqueKeys {
		v.rebindByKey(x)
		return
	}
	gone, fresh := v.goneRows(x), v.fresh(x)
	if len(gone) == 0 || len(fresh) == 0 {
		return
	}
	m := matcher{v: v, x: x, gone: gone, fresh: fresh, home: map[int64]core.CollectionID{}}
	for _, in := range v.SortedIntents() {
		if in.Side == x && in.Op == core.OpMove {
			m.home[in.Row] = in.To // an open move: its target first
		}
	}
	m.index()
	twins := v.Without.holds(RuleTwinMarks)
	if twins {
		m.match(func(g *core.Row, f core.Stub) bool { return sameSame(g.Side[x], f) && m.marksEqual(g, f) })
	}
	m.match(func(g *core.Row, f core.Stub) bool { return sameSame(g.Side[x], f) })
	if !v.Without.holds(RuleLearnRebind) { // by Key and size alone
		m.match(func(g *core.Row, f core.Stub) bool { return f.Key == g.Key && f.Size == g.Size })
		return
	}
	// Each step twice, equal marks first: what nothing else explains, then what
	// an open create may have made, then what one copies.
	for k := range 8 {
		m.match(func(g *core.Row, f core.Stub) bool {
			if g.Side[x].Same != "" && f.Same != "" && !v.Sides[x].Ops.Shared && g.Side[x].Same != f.Same && !v.Sides[x].Reborn {
				return false // the service itself says that they differ
			}
			if k%2 == 0 && twins && !m.marksEqual(g, f) {
				return false
			}
			if (k < 2 || k < 6 && g.Side[x].Unproven || m.unread(g)) && v.Without.holds(RuleOpenCreateLast) && v.mayBeCreated(x, f) {
				return false
			}
			if k < 4 && v.Without.holds(RuleSourceLast) && v.isSource(x, f) {
				return false
			}
			sum := g.SumOf(x)
			return sum != "" && f.Sum == sum
		})
	}
	for k := range 2 { // nobody can say any more
		m.match(func(g *core.Row, f core.Stub) bool {
			if _, there := v.Stub(g, x.Other()); there {
				return false
			}
			if k == 0 && v.Without.holds(RuleOpenCreateLast) && v.mayBeCreated(x, f) {
				return false
			}
			return g.SumOf(x) == "" && f.Key != "" && f.Key == g.Key && f.Size == g.Size
		})
	}
}

func sameSame(b core.Bound, f core.Stub) bool { return f.Same != "" && f.Same == b.Same }

// mayBeCreated tells whether a stub can be what an open create has made.
func (v *View) mayBeCreated(x core.Side, f core.Stub) bool {
	for _, in := range v.Intents {
		if v.Traits.Immutable && in.Sum != "" && f.Sum != "" && in.Sum != f.Sum {
			continue // another body with the same Key
		}
		if in.Side == x && (in.Op == core.OpCreate || in.Op == core.OpPlace) && Class(in.Key, in.Size) == Class(f.Key, f.Size) && v.beyond(in, f) {
			return true
		}
	}
	return false
}

// isSource tells whether an open create copies a stub: it was seen beside the
// row's item then, so it is hardly what became of that.
func (v *View) isSource(x core.Side, f core.Stub) bool {
	for _, in := range v.Intents {
		if in.Side != x && (in.Op == core.OpCreate || in.Op == core.OpPlace) && in.Source.Ref == f.Ref {
			return true
		}
	}
	return false
}

// beyond tells whether a stub's ID may have been issued after an intent.
func (v *View) beyond(in *core.Intent, f core.Stub) bool {
	mark, known := in.Positions[f.Collection]
	return !known || mark.Beyond(f, v.Sides[in.Side].Collections[f.Collection].Incarnation)
}

// matcher pairs gone rows with fresh stubs, best evidence first.
type matcher struct {
	v     *View
	x     core.Side
	gone  []*core.Row
	fresh []core.Stub
	home  map[int64]core.CollectionID
	// by evidence, so that a large move does not cost the square of its size.
	byClass map[string][]int
	bySame  map[core.Same][]int
	taken   []bool
	done    map[int64]bool
}

func (m *matcher) index() {
	m.byClass, m.bySame = map[string][]int{}, map[core.Same][]int{}
	m.taken, m.done = make([]bool, len(m.fresh)), map[int64]bool{}
	for i, f := range m.fresh {
		c := Class(f.Key, f.Size)
		m.byClass[c] = append(m.byClass[c], i)
		if f.Same != "" {
			m.bySame[f.Same] = append(m.bySame[f.Same], i)
		}
	}
}

// match binds every gone row that has a fresh stub for which the predicate
// holds, preferring the row's home collection.
func (m *matcher) match(holds func(*core.Row, core.Stub) bool) {
	for _, g := range m.gone {
		if m.done[g.N] {
			continue
		}
		home, open := m.home[g.N]
		if !open {
			home = g.Side[m.x].Ref.Collection
		}
		best := -1
		for _, i := range m.candidates(g) {
			f := m.fresh[i]
			if !m.unique(f) || m.taken[i] || best >= 0 && f.Collection != home || !holds(g, f) {
				continue
			}
			best = i
			if f.Collection == home {
				break
			}
		}
		if best >= 0 {
			m.taken[best], m.done[g.N] = true, true
			m.v.rebindTo(g, m.x, m.fresh[best])
		}
	}
}

// unread tells whether a row may have become what could not be read now: then
// it takes nothing that an open create may have made.
func (m *matcher) unread(g *core.Row) bool {
	return m.v.Without.holds(RuleUnreadFirst) && slices.ContainsFunc(m.byClass[Class(g.Key, g.Size)], func(i int) bool { return m.v.Sides[m.x].Unread[m.fresh[i].Ref] })
}

// unique is asked of the whole side only if the rule that evidence is a class
// is out.
func (m *matcher) unique(f core.Stub) bool {
	if m.v.Without.holds(RuleEvidenceClass) {
		return true
	}
	n := 0
	for _, s := range m.v.Sides[m.x].Stubs {
		if Class(s.Key, s.Size) == Class(f.Key, f.Size) {
			n++
		}
	}
	return n == 1
}

func (m *matcher) candidates(g *core.Row) []int {
	c := m.byClass[Class(g.Key, g.Size)]
	if same := g.Side[m.x].Same; same != "" {
		c = append(slices.Clone(m.bySame[same]), c...)
	}
	return c
}

func (m *matcher) marksEqual(g *core.Row, f core.Stub) bool {
	other := g.Side[m.x.Other()].Ref.Collection
	return m.v.Vocabulary(leftRight(m.x, f.Collection, other)).Cut(f.Marks) == g.Marks
}

// rebindByKey is Rebind for unique-key kinds: rule 15. Only a Key that is
// unique among what is gone and what is new is evidence.
func (v *View) rebindByKey(x core.Side) {
	if !v.Without.holds(RuleRebindSameKey) {
		return
	}
	if v.Policy.Mode != Provision { // there another Key is another name
		v.displace(x)
	}
	gone, fresh := map[core.Key][]*core.Row{}, map[core.Key][]core.Stub{}
	for _, g := range v.goneRows(x) {
		gone[g.Key] = append(gone[g.Key], g)
	}
	for _, f := range v.fresh(x) {
		fresh[f.Key] = append(fresh[f.Key], f)
	}
	for _, f := range v.fresh(x) {
		if f.Key == "" || len(fresh[f.Key]) != 1 || len(gone[f.Key]) != 1 {
			continue
		}
		v.rebound(gone[f.Key][0], x, f)
	}
}

// evidence is what is gone and what is new on one side, by class.
type evidence struct {
	gone  map[string][]*core.Row
	fresh map[string][]core.Stub
}

func (v *View) evidence(x core.Side) evidence {
	e := evidence{gone: map[string][]*core.Row{}, fresh: map[string][]core.Stub{}}
	for _, row := range v.goneRows(x) {
		e.gone[Class(row.Key, row.Size)] = append(e.gone[Class(row.Key, row.Size)], row)
	}
	if len(e.gone) == 0 {
		return e // what is new matters only beside what is gone
	}
	for _, f := range v.fresh(x) {
		if c := Class(f.Key, f.Size); e.gone[c] != nil {
			e.fresh[c] = append(e.fresh[c], f)
		}
	}
	return e
}

// stuck tells why nothing is concluded from an absence yet.
func (v *View) stuck(row *core.Row, x core.Side, e evidence) string {
	for _, f := range e.fresh[Class(row.Key, row.Size)] {
		if v.Traits.UniqueKeys && v.Without.holds(RuleFirstBearer) {
			return fmt.Sprintf("it is gone, but %s bears its key and others too; remove all but one", f.ID)
		}
		if v.Sides[x].Unread[f.Ref] {
			return fmt.Sprintf("it may have become %s, which cannot be read now", f.ID)
		}
	}
	if s, there := v.Stub(row, x.Other()); there && v.Sides[x.Other()].Unread[s.Ref] && row.SumOf(x) == "" && !v.Traits.UniqueKeys {
		return "its body cannot be read now, so a move cannot be excluded"
	}
	return ""
}

// mayHaveMoved tells whether a body that could not be read leaves it open
// that a new item is a moved one.
func (v *View) mayHaveMoved(y core.Side, s core.Stub, e evidence) bool {
	gone := e.gone[Class(s.Key, s.Size)]
	if len(gone) > 0 && v.Sides[y].Unread[s.Ref] {
		return true
	}
	for _, row := range gone {
		if row.SumOf(y) != "" {
			continue // compared, and found different
		}
		if o, there := v.Stub(row, y.Other()); there && v.Sides[y.Other()].Unread[o.Ref] {
			return true
		}
	}
	return false
}

// MarkUnproven records, once a side is whole again after a new incarnation,
// which of its rows are gone without proof: rule 16. What is there again under the
// handle that it had, with its Key, is proved not to be gone: from then on a deletion
// is one. (A name that an item left may be another's later: then the Key differs.)
func (v *View) MarkUnproven(x core.Side) {
	if !v.Sides[x].Whole {
		return
	}
	for _, row := range v.SortedRows() {
		if s, there := v.Stub(row, x); there && row.Side[x].Unproven && s.Key == row.Key && s.Bad == "" {
			row.Side[x].Unproven = false
			v.save(row)
		}
	}
	if !v.Sides[x].Reborn {
		return
	}
	if v.Without.holds(RuleUnproven) {
		for _, g := range v.goneRows(x) {
			if !g.Side[x].Unproven {
				g.Side[x].Unproven = true
				v.save(g)
			}
		}
	}
	v.Sides[x].Reborn = false
}
