package engine_test

import (
	"strings"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
)

// TestColoursFollow: a colour goes over, and back when it is changed there; nothing is
// written once it is settled, also where a service makes another of it, refuses it,
// ignores it or dies.
func TestColoursFollow(t *testing.T) {
	const red, green, odd = "#ff0000", "#00ff00", "#fe0101"
	refuse := func(class core.Class) func(string) (string, error) {
		return func(string) (string, error) { return "", core.Errorf("test.SetColor", class, "no colours here") }
	}
	for name, o := range map[string]struct {
		makes func(string) (string, error)
		// has is what the right has of red, tries how often it was tried in three passes,
		// and back what the left has of the right's next colour.
		has   string
		tries int
		back  string
	}{
		"stored":          {func(c string) (string, error) { return c, nil }, red, 1, green},
		"in another form": {func(string) (string, error) { return odd, nil }, odd, 1, green},
		"ignored":         {func(string) (string, error) { return "", nil }, "", 1, green},
		"refused":         {refuse(core.Permanent), "", 1, green},
		"not answered":    {refuse(core.Unknown), "", 1, green},
		// never settled, so these two are as if they had been there before
		"not now": {refuse(core.Transient), "", 3, red},
	} {
		t.Run(name, func(t *testing.T) {
			w := quietMail(0)
			w.pass()
			left, right := w.servers[core.Left], w.servers[core.Right]
			colour := func(x core.Side) string {
				t.Helper()
				survey, err := memory.Open(w.servers[x]).Collections(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range survey.Collections {
					if c.ID == "a" {
						return c.Color
					}
				}
				t.Fatal("there is no a")
				return ""
			}
			tries, back := 0, 0
			right.Shape.Paints = func(c string) (string, error) { tries++; return o.makes(c) }
			left.Shape.Paints = func(c string) (string, error) { back++; return c, nil }
			var steps []core.CollectionStep
			w.engine.Emit = func(e engine.Event) {
				if e.Type == engine.EventFolder {
					steps = append(steps, *e.Folder)
				}
			}
			left.Paint("a", red)
			for range 3 {
				w.pass()
			}
			if got := colour(core.Right); got != o.has || tries != o.tries || back != 0 || colour(core.Left) != red {
				t.Errorf("the right has %q after %d tries, and the left was written %d times", got, tries, back)
			}
			if len(steps) != o.tries || steps[0].Op != core.ColorCollection || !strings.Contains(steps[0].Why, red) {
				t.Errorf("it told of %+v", steps)
			}
			right.Paint("a", green)
			w.pass()
			w.pass()
			if got := colour(core.Left); got != o.back || back > 1 || tries != o.tries {
				t.Errorf("changed on the right, the left has %q after %d writes; the right was written %d times", got, back, tries)
			}
		})
	}
}

// TestColourAndCrash: what a crash kept from being written down is no change of a user's.
func TestColourAndCrash(t *testing.T) {
	w := quietMail(0)
	w.pass()
	w.servers[core.Left].Paint("a", "#ff0000")
	w.engine.Emit = func(e engine.Event) {
		if e.Type == engine.EventFolder {
			panic(crash{})
		}
	}
	w.pass()
	writes := 0
	count := func(c string) (string, error) { writes++; return c, nil }
	w.servers[core.Left].Shape.Paints, w.servers[core.Right].Shape.Paints = count, count
	w.engine.Emit = nil
	w.pass()
	w.servers[core.Right].Paint("a", "#00ff00")
	w.pass()
	if writes != 1 {
		t.Errorf("%d writes", writes)
	}
}

// TestColourOfNewCollection: one that we make gets its colour at once.
func TestColourOfNewCollection(t *testing.T) {
	w := quietMail(0)
	w.pass()
	var got []string
	w.servers[core.Right].Shape.Paints = func(c string) (string, error) { got = append(got, c); return c, nil }
	w.servers[core.Left].AddFolder("new", core.RoleNone, w.vocabulary(0))
	w.servers[core.Left].Paint("new", "#123456")
	w.pass()
	if len(got) != 1 || got[0] != "#123456" {
		t.Errorf("%q", got)
	}
}
