package engine

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// Resolve settles a recorded conflict by a person's choice: left or right
// makes that side's values count as the newer ones, so that the next pass
// carries them over; both keeps each side's own.
func (e *Engine) Resolve(ctx context.Context, store state.Store, traits core.Traits, id int64, choice string) error {
	conflicts, err := store.Conflicts(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(conflicts, func(c state.Conflict) bool { return c.ID == id })
	switch {
	case i < 0:
		return core.Errorf("engine.Resolve", core.Missing, "there is no conflict %d", id)
	case conflicts[i].Resolved != "":
		return core.Errorf("engine.Resolve", core.Conflict, "conflict %d was resolved already (%s)", id, conflicts[i].Resolved)
	}
	b := &state.Batch{Resolve: map[int64]string{id: choice}}
	if choice != "both" && traits.Merger != nil && len(conflicts[i].Collisions) > 0 {
		winner := core.Left
		if choice == core.Right.String() {
			winner = core.Right
		} else if choice != core.Left.String() {
			return core.Errorf("engine.Resolve", core.Permanent, "a conflict is resolved with left, right or both, not %q", choice)
		}
		rows, err := store.Rows(ctx, []int64{conflicts[i].Row})
		if err != nil {
			return err
		}
		if len(rows) == 0 { // the item went, or came anew from one side: nothing is left to choose between
			return store.Commit(ctx, b)
		}
		row := rows[0]
		var names []string
		for _, c := range conflicts[i].Collisions {
			names = append(names, c.Property)
		}
		// Both bases take the loser's value, so that the winner's counts as its edit.
		side, other := &row.Side[winner], row.Side[winner.Other()].Body
		bodies, err := traits.Merger.Commit([2][]byte{row.Side[0].Body, row.Side[1].Body}, winner, names, other, other, other, true, func(string) bool { return true })
		if err != nil {
			return err
		}
		for x := range row.Side {
			row.Side[x].Body, row.Side[x].Verbatim = bodies[x], false
		}
		side.Sum, side.Rev = "", "" // it is looked at again
		b.PutRows = append(b.PutRows, row)
		s := core.Stub{Ref: side.Ref, Key: row.Key, Size: row.Size, Owner: row.Owner}
		b.Observe[winner] = append(b.Observe[winner], state.Observation{Stub: s})
	}
	return store.Commit(ctx, b)
}
