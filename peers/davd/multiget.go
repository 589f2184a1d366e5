package davd

import "net/http"

// multiget is RFC 6352, section 8.7, and RFC 4791, section 7.9: a row for each
// href, however often and in whatever spelling it is named.
func (s *Server) multiget(q *request, c *collection) *answer {
	if a := s.unsupported(q, c); a != nil {
		return a
	}
	var rows []*node
	seen := map[string]bool{}
	for _, n := range q.xml.kids {
		if !n.is(nsDAV, "href") {
			continue
		}
		path, ours := s.localHref(n.text)
		if seen[path] && !s.profile().RepeatsRows {
			continue
		}
		seen[path] = true
		parent, name := s.parent(path)
		switch {
		case ours && parent == c && c.items[name] != nil:
			rows = append(rows, s.itemRow(q, c, c.items[name]))
		case !s.profile().NoRowForMissing:
			told := n.text
			if ours {
				told = s.hrefOf(path)
			}
			rows = append(rows, row(told, http.StatusNotFound))
		}
	}
	return multistatus(rows)
}
