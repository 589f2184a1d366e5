package dav

import (
	"strings"

	"lockstep/core"
)

// Explain implements core.Explainer: the request that a write makes, with what guards
// it, and without its body.
func (r *Replica) Explain(w core.Write) string {
	etag, _ := tagsOf(w.If.Rev)
	guard := " If-Match: " + etag
	if etag == "" {
		guard = " If-Match: its ETag, once it is read"
	}
	name, err := r.nameOf("dav.Explain", w.Ref.ID)
	if err != nil {
		name = ""
	}
	at := strings.TrimSuffix(string(w.Ref.Collection), "/") + "/"
	to := strings.TrimSuffix(string(w.To), "/") + "/" + name
	switch {
	case w.Op == core.OpCreate && name == "":
		return "PUT " + at + " If-None-Match: *" // its name is chosen as it is written
	case w.Op == core.OpCreate:
		return "PUT " + at + name + " If-None-Match: *"
	case name == "":
		return ""
	case w.Op == core.OpUpdate:
		return "PUT " + at + name + guard
	case w.Op == core.OpDelete:
		return "DELETE " + at + name + guard
	case w.Op == core.OpMove && r.carries(w.If.Rev):
		return "PUT " + to + " If-None-Match: *, then DELETE " + at + name + guard
	case w.Op == core.OpMove:
		return "MOVE " + at + name + " Destination: " + to + guard
	}
	return ""
}
