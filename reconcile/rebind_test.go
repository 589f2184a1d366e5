package reconcile

import (
	"testing"

	"lockstep/core"
)

// TestUnprovenUntilThereAgain: what is gone since a new incarnation is unproven, until
// it is there again under its handle, as itself: rule 16.
func TestUnprovenUntilThereAgain(t *testing.T) {
	ref := core.Ref{Collection: "a", ID: "1"}
	for name, c := range map[string]struct {
		now    []core.Stub
		reborn bool
		part   bool
		want   bool
	}{
		"gone":             {want: true},
		"there":            {now: []core.Stub{{Ref: ref, Key: "k"}}},
		"another has it":   {now: []core.Stub{{Ref: ref, Key: "other"}}, want: true},
		"it is bad":        {now: []core.Stub{{Ref: ref, Key: "k", Bad: "line 1"}}, want: true},
		"read in part":     {now: []core.Stub{{Ref: ref, Key: "k"}}, part: true, want: true},
		"another ID of it": {now: []core.Stub{{Ref: core.Ref{Collection: "a", ID: "2"}, Key: "k"}}},
		"replaced again":   {now: []core.Stub{{Ref: ref, Key: "k"}}, reborn: true},
		"gone once more":   {reborn: true, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			v := NewView(1, 0)
			v.Traits.UniqueKeys = true
			v.Sides[core.Left].Whole, v.Sides[core.Left].Reborn = !c.part, c.reborn
			row := core.Row{N: 1, Key: "k", Side: [2]core.Bound{{Ref: ref, Unproven: true}, {Ref: ref}}}
			var observed [2]*core.Stub
			for _, s := range c.now {
				if s.Ref == ref {
					observed[core.Left] = &s
				} else {
					v.Sides[core.Left].Stubs[s.Ref] = s
				}
			}
			v.AddRow(row, observed, [2]bool{observed[core.Left] == nil, false})
			v.Rebind(core.Left)
			v.MarkUnproven(core.Left)
			if got := v.Rows[1].Side[core.Left].Unproven; got != c.want {
				t.Errorf("unproven: %v", got)
			}
			if changed := !v.Take().Empty(); changed == c.want {
				t.Errorf("to be committed: %v", changed)
			}
		})
	}
}
