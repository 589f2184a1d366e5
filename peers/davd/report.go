package davd

import (
	"net/http"
	"strconv"
	"strings"

	"lockstep/core"
)

// report is RFC 3253, section 3.6.
func (s *Server) report(q *request) *answer {
	empty := s.profile().EmptyBodies && len(q.body) == 0
	if q.xml == nil && !empty {
		return text(http.StatusBadRequest, "a report needs a body")
	}
	t, refusal := s.find(q)
	if refusal != nil {
		return refusal
	}
	if empty {
		return multistatus(nil)
	}
	if s.profile().FolderHomes && len(t.homes) > 0 && q.xml.is(nsDAV, "sync-collection") {
		return multistatus(nil)
	}
	if c := t.coll; c != nil && t.item == nil {
		switch {
		case q.xml.is(nsDAV, "sync-collection") && s.profile().Changes == SyncToken:
			return s.syncCollection(q, c)
		case q.xml.is(nsCardDAV, "addressbook-multiget") && c.kind == core.Contact, q.xml.is(nsCalDAV, "calendar-multiget") && c.kind == core.Event:
			return s.multiget(q, c)
		case q.xml.is(nsCardDAV, "addressbook-query") && c.kind == core.Contact, q.xml.is(nsCalDAV, "calendar-query") && c.kind == core.Event:
			return s.query(q, c)
		case s.profile().UnknownReportLists && q.xml.name.Space+q.xml.name.Local != nsDAV+"sync-collection" && !strings.HasSuffix(q.xml.name.Local, "-multiget"):
			var rows []*node
			for _, name := range c.names() {
				rows = append(rows, dav("response", href(s.hrefOf(c.path+name))))
			}
			return multistatus(rows)
		}
	}
	return s.failed(q, http.StatusForbidden, dav("supported-report"))
}

// itemRow is an item with the properties that a report asks for.
func (s *Server) itemRow(q *request, c *collection, i *item) *node {
	have := s.props(q.user, &target{path: c.path + i.name, coll: c, item: i})
	data := "address-data"
	if c.kind == core.Event {
		data = "calendar-data"
	}
	body := i.body
	if s.profile().Gives3 && askedVersion(q.xml) != "4.0" {
		body = Force3(c.kind, body, s.opt.Now())
	}
	if prop := q.xml.child(nsDAV, "prop"); prop != nil && prop.child(c.space(), data) != nil {
		have = append(have, leaf(c.space(), data, body))
	}
	return dav("response", append([]*node{href(s.hrefOf(c.path + i.name))}, chosen(q.xml, have)...)...)
}

// askedVersion of the vCards; "" = any.
func askedVersion(report *node) string {
	if prop := report.child(nsDAV, "prop"); prop != nil {
		if data := prop.child(nsCardDAV, "address-data"); data != nil {
			return data.attribute("version")
		}
	}
	return ""
}

// unsupported refuses what is asked of bodies and not done here.
func (s *Server) unsupported(q *request, c *collection) *answer {
	if v := askedVersion(q.xml); v != "" && v != "3.0" && v != "4.0" {
		return s.refuse(q, Refusal{Status: http.StatusForbidden, Condition: "C:supported-address-data"}, c, "") // RFC 6352, section 8.6
	}
	if prop := q.xml.child(nsDAV, "prop"); prop != nil {
		if data := prop.child(nsCalDAV, "calendar-data"); data != nil && len(data.kids) > 0 {
			return text(http.StatusNotImplemented, "calendar-data comes whole")
		}
	}
	return nil
}

// wantsLimit is how many rows a request asks for; 0 = all.
func wantsLimit(report *node) int {
	for _, space := range []string{nsDAV, nsCardDAV} {
		if limit := report.child(space, "limit"); limit != nil {
			if n := limit.child(space, "nresults"); n != nil {
				count, err := strconv.Atoi(strings.TrimSpace(n.text))
				if err == nil && count > 0 {
					return count
				}
			}
		}
	}
	return 0
}

// limited applies a limit that the client asks for: how many rows may come (0 =
// all), or an answer that refuses.
func (s *Server) limited(q *request) (int, *answer) {
	n := wantsLimit(q.xml)
	if n == 0 {
		return 0, nil
	}
	switch s.profile().Limit {
	case Honoured:
		return n, nil
	case Refused:
		return 0, s.failed(q, http.StatusInsufficientStorage, dav("number-of-matches-within-limits"))
	case Breaks:
		return 0, text(http.StatusInternalServerError, "Internal Server Error")
	}
	return 0, nil
}

// truncated is the row that says that more would have come (RFC 6578, section
// 3.6; RFC 6352, section 8.6.2).
func (s *Server) truncated(c *collection) *node {
	return row(s.hrefOf(c.path), http.StatusInsufficientStorage, dav("error", dav("number-of-matches-within-limits")))
}
