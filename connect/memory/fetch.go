package memory

import (
	"bytes"
	"context"
	"io"
	"iter"

	"lockstep/core"
)

// Fetch implements core.Replica.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		for _, ref := range refs {
			r.call()
			item := core.Item{Stub: core.Stub{Ref: ref}}
			m := r.server.At(ref)
			var err error
			switch {
			case ctx.Err() != nil:
				return
			case r.chance(25):
				err = transient("memory.Fetch")
			case m == nil:
				err = missing("memory.Fetch", string(ref.ID))
			default:
				item.Stub = r.server.stub(ref)
				item.Body = io.NopCloser(bytes.NewReader(m.Body))
			}
			if !yield(item, err) {
				return
			}
		}
	}
}
