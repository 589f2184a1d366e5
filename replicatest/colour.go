package replicatest

import (
	"context"
	"reflect"
	"testing"

	"lockstep/core"
)

// Colourist is a Peer where other programs give collections a colour, in whatever form;
// "" = none.
type Colourist interface {
	PutColour(t *testing.T, path, text string)
	Colour(t *testing.T, path string) string
}

// ColourRefuser is a Peer that can be told to refuse every colour from now on.
type ColourRefuser interface {
	RefuseColours(t *testing.T)
}

const red, green = "#ff0000", "#12ab34"

// painter is a replica that has looked, and can paint.
func (b *bench) painter() (p core.Painter, can bool) {
	b.t.Helper()
	r := b.open()
	if p, can = r.(core.Painter); can {
		b.look(r)
	}
	return p, can
}

func (b *bench) look(r core.Replica) {
	b.t.Helper()
	_, err := r.Collections(context.Background())
	b.must(err)
}

// paint gives a collection a colour, in a pass of its own.
func (b *bench) paint(path, color string) error {
	b.t.Helper()
	p, _ := b.painter()
	return p.SetColor(context.Background(), b.at(path).ID, color)
}

func (b *bench) wantColor(path, color string) {
	b.t.Helper()
	if got := b.at(path).Color; got != color {
		b.t.Fatalf("%s is said to have the colour %q, not %q", path, got, color)
	}
}

// colourIsReadBack: the next look tells the colour that was given, and that of no other
// collection changes. Twice in one pass, with a look between, is as good.
func colourIsReadBack(t *testing.T, b *bench) {
	p, can := b.painter()
	if !can {
		return
	}
	other := b.at(b.h.Paths[1]).Color
	id := b.at(b.h.Paths[0]).ID
	b.must(p.SetColor(context.Background(), id, red))
	b.wantColor(b.h.Paths[0], red)
	b.look(p.(core.Replica))
	b.must(p.SetColor(context.Background(), id, green))
	b.wantColor(b.h.Paths[0], green)
	b.must(b.paint(b.h.Paths[0], green)) // it has it already
	b.must(b.paint(b.h.Paths[0], red))
	b.wantColor(b.h.Paths[0], red)
	b.wantColor(b.h.Paths[1], other)
}

// colourAsSpelled: what other programs write is told as core.ColorOf has it, and what
// they remove, or what is no such colour, is told as none.
func colourAsSpelled(t *testing.T, b *bench) {
	peer, can := b.peer.(Colourist)
	if !can {
		return
	}
	for _, text := range []string{"#ff2968", "", "#FF2968", "#FF2968CC", "#f00", "dark red", "#12AB34", ""} {
		peer.PutColour(t, b.h.Paths[0], text)
		b.wantColor(b.h.Paths[0], core.ColorOf(text))
	}
}

// oddColourStays: a colour that shines through is replaced; what is no colour as
// core.ColorOf has it is left alone.
func oddColourStays(t *testing.T, b *bench) {
	peer, can := b.peer.(Colourist)
	if _, paints := b.painter(); !can || !paints {
		return
	}
	peer.PutColour(t, b.h.Paths[0], "#FF2968CC")
	b.must(b.paint(b.h.Paths[0], green))
	b.wantColor(b.h.Paths[0], green)
	for _, text := range []string{"#f00", "dark red"} {
		peer.PutColour(t, b.h.Paths[0], text)
		b.wantClass(b.paint(b.h.Paths[0], green), core.Permanent)
		if got := peer.Colour(t, b.h.Paths[0]); got != text {
			t.Fatalf("%q became %q", text, got)
		}
	}
}

// noColourIsRefused: only a colour as core.ColorOf has it is ever written, so none can be
// removed.
func noColourIsRefused(t *testing.T, b *bench) {
	if _, can := b.painter(); !can {
		return
	}
	b.must(b.paint(b.h.Paths[0], red))
	for _, bad := range []string{"", "red", "#f00", "#12AB34", "#12ab34ff", "#12ab3g", " #12ab34"} {
		if err := b.paint(b.h.Paths[0], bad); core.ClassOf(err) != core.Permanent {
			t.Errorf("%q: %v, want class permanent", bad, err)
		}
		b.wantColor(b.h.Paths[0], red)
	}
}

// colourOfGoneIsMissing: a collection that goes after the look, or was never there.
func colourOfGoneIsMissing(t *testing.T, b *bench) {
	p, can := b.painter()
	if !can {
		return
	}
	b.wantClass(p.SetColor(context.Background(), "no such collection", red), core.Missing)
	tree, can := p.(core.Tree)
	if !can {
		return
	}
	made, err := tree.CreateCollection(context.Background(), "painted", core.RoleNone)
	b.must(err)
	late, _ := b.painter()
	b.must(b.open().(core.Tree).DeleteCollection(context.Background(), made.ID, 0))
	b.wantClass(late.SetColor(context.Background(), made.ID, red), core.Missing)
	for _, c := range b.survey().Collections {
		if c.Path == "painted" {
			t.Fatal("painting makes a collection that is gone")
		}
	}
}

// colourOfMeanwhile: what another program chose since the look is overwritten as a whole,
// or stays with a Conflict.
func colourOfMeanwhile(t *testing.T, b *bench) {
	peer, can := b.peer.(Colourist)
	p, paints := b.painter()
	if !can || !paints {
		return
	}
	peer.PutColour(t, b.h.Paths[0], red)
	err := p.SetColor(context.Background(), b.at(b.h.Paths[0]).ID, green)
	if err == nil {
		b.wantColor(b.h.Paths[0], green)
		return
	}
	b.wantClass(err, core.Conflict)
	b.wantColor(b.h.Paths[0], red)
}

// colourRefused: what a service refuses is Permanent, and nothing has changed.
func colourRefused(t *testing.T, b *bench) {
	peer, can := b.peer.(ColourRefuser)
	if _, paints := b.painter(); !can || !paints {
		return
	}
	b.must(b.paint(b.h.Paths[0], red))
	s := b.add(1, b.h.Paths[0], "")
	peer.RefuseColours(t)
	b.wantClass(b.paint(b.h.Paths[0], green), core.Permanent)
	b.wantColor(b.h.Paths[0], red)
	if now := b.only(b.h.Paths[0]); !reflect.DeepEqual(now, s) {
		t.Fatalf("a refused colour changed %+v into %+v", s, now)
	}
}

// paintingChangesNoItem: whatever becomes of the collection's Rev, its items are as they
// were.
func paintingChangesNoItem(t *testing.T, b *bench) {
	if _, can := b.painter(); !can {
		return
	}
	b.add(1, b.h.Paths[0], "")
	b.add(2, b.h.Paths[0], "")
	before := b.list(b.h.Paths[0])
	changed, gone, full := b.changes(b.h.Paths[0], func() { b.must(b.paint(b.h.Paths[0], red)) })
	if len(gone) > 0 || !full && len(changed) > 0 {
		t.Errorf("after painting the token sees %v, and %v gone", changed, gone)
	}
	if after := b.list(b.h.Paths[0]); !reflect.DeepEqual(after, before) {
		t.Errorf("painting changed %+v into %+v", before, after)
	}
}
