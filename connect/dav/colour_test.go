package dav_test

import (
	"context"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// TestColours: what is written is what the next look tells, and no second one is made of
// what a server spells in another way.
func TestColours(t *testing.T) {
	for kind, f := range flavours() {
		a := serve(t, f, davd.Options{}, "A")
		path := a.books["A"]
		id := core.CollectionID(path)
		told := func() string {
			t.Helper()
			s, err := a.open(t).Collections(context.Background())
			must(t, err)
			return s.Collections[0].Color
		}
		for _, o := range []struct{ there, told, color, stored string }{
			{"", "", "#12ab34", "#12ab34"},
			{"#FF0000", "#ff0000", "#12ab34", "#12ab34"},
			{"#FF2968CC", "#ff2968", "#12ab34", "#12ab34CC"},
		} {
			must(t, a.Paint(path, o.there))
			if got := told(); got != o.told {
				t.Errorf("%s: %q is told as %q", kind, o.there, got)
			}
			must(t, a.open(t).SetColor(context.Background(), id, o.color))
			if got := a.Color(path); got != o.stored || told() != o.color {
				t.Errorf("%s: %q became %q, and is told as %q", kind, o.there, got, told())
			}
		}
		must(t, a.Paint(path, "dark red"))
		if got := told(); got != "" {
			t.Errorf("%s: it tells %q", kind, got)
		}
		wantClass(t, a.open(t).SetColor(context.Background(), id, "#12ab34"), core.Permanent)
		if got := a.Color(path); got != "dark red" {
			t.Errorf("%s: it was overwritten: %q", kind, got)
		}
		must(t, a.Paint(path, ""))
		for _, bad := range []string{"", "red", "#12AB34", "#12ab34ff"} {
			wantClass(t, a.open(t).SetColor(context.Background(), id, bad), core.Permanent)
		}
		wantClass(t, a.open(t).SetColor(context.Background(), "/nowhere/", "#12ab34"), core.Missing)
		r := a.open(t)
		_, err := r.Collections(context.Background())
		must(t, err)
		must(t, a.RemoveCollection(path))
		wantClass(t, r.SetColor(context.Background(), id, "#12ab34"), core.Missing)

		strict := serve(t, f, davd.Options{Profile: davd.Profile{NoColors: true}}, "A")
		wantClass(t, strict.open(t).SetColor(context.Background(), core.CollectionID(strict.books["A"]), "#12ab34"), core.Permanent)
	}
}
