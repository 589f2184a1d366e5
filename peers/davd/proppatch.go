package davd

import (
	"encoding/xml"
	"net/http"
)

// proppatch is RFC 4918, section 9.2: all or nothing.
func (s *Server) proppatch(q *request) *answer {
	empty := s.profile().EmptyBodies && len(q.body) == 0
	if !empty && (q.xml == nil || !q.xml.is(nsDAV, "propertyupdate")) {
		return text(http.StatusBadRequest, "the body is no DAV:propertyupdate")
	}
	t, refusal := s.find(q)
	if refusal != nil && refusal.status == http.StatusNotFound && s.profile().ErrorRows {
		return multistatus([]*node{row(s.oddHref(q.path), http.StatusNotFound)})
	} else if refusal != nil {
		return refusal
	}
	if t.coll == nil || t.item != nil {
		return text(http.StatusForbidden, "only collections have properties that may be set")
	}
	if a := s.mayWrite(q, t.coll); a != nil {
		return a
	}
	if empty {
		return multistatus([]*node{dav("response", href(s.hrefOf(t.path)), propstat(http.StatusOK, nil))})
	}
	at := href(s.hrefOf(t.path))
	if s.profile().ErrorRows {
		at = href(s.oddHref(t.path))
	}
	var good, bad, unknown []*node
	type change struct{ name, value *node }
	var changes []change
	for _, verb := range q.xml.kids {
		prop := verb.child(nsDAV, "prop")
		if prop == nil {
			continue
		}
		for _, p := range prop.kids {
			name := &node{name: p.name}
			if live(p.name) || isColor(p.name) && s.profile().NoColors {
				bad = append(bad, name)
				continue
			}
			if s.profile().KnownProperties && !known(p.name) {
				unknown = append(unknown, name)
				continue
			}
			good = append(good, name)
			if verb.is(nsDAV, "set") {
				changes = append(changes, change{name, p})
			} else if verb.is(nsDAV, "remove") {
				changes = append(changes, change{name, nil})
			}
		}
	}
	if len(bad) > 0 {
		stats := []*node{at, propstat(http.StatusForbidden, bad, dav("error", dav("cannot-modify-protected-property")))}
		if len(good) > 0 {
			stats = append(stats, propstat(http.StatusFailedDependency, good))
		}
		return multistatus([]*node{dav("response", stats...)})
	}
	for _, c := range changes {
		s.set(t.coll, c.name.name, c.value)
	}
	stats := []*node{at}
	if len(good) > 0 || len(unknown) == 0 {
		stats = append(stats, propstat(http.StatusOK, good))
	}
	if len(unknown) > 0 {
		stats = append(stats, propstat(http.StatusNotFound, unknown))
	}
	return multistatus([]*node{dav("response", stats...)})
}

// known are the properties that servers know which store no others.
func known(name xml.Name) bool {
	return name.Space == nsDAV || name.Space == nsCardDAV || name.Space == nsCalDAV || isColor(name)
}
