package engine

import (
	"context"
	"maps"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// voidHandles takes the handles of collections whose incarnation is another one
// than when their IDs were issued: one of these IDs may name something else now.
// Their rows get IDs that no service issues, and count as gone until the rebind
// finds, by evidence, what became of each: rules 13 to 17. Where the same IDs come
// back with the same items, it gives them back.
//
// This is committed before the new incarnation is: whatever happens in between, the
// side is listed again, and what is gone is unproven.
func (p *pass) voidHandles(ctx context.Context, pairing reconcile.Pairing) error {
	if !p.engine.Without.Holds(reconcile.RuleVoidHandles) {
		return nil
	}
	now := map[int64]core.CollectionRow{}
	for _, row := range pairing.Rows {
		now[row.N] = row
	}
	v := voiding{pass: p, rows: map[int64]core.Row{}, intents: map[int64]core.Intent{}}
	for _, x := range core.Sides() {
		feeds := map[core.FeedID]bool{}
		for _, was := range p.head.Collections {
			row, kept := now[was.N]
			old := was.Side[x].Collection
			if kept && old.Incarnation == row.Side[x].Collection.Incarnation || old.ID == "" {
				continue
			}
			if err := v.collection(ctx, x, old.ID); err != nil {
				return err
			}
			feeds[old.Feed] = true
		}
		if len(feeds) == 0 {
			continue
		}
		side := p.head.Sides[x]
		side.Tokens = maps.Clone(side.Tokens)
		maps.DeleteFunc(side.Tokens, func(feed core.FeedID, _ core.Token) bool { return feeds[feed] })
		side.Reborn = side.Reborn || pairing.Reborn[x]
		v.batch.Sides[x] = &side
		p.head.Sides[x] = side
	}
	for _, n := range slices.Sorted(maps.Keys(v.rows)) {
		v.batch.PutRows = append(v.batch.PutRows, v.rows[n])
	}
	for _, n := range slices.Sorted(maps.Keys(v.intents)) {
		v.batch.PutIntents = append(v.batch.PutIntents, v.intents[n])
	}
	return p.commitBatch(ctx, &v.batch)
}

// voiding collects what becomes void; a row or an open write may be so on both sides.
type voiding struct {
	*pass
	batch   state.Batch
	rows    map[int64]core.Row
	intents map[int64]core.Intent
}

// collection voids the handles of one collection: of rows, of what was observed, and
// of what open writes are about.
func (v *voiding) collection(ctx context.Context, x core.Side, id core.CollectionID) error {
	bound := map[core.Ref]int64{}
	for row, err := range v.link.Store.RowsIn(ctx, x, id) {
		if err != nil {
			return err
		}
		if row.Side[x].Ref.ID == "" || row.Side[x].Ref.ID.Void() {
			continue
		}
		if changed, already := v.rows[row.N]; already {
			row = changed
		}
		ref := &row.Side[x].Ref
		bound[*ref] = row.N
		ref.ID = core.VoidID("row", row.N)
		v.rows[row.N] = row
		v.batch.Observe[x] = append(v.batch.Observe[x], state.Observation{Stub: core.Stub{Ref: *ref}, Gone: true})
	}
	fresh := map[string]bool{}
	for o, err := range v.link.Store.ObservedIn(ctx, x, id) {
		if err != nil {
			return err
		}
		if o.ID.Void() {
			continue
		}
		v.batch.Unobserve[x] = append(v.batch.Unobserve[x], o.Ref)
		if _, is := bound[o.Ref]; !is && !o.Gone {
			fresh[reconcile.Class(o.Key, o.Size)] = true
		}
	}
	intents, err := v.link.Store.Intents(ctx)
	if err != nil {
		return err
	}
	for _, in := range intents {
		if changed, already := v.intents[in.N]; already {
			in = changed
		}
		if voidIntent(&in, x, id, bound) {
			// A twin that came after the deletion was begun is one, too: rule 17.
			in.Twins = in.Twins || in.Op == core.OpDelete && fresh[reconcile.Class(in.Key, in.Size)]
			v.intents[in.N] = in
		}
	}
	return nil
}

// voidIntent voids the handles of an open write. That of an item to be made stays:
// it was chosen by us, and nobody else chooses the same.
func voidIntent(in *core.Intent, x core.Side, id core.CollectionID, bound map[core.Ref]int64) (changed bool) {
	void := func(ref *core.Ref) {
		if ref.Collection != id || ref.ID == "" || ref.ID.Void() {
			return
		}
		changed = true
		if n, is := bound[*ref]; is {
			ref.ID = core.VoidID("row", n)
		} else {
			ref.ID = core.VoidID("write", in.N)
		}
	}
	if in.Side == x && in.Op != core.OpCreate {
		void(&in.At)
	}
	if in.Side != x {
		void(&in.Source.Ref)
	}
	return changed
}
