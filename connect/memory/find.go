package memory

import (
	"context"
	"iter"

	"lockstep/core"
)

// Find implements core.Finder.
func (r *Replica) Find(ctx context.Context, c core.CollectionID, keys []core.Key) iter.Seq2[core.Stub, error] {
	return func(yield func(core.Stub, error) bool) {
		for _, key := range keys {
			r.call()
			if ctx.Err() != nil {
				return
			}
			if r.chance(25) {
				if !yield(core.Stub{Key: key}, transient("memory.Find")) {
					return
				}
				continue
			}
			found := core.Stub{Key: key}
			for _, ref := range r.server.Refs() {
				if ref.Collection == c && r.server.At(ref).Key == key {
					found = r.server.stub(ref)
				}
			}
			if !yield(found, nil) {
				return
			}
		}
	}
}
