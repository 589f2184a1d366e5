package james

import (
	"lockstep/core"
	"lockstep/format/element"
)

// Explain implements core.Explainer: the request that a write makes, its path
// without escapes and without its body.
func (r *Replica) Explain(w core.Write) string {
	p, ok := target(w)
	if !ok {
		return ""
	}
	path := "/" + string(p.id())
	switch w.Op {
	case core.OpCreate:
		switch p.resource {
		case element.Mapping, element.Identity:
			return "POST " + path
		case element.Contact:
			return "POST /domains/" + element.Domain(p.owner) + "/contacts"
		}
		return "PUT " + path
	case core.OpUpdate:
		return "PUT " + path
	case core.OpDelete:
		return "DELETE " + path
	case core.OpRename:
		if to, ok := element.Parse(w.Item.Key); ok {
			return "POST " + path + "/rename/" + to.Owner + "?action=rename"
		}
	}
	return ""
}
