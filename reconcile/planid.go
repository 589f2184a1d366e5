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
// one would be the same.
func PlanID(p *core.Plan) string { return digest(p) }

func digest(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "" // plain data always marshals
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
