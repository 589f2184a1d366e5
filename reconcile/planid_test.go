package reconcile

import (
	"testing"

	"lockstep/core"
)

// TestPlanID: a plan has another ID if it does, holds or parks something else,
// and the same one if only the words of its notes changed.
func TestPlanID(t *testing.T) {
	plan := func() *core.Plan {
		return &core.Plan{
			Collections: []core.CollectionStep{{Op: core.CreateCollection, Path: "a"}},
			Steps:       []core.Step{{Op: core.OpCreate, Key: "users/a@d", Why: "wished by the left"}},
			Held:        []core.Step{{Op: core.OpDelete, Key: "users/b@d", Why: "b@d is gone from the left"}},
			Conflicts:   []core.ConflictRecord{{Row: 7, Why: "both changed it"}},
			Notes: []core.Note{
				{Owner: "c@d", Why: "c@d is gone from the left: for 1 of 168 hours"},
				{Parked: true, Key: "aliases/d@d/x@y", Owner: "d@d", Why: "refused for the first time"},
			},
		}
	}
	id := PlanID(plan())
	for name, change := range map[string]func(*core.Plan){
		"an hour later": func(p *core.Plan) { p.Notes[0].Why = "c@d is gone from the left: for 2 of 168 hours" },
		"a grace that begins": func(p *core.Plan) {
			p.Notes = append(p.Notes, core.Note{Owner: "e@d", Why: "e@d is gone from the left"})
		},
		"another word for a refusal": func(p *core.Plan) { p.Notes[1].Why = "refused again" },
		"another number":             func(p *core.Plan) { p.HeldWhy = []string{"2 of 100 owners"} },
	} {
		p := plan()
		if change(p); PlanID(p) != id {
			t.Errorf("%s: the plan has another ID", name)
		}
	}
	for name, change := range map[string]func(*core.Plan){
		"another folder":         func(p *core.Plan) { p.Collections[0].Path = "b" },
		"another step":           func(p *core.Plan) { p.Steps[0].Key = "users/z@d" },
		"another reason":         func(p *core.Plan) { p.Steps[0].Why = "it is gone from the right" },
		"another value":          func(p *core.Plan) { p.Steps[0].Source.Sum = "other" },
		"what is held is done":   func(p *core.Plan) { p.Steps, p.Held = append(p.Steps, p.Held...), nil },
		"another held one":       func(p *core.Plan) { p.Held[0].Key = "users/z@d" },
		"another held folder":    func(p *core.Plan) { p.HeldCollections = p.Collections },
		"another conflict":       func(p *core.Plan) { p.Conflicts[0].Row = 8 },
		"another parked item":    func(p *core.Plan) { p.Notes[1].Key = "aliases/d@d/z@y" },
		"another parked entry":   func(p *core.Plan) { p.Notes[1].Ref.ID = "z" },
		"a parked item less":     func(p *core.Plan) { p.Notes = p.Notes[:1] },
		"parked, and was not":    func(p *core.Plan) { p.Notes[0].Parked = true },
		"another pass after it":  func(p *core.Plan) { p.Again = true },
		"nothing is done at all": func(p *core.Plan) { *p = core.Plan{} },
	} {
		p := plan()
		if change(p); PlanID(p) == id {
			t.Errorf("%s: the plan has the same ID", name)
		}
	}
}
