package engine

import (
	"context"
	"fmt"
	"slices"

	"lockstep/core"
	"lockstep/state"
	"lockstep/undo"
)

// Restore puts back what a run deleted or overwrote on its local sides: each
// kept item becomes a new item where it was, and the next pass carries it to
// the other side. What is there again already is left alone. It returns how
// many items were put back; a second call finds nothing left to do.
func (e *Engine) Restore(ctx context.Context, link Link, area *undo.Area, run string) (int, error) {
	kept, err := area.List(run)
	if err != nil {
		return 0, err
	}
	restored := 0
	for _, k := range kept {
		made, err := e.restoreOne(ctx, link, area, k)
		if err != nil {
			return restored, fmt.Errorf("restoring %s: %w", k.Name, err)
		}
		if err := area.Drop(k); err != nil {
			return restored, err
		}
		if made {
			restored++
		}
	}
	return restored, nil
}

func (e *Engine) restoreOne(ctx context.Context, link Link, area *undo.Area, k undo.Kept) (bool, error) {
	replica := link.Replicas[k.Side]
	survey, err := replica.Collections(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(survey.Collections, func(c core.Collection) bool { return c.Path == k.Path })
	if i < 0 {
		return false, core.Errorf("engine.Restore", core.Missing, "the collection %q is no longer there; make it again first", k.Path)
	}
	c := survey.Collections[i]
	there, err := isThere(ctx, replica, c, k.Stub)
	if err != nil || there { // a crash between the write and Drop, or a person was quicker
		return false, err
	}
	body, err := area.Body(k)
	if err != nil {
		return false, err
	}
	defer body.Close()
	w := core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: c.ID}, To: c.ID, Incarnation: c.Incarnation,
		Add: c.Vocabulary.Cut(k.Stub.Marks), If: core.Condition{Absent: link.Traits.UniqueKeys}, Item: core.Item{Stub: k.Stub, Body: body}}
	if replica.Operations().Named {
		w.Ref.ID = k.Stub.ID
	}
	for _, err := range replica.Apply(ctx, slices.Values([]core.Write{w})) {
		if err != nil {
			return false, err
		}
	}
	if f, can := replica.(core.Flusher); can {
		return true, f.Flush(ctx)
	}
	return true, nil
}

// isThere looks for an item of equal Key and Sum in a collection.
func isThere(ctx context.Context, replica core.Replica, c core.Collection, want core.Stub) (bool, error) {
	for since := core.Token(""); ; {
		d, err := replica.Changes(ctx, c.Feed, since)
		if err != nil {
			return false, err
		}
		for _, s := range d.Changed {
			if s.Collection == c.ID && s.Key == want.Key && s.Sum != "" && s.Sum == want.Sum {
				return true, nil
			}
		}
		if !d.More {
			return false, nil
		}
		since = d.Next
	}
}

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
		if len(rows) == 0 {
			return core.Errorf("engine.Resolve", core.Missing, "the item of conflict %d is no longer there", id)
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
		row.Side[0].Body, row.Side[1].Body = bodies[0], bodies[1]
		side.Sum, side.Rev = "", "" // it is looked at again
		b.PutRows = append(b.PutRows, row)
		s := core.Stub{Ref: side.Ref, Key: row.Key, Size: row.Size, Owner: row.Owner}
		b.Observe[winner] = append(b.Observe[winner], state.Observation{Stub: s})
	}
	return store.Commit(ctx, b)
}
