package reconcile

import (
	"testing"

	"lockstep/core"
)

// TestColours is the table: what each side had when both were settled, and what it has
// now; which side gets which colour, and what is settled without a step.
func TestColours(t *testing.T) {
	const a, b, c = "#aa0000", "#00bb00", "#0000cc"
	type two = [2]string
	both := [2]bool{true, true}
	for name, o := range map[string]struct {
		was, now two
		winner   core.Side
		// write, paints: nil = both. readOnly: neither, if false.
		write, paints *[2]bool
		readOnly      [2]bool
		to            core.Side
		color         string // of the step; "" = none
		why           string
		settled       two
	}{
		"none anywhere":                        {},
		"the left alone":                       {now: two{a, ""}, to: core.Right, color: a, why: "its colour on the left is " + a},
		"the right alone":                      {now: two{"", a}, to: core.Left, color: a, why: "its colour on the right is " + a},
		"equal from the beginning":             {now: two{a, a}, settled: two{a, a}},
		"different from the beginning":         {now: two{a, b}, settled: two{a, b}},
		"nothing new":                          {was: two{a, a}, now: two{a, a}, settled: two{a, a}},
		"different, and nothing new":           {was: two{a, b}, now: two{a, b}, settled: two{a, b}},
		"changed on the left":                  {was: two{a, a}, now: two{c, a}, to: core.Right, color: c, why: "its colour was changed on the left from " + a + " to " + c, settled: two{a, a}},
		"changed on the right":                 {was: two{a, b}, now: two{a, c}, to: core.Left, color: c, why: "its colour was changed on the right from " + b + " to " + c, settled: two{a, b}},
		"changed to what the other has":        {was: two{a, b}, now: two{b, b}, settled: two{b, b}},
		"changed alike":                        {was: two{a, a}, now: two{c, c}, settled: two{c, c}},
		"both changed, the left wins":          {was: two{a, a}, now: two{b, c}, to: core.Right, color: b, why: "its colour was changed on the left from " + a + " to " + b, settled: two{a, a}},
		"both changed, the right wins":         {was: two{a, a}, now: two{b, c}, winner: core.Right, to: core.Left, color: c, why: "its colour was changed on the right from " + a + " to " + c, settled: two{a, a}},
		"removed":                              {was: two{a, a}, now: two{"", a}, settled: two{a, a}},
		"removed, and changed":                 {was: two{a, a}, now: two{"", b}, to: core.Left, color: b, why: "its colour was changed on the right from " + a + " to " + b, settled: two{a, a}},
		"removed on both":                      {was: two{a, a}, settled: two{a, a}},
		"refused there, and set there":         {was: two{a, ""}, now: two{a, b}, to: core.Left, color: b, why: "its colour on the right is " + b, settled: two{a, ""}},
		"not written there":                    {was: two{a, a}, now: two{c, a}, write: &[2]bool{true, false}, settled: two{a, a}},
		"written in one direction":             {was: two{a, a}, now: two{c, a}, write: &[2]bool{false, true}, to: core.Right, color: c, why: "its colour was changed on the left from " + a + " to " + c, settled: two{a, a}},
		"read-only there":                      {was: two{a, a}, now: two{c, a}, readOnly: [2]bool{false, true}, settled: two{a, a}},
		"read-only here":                       {was: two{a, a}, now: two{c, a}, readOnly: [2]bool{true, false}, to: core.Right, color: c, why: "its colour was changed on the left from " + a + " to " + c, settled: two{a, a}},
		"without colours there":                {now: two{a, ""}, paints: &[2]bool{true, false}},
		"both changed, the loser not to write": {was: two{a, a}, now: two{b, c}, write: &[2]bool{true, false}, to: core.Left, color: c, why: "its colour was changed on the right from " + a + " to " + c, settled: two{a, a}},
	} {
		t.Run(name, func(t *testing.T) {
			policy, paints := Policy{Write: both, Winner: o.winner}, both
			if o.write != nil {
				policy.Write = *o.write
			}
			if o.paints != nil {
				paints = *o.paints
			}
			var p Pairing
			var surveys [2]core.Survey
			row := core.CollectionRow{N: 7}
			for _, x := range core.Sides() {
				col := core.Collection{ID: core.CollectionID("at-" + x.String()), Path: "friends", Color: o.now[x], ReadOnly: o.readOnly[x]}
				row.Side[x] = core.CollectionAt{Collection: col, Agreed: "friends", Color: o.was[x]}
				surveys[x].Collections = []core.Collection{col}
			}
			p.Rows = []core.CollectionRow{row}
			Colours(&p, surveys, policy, paints)
			var want []core.CollectionStep
			if o.color != "" {
				want = []core.CollectionStep{{Side: o.to, Op: core.ColorCollection, Row: 7, ID: core.CollectionID("at-" + o.to.String()), Path: "friends", Color: o.color, Before: o.now[o.to], Why: o.why}}
			}
			if len(p.Steps) != len(want) || len(want) > 0 && p.Steps[0] != want[0] {
				t.Errorf("steps %+v, not %+v", p.Steps, want)
			}
			if got := (two{p.Rows[0].Side[0].Color, p.Rows[0].Side[1].Color}); got != o.settled {
				t.Errorf("settled %q, not %q", got, o.settled)
			}
		})
	}
}

// TestColoursOfOthers: nothing is concluded about what is not seen, is out of the link
// or has no partner; what is to be made gets its colour.
func TestColoursOfOthers(t *testing.T) {
	at := func(id string, color string) core.CollectionAt {
		return core.CollectionAt{Collection: core.Collection{ID: core.CollectionID(id), Path: id, Color: color}}
	}
	out := core.CollectionRow{N: 1, Out: true, Side: [2]core.CollectionAt{at("out", "#111111"), at("out", "")}}
	half := core.CollectionRow{N: 2, Side: [2]core.CollectionAt{at("half", "#222222"), at("half", "")}}
	half.Side[core.Right].None = true
	unseen := core.CollectionRow{N: 3, Side: [2]core.CollectionAt{at("unseen", "#333333"), at("unseen", "")}}
	var surveys [2]core.Survey
	for _, row := range []core.CollectionRow{out, half} {
		for _, x := range core.Sides() {
			surveys[x].Collections = append(surveys[x].Collections, row.Side[x].Collection)
		}
	}
	surveys[core.Left].Collections = append(surveys[core.Left].Collections, unseen.Side[core.Left].Collection, at("new", "#444444").Collection)
	p := Pairing{Rows: []core.CollectionRow{out, half, unseen}, Steps: []core.CollectionStep{{Side: core.Right, Op: core.CreateCollection, ID: "new", Path: "made"}}}
	Colours(&p, surveys, Policy{Write: [2]bool{true, true}}, [2]bool{true, true})
	if len(p.Steps) != 2 || p.Steps[1] != (core.CollectionStep{Side: core.Right, Op: core.ColorCollection, Path: "made", Color: "#444444", Why: "its colour on the left is #444444"}) {
		t.Errorf("%+v", p.Steps)
	}
}

// TestPainted: what a tried step leaves settled.
func TestPainted(t *testing.T) {
	for name, o := range map[string]struct {
		there   string // on the right, after the try
		refused bool
		settled [2]string
	}{
		"done":                              {there: "#bbbbbb", settled: [2]string{"#bbbbbb", "#bbbbbb"}},
		"done in another form":              {there: "#bbbbba", settled: [2]string{"#bbbbbb", "#bbbbba"}},
		"done, and not to be seen":          {there: "#aaaaaa", settled: [2]string{"#bbbbbb", "#aaaaaa"}},
		"refused":                           {there: "#aaaaaa", refused: true, settled: [2]string{"#bbbbbb", "#aaaaaa"}},
		"refused, and changed by somebody":  {there: "#cccccc", refused: true, settled: [2]string{"#aaaaaa", "#aaaaaa"}},
		"refused, and set alike by anybody": {there: "#bbbbbb", refused: true, settled: [2]string{"#aaaaaa", "#aaaaaa"}},
	} {
		t.Run(name, func(t *testing.T) {
			row := core.CollectionRow{N: 1}
			row.Side[core.Left] = core.CollectionAt{Collection: core.Collection{ID: "l", Color: "#bbbbbb"}, Color: "#aaaaaa"}
			row.Side[core.Right] = core.CollectionAt{Collection: core.Collection{ID: "r", Color: o.there}, Color: "#aaaaaa"}
			rows := []core.CollectionRow{row}
			Painted(rows, core.CollectionStep{Side: core.Right, ID: "r", Color: "#bbbbbb", Before: "#aaaaaa"}, o.refused)
			if got := [2]string{rows[0].Side[0].Color, rows[0].Side[1].Color}; got != o.settled {
				t.Errorf("settled %q", got)
			}
		})
	}
}
