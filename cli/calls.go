package cli

import (
	"lockstep/core"
	"lockstep/engine"
)

// calls tell which call each step makes, where a side can tell. They do no I/O,
// so they may be asked after the pass, too.
type calls [2]core.Explainer

func callsOf(link engine.Link) (c calls) {
	for x, replica := range link.Replicas {
		c[x], _ = replica.(core.Explainer)
	}
	return c
}

// callOf is the call that a step makes; "" = it is not known.
func (s *session) callOf(step core.Step) string {
	side := s.calls[step.Side]
	if side == nil {
		return ""
	}
	w := core.Write{Op: step.Op, Ref: step.Ref, To: step.To, If: step.If, Add: step.Add, Remove: step.Remove, Item: core.Item{Stub: step.Source}}
	w.Item.Key, w.Item.Owner = step.Key, step.Owner
	return side.Explain(w)
}

// forget lets go of the replicas of the last pass, and of all that they hold.
func (s *session) forget() { s.calls = calls{} }
