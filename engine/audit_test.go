package engine_test

import (
	"context"

	"lockstep/core"
	"lockstep/state"
)

// audit compares, in calm, what the store remembers with what is there: every
// item is bound by exactly one row or observed as new, every handle is there
// or observed as gone.
func (w *world) audit(tag string) {
	ctx := context.Background()
	head, _ := w.store.Head(ctx)
	for _, x := range core.Sides() {
		bound := map[core.Ref]int64{}
		observed := map[core.Ref]state.Observation{}
		for o := range w.store.Observed(ctx, x) {
			observed[o.Ref] = o
		}
		for _, c := range head.Collections {
			for row := range w.store.RowsIn(ctx, x, c.Side[x].Collection.ID) {
				ref := row.Side[x].Ref
				if n, twice := bound[ref]; twice && ref.ID != "" {
					w.violate("audit %s: rows %d and %d have one handle %v on the %s", tag, n, row.N, ref, x)
				}
				bound[ref] = row.N
				if w.unlisted(x, ref) {
					continue
				}
				if w.servers[x].At(ref) == nil && !observed[ref].Gone {
					w.violate("audit %s: row %d has %v on the %s, which is not there", tag, row.N, ref, x)
				}
			}
		}
		for _, ref := range w.servers[x].Refs() {
			if w.unlisted(x, ref) {
				continue
			}
			if _, ok := bound[ref]; !ok && observed[ref].ID == "" {
				w.violate("audit %s: %v on the %s is neither bound nor observed", tag, ref, x)
			}
		}
	}
}

// unlisted tells whether no listing names an item.
func (w *world) unlisted(x core.Side, ref core.Ref) bool {
	shape, m := w.servers[x].Shape, w.servers[x].At(ref)
	return shape.Lazy != nil && shape.Lazy(ref.Collection) ||
		shape.Omit != nil && m != nil && shape.Omit(core.Stub{Ref: ref, Key: m.Key, Owner: m.Owner})
}
