package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"lockstep/core"
)

// heldID names the held deletions of a plan: the same deletions have the same
// ID in every plan, so that a confirmation releases what was seen and nothing
// else. "" = nothing is held.
func heldID(p *core.Plan) string {
	if len(p.Held)+len(p.HeldCollections) == 0 {
		return ""
	}
	type one struct {
		Side core.Side
		Ref  core.Ref
		Key  core.Key
	}
	var all []one
	for _, s := range p.Held {
		all = append(all, one{s.Side, s.Ref, s.Key})
	}
	for _, c := range p.HeldCollections {
		all = append(all, one{c.Side, core.Ref{Collection: c.ID}, core.Key(c.Path)})
	}
	return digest(all)
}

// PlanID names a whole plan, so that a saved one is carried out only if a new
// one would be the same: the same steps with their reasons, and the same items
// held and parked. Other notes, and the reasons of all of them, are left out: they
// count hours and passes, and change nothing.
func PlanID(p *core.Plan) string {
	type place struct {
		Side  core.Side
		Ref   core.Ref
		Key   core.Key
		Owner string
	}
	type what struct {
		Collections, HeldCollections []core.CollectionStep
		Steps, Held                  []core.Step
		Conflicts                    []core.ConflictRecord
		Parked                       []place
		Again                        bool
	}
	w := what{Collections: p.Collections, HeldCollections: p.HeldCollections, Steps: p.Steps, Held: p.Held, Conflicts: p.Conflicts, Again: p.Again}
	for _, n := range p.Notes {
		if n.Parked {
			w.Parked = append(w.Parked, place{n.Side, n.Ref, n.Key, n.Owner})
		}
	}
	return digest(w)
}

func digest(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "" // plain data always marshals
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
