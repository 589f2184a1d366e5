package ical

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"lockstep/core"
	"lockstep/format/contentline"
)

// sumBytes of the SHA-256 are kept, as for other kinds.
const sumBytes = 12

// Sum is the digest of what a calendar object means: bodies with equal Sums are
// equal. See Canonical.
func Sum(body []byte) (core.Sum, error) {
	c, err := Canonical(body)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(c))
	return core.Sum(hex.EncodeToString(sum[:sumBytes])), nil
}

// Canonical is what a calendar object means, as text. It leaves out what only
// stamps (PRODID, DTSTAMP, LAST-MODIFIED, CREATED), the order of components,
// properties and parameters, folds, case where case means nothing, values that
// go without saying (SEQUENCE:0), and the definitions of time zones with a
// global name (Europe/Berlin), which every program knows better.
func Canonical(body []byte) (string, error) {
	o, err := Parse(body)
	if err != nil {
		return "", err
	}
	return CanonicalLines(o.Doc.Lines, 0), nil
}

// CanonicalLines is what lines mean that stand inside of a component: those of
// this depth, and the components among them.
func CanonicalLines(lines []contentline.Line, depth int) string {
	var props, inner []string
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		switch {
		case l.Name == "" || l.Depth != depth:
		case depth == 1 && strings.HasPrefix(l.Name, "X-"): // of the collection (X-WR-CALNAME), or of a program
		case l.Name == "BEGIN":
			end := i + 1
			for !(lines[end].Name == "END" && lines[end].Depth == depth) {
				end++
			}
			name := strings.ToUpper(strings.TrimSpace(l.Value))
			if name != "VTIMEZONE" || !globalZone(lines[i:end]) {
				inner = append(inner, "BEGIN:"+name+"\n"+CanonicalLines(lines[i+1:end], depth+1)+"END:"+name+"\n")
			}
			i = end
		default:
			props = append(props, canonicalProperty(l)...)
		}
	}
	slices.Sort(props)
	slices.Sort(inner)
	return strings.Join(slices.Compact(props), "") + strings.Join(inner, "")
}

func globalZone(lines []contentline.Line) bool {
	return slices.ContainsFunc(lines, func(l contentline.Line) bool {
		return l.Name == "TZID" && (strings.Contains(l.Value, "/") || strings.EqualFold(strings.TrimSpace(l.Value), "UTC"))
	})
}

// canonicalProperty prints a property, a list as one property for each member;
// nothing for one that means nothing.
func canonicalProperty(l contentline.Line) (all []string) {
	switch l.Name {
	case "PRODID", "VERSION", "DTSTAMP", "LAST-MODIFIED", "CREATED", "X-LIC-LOCATION":
		return nil
	}
	head := l.Name + canonicalParams(l)
	for _, v := range membersOf(l) {
		v = canonicalValue(l.Name, v)
		if v == "" || usual(l.Name) == v {
			continue
		}
		all = append(all, head+":"+oneLine(v)+"\n")
	}
	return all
}

// membersOf are the values of a property that may have many (RFC 5545, 3.8.1.2,
// 3.8.1.10, 3.8.5.1, 3.8.5.2), which many properties say as well.
func membersOf(l contentline.Line) (all []string) {
	switch l.Name {
	case "CATEGORIES", "RESOURCES", "EXDATE", "RDATE", "FREEBUSY":
	default:
		return []string{l.Value}
	}
	from := 0
	for i := 0; i < len(l.Value); i++ {
		switch l.Value[i] {
		case '\\':
			i++
		case ',':
			all = append(all, l.Value[from:i])
			from = i + 1
		}
	}
	return append(all, l.Value[from:])
}

func canonicalParams(l contentline.Line) string {
	var all []string
	for _, p := range l.Params {
		values := slices.Clone(p.Values)
		for i, v := range values {
			switch p.Name {
			case "PARTSTAT", "ROLE", "CUTYPE", "RSVP", "VALUE", "ENCODING", "RELATED", "RELTYPE", "FBTYPE", "RANGE",
				"SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND":
				values[i] = strings.ToUpper(v)
			case "DELEGATED-TO", "DELEGATED-FROM", "MEMBER", "SENT-BY":
				values[i] = address(v)
			default:
				values[i] = text(v)
			}
		}
		slices.Sort(values)
		v := oneLine(strings.Join(values, ","))
		if strings.ContainsAny(v, ":;") {
			v = strings.NewReplacer(":", `\:`, ";", `\;`).Replace(v)
		}
		if v != usualParam(l.Name, p.Name) {
			all = append(all, ";"+p.Name+"="+v)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

func oneLine(s string) string {
	if !strings.ContainsAny(s, "\\\n") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(s)
}

// canonicalValue is the form in which two values of a property are compared.
func canonicalValue(name, v string) string {
	switch name {
	case "ATTENDEE", "ORGANIZER":
		return address(v)
	case "STATUS", "CLASS", "TRANSP", "ACTION", "CALSCALE", "METHOD", "DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE",
		"DURATION", "TRIGGER", "COMPLETED", "FREEBUSY":
		return strings.ToUpper(strings.TrimSpace(v))
	case "RRULE", "EXRULE":
		return rule(v)
	case "SEQUENCE", "PRIORITY", "PERCENT-COMPLETE", "REPEAT":
		v = strings.TrimSpace(v)
		if short := strings.TrimLeft(v, "0"); short != "" || v == "" {
			return short
		}
		return "0"
	}
	return text(Unescape(v))
}

// rule is a recurrence rule (RFC 5545, 3.3.10) with its parts in order.
func rule(v string) string {
	parts := strings.Split(strings.ToUpper(strings.TrimSpace(v)), ";")
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" || p == "INTERVAL=1" || p == "WKST=MO" })
	slices.Sort(parts)
	return strings.Join(parts, ";")
}

// address is a calendar address (RFC 5545, 3.3.3), whose case means nothing.
func address(v string) string { return strings.ToLower(strings.TrimSpace(v)) }

func text(v string) string {
	if strings.Contains(v, "\r") {
		v = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(v)
	}
	return norm.NFC.String(strings.TrimSpace(v))
}

// usual is the value that a property has where it is not said.
func usual(name string) string {
	switch name {
	case "SEQUENCE", "PRIORITY":
		return "0"
	case "TRANSP":
		return "OPAQUE"
	case "CLASS":
		return "PUBLIC"
	case "CALSCALE":
		return "GREGORIAN"
	}
	return ""
}

func usualParam(property, name string) string {
	switch name {
	case "ROLE":
		return "REQ-PARTICIPANT"
	case "PARTSTAT":
		return "NEEDS-ACTION"
	case "RSVP":
		return "FALSE"
	case "CUTYPE":
		return "INDIVIDUAL"
	case "SCHEDULE-AGENT":
		return "SERVER"
	case "VALUE":
		switch property {
		case "DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE":
			return "DATE-TIME"
		case "TRIGGER":
			return "DURATION"
		case "ATTACH", "URL":
			return "URI"
		}
	}
	return ""
}
