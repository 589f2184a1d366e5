package vdir

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// Fetch implements core.Replica. Bodies are yielded as they stand on disk,
// collection by collection. Permanent: the file is not one item.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		for _, ref := range slices.SortedFunc(slices.Values(refs), core.Ref.Compare) {
			if ctx.Err() != nil {
				return
			}
			item, err := r.item(ctx, ref)
			item.Ref = ref
			if !yield(item, err) {
				return
			}
		}
	}
}

func (r *Replica) item(ctx context.Context, ref core.Ref) (core.Item, error) {
	const op = "vdir.Fetch"
	f, err := r.folder(ctx, op, ref.Collection)
	if err != nil {
		return core.Item{}, err
	}
	name, err := r.fileOf(op, ref.ID)
	if err != nil {
		return core.Item{}, missing(op, string(ref.ID)) // no file has this name
	}
	for range mostReads {
		x, err := r.read(f, name)
		if errors.Is(err, nofollow.Moved{}) && !f.has(name) {
			return core.Item{}, missing(op, f.place.at(name))
		}
		if errors.Is(err, nofollow.Moved{}) {
			continue
		}
		if err != nil {
			return core.Item{}, failure(op, f.place.at(name), err)
		}
		if x.bad != nil {
			return core.Item{}, refused(op, f.place.at(name), "", "%s", reason(x.bad))
		}
		return core.Item{Stub: r.stub(f, &x), Body: io.NopCloser(bytes.NewReader(x.body))}, nil
	}
	return core.Item{}, unsettled(op, f.place.at(name))
}

// has tells whether something bears a name.
func (f *folder) has(name string) bool {
	_, err := f.root.Lstat(name)
	return err == nil
}
