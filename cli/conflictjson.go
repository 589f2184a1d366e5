package cli

import (
	"lockstep/core"
	"lockstep/state"
)

// conflictJSON is a disagreement, for programs.
type conflictJSON struct {
	Type string `json:"type"` // conflict
	Link string `json:"link"`
	// ID is 0, and Run and Time are missing, for what a plan has found now.
	ID         int64           `json:"id"`
	Run        string          `json:"run,omitempty"`
	Time       int64           `json:"time,omitempty"` // Unix seconds
	Key        string          `json:"key,omitempty"`
	Left       whereJSON       `json:"left"`
	Right      whereJSON       `json:"right"`
	Why        string          `json:"why"`
	Collisions []collisionJSON `json:"collisions"`
	// State: open, left, right, both, edited (since, so that it is no longer true), or
	// rule (settled by the link's rule).
	State string `json:"state"`
}

// whereJSON is where an item is on one side.
type whereJSON struct {
	Folder string `json:"folder"`
	ID     string `json:"id"`
}

// collisionJSON is a property that both sides changed differently.
type collisionJSON struct {
	Property string `json:"property"`
	Left     string `json:"left"`
	Right    string `json:"right"`
}

func (p paths) where(x core.Side, ref core.Ref) whereJSON {
	if ref.ID.Void() { // nothing has it any more
		ref.ID = ""
	}
	return whereJSON{Folder: p.of(x, ref.Collection), ID: string(ref.ID)}
}

func (p paths) conflictJSON(link string, c state.Conflict) conflictJSON {
	out := conflictJSON{
		Type: "conflict", Link: link, ID: c.ID, Run: c.Run, Time: c.Time, Key: string(c.Key), Why: c.Why,
		Left: p.where(core.Left, c.Refs[core.Left]), Right: p.where(core.Right, c.Refs[core.Right]), Collisions: []collisionJSON{},
	}
	for _, clash := range c.Collisions {
		out.Collisions = append(out.Collisions, collisionJSON{clash.Property, clash.Value[core.Left], clash.Value[core.Right]})
	}
	switch {
	case c.Resolved != "":
		out.State = c.Resolved
	case c.Open:
		out.State = "open"
	default:
		out.State = "rule"
	}
	return out
}
