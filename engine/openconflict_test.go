package engine_test

import (
	"context"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

// TestEditOfOpenConflict: what is edited while a conflict about it is open stays on its
// side, for the other's user has not seen it; the record says what both have, until they
// have the same, or a person settles it.
func TestEditOfOpenConflict(t *testing.T) {
	ctx := context.Background()
	edit := func(x core.Side, name, value string) func(*davWorld) {
		return func(w *davWorld) { w.editCard(x, "u1", name, value) }
	}
	then := func(edits ...func(*davWorld)) func(*davWorld) {
		return func(w *davWorld) {
			for _, one := range edits {
				one(w)
			}
		}
	}
	sync := func(w *davWorld) { w.pass() }
	remove := func(w *davWorld) {
		r, _ := w.servers[core.Left].ByKey("u1")
		p := w.parsed(w.servers[core.Left], r)
		delete(p, "FN")
		w.put(w.servers[core.Left], r, p)
	}
	later := edit(core.Left, "FN", "later")
	for name, c := range map[string]struct {
		edit   func(w *davWorld)
		choice string
		open   [2]string // what the open record says then; "" = none is open
		want   [2]string // what both sides have in the end
	}{
		"one side":        {later, "", [2]string{"later", "there"}, [2]string{"later", "there"}},
		"both sides":      {then(later, edit(core.Right, "FN", "last")), "", [2]string{"later", "last"}, [2]string{"later", "last"}},
		"twice":           {then(edit(core.Right, "FN", "later"), sync, edit(core.Right, "FN", "last")), "", [2]string{"here", "last"}, [2]string{"here", "last"}},
		"and back":        {then(later, sync, edit(core.Left, "FN", "here")), "", [2]string{"here", "there"}, [2]string{"here", "there"}},
		"to the other's":  {edit(core.Left, "FN", "there"), "", [2]string{}, [2]string{"there", "there"}},
		"both the same":   {then(later, edit(core.Right, "FN", "later")), "", [2]string{}, [2]string{"later", "later"}},
		"deleted here":    {remove, "", [2]string{}, [2]string{"there", "there"}},
		"something else":  {edit(core.Left, "NOTE", "later"), "", [2]string{"here", "there"}, [2]string{"here", "there"}},
		"left is chosen":  {later, "left", [2]string{"later", "there"}, [2]string{"later", "later"}},
		"right is chosen": {later, "right", [2]string{"later", "there"}, [2]string{"there", "there"}},
		"both are chosen": {later, "both", [2]string{"later", "there"}, [2]string{"later", "there"}},
		"something else, and the right is chosen": {edit(core.Left, "TEL", "3"), "right", [2]string{"here", "there"}, [2]string{"there", "there"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newDavWorld(still{}, davOptions{})
			w.put(w.servers[0], core.Ref{}, map[string]string{"UID": "u1", "FN": "before", "NOTE": "before", "TEL": "1"})
			w.pass()
			w.editCard(core.Left, "u1", "FN", "here")
			w.editCard(core.Right, "u1", "FN", "there")
			w.pass()
			c.edit(w)
			w.pass()
			var open []state.Conflict
			all, err := w.store.Conflicts(ctx)
			for _, one := range all {
				if one.Resolved == "" {
					open = append(open, one)
				} else if one.Resolved != "edited" {
					t.Errorf("%+v", one)
				}
			}
			switch told := c.open != [2]string{}; {
			case err != nil || told != (len(open) == 1) || len(open) > 1:
				t.Fatalf("%+v, %v", all, err)
			case told && (!open[0].Open || open[0].Collisions[0].Value != c.open):
				t.Errorf("%+v", open)
			}
			if c.choice != "" {
				if err := w.engine.Resolve(ctx, w.store, w.link.Traits, open[0].ID, c.choice); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				w.pass()
			}
			cards := w.cardsOf(t, "u1")
			if cards[0]["FN"] != c.want[0] || cards[1]["FN"] != c.want[1] || cards[0]["NOTE"] != cards[1]["NOTE"] || cards[0]["TEL"] != cards[1]["TEL"] {
				t.Errorf("%v", cards)
			}
			if w.report.Planned != 0 {
				t.Errorf("it is not quiet: %+v", w.report)
			}
			if again, err := w.store.Conflicts(ctx); err != nil || len(again) != len(all) {
				t.Errorf("it is told again: %+v, %v", again, err)
			}
		})
	}
}
