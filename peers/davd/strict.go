package davd

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lockstep/core"
)

// judge says what no RFC allows in a request, whatever is answered.
func (s *Server) judge(q *request) []string {
	var out []string
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if q.pathErr != nil {
		wrong("the path: %v", q.pathErr)
	}
	if q.xmlErr != nil {
		wrong("the body is no XML: %v", q.xmlErr)
	}
	if q.xml != nil && !saysXML(q) {
		wrong("Content-Type %q of an XML body (RFC 4918, section 8.2)", q.Header.Get("Content-Type"))
	}
	depth := q.Header.Get("Depth")
	switch q.Method {
	case "PROPFIND":
		if depth != "0" && depth != "1" {
			wrong("Depth %q: a client should say 0 or 1 (RFC 4918, section 9.1)", depth)
		}
		if q.xml != nil {
			out = append(out, judgePropfind(q.xml)...)
		}
	case "PROPPATCH":
		if q.xml != nil {
			out = append(out, judgeUpdate(q.xml, dav("propertyupdate"))...)
		} else if q.xmlErr == nil {
			wrong("no body (RFC 4918, section 9.2)")
		}
	case "MKCOL":
		if q.xml != nil {
			out = append(out, judgeUpdate(q.xml, dav("mkcol"))...)
		}
	case "MKCALENDAR":
		if q.xml != nil {
			out = append(out, judgeUpdate(q.xml, el(nsCalDAV, "mkcalendar"))...)
		}
	case "REPORT":
		if q.xml != nil {
			out = append(out, s.judgeReport(q.xml, depth, q.path)...)
		} else if q.xmlErr == nil {
			wrong("no body (RFC 3253, section 3.6)")
		}
	case http.MethodPut:
		out = append(out, s.judgePut(q)...)
	case http.MethodDelete:
		if c, name := s.parent(q.path); c != nil && name != "" && q.Header.Get("If-Match") == "" && !s.scheduleGuard(q) {
			wrong("a DELETE without If-Match overwrites what it has not seen")
		}
	case "MOVE":
		if q.Header.Get("Destination") == "" {
			wrong("no Destination (RFC 4918, section 9.9)")
		}
	}
	for _, header := range []string{"If-Match", "If-None-Match"} {
		out = append(out, s.judgeETags(header, q.Header.Get(header))...)
	}
	return out
}

// scheduleGuard tells whether a server that schedules is given a Schedule-Tag: to others
// that guards nothing.
func (s *Server) scheduleGuard(q *request) bool {
	return s.profile().Schedules && q.Header.Get("If-Schedule-Tag-Match") != ""
}

func saysXML(q *request) bool {
	kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	return kind == "application/xml" || kind == "text/xml"
}

func (s *Server) judgePut(q *request) []string {
	var out []string
	if q.Header.Get("If-Match") == "" && q.Header.Get("If-None-Match") == "" && !s.scheduleGuard(q) {
		out = append(out, "a PUT without If-Match or If-None-Match overwrites what it has not seen")
	}
	c, _ := s.parent(q.path)
	if c == nil {
		return out
	}
	if kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); kind != c.mime() {
		out = append(out, fmt.Sprintf("Content-Type %q in a collection of %s", q.Header.Get("Content-Type"), c.mime()))
	}
	if _, err := describe(c.kind, string(q.body)); err != nil {
		out = append(out, "the body: "+err.Error())
	}
	if foldsLetter(string(q.body)) {
		out = append(out, "a line is folded within a letter (RFC 6350, section 3.2)")
	}
	if c.kind == core.Event && count(string(q.body), "METHOD") > 0 {
		out = append(out, "a calendar object with a METHOD (RFC 4791, section 4.1)")
	}
	return out
}

// foldsLetter tells whether a line is folded between two octets of one letter.
func foldsLetter(body string) bool {
	for at := range len(body) - 2 {
		if body[at] == '\n' && (body[at+1] == ' ' || body[at+1] == '\t') && !utf8.RuneStart(body[at+2]) {
			return true
		}
	}
	return false
}

// judgeETags: a condition names strong ETags or * (RFC 9110, section 8.8.3).
func (s *Server) judgeETags(header, list string) []string {
	if list == "" || list == "*" || s.profile().ETags == Unquoted {
		return nil
	}
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if strings.HasPrefix(one, "W/") && header == "If-Match" {
			return []string{"If-Match with the weak ETag " + one + " never holds (RFC 9110, section 13.1.1)"}
		}
		one = strings.TrimPrefix(one, "W/")
		if len(one) < 2 || one[0] != '"' || one[len(one)-1] != '"' {
			return []string{header + ": " + one + " is no ETag (RFC 9110, section 8.8.3)"}
		}
	}
	return nil
}

func judgePropfind(n *node) []string {
	if !n.is(nsDAV, "propfind") {
		return []string{"the body is " + spell(n) + ", not DAV:propfind"}
	}
	out := judgeKids(n, dav("prop"), dav("allprop"), dav("propname"), dav("include"))
	if len(n.kids) == 0 {
		out = append(out, "an empty DAV:propfind (RFC 4918, section 14.20)")
	}
	return out
}

// judgeUpdate: set and remove with a prop in each (RFC 4918, sections 14.26 and
// 14.23; RFC 5689, section 3; RFC 4791, section 9.2).
func judgeUpdate(n, root *node) []string {
	if n.name != root.name {
		return []string{"the body is " + spell(n) + ", not " + spell(root)}
	}
	var out []string
	for _, k := range n.kids {
		switch {
		case !k.is(nsDAV, "set") && (!k.is(nsDAV, "remove") || root.name.Local != "propertyupdate"):
			out = append(out, spell(k)+" in "+spell(n))
		case len(k.kids) != 1 || !k.kids[0].is(nsDAV, "prop"):
			out = append(out, spell(k)+" needs one DAV:prop")
		case k.is(nsDAV, "set"):
			out = append(out, judgeColors(k.kids[0])...)
		}
	}
	if len(n.kids) == 0 {
		out = append(out, "an empty "+spell(n))
	}
	return out
}

// judgeReport: the elements and the Depth that the reports demand.
func (s *Server) judgeReport(n *node, depth, path string) []string {
	what := []*node{dav("prop"), dav("allprop"), dav("propname")}
	var out []string
	switch {
	case n.is(nsDAV, "sync-collection"): // RFC 6578, section 6.1
		out = judgeKids(n, dav("sync-token"), dav("sync-level"), dav("limit"), dav("prop"))
		for _, must := range []string{"sync-token", "sync-level", "prop"} {
			if n.child(nsDAV, must) == nil {
				out = append(out, "no DAV:"+must+" (RFC 6578, section 6.1)")
			}
		}
		if level := n.child(nsDAV, "sync-level"); level != nil && level.text != "1" && level.text != "infinite" {
			out = append(out, fmt.Sprintf("sync-level %q", level.text))
		}
		if depth != "" && depth != "0" {
			out = append(out, "Depth "+depth+" (RFC 6578, section 3.2)")
		}
		out = append(out, judgeLimit(n.child(nsDAV, "limit"))...)
	case n.is(nsCardDAV, "addressbook-multiget"), n.is(nsCalDAV, "calendar-multiget"):
		out = judgeKids(n, append(what, dav("href"))...)
		if n.is(nsCardDAV, "addressbook-multiget") && depth == "" {
			out = append(out, "no Depth (RFC 6352, section 8.7)")
		}
		out = append(out, s.judgeHrefs(n, path)...)
	case n.is(nsCardDAV, "addressbook-query"):
		out = judgeKids(n, append(what, el(nsCardDAV, "filter"), el(nsCardDAV, "limit"))...)
		if n.child(nsCardDAV, "filter") == nil {
			out = append(out, "no filter (RFC 6352, section 10.3)")
		}
		if depth != "1" {
			out = append(out, "Depth "+strconv.Quote(depth)+" finds no item of a collection (RFC 6352, section 8.6)")
		}
		out = append(out, judgeLimit(n.child(nsCardDAV, "limit"))...)
	case n.is(nsCalDAV, "calendar-query"):
		out = judgeKids(n, append(what, el(nsCalDAV, "filter"), el(nsCalDAV, "timezone"))...)
		if f := n.child(nsCalDAV, "filter"); f == nil || len(f.kids) != 1 || !f.kids[0].is(nsCalDAV, "comp-filter") {
			out = append(out, "no filter with one comp-filter (RFC 4791, section 9.7)")
		}
		if depth != "1" {
			out = append(out, "Depth "+strconv.Quote(depth)+" finds no item of a collection (RFC 4791, section 7.8)")
		}
	default:
		out = append(out, "the report "+spell(n)+" is not one of a client that syncs")
	}
	return out
}

func judgeLimit(limit *node) []string {
	if limit == nil {
		return nil
	}
	n := limit.child(limit.name.Space, "nresults")
	if n == nil {
		return []string{"a limit without nresults"}
	}
	if v, err := strconv.Atoi(n.text); err != nil || v < 1 {
		return []string{fmt.Sprintf("nresults %q", n.text)}
	}
	return nil
}

// judgeHrefs: those of a multiget are of items of the collection (RFC 6352,
// section 8.7).
func (s *Server) judgeHrefs(n *node, path string) []string {
	var out []string
	some := false
	for _, k := range n.kids {
		if !k.is(nsDAV, "href") {
			continue
		}
		some = true
		if local, ours := s.localHref(k.text); !ours || !strings.HasPrefix(local, strings.TrimSuffix(path, "/")+"/") {
			out = append(out, "the href "+strconv.Quote(k.text)+" is not below the collection")
		}
	}
	if !some {
		out = append(out, "a multiget of nothing (RFC 6352, section 10.7)")
	}
	return out
}

func judgeKids(n *node, may ...*node) []string {
	var out []string
	for _, k := range n.kids {
		if !slices.ContainsFunc(may, func(m *node) bool { return m.name == k.name }) {
			out = append(out, spell(k)+" in "+spell(n))
		}
	}
	return out
}

// spell a name for people.
func spell(n *node) string {
	switch n.name.Space {
	case nsDAV:
		return "DAV:" + n.name.Local
	case nsCardDAV:
		return "CARDDAV:" + n.name.Local
	case nsCalDAV:
		return "CALDAV:" + n.name.Local
	}
	return "{" + n.name.Space + "}" + n.name.Local
}
