package memory

import (
	"context"

	"lockstep/core"
)

// HeaderSums implements core.Header.
func (r *Replica) HeaderSums(ctx context.Context, refs []core.Ref) (map[core.Ref]core.Sum, error) {
	out := map[core.Ref]core.Sum{}
	if r.server.Shape.Header == nil {
		return out, nil
	}
	for _, ref := range refs {
		r.call()
		if ctx.Err() != nil || r.chance(25) {
			return out, transient("memory.HeaderSums")
		}
		if m := r.server.At(ref); m != nil {
			out[ref] = r.server.Shape.Digest(r.server.Shape.Header(m.Body))
		}
	}
	return out, nil
}
