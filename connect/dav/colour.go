package dav

import (
	"context"
	"fmt"

	"lockstep/core"
)

// SetColor implements core.Painter. A colour that shines through (#rrggbbaa) goes on
// doing so. Nothing guards the write: a colour that another program sets after the last
// look is overwritten.
func (r *Replica) SetColor(ctx context.Context, id core.CollectionID, color string) error {
	const op = "dav.SetColor"
	if color == "" || core.ColorOf(color) != color {
		return core.Errorf(op, core.Permanent, "%q is no colour", color)
	}
	b, err := r.book(ctx, op, id)
	if err != nil {
		return err
	}
	switch was := core.ColorOf(b.Color); {
	case b.Color != "" && was == "":
		return &core.Error{Op: op, Class: core.Permanent, Thing: b.path, Err: fmt.Errorf("its colour there is %q, which is not written as #rrggbb", b.Color), Remedy: "choose it anew with a program that shows this account"}
	case was != "":
		color += b.Color[len(was):]
	}
	return r.client.SetColor(ctx, r.config.Flavour, b.URL, color)
}
