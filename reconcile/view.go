package reconcile

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"lockstep/core"
)

// View is what one pass knows and decides from: the rows that something
// happened to, everything observed that differs from the base, and the open
// intents. Rows that are as agreed on both sides are not in it.
//
// Decisions change the view; Take hands over what has to be committed.
type View struct {
	Traits  core.Traits
	Policy  Policy
	Without Without
	// Now in Unix seconds.
	Now int64
	// Consent releases deletions that would be held because they are
	// unproven; nil = none.
	Consent func(core.Step) bool

	Rows    map[int64]*core.Row
	Intents map[int64]*core.Intent
	Sides   [2]*SideView
	// Pairs maps a side's collections to the other's.
	Pairs [2]map[core.CollectionID]core.CollectionID
	// Open conflicts of rows, and the numbers of those that are no longer true.
	Open     map[int64][]OpenConflict
	Outdated []int64
	// Held tells whether a side was seen to hold a class of properties.
	HeldProperties [2]map[string]bool

	lastRow, lastIntent int64
	// owned indexes what each owner has, for renames; nil = not made yet.
	owned *owned
	// common vocabularies, as far as asked for.
	common map[[2]core.CollectionID]core.Vocabulary
	// classes counts what a side shows by evidence, from the first deletion on.
	classes [2]map[string]int
	dirty   Changes
}

// SideView is one side of a view.
type SideView struct {
	Ops         core.Operations
	Collections map[core.CollectionID]core.Collection
	// Stubs that are there: those of the view's rows and those without a row.
	Stubs map[core.Ref]core.Stub
	// Bound maps handles to rows, for the view's rows and for rows that
	// share an ID with them.
	Bound map[core.Ref]int64
	// Listed tells which collections were listed to their end in this pass,
	// or are proved unchanged since they were.
	Listed map[core.CollectionID]bool
	// Whole: every collection was listed to its end in this pass, and a
	// second survey proved it. Proved: it did so of what was listed.
	Whole, Proved bool
	// Asked tells which Keys of lazy collections have an answer.
	Asked map[core.Key]bool
	// Follow tells what becomes of an item when its owner gets another name
	// (core.Renamer); nil = the side cannot rename.
	Follow func(s core.Stub, owner string) (core.Ref, core.Key, bool)
	// PutBack tells whether an older version of an item was put back (core.Elder);
	// nil = the side cannot tell.
	PutBack func(at core.CollectionID, then, now core.Rev) core.PutBack
	// older tells which collections were found to have items of an older version by
	// the rebind of this pass; again, in which of a new incarnation it found any.
	older, again map[core.CollectionID]bool
	// Torn: the side kept changing while it was listed, so that what it shows
	// may be one item seen twice, or not at all.
	Torn bool
	// Reborn: a collection changed incarnation since the side was last whole.
	Reborn bool
	// Unread: bodies that were needed and could not be read this time.
	Unread map[core.Ref]bool
	// Bodies learnt in this pass, for kinds that merge.
	Bodies map[core.Ref][]byte
	// Drop tells why this listing is suspicious ("" = it is not): deletions
	// on the other side are held back. Drops tells it of single collections.
	Drop  string
	Drops map[core.CollectionID]string
}

// Changes is what a decision wants committed.
type Changes struct {
	Rows    map[int64]bool
	Intents map[int64]bool
	Refs    [2]map[core.Ref]bool
}

// NewView makes an empty view; row and intent numbers go on from the last.
func NewView(lastRow, lastIntent int64) *View {
	v := &View{
		Rows: map[int64]*core.Row{}, Intents: map[int64]*core.Intent{}, common: map[[2]core.CollectionID]core.Vocabulary{},
		lastRow: lastRow, lastIntent: lastIntent,
	}
	for _, x := range core.Sides() {
		v.Sides[x] = &SideView{
			Collections: map[core.CollectionID]core.Collection{},
			Stubs:       map[core.Ref]core.Stub{}, Bound: map[core.Ref]int64{},
			Listed: map[core.CollectionID]bool{}, Unread: map[core.Ref]bool{}, Bodies: map[core.Ref][]byte{},
			Asked: map[core.Key]bool{}, Drops: map[core.CollectionID]string{},
			older: map[core.CollectionID]bool{}, again: map[core.CollectionID]bool{},
		}
		v.Pairs[x] = map[core.CollectionID]core.CollectionID{}
		v.HeldProperties[x] = map[string]bool{}
	}
	v.dirty = newChanges()
	return v
}

func newChanges() Changes {
	return Changes{Rows: map[int64]bool{}, Intents: map[int64]bool{}, Refs: [2]map[core.Ref]bool{{}, {}}}
}

// Empty tells whether there is nothing to commit.
func (c Changes) Empty() bool {
	return len(c.Rows)+len(c.Intents)+len(c.Refs[0])+len(c.Refs[1]) == 0
}

// Take returns what changed since the last Take.
func (v *View) Take() Changes {
	c := v.dirty
	v.dirty = newChanges()
	return c
}

// Partner returns the collection that a side's collection is paired with.
func (v *View) Partner(side core.Side, c core.CollectionID) (core.CollectionID, bool) {
	p, ok := v.Pairs[side][c]
	return p, ok
}

// Vocabulary returns the marks that both sides of a row can hold.
func (v *View) Vocabulary(l, r core.CollectionID) core.Vocabulary {
	pair := [2]core.CollectionID{l, r}
	common, known := v.common[pair]
	if !known {
		common = v.Sides[core.Left].Collections[l].Vocabulary.Common(v.Sides[core.Right].Collections[r].Vocabulary)
		v.common[pair] = common
	}
	return common
}

func (v *View) vocabularyOf(row *core.Row) core.Vocabulary {
	return v.Vocabulary(row.Side[core.Left].Ref.Collection, row.Side[core.Right].Ref.Collection)
}

// sees tells whether a side shows all that is in one of its collections. Where
// nothing moves from one to another, what could not be listed does not matter to
// the others.
func (v *View) sees(x core.Side, c core.CollectionID) bool {
	s := v.Sides[x]
	return s.Whole || v.Policy.Mode == Provision && s.Proved && (s.Listed[c] || s.Collections[c].Lazy)
}

// Stub returns the item of a row on a side as it is now.
func (v *View) Stub(row *core.Row, x core.Side) (core.Stub, bool) {
	b := row.Side[x]
	if b.None {
		return core.Stub{}, false
	}
	s, ok := v.Sides[x].Stubs[b.Ref]
	return s, ok
}

// Implied is the stub that a row implies for a side about which nothing else
// was observed.
func Implied(row *core.Row, x core.Side) core.Stub {
	b := row.Side[x]
	return core.Stub{
		Ref: b.Ref, Same: b.Same, Key: row.Key, Rev: b.Rev, Sum: b.Sum,
		Marks: row.Marks, Size: row.Size, Time: row.Time, Owner: row.Owner, Label: b.Label, Where: b.Where,
	}
}

// AddRow puts a row of the base into the view, with what is known of its
// sides: observed holds the stub, gone tells that it is not there; neither
// means that it is as the base says.
func (v *View) AddRow(row core.Row, observed [2]*core.Stub, gone [2]bool) {
	if v.Rows[row.N] != nil {
		return
	}
	v.Rows[row.N] = &row
	for _, x := range core.Sides() {
		b := row.Side[x]
		if b.None {
			continue
		}
		v.Sides[x].Bound[b.Ref] = row.N
		switch {
		case gone[x]:
		case observed[x] != nil:
			v.Sides[x].Stubs[b.Ref] = *observed[x]
		default:
			v.Sides[x].Stubs[b.Ref] = Implied(&row, x)
		}
	}
}

// SortedRows returns the rows by number.
func (v *View) SortedRows() []*core.Row {
	out := make([]*core.Row, 0, len(v.Rows))
	for _, r := range v.Rows {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *core.Row) int { return cmp.Compare(a.N, b.N) })
	return out
}

// SortedIntents returns the open intents by number.
func (v *View) SortedIntents() []*core.Intent {
	out := slices.Collect(maps.Values(v.Intents))
	slices.SortFunc(out, func(a, b *core.Intent) int { return cmp.Compare(a.N, b.N) })
	return out
}

// unbound returns the stubs of a side that no row has, in order.
func (v *View) unbound(x core.Side) []core.Stub {
	var out []core.Stub
	for ref, s := range v.Sides[x].Stubs {
		if _, bound := v.Sides[x].Bound[ref]; !bound {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b core.Stub) int { return a.Ref.Compare(b.Ref) })
	return out
}

// save marks a row for the next commit, with its handles.
func (v *View) save(row *core.Row) {
	v.dirty.Rows[row.N] = true
	for _, x := range core.Sides() {
		if !row.Side[x].None {
			v.dirty.Refs[x][row.Side[x].Ref] = true
		}
	}
}

// rebindTo gives a side of a row another handle.
func (v *View) rebindTo(row *core.Row, x core.Side, s core.Stub) {
	b := &row.Side[x]
	if !b.None {
		v.dirty.Refs[x][b.Ref] = true
		if v.Sides[x].Bound[b.Ref] == row.N {
			delete(v.Sides[x].Bound, b.Ref)
		}
	}
	if b.Ref != s.Ref {
		b.Rev = "" // it was read with another ID
	}
	b.Ref, b.None, b.Unproven, b.Older = s.Ref, false, false, false
	if s.Same != "" {
		b.Same = s.Same
	}
	b.Label, b.Where = s.Label, s.Where
	if b.Sum == "" && v.Traits.Immutable && !s.Mutable {
		b.Sum = s.Sum
	}
	v.Sides[x].Bound[s.Ref] = row.N
	v.save(row)
}

// newRow makes a row and puts it into the view.
func (v *View) newRow(row core.Row) *core.Row {
	v.lastRow++
	row.N = v.lastRow
	v.owned = nil
	v.Rows[row.N] = &row
	for _, x := range core.Sides() {
		if !row.Side[x].None {
			v.Sides[x].Bound[row.Side[x].Ref] = row.N
		}
	}
	v.save(&row)
	return &row
}

// forget drops a row; what is still there on either side is unbound again.
func (v *View) forget(row *core.Row) {
	v.save(row)
	delete(v.Rows, row.N)
	for _, x := range core.Sides() {
		if b := row.Side[x]; !b.None && v.Sides[x].Bound[b.Ref] == row.N {
			delete(v.Sides[x].Bound, b.Ref)
		}
	}
}

// LastRow is the number of the newest row.
func (v *View) LastRow() int64 { return v.lastRow }

// LastIntent is the number of the newest intent.
func (v *View) LastIntent() int64 { return v.lastIntent }

// Evict takes a row that both sides agree on out of the view; it must have
// been committed.
func (v *View) Evict(row *core.Row) {
	delete(v.Rows, row.N)
	for x, b := range row.Side {
		delete(v.Sides[x].Stubs, b.Ref)
		delete(v.Sides[x].Bound, b.Ref)
	}
}

// see records a stub as it is now.
func (v *View) see(x core.Side, s core.Stub) {
	v.Sides[x].Stubs[s.Ref] = s
	v.dirty.Refs[x][s.Ref] = true
}

// unsee records that nothing is there any more.
func (v *View) unsee(x core.Side, ref core.Ref) {
	delete(v.Sides[x].Stubs, ref)
	v.dirty.Refs[x][ref] = true
}

// drop removes an intent.
func (v *View) drop(in *core.Intent) {
	delete(v.Intents, in.N)
	v.dirty.Intents[in.N] = true
}

// Class groups items that may be the same: by Key, or where a kind allows an
// empty one, by size.
func Class(key core.Key, size int64) string {
	if key != "" {
		return "k" + string(key)
	}
	return "s" + strconv.FormatInt(size, 10)
}

// AsAgreed tells whether an observed stub is what its row says, so that it
// need not be kept.
func (v *View) AsAgreed(row *core.Row, x core.Side, s core.Stub, vocabulary core.Vocabulary) bool {
	b := row.Side[x]
	if v.Policy.Mode == Provision && row.Side[core.Left].Sum != row.Side[core.Right].Sum && !v.Policy.Resources[row.Side[core.Right].Ref.Collection].CreateOnly {
		return false // the right has not what the left wishes, though neither has changed
	}
	return b.Ref == s.Ref && b.Place == s.Collection && !b.Unproven && !b.Older && !s.Out && s.Bad == "" &&
		vocabulary.Cut(s.Marks) == row.Marks && row.Key == s.Key &&
		DriftOf(v.Traits, b, s) == Same && (b.Rev == s.Rev || v.Traits.Immutable && !s.Mutable) && b.Same == s.Same
}

// DriftOf compares a stub with its side of a row. needSum: it cannot be told
// without reading the body.
func DriftOf(t core.Traits, b core.Bound, s core.Stub) Drift {
	d, _ := driftOf(t, b, s)
	return d
}

func driftOf(t core.Traits, b core.Bound, s core.Stub) (d Drift, needSum bool) {
	switch {
	case t.Immutable && !s.Mutable:
		return Same, false
	case s.Rev != "" && s.Rev == b.Rev:
		return Same, false
	case s.Sum == "":
		return Moved, true
	case s.Sum == b.Sum:
		return Same, false
	}
	return Moved, false
}

// Learnt records what reading a body told. A bound row of an immutable kind
// keeps the Sum, for later evidence.
func (v *View) Learnt(x core.Side, s core.Stub) {
	v.see(x, s)
	row := v.Rows[v.Sides[x].Bound[s.Ref]]
	if row != nil && v.Traits.Immutable && !s.Mutable && row.Side[x].Sum == "" {
		row.Side[x].Sum = s.Sum
		v.save(row)
	}
}
