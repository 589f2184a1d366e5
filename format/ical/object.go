package ical

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/format/contentline"
)

// Object is a body with one calendar, VCALENDAR.
type Object struct {
	Doc *contentline.Document
	// Method of an invitation (REQUEST, REPLY); "" = none, as it should be.
	Method string
	// Components inside of the calendar, in order.
	Components []Component
}

// Component is an event, a task, a time zone, with what is nested in it.
type Component struct {
	// Name in upper case: VEVENT.
	Name string
	// From and To are the lines of BEGIN and of END in the Document.
	From, To int
	// UID as text; "" = it has none.
	UID string
	// Instance is the value of RECURRENCE-ID with its time zone; "" = it is the
	// series, or a single event.
	Instance string
	Label    string
}

// counts tells whether a component is one that needs a UID (RFC 5545, 3.8.4.7).
func (c Component) counts() bool {
	switch c.Name {
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY":
		return true
	}
	return c.UID != ""
}

// Parse reads a body that holds exactly one calendar. Errors name the line; they
// are *contentline.Error where there is one.
func Parse(body []byte) (*Object, error) {
	doc, err := contentline.Parse(body)
	if err != nil {
		return nil, err
	}
	o := &Object{Doc: doc}
	begun := 0
	for i, l := range doc.Lines {
		if !utf8.ValidString(l.Value) {
			return nil, at(l, "%s is not UTF-8; convert the file", l.Name)
		}
		switch {
		case l.Name == "" || l.Depth > 2:
		case l.Depth == 0 && l.Name == "END":
		case l.Depth == 0 && (l.Name != "BEGIN" || !strings.EqualFold(strings.TrimSpace(l.Value), "VCALENDAR")):
			return nil, at(l, "%s stands outside of a calendar", l.Name)
		case l.Depth == 0 && begun > 0:
			return nil, at(l, "a second calendar begins; the first one is in line %d. Each needs a file of its own", begun)
		case l.Depth == 0:
			begun = l.Number
		case l.Depth == 1 && l.Name == "BEGIN":
			o.Components = append(o.Components, Component{Name: strings.ToUpper(strings.TrimSpace(l.Value)), From: i})
		case l.Depth == 1 && l.Name == "END":
			o.Components[len(o.Components)-1].To = i
		case l.Depth == 1 && l.Name == "METHOD":
			o.Method = strings.ToUpper(strings.TrimSpace(l.Value))
		case l.Depth == 2:
			if err := o.Components[len(o.Components)-1].read(l); err != nil {
				return nil, err
			}
		}
	}
	if begun == 0 {
		return nil, errors.New("line 1: there is no calendar: BEGIN:VCALENDAR is missing")
	}
	return o, nil
}

func at(l contentline.Line, format string, args ...any) error {
	return &contentline.Error{Line: l.Number, Text: fmt.Sprintf(format, args...)}
}

func (c *Component) read(l contentline.Line) error {
	switch l.Name {
	case "UID":
		uid := strings.TrimSpace(Unescape(l.Value))
		switch {
		case uid == "":
		case c.UID != "" && uid != c.UID:
			return at(l, "a second UID, %s, in one %s", contentline.Excerpt(uid), c.Name)
		default:
			c.UID = uid
		}
	case "RECURRENCE-ID":
		c.Instance = strings.Join(l.Get("TZID"), "") + ":" + strings.TrimSpace(l.Value)
	case "SUMMARY":
		c.Label = short(Unescape(l.Value))
	}
	return nil
}

// Describe tells the UID of a calendar object ("" = it has none) and a short
// name for people. An error says, with its line, why the body may not be synced:
// it does not parse, or its components have more than one UID.
func Describe(body []byte) (uid, label string, err error) {
	uid, label, err = describe(body)
	return strings.Clone(uid), strings.Clone(label), err // parts of the body would keep all of it in memory
}

func describe(body []byte) (uid, label string, err error) {
	o, err := Parse(body)
	if err != nil {
		return "", "", err
	}
	var found []Component
	for _, c := range o.Components {
		if c.Name == "VTIMEZONE" || !c.counts() {
			continue
		}
		found = append(found, c)
		first, line := found[0], o.Doc.Lines[c.From]
		switch {
		case c.UID != first.UID:
			return "", "", at(line, "a %s with the UID %s; the %s of line %d has %s. Each needs a file of its own",
				c.Name, contentline.Excerpt(c.UID), first.Name, o.Doc.Lines[first.From].Number, contentline.Excerpt(first.UID))
		case c.Name != first.Name: // RFC 4791, section 4.1
			return "", "", at(line, "a %s in one object with the %s of line %d", c.Name, first.Name, o.Doc.Lines[first.From].Number)
		}
	}
	if len(found) == 0 {
		return "", "", at(o.Doc.Lines[0], "the calendar holds no event, task or journal entry")
	}
	if i := slices.IndexFunc(found, func(c Component) bool { return c.Instance == "" }); i > 0 {
		found = slices.Concat(found[i:i+1], found)
	}
	for _, c := range found {
		if c.Label != "" {
			return found[0].UID, c.Label, nil
		}
	}
	return found[0].UID, "", nil
}

// short is a text in one line, of at most 80 runes.
func short(s string) string {
	const most = 80
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

// Unescape reads the escapes of RFC 5545, section 3.3.11; a backslash before
// anything else stays.
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";").Replace(s)
}

// Escape writes a text as a value (RFC 5545, section 3.3.11).
func Escape(s string) string {
	if !strings.ContainsAny(s, "\\,;\r\n") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}
