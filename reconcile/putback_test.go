package reconcile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/contact"
)

// The Revs of these tests say how an item came to be so: "alone" and "all" are versions
// that were put back, all others edits. A collection that ends with "!" was put back.
func putBackOf(at core.CollectionID, _, now core.Rev) core.PutBack {
	switch {
	case now == "all", now == "" && strings.HasSuffix(string(at), "!"):
		return core.AllPutBack
	case now == "alone":
		return core.AlonePutBack
	}
	return core.NotPutBack
}

func cardWith(lines ...string) []byte {
	return []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:f\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VCARD\r\n")
}

// putBackView has a row for each Rev, all agreed as TITLE:new; what the left shows of it
// says TITLE:old, "gone" is not there, and "same" is as agreed.
func putBackView(at core.CollectionID, revs ...core.Rev) *View {
	v := NewView(int64(len(revs)), 0)
	m := merge.Properties{Format: contact.Format{}}
	v.Traits = core.Traits{UniqueKeys: true, Merger: m}
	v.Policy = Policy{Mode: TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}}
	v.Pairs[core.Left][at], v.Pairs[core.Right][at] = at, at
	for _, x := range core.Sides() {
		v.Sides[x].Whole, v.Sides[x].Listed[at] = true, true
		v.Sides[x].Ops = core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked}
	}
	v.Sides[core.Left].PutBack = putBackOf
	agreed, old := cardWith("TITLE:new"), cardWith("TITLE:old")
	sum, _ := m.Sum(agreed)
	oldSum, _ := m.Sum(old)
	for i, rev := range revs {
		ref := core.Ref{Collection: at, ID: core.ID(fmt.Sprint(i))}
		bound := core.Bound{Ref: ref, Place: at, Rev: "then", Sum: sum, Body: agreed}
		row := core.Row{N: int64(i + 1), Key: core.Key(fmt.Sprint("u", i)), Side: [2]core.Bound{bound, bound}}
		now := &core.Stub{Ref: ref, Key: row.Key, Rev: rev, Sum: oldSum}
		v.Sides[core.Left].Bodies[ref], v.Sides[core.Right].Bodies[ref] = old, agreed
		if rev == "same" {
			now.Rev, now.Sum = "then", sum
		}
		v.AddRow(row, [2]*core.Stub{now}, [2]bool{rev == "gone", false})
	}
	return v
}

// TestTakePutBack: what is a backup, what is an edit, and what becomes of each.
func TestTakePutBack(t *testing.T) {
	for name, c := range map[string]struct {
		at   core.CollectionID
		revs []core.Rev
		plan string // of each row, in order: < and > update a side, + makes it anew, - deletes on the right, ? is a conflict
	}{
		"an edit":                          {"a", []core.Rev{"edit"}, "1>"},
		"one alone":                        {"a", []core.Rev{"alone", "same", "gone"}, "1> 3-"},
		"two alone":                        {"a", []core.Rev{"alone", "alone"}, "1> 2>"},
		"several alone":                    {"a", []core.Rev{"alone", "alone", "alone"}, "1< 2< 3<"},
		"several, and what they lack":      {"a", []core.Rev{"alone", "alone", "alone", "gone"}, "+u3 1< 2< 3<"},
		"several, but more edits":          {"a", []core.Rev{"alone", "alone", "alone", "edit", "edit", "edit"}, "1> 2> 3> 4> 5> 6>"},
		"several, and an edit":             {"a", []core.Rev{"alone", "alone", "alone", "edit"}, "1< 2< 3< 4?"},
		"all, of which one is another":     {"a", []core.Rev{"all", "same"}, "1<"},
		"all, and an edit":                 {"a", []core.Rev{"all", "edit", "gone"}, "+u2 1< 2?"},
		"nothing but what it lacks":        {"a!", []core.Rev{"same", "gone"}, "+u1"},
		"everything is gone":               {"a!", []core.Rev{"gone", "gone"}, "+u0 +u1"},
		"gone, and nothing shows a backup": {"a", []core.Rev{"same", "gone"}, "2-"},
	} {
		t.Run(name, func(t *testing.T) {
			v := putBackView(c.at, c.revs...)
			v.TakePutBack()
			if got := planOf(v); got != c.plan {
				t.Errorf("%s, not %s", got, c.plan)
			}
			v = putBackView(c.at, c.revs...)
			v.Without = v.Without.Out(RulePutBack)
			v.TakePutBack()
			if strings.ContainsAny(c.plan, "<+") && planOf(v) == c.plan {
				t.Error("it is so without the rule, too")
			}
		})
	}
}

func planOf(v *View) string {
	var out []string
	plan := v.Plan()
	for _, s := range plan.Steps {
		switch s.Op {
		case core.OpCreate:
			out = append(out, "+"+string(s.Key))
		case core.OpDelete:
			out = append(out, fmt.Sprint(s.Row, "-"))
		default:
			out = append(out, fmt.Sprint(s.Row, []string{"<", ">"}[s.Side]))
		}
	}
	for _, c := range plan.Conflicts {
		out = append(out, fmt.Sprint(c.Row, "?"))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestPutBackInPart: what a pass that ended halfway found older is so in the next, when
// nothing shows it any more; but what was edited meanwhile is an edit.
func TestPutBackInPart(t *testing.T) {
	for rev, want := range map[core.Rev]string{"alone": "1<", "edit": "1?", "same": ""} {
		v := putBackView("a", rev)
		v.Rows[1].Side[core.Left].Older = true
		v.TakePutBack()
		if got := planOf(v); got != want {
			t.Errorf("%s: %s, not %s", rev, got, want)
		}
		if older := v.Rows[1].Side[core.Left].Older; older != (rev == "alone") {
			t.Errorf("%s: older is %v", rev, older)
		}
	}
}

// TestPutBackGetsEdits: an item gets back what was agreed, with what the other side has
// edited since; and it is committed as any update.
func TestPutBackGetsEdits(t *testing.T) {
	v := putBackView("a", "all")
	ref := core.Ref{Collection: "a", ID: "0"}
	edited := cardWith("TITLE:new", "NOTE:edited")
	v.Sides[core.Left].Bodies[ref] = cardWith("TITLE:old", "TEL:+1 2") // which was removed since
	v.Sides[core.Right].Bodies[ref] = edited
	s := v.Sides[core.Right].Stubs[ref]
	s.Rev = "later"
	s.Sum, _ = v.Traits.Merger.Sum(edited)
	v.Sides[core.Right].Stubs[ref] = s
	v.TakePutBack()
	plan := v.Plan()
	if len(plan.Steps) != 1 || plan.Steps[0].Side != core.Left || !bytes.Equal(plan.Steps[0].Body, edited) || !strings.Contains(plan.Steps[0].Why, "put back") {
		t.Fatalf("%+v", plan.Steps)
	}
	in := v.Begin(plan.Steps[0], "run", core.Survey{}, plan.Steps[0].Source)
	v.Commit(in, core.Result{Stub: core.Stub{Ref: ref, Rev: "written", Sum: s.Sum}, AsSent: true}, nil)
	row := v.Rows[1]
	if row.Side[core.Left].Older || !bytes.Equal(row.Side[core.Left].Body, edited) || !bytes.Equal(row.Side[core.Right].Body, edited) ||
		row.Side[core.Left].Rev != "written" || row.Side[core.Right].Rev != "later" {
		t.Errorf("%+v", row)
	}
	if again := v.Plan(); len(again.Steps) > 0 {
		t.Errorf("%+v", again.Steps)
	}
}
