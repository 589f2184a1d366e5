package ical

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/format/contentline"
)

// Join puts objects into one calendar, for an export; Split undoes it. prodID
// names the program (RFC 5545, 3.7.3). A time zone that many objects define
// alike stands once; one that is defined differently gets a name of its own.
func Join(prodID string, objects ...[]byte) ([]byte, error) {
	const eol = "\r\n"
	var zones, components strings.Builder
	known := map[string]string{} // what a TZID means
	for n, body := range objects {
		o, err := Parse(body)
		if err != nil {
			return nil, fmt.Errorf("object %d: %w", n+1, err)
		}
		for i := range o.Components {
			zone := &o.Components[i]
			if zone.Name != "VTIMEZONE" {
				continue
			}
			id := o.zoneID(*zone)
			meaning := CanonicalLines(unnamed(o.Doc.Lines[zone.From+1:zone.To]), 2)
			name := id
			for k := 2; known[name] != "" && known[name] != meaning; k++ {
				name = fmt.Sprintf("%s (%d)", id, k)
			}
			if name != id {
				o.renameZone(id, name)
			}
			if known[name] == "" {
				known[name] = meaning
				o.write(&zones, *zone, eol)
			}
		}
		for _, c := range o.Components {
			if c.Name != "VTIMEZONE" {
				o.write(&components, c, eol)
			}
		}
	}
	head := "BEGIN:VCALENDAR" + eol + "VERSION:2.0" + eol + "PRODID:" + Escape(prodID) + eol
	return []byte(head + zones.String() + components.String() + "END:VCALENDAR" + eol), nil
}

func (o *Object) zoneID(zone Component) string {
	for _, l := range o.Doc.Lines[zone.From:zone.To] {
		if l.Name == "TZID" {
			return strings.TrimSpace(l.Value)
		}
	}
	return ""
}

func unnamed(lines []contentline.Line) []contentline.Line {
	return slices.DeleteFunc(slices.Clone(lines), func(l contentline.Line) bool { return l.Name == "TZID" })
}

// renameZone gives a time zone another name, where it is defined and used.
func (o *Object) renameZone(from, to string) {
	for i, l := range o.Doc.Lines {
		changed := false
		if l.Name == "TZID" && strings.TrimSpace(l.Value) == from {
			l.Value, changed = to, true
		}
		for k, p := range l.Params {
			if p.Name == "TZID" && slices.Equal(p.Values, []string{from}) {
				l.Params = slices.Clone(l.Params)
				l.Params[k].Values, changed = []string{to}, true
			}
		}
		if changed {
			l.Raw = ""
			o.Doc.Replace(i, l)
		}
	}
}

func (o *Object) write(b *strings.Builder, c Component, eol string) {
	d := contentline.Document{EOL: eol}
	d.Insert(0, o.Doc.Lines[c.From:c.To+1]...)
	b.Write(d.Bytes())
}

// WithUID returns the body with a UID in each component that needs one and has
// none, which an object needs to be synced. They get the same, so they must be
// one series: see Split.
func WithUID(body []byte, uid string) ([]byte, error) {
	o, err := Parse(body)
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(o.Components) {
		if c.UID != "" || !c.counts() {
			continue
		}
		line := contentline.Line{Name: "UID", Value: Escape(uid), Depth: 2}
		empty := slices.IndexFunc(o.Doc.Lines[c.From:c.To], func(l contentline.Line) bool { return l.Name == "UID" && l.Depth == 2 })
		if empty >= 0 {
			o.Doc.Replace(c.From+empty, line)
		} else {
			o.Doc.Insert(c.From+1, line)
		}
	}
	return o.Doc.Bytes(), nil
}
