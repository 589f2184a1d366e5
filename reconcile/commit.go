package reconcile

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"lockstep/core"
)

// Begin makes the intent of a step: what will be needed to find out later
// whether its write has happened. now is a survey of the written side from
// before the write.
func (v *View) Begin(s core.Step, run string, now core.Survey, source core.Stub) *core.Intent {
	v.lastIntent++
	in := &core.Intent{
		N: v.lastIntent, Run: run, Op: s.Op, Side: s.Side, Row: s.Row, At: s.Ref, To: s.To, Source: source,
		Incarnation:       v.Sides[s.Side].Collections[s.Ref.Collection].Incarnation,
		SourceIncarnation: v.Sides[s.Side.Other()].Collections[source.Collection].Incarnation,
		Marks:             s.Want, Bits: s.Add.Union(s.Remove),
		Key: s.Key, Sum: source.Sum, Size: s.Size,
		Origin: s.Origin, Old: s.Old, Sent: s.Body, From: s.From, Carried: s.Carried, Restore: s.Restore, Both: s.Both, Owner: s.Owner,
	}
	if s.Op == core.OpCreate || s.Op == core.OpPlace {
		in.Positions = map[core.CollectionID]core.Watermark{}
		for _, c := range now.Collections {
			in.Positions[c.ID] = core.Watermark{Position: c.Position, Incarnation: c.Incarnation}
		}
	}
	if s.Op == core.OpCreate && v.Sides[s.Side].Ops.Named {
		in.At.ID = nameFor(in.Key, in.N)
	}
	if s.Op == core.OpDelete {
		in.Twins = v.hasTwin(s)
	}
	v.Intents[in.N] = in
	v.dirty.Intents[in.N] = true
	return in
}

// nameFor chooses the ID of a new item: its Key, made safe and short, and the
// number of the intent, so that nobody else chooses the same.
func nameFor(key core.Key, n int64) core.ID {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, string(key))
	return core.ID(fmt.Sprintf("%s-%d", safe[:min(len(safe), 60)], n))
}

// hasTwin tells whether a body like the one to delete lies elsewhere on its
// side, as far as the view shows it. Rows outside it are asked once it matters:
// when an incarnation has changed, every row of the side is in the view.
func (v *View) hasTwin(s core.Step) bool {
	if v.classes[s.Side] == nil {
		v.classes[s.Side] = map[string]int{}
		for _, o := range v.Sides[s.Side].Stubs {
			v.classes[s.Side][Class(o.Key, o.Size)]++
		}
	}
	at := v.Sides[s.Side].Stubs[s.Ref]
	return v.classes[s.Side][Class(at.Key, at.Size)] > 1
}

// Refused drops the intent of a write that changed nothing.
func (v *View) Refused(in *core.Intent) { v.drop(in) }

// Commit takes the effect of a write into the base, in the same commit that
// removes its intent. stored is what the server holds now, for writes with a
// body whose kind merges; nil = as sent. false: the effect is not known well
// enough (a move whose new ID was not told); the intent stays open.
func (v *View) Commit(in *core.Intent, res core.Result, stored []byte) bool {
	row := v.Rows[in.Row]
	switch in.Op {
	case core.OpCreate:
		if res.Stub.ID == "" {
			return false
		}
		v.created(in, res, stored)
	case core.OpPlace:
		if res.Stub.ID == "" {
			return false
		}
		v.placed(in, res.Stub)
	case core.OpMove:
		if res.Stub.ID == "" {
			return false
		}
		if row != nil {
			old, _ := v.Stub(row, in.Side)
			s := old
			s.Ref = res.Stub.Ref
			s.Position = res.Stub.Position
			if res.Stub.Rev != "" {
				s.Rev = res.Stub.Rev
			}
			if res.Stub.Same != "" {
				s.Same = res.Stub.Same
			}
			rev := row.Side[in.Side].Rev
			v.unsee(in.Side, old.Ref)
			v.see(in.Side, s)
			v.rebindTo(row, in.Side, s)
			if s.Rev == old.Rev {
				row.Side[in.Side].Rev = rev // the version moved along with it
			}
			v.takePlace(row, in.Side, in.To)
		}
	case core.OpRename:
		if res.Stub.ID == "" {
			return false
		}
		if row != nil {
			v.renamed(in, row, res.Stub, false)
		}
	case core.OpMark:
		if row != nil {
			v.marked(in, row, res.Stub)
		}
	case core.OpUpdate:
		if row != nil {
			v.updated(in, row, res, stored)
		}
	case core.OpDelete:
		v.unsee(in.Side, in.At)
		if row != nil {
			v.deleted(in, row)
		}
	}
	v.drop(in)
	return true
}

// deleted: the row goes, unless the other side's item is to be deleted too.
// An item that is there on the other side for another reason (it was made
// anew meanwhile) is let go, and paired or copied as new.
func (v *View) deleted(in *core.Intent, row *core.Row) {
	if _, there := v.Stub(row, in.Side.Other()); !there || !in.Both {
		v.forget(row)
		return
	}
	v.save(row)
	if v.Sides[in.Side].Bound[row.Side[in.Side].Ref] == row.N {
		delete(v.Sides[in.Side].Bound, row.Side[in.Side].Ref)
	}
	row.Side[in.Side] = core.Bound{None: true}
}

// marked: the base takes marks as planned, never as answered, and only those
// that this write carried: rule 3.
func (v *View) marked(in *core.Intent, row *core.Row, answered core.Stub) {
	if row.MovedTo != 0 {
		v.handedOn(in, row)
		return
	}
	vocabulary := v.vocabularyOf(row)
	if !v.Without.holds(RulePlannedMarks) && answered.ID != "" {
		v.see(in.Side, answered)
		row.Marks = vocabulary.Cut(answered.Marks)
		v.save(row)
		return
	}
	s, there := v.Stub(row, in.Side)
	if there {
		s.Marks = s.Marks.Minus(in.Bits).Union(in.Marks.Intersect(in.Bits))
		v.see(in.Side, s)
	}
	v.takeMarks(row, in.Marks, vocabulary.Cut(in.Bits))
}

// created makes the row of a create, or gives a restored row its side back.
func (v *View) created(in *core.Intent, res core.Result, stored []byte) {
	x, got := in.Side, res.Stub
	old, known := v.Sides[x].Stubs[got.Ref]
	if got.Key == "" {
		got.Key = in.Key
	}
	if got.Sum == "" && stored == nil {
		got.Sum = in.Sum
	}
	if !known {
		if got.Size <= 0 {
			got.Size = in.Size
		}
		got.Marks = in.Marks.Union(got.Marks)
	} else {
		got.Marks = old.Marks
	}
	got.Label, got.Owner = cmp.Or(got.Label, in.Source.Label), cmp.Or(got.Owner, in.Owner)
	v.see(x, got)
	target := boundTo(got)
	target.Place = in.To
	source := boundTo(in.Source)
	if n, taken := v.Sides[x.Other()].Bound[in.Source.Ref]; taken && (in.Row == 0 || n != in.Row) {
		source = core.Bound{None: true} // another row has it now; this one's is gone
	} else if _, there := v.Sides[x.Other()].Stubs[in.Source.Ref]; !there && v.Without.holds(RuleUnproven) &&
		v.Sides[x.Other()].Collections[in.Source.Collection].Incarnation != in.SourceIncarnation {
		source.Unproven = true // it went with the old incarnation; nobody is known to have deleted it
	}
	if v.Traits.Merger != nil {
		v.baseOfCreate(in, &target, &source, stored, res.AsSent)
	}
	if row := v.Rows[in.Row]; row != nil {
		if v.Traits.UniqueKeys && row.Key != in.Key {
			v.rekey(row, x, in.Key, in.Owner)
		}
		v.rebindTo(row, x, got)
		row.Side[x] = target
		o := &row.Side[x.Other()]
		o.Sum, o.Rev, o.Body, o.Verbatim, o.Label, o.Where = source.Sum, source.Rev, source.Body, source.Verbatim, source.Label, source.Where
		if in.Origin != "" {
			row.Origin = in.Origin
		}
		row.GoneSince, row.GonePasses, row.MovedTo = 0, 0, 0
		v.save(row)
		return
	}
	vocabulary := v.Vocabulary(leftRight(x, in.To, in.Source.Collection))
	row := core.Row{Key: in.Key, Size: in.Size, Time: in.Source.Time, Owner: in.Owner, Marks: vocabulary.Cut(in.Marks), Origin: in.Origin}
	row.Side[x], row.Side[x.Other()] = target, source
	v.newRow(row)
}

// baseOfCreate sets the base bodies of a create: what was sent, as far as the
// server holds it, and what it was made from.
func (v *View) baseOfCreate(in *core.Intent, target, source *core.Bound, stored []byte, exact bool) {
	body := in.Sent
	if stored != nil {
		bases, err := v.Traits.Merger.Commit([2][]byte{}, in.Side, nil, in.From, in.Sent, stored, exact, v.held(in.Side))
		if err == nil {
			body = bases[in.Side]
		}
	}
	target.Body, source.Body = body, in.From
	target.Sum, target.Rev = v.boundSum(body, target.Sum, target.Rev)
	if target.Sum == "" || target.Sum != source.Sum || !bytes.Equal(body, in.From) { // else it is the same once more
		source.Sum, source.Rev = v.boundSum(in.From, source.Sum, source.Rev)
	}
	target.Verbatim, source.Verbatim = verbatim(*target, stored), verbatim(*source, in.From)
}

// verbatim tells whether a base body is the text that was read with its Rev;
// read is that text, nil = it was not read.
func verbatim(b core.Bound, read []byte) bool {
	return b.Rev != "" && read != nil && bytes.Equal(b.Body, read)
}

// boundSum returns the Sum of a base body, and the Rev only if that Rev was
// read with the very same body: rule 22.
func (v *View) boundSum(body []byte, readSum core.Sum, rev core.Rev) (core.Sum, core.Rev) {
	sum, err := v.Traits.Merger.Sum(body)
	if err != nil {
		return "", ""
	}
	if sum != readSum && v.Without.holds(RuleRevOfBody) {
		rev = ""
	}
	return sum, rev
}

func (v *View) held(x core.Side) func(string) bool {
	return func(property string) bool {
		if !v.Without.holds(RuleRendition) {
			return false
		}
		return v.Sides[x].Ops.AsSent || v.HeldProperties[x][property]
	}
}

// placed makes the row of a second place, or moves a row to it and leaves the
// old handle behind, to be deleted.
func (v *View) placed(in *core.Intent, got core.Stub) {
	x := in.Side
	if s, known := v.Sides[x].Stubs[got.Ref]; known {
		got = s
	} else if at, there := v.Sides[x].Stubs[in.At]; there {
		ref, position := got.Ref, got.Position
		got = at
		got.Ref, got.Position = ref, position
	}
	if got.Sum == "" {
		got.Sum = in.Sum
	}
	v.see(x, got)
	if row := v.Rows[in.Row]; row != nil {
		left := row.Side[x]
		if left.Ref != got.Ref {
			if half := v.leaveBehind(row, x); half != nil {
				half.MovedTo, half.Marks = row.N, in.Source.Marks
			}
		}
		v.rebindTo(row, x, got)
		row.Side[x].Sum = left.Sum
		v.takePlace(row, x, in.To)
		return
	}
	target, source := boundTo(got), boundTo(in.Source)
	if _, taken := v.Sides[x.Other()].Bound[in.Source.Ref]; taken {
		source = core.Bound{None: true}
	}
	target.Place = in.To
	row := core.Row{Key: in.Key, Size: in.Size, Time: in.Source.Time, Owner: in.Owner, Origin: core.Ours}
	row.Side[x], row.Side[x.Other()] = target, source
	v.newRow(row)
}

// updated takes a body that was written: what the write carried and no more.
func (v *View) updated(in *core.Intent, row *core.Row, res core.Result, stored []byte) {
	x, o := in.Side, in.Side.Other()
	got := res.Stub
	s, _ := v.Stub(row, x)
	s.Rev, s.Sum = got.Rev, got.Sum
	if got.Size > 0 {
		s.Size = got.Size
	}
	if v.Traits.Merger == nil {
		if s.Sum == "" {
			s.Sum = in.Sum
		}
		s.Label = cmp.Or(got.Label, in.Source.Label)
		v.see(x, s)
		row.Side[x].Sum, row.Side[x].Rev, row.Side[x].Label = in.Sum, s.Rev, s.Label
		if s.Sum != in.Sum {
			row.Side[x].Rev = ""
		}
		row.Side[o].Sum, row.Side[o].Rev, row.Side[o].Label, row.Side[o].Where = in.Source.Sum, in.Source.Rev, in.Source.Label, in.Source.Where
		if in.Size > 0 {
			row.Size = in.Size
		}
		if in.Origin != "" {
			row.Origin = in.Origin
		}
		v.save(row)
		return
	}
	row.Side[x].Older = false
	read := stored
	if stored == nil {
		stored = in.Sent
		s.Sum, _ = v.Traits.Merger.Sum(stored)
	}
	v.see(x, s)
	if !v.Without.holds(RuleCarriedOnly) { // the stored body becomes the base at once
		row.Side[x].Body, row.Side[o].Body = stored, in.From
	} else {
		base := [2][]byte{row.Side[core.Left].Body, row.Side[core.Right].Body}
		exact := res.AsSent
		next, err := v.Traits.Merger.Commit(base, x, in.Carried, in.From, in.Sent, stored, exact, v.held(x))
		if err == nil {
			row.Side[core.Left].Body, row.Side[core.Right].Body = next[core.Left], next[core.Right]
		}
	}
	row.Side[x].Sum, row.Side[x].Rev = v.boundSum(row.Side[x].Body, s.Sum, s.Rev)
	os, _ := v.Stub(row, o)
	row.Side[o].Sum, row.Side[o].Rev = v.boundSum(row.Side[o].Body, os.Sum, os.Rev)
	row.Side[x].Verbatim = verbatim(row.Side[x], read)
	row.Side[o].Verbatim = in.Source.Rev == row.Side[o].Rev && verbatim(row.Side[o], in.From)
	v.save(row)
}
