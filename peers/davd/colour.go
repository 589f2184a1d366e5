package davd

import (
	"encoding/xml"
	"fmt"

	"lockstep/core"
)

// Colours are properties that no RFC has: Apple's of calendars, and that of InfCloud of
// address books.
const (
	nsApple = "http://apple.com/ns/ical/"
	nsInf   = "http://inf-it.com/ns/ab/"
)

func isColor(name xml.Name) bool {
	return name == xml.Name{Space: nsApple, Local: "calendar-color"} || name == xml.Name{Space: nsInf, Local: "addressbook-color"}
}

func (c *collection) color() xml.Name {
	if c.kind == core.Contact {
		return xml.Name{Space: nsInf, Local: "addressbook-color"}
	}
	return xml.Name{Space: nsApple, Local: "calendar-color"}
}

// Paint gives a collection a colour, spelled as it is; "" = none.
func (s *Server) Paint(path, color string) error {
	return s.edit(path, func(c *collection) error {
		c.version++
		delete(c.props, c.color())
		if color != "" {
			c.props[c.color()] = leaf(c.color().Space, c.color().Local, color)
		}
		return nil
	})
}

// Color of a collection as it is stored; "" = none.
func (s *Server) Color(path string) (color string) {
	_ = s.edit(path, func(c *collection) error { // what is not there has none
		if n := c.props[c.color()]; n != nil {
			color = n.text
		}
		return nil
	})
	return color
}

// judgeColors: a colour is #rrggbb, or #rrggbbaa.
func judgeColors(prop *node) (out []string) {
	for _, p := range prop.kids {
		if isColor(p.name) && core.ColorOf(p.text) == "" {
			out = append(out, fmt.Sprintf("the colour %q", p.text))
		}
	}
	return out
}
