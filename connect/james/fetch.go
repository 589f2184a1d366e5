package james

import (
	"bytes"
	"context"
	"io"
	"iter"

	"lockstep/core"
)

// Fetch implements core.Replica: elements are read one by one, as they stand
// now.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		reader := r.reader()
		for _, ref := range refs {
			item, err := fetch(ctx, reader, ref)
			if !yield(item, err) {
				return
			}
		}
	}
}

func fetch(ctx context.Context, reader *reader, ref core.Ref) (core.Item, error) {
	const op = "james.Fetch"
	unread := core.Item{Stub: core.Stub{Ref: ref}}
	p, ok := placeOf(ref)
	if !ok {
		return unread, permanent(op, string(ref.ID), "it is not the path of an element")
	}
	s, there, err := reader.read(ctx, p)
	if err != nil {
		return unread, err
	}
	if !there {
		return unread, missing(op, string(ref.ID))
	}
	return core.Item{Stub: s.stub(p), Body: io.NopCloser(bytes.NewReader(s.value.Body()))}, nil
}
