package bundle

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"

	"lockstep/core"
)

// Fetch implements core.Replica. Permanent: it is bad.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		for _, ref := range refs {
			item, err := r.fetch(ctx, ref)
			if ctx.Err() != nil || !yield(item, err) {
				return
			}
		}
	}
}

func (r *Replica) fetch(ctx context.Context, ref core.Ref) (core.Item, error) {
	const op = "bundle.Fetch"
	out := core.Item{Stub: core.Stub{Ref: ref}}
	if r.now == nil { // a file that is replaced while it is carried over is looked at by the next survey
		if _, err := r.read(ctx); err != nil {
			return out, err
		}
	}
	all := r.contents()
	i, there := all.byID[ref.ID]
	switch {
	case !there || ref.Collection != core.CollectionID(r.config.Name):
		return out, &core.Error{Op: op, Class: core.Missing, Thing: string(ref.ID), Err: errors.New("it is not in the file any more")}
	case all.items[i].Bad != "":
		return out, &core.Error{Op: op, Class: core.Permanent, Thing: string(ref.ID), Err: errors.New(all.items[i].Bad)}
	}
	out.Stub = all.items[i].Stub
	out.Body = io.NopCloser(bytes.NewReader(all.items[i].body))
	return out, nil
}
