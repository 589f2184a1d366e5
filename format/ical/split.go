package ical

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lockstep/format/contentline"
)

// Part is one object of a file of many.
type Part struct {
	// Line of the file in which its first component begins, from 1.
	Line int
	Body []byte
	// Err tells, with the line of the file, why it cannot be imported; nil = it
	// can.
	Err error
}

// piece is a component of a file as it stands.
type piece struct {
	name, uid string
	zone      string   // TZID of a time zone
	zones     []string // that a component uses
	line      int
	raw       strings.Builder
	err       error
}

// Split cuts a file into its objects, in the order in which they begin: the
// components of one UID, with the time zones that they use, in a calendar of
// their own. Components without a UID are objects by themselves. METHOD, and what
// describes the collection (X-WR-CALNAME), is left out.
func Split(file []byte) (parts []Part) {
	var c calendar
	depth := 0
	for l, err := range contentline.Lines(string(file)) {
		name := strings.ToUpper(strings.TrimSpace(l.Value))
		switch {
		case err != nil:
			if c.inner != nil {
				c.inner.err = cmp.Or(c.inner.err, err)
				c.inner.raw.WriteString(l.Raw)
			} else {
				parts = append(parts, Part{Line: l.Number, Body: []byte(l.Raw), Err: err})
			}
			continue
		case l.Name == "BEGIN" && name == "VCALENDAR":
			c.broken()
			parts = append(parts, c.objects()...)
			c, depth = calendar{begun: l}, 1
			continue
		case c.begun.Name == "":
			if l.Name != "" {
				parts = append(parts, Part{Line: l.Number, Body: []byte(l.Raw), Err: at(l, "%s stands outside of a calendar", l.Name)})
			}
			continue
		case l.Name == "END" && (depth <= 1 || name == "VCALENDAR"):
			c.broken()
			parts = append(parts, c.objects()...)
			c, depth = calendar{}, 0
			continue
		case l.Name == "BEGIN":
			if depth > 1 && outermost(name) {
				c.broken()
				depth = 1
			}
			if depth == 1 {
				c.inner = &piece{name: name, line: l.Number}
				c.pieces = append(c.pieces, c.inner)
			}
			depth++
		case l.Name == "END":
			depth--
		}
		c.take(l, depth)
		if depth == 1 {
			c.inner = nil
		}
	}
	c.broken()
	return append(parts, c.objects()...)
}

// calendar is one VCALENDAR of a file.
type calendar struct {
	begun  contentline.Line
	head   strings.Builder // PRODID, VERSION, CALSCALE
	pieces []*piece
	inner  *piece // that a line stands in
}

func (c *calendar) take(l contentline.Line, depth int) {
	if c.inner == nil {
		switch l.Name {
		case "PRODID", "VERSION", "CALSCALE":
			c.head.WriteString(l.Raw)
		}
		return
	}
	c.inner.raw.WriteString(l.Raw)
	if depth == 2 && l.Name == "UID" {
		c.inner.uid = strings.TrimSpace(Unescape(l.Value))
	}
	if depth == 2 && l.Name == "TZID" {
		c.inner.zone = strings.TrimSpace(l.Value)
	}
	c.inner.zones = append(c.inner.zones, l.Get("TZID")...)
}

// broken ends a component that has no END of its own.
func (c *calendar) broken() {
	if c.inner != nil {
		c.inner.err = cmp.Or(c.inner.err, error(&contentline.Error{Line: c.inner.line, Text: "BEGIN:" + c.inner.name + " has no END"}))
	}
}

// outermost tells which components never stand inside of another.
func outermost(name string) bool {
	switch name {
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE":
		return true
	}
	return false
}

// objects puts the components together, by UID.
func (c *calendar) objects() (parts []Part) {
	byUID := map[string]int{}
	var groups [][]*piece
	for _, p := range c.pieces {
		if p.name == "VTIMEZONE" {
			continue
		}
		i, known := byUID[p.uid]
		if !known || p.uid == "" {
			i = len(groups)
			groups, byUID[p.uid] = append(groups, nil), i
		}
		groups[i] = append(groups[i], p)
	}
	begin, end := c.begun.Raw, "END:VCALENDAR"+lineEnd(c.begun.Raw)
	for _, group := range groups {
		var b strings.Builder
		b.WriteString(strings.TrimPrefix(begin, "\ufeff") + c.head.String())
		part := Part{Line: group[0].line}
		for _, zone := range c.pieces {
			if zone.name == "VTIMEZONE" && slices.ContainsFunc(group, func(p *piece) bool { return slices.Contains(p.zones, zone.zone) }) {
				b.WriteString(ended(zone.raw.String()))
				part.Err = cmp.Or(part.Err, zone.err)
			}
		}
		for _, p := range group {
			b.WriteString(ended(p.raw.String()))
			part.Err = cmp.Or(part.Err, p.err)
		}
		b.WriteString(end)
		part.Body = []byte(b.String())
		if _, _, err := Describe(part.Body); part.Err == nil && err != nil {
			part.Err = fmt.Errorf("line %d: this %s cannot be imported: %s", part.Line, group[0].name, textOf(err))
		}
		parts = append(parts, part)
	}
	return parts
}

// textOf is an error without the line, which counts in the part.
func textOf(err error) string {
	var e *contentline.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}

func lineEnd(raw string) string {
	if i := strings.IndexAny(raw, "\r\n"); i >= 0 {
		return raw[i:]
	}
	return "\r\n"
}

func ended(raw string) string {
	if strings.HasSuffix(raw, "\n") || strings.HasSuffix(raw, "\r") {
		return raw
	}
	return raw + "\r\n"
}
