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
	top := components(unfold(body))
	var lines []string
	for _, c := range top {
		lines = append(lines, c.sorted()...)
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// comesFirst names what comes first in a component.
func comesFirst(component string) []string {
	switch component {
	case "VCARD":
		return []string{"VERSION", "PRODID", "UID"}
	case "VCALENDAR":
		return []string{"VERSION", "CALSCALE", "METHOD", "PRODID", "VTIMEZONE"}
	case "VEVENT", "VTODO", "VJOURNAL":
		return []string{"UID", "RECURRENCE-ID", "DTSTART", "DURATION", "DTEND"}
	case "VTIMEZONE":
		return []string{"TZID", "LAST-MODIFIED", "TZURL", "STANDARD", "DAYLIGHT"}
	}
	return nil
}

func (c *component) sorted() []string {
	type part struct {
		name  string
		lines []string
	}
	var parts []part
	for _, line := range c.lines {
		parts = append(parts, part{nameOf(line), []string{sortParameters(line)}})
	}
	for _, k := range c.kids {
		parts = append(parts, part{k.name, k.sorted()})
	}
	first := comesFirst(c.name)
	slices.SortStableFunc(parts, func(a, b part) int {
		i, j := slices.Index(first, a.name), slices.Index(first, b.name)
		switch {
		case i < 0 && j < 0:
			return strings.Compare(a.name, b.name)
		case i < 0:
			return 1
		case j < 0:
			return -1
		}
		return i - j
	})
	if c.name == "VCALENDAR" { // its components come last
		slices.SortStableFunc(parts, func(a, b part) int { return min(len(a.lines), 2) - min(len(b.lines), 2) })
	}
	out := []string{"BEGIN:" + c.name}
	for _, p := range parts {
		out = append(out, p.lines...)
	}
	return append(out, "END:"+c.name)
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
