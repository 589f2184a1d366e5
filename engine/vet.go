package engine

import (
	"slices"

	"lockstep/core"
)

// vet asks the sides that can tell, before anything is written, which steps they
// would refuse for good. Those are parked, and what needs them waits.
func (p *pass) vet(plan *core.Plan) {
	var vetters [2]core.Vetter
	for _, x := range core.Sides() {
		vetters[x], _ = p.link.Replicas[x].(core.Vetter)
	}
	if vetters[core.Left] == nil && vetters[core.Right] == nil {
		return
	}
	plan.Steps = slices.DeleteFunc(plan.Steps, func(s core.Step) bool {
		v := vetters[s.Side]
		if v == nil || s.Op != core.OpCreate && s.Op != core.OpUpdate && s.Op != core.OpRename {
			return false
		}
		err := v.Vet(writeOf(s, s.Source))
		if err != nil {
			plan.Notes = append(plan.Notes, refused(s, err))
		}
		return err != nil
	})
}

// refused is the note about a step that its side refuses for good.
func refused(s core.Step, err error) core.Note {
	n := core.Note{Side: s.Side, Ref: s.Ref, Row: s.Row, Key: s.Key, Owner: s.Owner, Where: s.Source.Where, Parked: true,
		Why: "the " + s.Side.String() + " refuses to " + s.Op.String() + " it: " + core.Reason(err)}
	if s.Op == core.OpCreate { // what was not made has no ID: a person finds its source
		n.Side, n.Ref = s.Side.Other(), s.Source.Ref
	}
	return n
}

// writeOf makes the write of a step, without its body, number and incarnation.
func writeOf(s core.Step, source core.Stub) core.Write {
	w := core.Write{Op: s.Op, Ref: s.Ref, To: s.To, If: s.If, Add: s.Add, Remove: s.Remove}
	if s.Op == core.OpDelete && s.To != "" {
		w.Op = core.OpMove
	}
	switch s.Op {
	case core.OpCreate, core.OpUpdate, core.OpRename:
		w.Item.Stub = source
		w.Item.Stub.Key, w.Item.Stub.Owner = s.Key, s.Owner
	}
	return w
}
