package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"lockstep/core"
)

// candidatePairs groups what is unbound on both sides of paired collections.
func (v *View) candidatePairs() (left []core.Stub, right map[core.CollectionID]map[string][]core.Stub) {
	right = map[core.CollectionID]map[string][]core.Stub{}
	for _, r := range v.settledFresh(core.Right) {
		by := right[r.Collection]
		if by == nil {
			by = map[string][]core.Stub{}
			right[r.Collection] = by
		}
		c := Class(r.Key, r.Size)
		by[c] = append(by[c], r)
	}
	return v.settledFresh(core.Left), right
}

// settledFresh leaves out what an open create is about: its source, and what
// it may have made. Pairing those would forget what the create planned.
func (v *View) settledFresh(x core.Side) []core.Stub {
	if v.torn() {
		return nil
	}
	e := v.evidence(x)
	return slices.DeleteFunc(v.fresh(x), func(s core.Stub) bool {
		if s.Out || len(e.gone[Class(s.Key, s.Size)]) > 0 && (!v.Sides[x].Whole || v.mayHaveMoved(x, s, e)) {
			return true // outside the window, or it may be what became of a row
		}
		for _, in := range v.Intents {
			if in.Side != x && (in.Op == core.OpCreate || in.Op == core.OpPlace) && in.Source.Ref == s.Ref {
				return true
			}
		}
		return v.mayBeCreated(x, s)
	})
}

// PairWants names the bodies that pairing needs a Sum of.
func (v *View) PairWants() (wants [2][]core.Ref) {
	if v.Traits.UniqueKeys {
		return
	}
	lefts, right := v.candidatePairs()
	asked := map[core.Ref]bool{}
	for _, l := range lefts {
		partner, _ := v.Partner(core.Left, l.Collection)
		for _, r := range right[partner][Class(l.Key, l.Size)] {
			if v.adoptable(l, r, len(right[partner][Class(l.Key, l.Size)])) != unsure {
				continue
			}
			if l.Sum == "" && !asked[l.Ref] {
				asked[l.Ref] = true
				wants[core.Left] = append(wants[core.Left], l.Ref)
			}
			if r.Sum == "" && !asked[r.Ref] {
				asked[r.Ref] = true
				wants[core.Right] = append(wants[core.Right], r.Ref)
			}
		}
	}
	return
}

// torn tells whether a side's listing is no picture at all: rule 8.
func (v *View) torn() bool {
	return v.Without.holds(RuleSecondSurvey) && (v.Sides[core.Left].Torn || v.Sides[core.Right].Torn)
}

type surety uint8

const (
	different surety = iota
	equal
	unsure
)

// adoptable tells whether two items without a row are one. choices is how
// many the right side offers for this evidence.
func (v *View) adoptable(l, r core.Stub, choices int) surety {
	switch {
	case l.Key != r.Key:
		return different
	case l.Key != "" && v.Sides[core.Left].Collections[l.Collection].Role == core.RoleSent:
		return equal // a provider's own copy of what was sent differs in its headers
	case l.Sum != "" && r.Sum != "":
		if l.Sum == r.Sum {
			return equal
		}
		return different
	case v.Policy.AdoptBySize && choices == 1 && l.Key != "" && l.Size >= 0 && l.Size == r.Size:
		return equal
	}
	return unsure
}

// Pair binds items of both sides that have no row and are the same: adoption
// of what was there before us, or of what somebody made on both sides. The
// marks of both are united, for there is no base to tell what was removed.
func (v *View) Pair() []core.Note {
	switch {
	case v.Policy.Mode == Provision:
		return nil // decided with the projection
	case v.Traits.UniqueKeys:
		return v.pairByKey()
	}
	lefts, right := v.candidatePairs()
	used := [2]map[core.Ref]bool{{}, {}}
	for exact := range 2 { // among twins, equal marks first
		for _, l := range lefts {
			partner, ok := v.Partner(core.Left, l.Collection)
			if !ok || used[core.Left][l.Ref] {
				continue
			}
			choices := right[partner][Class(l.Key, l.Size)]
			vocabulary := v.Vocabulary(l.Collection, partner)
			for _, r := range choices {
				if used[core.Right][r.Ref] || exact == 0 && vocabulary.Cut(l.Marks) != vocabulary.Cut(r.Marks) {
					continue
				}
				if v.adoptable(l, r, len(choices)) == equal {
					used[core.Left][l.Ref], used[core.Right][r.Ref] = true, true
					v.adopt(l, r)
					break
				}
			}
		}
	}
	return nil
}

func (v *View) adopt(l, r core.Stub) *core.Row {
	marks := v.Vocabulary(l.Collection, r.Collection).Cut(l.Marks.Intersect(r.Marks))
	row := core.Row{Key: l.Key, Size: l.Size, Time: cmp.Or(l.Time, r.Time), Owner: r.Owner, Marks: marks, Origin: core.Adopted}
	for x, s := range [2]core.Stub{l, r} {
		row.Side[x] = boundTo(s)
	}
	if partner, _ := v.Partner(core.Left, l.Collection); partner != r.Collection {
		row.Side[core.Left].Place, row.Side[core.Right].Place = "", ""
	}
	return v.newRow(row)
}

func boundTo(s core.Stub) core.Bound {
	return core.Bound{Ref: s.Ref, Place: s.Collection, Same: s.Same, Rev: s.Rev, Sum: s.Sum, Label: s.Label, Where: s.Where}
}

// pairByKey is Pair for unique-key kinds. The first bearer of a Key is bound,
// the others are parked: rule 28. With a Merger the base bodies are empty, so
// both sides are merged next.
func (v *View) pairByKey() (notes []core.Note) {
	var first [2]map[core.Key]core.Stub
	bearers := v.keysOfRows()
	for _, x := range core.Sides() {
		first[x] = map[core.Key]core.Stub{}
		for _, s := range v.fresh(x) {
			if s.Out {
				continue
			}
			if s.Key == "" {
				notes = append(notes, core.Note{Side: x, Ref: s.Ref, Parked: true, Why: "it has no key (UID), so nothing can be matched with it; give it one"})
				continue
			}
			if row := bearers[s.Key]; row != nil && v.Without.holds(RuleFirstBearer) {
				if v.bearerWaits(row, x) {
					continue
				}
				notes = append(notes, core.Note{Side: x, Ref: s.Ref, Key: s.Key, Parked: true,
					Why: fmt.Sprintf("another item (%s) bears the same key; remove one or change its UID", row.Side[x].Ref.ID)})
				continue
			}
			if f, dup := first[x][s.Key]; dup && v.Without.holds(RuleFirstBearer) {
				notes = append(notes, core.Note{Side: x, Ref: s.Ref, Key: s.Key, Parked: true,
					Why: fmt.Sprintf("%s bears the same key; remove one or change its UID", f.ID)})
				continue
			}
			first[x][s.Key] = s
		}
	}
	for _, l := range v.fresh(core.Left) {
		if f, ok := first[core.Left][l.Key]; !ok || f.Ref != l.Ref {
			continue
		}
		r, ok := first[core.Right][l.Key]
		if !ok {
			continue
		}
		row := v.adopt(l, r)
		if v.Traits.Merger != nil {
			for x := range row.Side {
				row.Side[x].Sum, row.Side[x].Rev = "", ""
			}
		}
	}
	return notes
}

// keysOfRows maps Keys to the rows that bear them.
func (v *View) keysOfRows() map[core.Key]*core.Row {
	out := map[core.Key]*core.Row{}
	for _, r := range v.SortedRows() {
		if r.Key != "" && out[r.Key] == nil {
			out[r.Key] = r
		}
	}
	return out
}

// bearerWaits tells whether a row's own item is gone on a side, so that a new
// item with its Key may come to take its place.
func (v *View) bearerWaits(row *core.Row, x core.Side) bool {
	_, there := v.Stub(row, x)
	return !there
}
