package vcard

import (
	"iter"
	"slices"
	"strings"

	"lockstep/format/contentline"
)

// Part is one card of a file of many.
type Part struct {
	// Line of the file in which it begins, from 1.
	Line int
	// Body as it stands in the file.
	Body []byte
	// Err tells, with the line of the file, why it cannot be imported; nil = it
	// can.
	Err error
}

// Split cuts a file into its cards, in order. A card without an END ends where
// the next one begins; what stands outside of all cards is a Part with an Err.
func Split(file []byte) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		var part strings.Builder
		begun, depth, before := 0, 0, ""
		// end yields what was gathered, and tells whether to go on.
		end := func() bool {
			if part.Len() == 0 {
				return true
			}
			p := Part{Line: begun, Body: []byte(part.String())}
			_, _, p.Err = Describe(p.Body)
			if e, ok := p.Err.(*contentline.Error); ok {
				p.Err = &contentline.Error{Line: e.Line + begun - 1, Text: e.Text}
			}
			part.Reset()
			depth = 0
			return yield(p)
		}
		for l := range contentline.Lines(string(file)) { // Describe tells what is wrong with a line
			card := isCard(l)
			switch {
			case l.Name == "BEGIN" && card && (depth == 0 || before != "AGENT"):
				if !end() {
					return
				}
				depth = 1
			case l.Name == "BEGIN" && card:
				depth++
			}
			if part.Len() == 0 {
				if l.Name == "" && strings.TrimSpace(strings.TrimPrefix(l.Raw, "\ufeff")) == "" {
					continue // a blank line between cards
				}
				begun = l.Number
			}
			part.WriteString(strings.TrimPrefix(l.Raw, "\ufeff"))
			if before = l.Name; l.Name == "END" && card && depth > 0 {
				if depth--; depth == 0 && !end() {
					return
				}
			}
		}
		end()
	}
}

// WithUID returns the body with a UID, which a card needs to be synced; one that
// has a UID is returned as it is.
func WithUID(body []byte, uid string) ([]byte, error) {
	old, _, err := Describe(body)
	if err != nil || old != "" {
		return body, err
	}
	c, err := Parse(body)
	if err != nil {
		return nil, err
	}
	p := Property{Version: c.Version, Line: contentline.Line{Name: "UID", Depth: 1}}
	p.writeText(uid)
	empty := func(l contentline.Line) bool { return l.Depth == 1 && l.Name == "UID" }
	if i := slices.IndexFunc(c.Doc.Lines, empty); i >= 0 {
		c.Doc.Replace(i, p.Line)
		return c.Doc.Bytes(), nil
	}
	// Behind VERSION, which must come first (RFC 6350, 6.7.9), or behind BEGIN.
	i := slices.IndexFunc(c.Doc.Lines, func(l contentline.Line) bool { return l.Depth == 1 && l.Name == "VERSION" })
	if i < 0 {
		i = slices.IndexFunc(c.Doc.Lines, func(l contentline.Line) bool { return l.Name == "BEGIN" })
	}
	c.Doc.Insert(i+1, p.Line)
	return c.Doc.Bytes(), nil
}
