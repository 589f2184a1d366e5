package maildir

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// Fetch implements core.Replica. Bodies are yielded as they stand on disk,
// folder by folder.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		sorted := slices.SortedFunc(slices.Values(refs), core.Ref.Compare)
		for _, ref := range sorted {
			if ctx.Err() != nil {
				return
			}
			item, err := r.item(ctx, ref)
			item.Ref = ref
			if err != nil {
				item.Body = nil
			}
			more := yield(item, err)
			if item.Body != nil {
				item.Body.Close()
			}
			if !more {
				return
			}
		}
	}
}

// item opens one message. Its stub has no more than the directory tells; the
// Sum and what comes with it only if it is known that they hold.
func (r *Replica) item(ctx context.Context, ref core.Ref) (core.Item, error) {
	const op = "maildir.Fetch"
	if err := r.seen(ctx, ref); err != nil {
		return core.Item{}, err
	}
	f, err := r.folder(ctx, op, ref.Collection)
	if err != nil {
		return core.Item{}, err
	}
	for range mostReads {
		x, err := r.find(ctx, op, f, ref.ID)
		if err != nil {
			return core.Item{}, err
		}
		body, opened, err := r.open(f, x.entry)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, nofollow.Moved{}) {
			f.loaded = false
			continue
		}
		if err != nil {
			return core.Item{}, failure(op, string(ref.ID), err)
		}
		k, err := r.meaning(f, parseName(x.name).flags)
		if err != nil {
			body.Close()
			return core.Item{}, err
		}
		x.seen, x.rev = opened, revOf(opened)
		return core.Item{Stub: x.stub(f, k), Body: body}, nil
	}
	return core.Item{}, unsettled(op, string(ref.ID))
}
