package james

import (
	"context"
	"iter"

	"lockstep/core"
	"lockstep/format/element"
)

// findAtOnce is how many elements are asked for before the first is told.
const findAtOnce = 256

// Find implements core.Finder: each element is asked for by itself, several at
// the same time, and told in the order of the Keys.
func (r *Replica) Find(ctx context.Context, collection core.CollectionID, keys []core.Key) iter.Seq2[core.Stub, error] {
	return func(yield func(core.Stub, error) bool) {
		for len(keys) > 0 {
			n := min(len(keys), findAtOnce)
			stubs, errs := make([]core.Stub, n), make([]error, n)
			_ = parallel(ctx, r.config.MaxConnections, n, func(ctx context.Context, i int) error {
				stubs[i], errs[i] = r.find(ctx, collection, keys[i])
				return nil // one that fails does not stop the others
			})
			for i := range n {
				if stubs[i].Key == "" {
					continue // not asked: the context ended
				}
				if !yield(stubs[i], errs[i]) {
					return
				}
			}
			if ctx.Err() != nil {
				return
			}
			keys = keys[n:]
		}
	}
}

func (r *Replica) find(ctx context.Context, collection core.CollectionID, key core.Key) (core.Stub, error) {
	none := core.Stub{Ref: core.Ref{Collection: collection}, Key: key}
	e, ok := element.Parse(key)
	if !ok || e.Resource.Collection() != collection {
		return none, permanent("james.Find", string(key), "it is not the key of an element of "+string(collection))
	}
	p := placeAt(e)
	s, there, err := r.reader().read(ctx, p)
	if err != nil || !there {
		return none, err
	}
	return s.stub(p), nil
}
