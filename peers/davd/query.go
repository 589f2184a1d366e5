package davd

import (
	"net/http"
	"strings"
	"time"

	"lockstep/core"
)

// query is addressbook-query (RFC 6352, section 8.6) and calendar-query (RFC
// 4791, section 7.8), over all items of a collection.
func (s *Server) query(q *request, c *collection) *answer {
	if a := s.unsupported(q, c); a != nil {
		return a
	}
	filter := q.xml.child(c.space(), "filter")
	if c.kind == core.Event && s.profile().NeedsComponent && (filter == nil || filter.child(nsCalDAV, "comp-filter") == nil) {
		return s.refuse(q, Refusal{Status: http.StatusForbidden, Condition: "C:valid-filter"}, c, "")
	}
	if s.profile().BreaksQuery && c.kind == core.Contact && filter != nil && len(filter.kids) > 0 {
		return text(http.StatusInternalServerError, "500 Internal Server Error")
	}
	limit, refusal := s.limited(q)
	if refusal != nil {
		return refusal
	}
	var rows []*node
	for _, name := range c.names() {
		i := c.items[name]
		if filter != nil && !matches(c.kind, filter, i.body) {
			continue
		}
		if limit > 0 && len(rows) == limit {
			rows = append(rows, s.truncated(c))
			break
		}
		rows = append(rows, s.itemRow(q, c, i))
	}
	return multistatus(rows)
}

func matches(kind core.Kind, filter *node, body string) bool {
	if kind == core.Contact {
		return anyOrAll(filter, filter.kids, "anyof", func(f *node) bool {
			return !f.is(nsCardDAV, "prop-filter") || propMatches(nsCardDAV, f, unfold(body))
		})
	}
	component := &component{name: "", kids: components(unfold(body))}
	for _, f := range filter.kids {
		if f.is(nsCalDAV, "comp-filter") && !component.matches(f) {
			return false
		}
	}
	return true
}

// anyOrAll of some conditions, as the attribute test says; of none, true.
func anyOrAll(n *node, all []*node, otherwise string, holds func(*node) bool) bool {
	test := n.attribute("test")
	if test == "" {
		test = otherwise
	}
	for _, one := range all {
		if holds(one) != (test == "allof") {
			return test != "allof"
		}
	}
	return test == "allof" || len(all) == 0
}

// propMatches is a prop-filter: is-not-defined, text-matches, or that the
// property is there. Filters of parameters are not looked at.
func propMatches(space string, f *node, lines []string) bool {
	var values []string
	for _, line := range lines {
		if name, value := property(line); strings.EqualFold(name, f.attribute("name")) {
			values = append(values, value)
		}
	}
	if f.child(space, "is-not-defined") != nil {
		return len(values) == 0
	}
	if len(values) == 0 {
		return false
	}
	var tests []*node
	for _, k := range f.kids {
		if k.is(space, "text-match") {
			tests = append(tests, k)
		}
	}
	return anyOrAll(f, tests, "anyof", func(t *node) bool {
		for _, v := range values {
			if textMatches(t, v) {
				return true
			}
		}
		return false
	})
}

// textMatches compares without case but with i;octet (RFC 6352, section 10.5.4).
func textMatches(t *node, value string) bool {
	want := t.text
	if t.attribute("collation") != "i;octet" {
		want, value = strings.ToLower(want), strings.ToLower(value)
	}
	is := false
	switch t.attribute("match-type") {
	case "equals":
		is = value == want
	case "starts-with":
		is = strings.HasPrefix(value, want)
	case "ends-with":
		is = strings.HasSuffix(value, want)
	default:
		is = strings.Contains(value, want)
	}
	return is != (t.attribute("negate-condition") == "yes")
}

// component of a calendar object, with its own lines.
type component struct {
	name  string
	lines []string
	kids  []*component
	asIs  bool // the kids are sorted by nobody
}

func components(lines []string) []*component {
	top := &component{}
	open := []*component{top}
	for _, line := range lines {
		last := open[len(open)-1]
		switch name, value := property(line); {
		case name == "BEGIN":
			c := &component{name: strings.ToUpper(strings.TrimSpace(value))}
			last.kids = append(last.kids, c)
			open = append(open, c)
		case name == "END" && len(open) > 1:
			open = open[:len(open)-1]
		default:
			last.lines = append(last.lines, line)
		}
	}
	return top.kids
}

// matches tells whether one of the components below fits a comp-filter.
func (c *component) matches(f *node) bool {
	for _, k := range c.kids {
		if k.name == strings.ToUpper(f.attribute("name")) && k.holds(f) {
			return f.child(nsCalDAV, "is-not-defined") == nil
		}
	}
	return f.child(nsCalDAV, "is-not-defined") != nil
}

func (c *component) holds(f *node) bool {
	for _, k := range f.kids {
		switch {
		case k.is(nsCalDAV, "comp-filter") && !c.matches(k),
			k.is(nsCalDAV, "prop-filter") && !propMatches(nsCalDAV, k, c.lines),
			k.is(nsCalDAV, "time-range") && !c.during(k):
			return false
		}
	}
	return true
}

// during tells whether a component overlaps a time range: by DTSTART and DTEND
// (DUE) or DURATION. What recurs lasts until its rule ends, or for ever.
func (c *component) during(f *node) bool {
	var start, end time.Time
	var recurs bool
	for _, line := range c.lines {
		switch name, value := property(line); name {
		case "DTSTART":
			start = moment(value)
		case "DTEND", "DUE":
			end = moment(value)
		case "DURATION":
			end = start.Add(duration(value))
		case "RRULE":
			recurs = true
			if _, rest, limited := strings.Cut(value, "UNTIL="); limited {
				until, _, _ := strings.Cut(rest, ";")
				end, recurs = moment(until), false
			}
		}
	}
	if end.Before(start) {
		end = start
	}
	from, to := moment(f.attribute("start")), moment(f.attribute("end"))
	return (to.IsZero() || start.Before(to)) && (from.IsZero() || recurs || end.After(from) || end.Equal(start) && !start.Before(from))
}

// moment reads a date or a time; the zero time = it is none.
func moment(value string) time.Time {
	for _, layout := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		if t, err := time.Parse(layout, strings.TrimSpace(value)); err == nil {
			return t
		}
	}
	return time.Time{}
}

// duration is RFC 5545, section 3.3.6; 0 = it is none.
func duration(value string) time.Duration {
	var sum, n time.Duration
	negative := false
	for _, c := range value {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + time.Duration(c-'0')
			continue
		case c == '-':
			negative = true
		case c == 'W':
			sum += n * 7 * 24 * time.Hour
		case c == 'D':
			sum += n * 24 * time.Hour
		case c == 'H':
			sum += n * time.Hour
		case c == 'M':
			sum += n * time.Minute
		case c == 'S':
			sum += n * time.Second
		}
		n = 0
	}
	if negative {
		return -sum
	}
	return sum
}
