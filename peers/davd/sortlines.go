package davd

import (
	"slices"
	"strings"
	"time"

	"lockstep/core"
)

// SortLines puts the properties and components of each component in order, some
// first and the others by name, and the parameters of each property, with their
// names in upper case; what Radicale does with all it stores.
func SortLines(_ core.Kind, body string, _ time.Time) string {
	var lines []string
	for _, c := range components(unfold(body)) {
		lines = append(lines, c.sorted(func(component string) ([]string, bool) {
			switch component {
			case "VCARD":
				return []string{"VERSION", "PRODID", "UID"}, false
			case "VCALENDAR":
				return []string{"VERSION", "CALSCALE", "METHOD", "PRODID", "VTIMEZONE"}, true
			case "VEVENT", "VTODO", "VJOURNAL":
				return []string{"UID", "RECURRENCE-ID", "DTSTART", "DURATION", "DTEND"}, false
			case "VTIMEZONE":
				return []string{"TZID", "LAST-MODIFIED", "TZURL", "STANDARD", "DAYLIGHT"}, false
			}
			return nil, false
		})...)
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// SortCalendar does the same with calendar objects only, in another order, with
// components behind properties and the parts of recurrence rules in an order of
// their own; what Xandikos does.
func SortCalendar(kind core.Kind, body string, _ time.Time) string {
	if kind != core.Event {
		return body
	}
	var lines []string
	for _, c := range components(unfold(body)) {
		c.keepKids()
		lines = append(lines, c.sorted(func(component string) ([]string, bool) {
			if component == "VCALENDAR" {
				return []string{"VERSION", "PRODID", "CALSCALE", "METHOD"}, true
			}
			return []string{"SUMMARY", "DTSTART", "DTEND", "DURATION", "DTSTAMP", "UID", "RECURRENCE-ID", "SEQUENCE", "RRULE", "RDATE", "EXDATE"}, true
		})...)
	}
	return edit(strings.Join(lines, "\r\n"), func(lines []string) []string {
		for i, line := range lines {
			if nameOf(line) == "RRULE" {
				lines[i] = sortRule(line)
			}
		}
		return lines
	})
}

func sortRule(line string) string {
	order := []string{"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"}
	head, value, _ := cutColon(line)
	parts := strings.Split(value, ";")
	slices.SortStableFunc(parts, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return slices.Index(order, a) - slices.Index(order, b)
	})
	return head + ":" + strings.Join(parts, ";")
}

// sorted are the lines of a component in order. The function tells what comes
// first in one, and whether its components come last.
func (c *component) sorted(layout func(component string) (first []string, last bool)) []string {
	type part struct {
		name  string
		kid   bool
		lines []string
	}
	var parts []part
	for _, line := range c.lines {
		parts = append(parts, part{nameOf(line), false, []string{sortParameters(line)}})
	}
	for _, k := range c.kids {
		parts = append(parts, part{k.name, true, k.sorted(layout)})
	}
	first, last := layout(c.name)
	slices.SortStableFunc(parts, func(a, b part) int {
		i, j := slices.Index(first, a.name), slices.Index(first, b.name)
		switch {
		case last && a.kid != b.kid:
			return map[bool]int{true: 1, false: -1}[a.kid]
		case c.asIs && a.kid && b.kid:
			return 0
		case i < 0 && j < 0:
			return strings.Compare(a.name, b.name)
		case i < 0:
			return 1
		case j < 0:
			return -1
		}
		return i - j
	})
	out := []string{"BEGIN:" + c.name}
	for _, p := range parts {
		out = append(out, p.lines...)
	}
	return append(out, "END:"+c.name)
}

// keepKids leaves components in the order in which they came.
func (c *component) keepKids() {
	c.asIs = true
	for _, k := range c.kids {
		k.keepKids()
	}
}

// sortParameters of a line; those of one name become one.
func sortParameters(line string) string {
	head, value, _ := cutColon(line)
	parts := splitQuoted(head)
	values := map[string][]string{}
	var names []string
	for _, p := range parts[1:] {
		name, v, _ := strings.Cut(p, "=")
		name = strings.ToUpper(name)
		if values[name] == nil {
			names = append(names, name)
		}
		values[name] = append(values[name], v)
	}
	slices.Sort(names)
	group, name, grouped := strings.Cut(parts[0], ".")
	if !grouped {
		group, name = "", group
	} else {
		group += "."
	}
	out := group + strings.ToUpper(name)
	for _, name := range names {
		out += ";" + name + "=" + strings.Join(values[name], ",")
	}
	return out + ":" + value
}

// splitQuoted splits at semicolons outside of quotes.
func splitQuoted(head string) []string {
	var out []string
	quoted, from := false, 0
	for i := range len(head) {
		switch {
		case head[i] == '"':
			quoted = !quoted
		case head[i] == ';' && !quoted:
			out = append(out, head[from:i])
			from = i + 1
		}
	}
	return append(out, head[from:])
}
