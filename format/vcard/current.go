package vcard

import (
	"slices"
	"strings"

	"lockstep/format/contentline"
)

// Current returns a card of vCard 2.1 as one of 3.0, in UTF-8 without
// QUOTED-PRINTABLE; any other is returned as it is. Many servers take no 2.1. What
// 2.1 says 3.0 can say, too: nothing is left out. Without an FN, which 3.0 must have
// (RFC 2426, 3.1.1) and old telephones do not write, it gets one that its name makes.
func Current(body []byte) ([]byte, error) {
	c, err := Parse(body)
	if err != nil || c.Version != V21 {
		return body, err
	}
	out := &contentline.Document{EOL: "\r\n"}
	add := func(l contentline.Line) {
		l.Raw = ""
		out.Insert(len(out.Lines), l)
	}
	add(contentline.Line{Name: "BEGIN", Value: "VCARD"})
	add(contentline.Line{Name: "VERSION", Value: V30})
	properties := c.Properties()
	if !slices.ContainsFunc(properties, func(p Property) bool { return p.Name == "FN" }) {
		_, label, err := Describe(body)
		if err != nil {
			return nil, err
		}
		add(contentline.Line{Name: "FN", Value: Escape(label)})
	}
	for _, p := range properties {
		switch {
		case p.Name == "VERSION":
			continue
		case len(p.Inner) > 0: // in 3.0 the value of AGENT is the card as text (RFC 2426, 3.5.4)
			var inner strings.Builder
			for _, l := range p.Inner {
				inner.WriteString(l.Raw)
			}
			agent, err := Current([]byte(inner.String()))
			if err != nil {
				return nil, err
			}
			p = p.In(V30)
			p.Value = Escape(strings.ReplaceAll(string(agent), "\r\n", "\n"))
		default:
			p = p.In(V30)
		}
		add(p.Line)
	}
	add(contentline.Line{Name: "END", Value: "VCARD"})
	return out.Bytes(), nil
}
