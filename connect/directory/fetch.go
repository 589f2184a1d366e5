package directory

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"

	"lockstep/core"
)

// Fetch implements core.Replica. Bodies are those that were read in this pass,
// with the password of a new account.
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
	item := core.Item{Stub: core.Stub{Ref: ref}}
	now, err := r.read(ctx)
	if err != nil {
		return item, err
	}
	f := now.find(ref)
	switch {
	case f == nil && !now.whole():
		return item, now.gravest() // it may be in what was not read
	case f == nil:
		return item, &core.Error{Op: "directory.Fetch", Class: core.Missing, Thing: string(ref.ID), Err: errors.New("no entry wishes it any more")}
	case f.Bad != "":
		return item, &core.Error{Op: "directory.Fetch", Class: core.Permanent, Thing: string(f.Key()), Err: errors.New(f.Bad)}
	}
	item.Stub = stub(f)
	item.Body = io.NopCloser(bytes.NewReader(f.Element().Value.Body()))
	return item, nil
}
