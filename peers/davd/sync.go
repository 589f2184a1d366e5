package davd

import (
	"net/http"
	"strings"
)

// syncCollection is RFC 6578. What changed comes in the order in which it did,
// so that the token of a page is the change of its last row.
func (s *Server) syncCollection(q *request, c *collection) *answer {
	p := s.profile()
	if depth := q.Header.Get("Depth"); depth != "" && depth != "0" {
		return text(http.StatusBadRequest, "sync-collection is of Depth 0") // RFC 6578, section 3.2
	}
	token := ""
	if n := q.xml.child(nsDAV, "sync-token"); n != nil {
		token = strings.TrimSpace(n.text)
	}
	since, known := 0, true
	if token != "" {
		since, known = s.since(c, token)
	}
	if !known {
		if !p.BadTokenLists {
			return s.refuse(q, p.BadToken, c, "")
		}
		token, since = "", 0
	}
	limit, refusal := s.limited(q)
	if refusal != nil {
		return refusal
	}
	if p.PageSize > 0 && (limit == 0 || p.PageSize < limit) {
		limit = p.PageSize
	}
	changes := c.changes(since, token == "" && !p.InitialGone)
	if p.StateTokens {
		changes, limit = c.between(c.states[token]), 0 // there is no state between two
	}
	upTo, cut := c.change, false
	if limit > 0 && len(changes) > limit {
		changes, cut = changes[:limit], true
		upTo = changes[limit-1].change
	}
	var rows []*node
	if p.OwnRow {
		rows = append(rows, dav("response", append([]*node{href(s.hrefOf(c.path))}, chosen(q.xml, s.props(q.user, &target{path: c.path, coll: c}))...)...))
	}
	for _, m := range changes {
		if m.item == nil {
			rows = append(rows, row(s.hrefOf(c.path+m.name), http.StatusNotFound))
		} else {
			rows = append(rows, s.itemRow(q, c, m.item))
		}
	}
	if cut {
		rows = append(rows, s.truncated(c))
	}
	return multistatus(append(rows, leaf(nsDAV, "sync-token", s.token(c, upTo))))
}
