package maildir

import (
	"context"

	"lockstep/core"
)

// HeaderSums implements core.Header.
func (r *Replica) HeaderSums(ctx context.Context, refs []core.Ref) (map[core.Ref]core.Sum, error) {
	out := map[core.Ref]core.Sum{}
	for _, ref := range refs {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		item, err := r.item(ctx, ref)
		if err != nil {
			continue // whoever needs the body learns why
		}
		sum, err := r.scanner.HeaderSum(item.Body)
		item.Body.Close()
		if err == nil {
			out[ref] = sum
		}
	}
	return out, nil
}
