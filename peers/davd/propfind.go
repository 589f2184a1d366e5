package davd

import (
	"net/http"
	"slices"
	"strings"

	"lockstep/core"
)

// propfind is RFC 4918, section 9.1.
func (s *Server) propfind(q *request) *answer {
	if q.xmlErr != nil {
		return text(http.StatusBadRequest, "the body: "+q.xmlErr.Error())
	}
	if q.xml != nil && !q.xml.is(nsDAV, "propfind") {
		return text(http.StatusBadRequest, "the body is no DAV:propfind")
	}
	t, refusal := s.find(q)
	if refusal != nil && refusal.status == http.StatusNotFound && s.profile().ErrorRows {
		return multistatus([]*node{row(s.oddHref(q.path), http.StatusNotFound)})
	} else if refusal != nil {
		return refusal
	}
	depth := q.Header.Get("Depth")
	if depth != "0" && depth != "1" {
		return s.failed(q, http.StatusForbidden, dav("propfind-finite-depth"))
	}
	targets := []*target{t}
	if depth == "1" {
		targets = append(targets, s.members(t, q.user)...)
	}
	var rows []*node
	for _, t := range targets {
		rows = append(rows, dav("response", append([]*node{href(s.hrefOf(t.path))}, chosen(q.xml, s.props(q.user, t))...)...))
	}
	if depth == "1" && slices.Contains(t.homes, core.Event) && s.profile().Inboxes {
		for _, other := range []struct{ name, space, kind string }{
			{"inbox", nsCalDAV, "schedule-inbox"}, {"outbox", nsCalDAV, "schedule-outbox"}, {"holidays", nsServer, "subscribed"},
		} {
			have := []*node{dav("resourcetype", dav("collection"), el(other.space, other.kind)), leaf(nsDAV, "displayname", other.name)}
			rows = append(rows, dav("response", append([]*node{href(s.hrefOf(t.path + other.name + "/"))}, chosen(q.xml, have)...)...))
		}
	}
	return multistatus(rows)
}

// members of a target, sorted by path.
func (s *Server) members(t *target, user string) []*target {
	var out []*target
	if t.item != nil {
		return nil
	}
	if t.coll != nil {
		for _, name := range t.coll.names() {
			out = append(out, &target{path: t.coll.path + name, coll: t.coll, item: t.coll.items[name]})
		}
		return out
	}
	for path := range s.collections {
		parent := path[:strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1]
		if parent == t.path {
			if one := s.lookUp(path, user); one != nil {
				out = append(out, one)
			}
		}
	}
	if p := forUser(s.profile().Principal, user); t.root && p != t.path {
		if strings.TrimPrefix(p, t.path) != p && strings.Count(strings.TrimPrefix(p, t.path), "/") == 1 {
			out = append(out, s.lookUp(p, user))
		}
	}
	slices.SortFunc(out, func(a, b *target) int { return strings.Compare(a.path, b.path) })
	return out
}

// chosen are the propstats of what was asked for: a DAV:prop, propname, or
// everything.
func chosen(asked *node, have []*node) []*node {
	if asked != nil && asked.child(nsDAV, "propname") != nil {
		var names []*node
		for _, p := range have {
			names = append(names, &node{name: p.name})
		}
		return []*node{propstat(http.StatusOK, names)}
	}
	prop := (*node)(nil)
	if asked != nil {
		prop = asked.child(nsDAV, "prop")
	}
	if prop == nil {
		return []*node{propstat(http.StatusOK, have)}
	}
	var found, missing []*node
	for _, want := range prop.kids {
		i := slices.IndexFunc(have, func(p *node) bool { return p.name == want.name })
		if i >= 0 {
			found = append(found, have[i])
		} else {
			missing = append(missing, &node{name: want.name})
		}
	}
	var out []*node
	if len(found) > 0 || len(missing) == 0 {
		out = append(out, propstat(http.StatusOK, found))
	}
	if len(missing) > 0 {
		out = append(out, propstat(http.StatusNotFound, missing))
	}
	return out
}

func propstat(code int, props []*node, more ...*node) *node {
	return dav("propstat", append([]*node{dav("prop", props...), statusLine(code)}, more...)...)
}
