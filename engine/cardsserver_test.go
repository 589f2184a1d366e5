package engine_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/contentline"
	"lockstep/format/vcard"
)

// rewrite is what the right server makes of a card: it sorts the lines, stamps
// the card and drops X- properties. The weak one also writes telephone numbers
// without blanks and types in upper case, folds anew, and has no room for
// labels or for a fourth e-mail address.
func (w *cardsWorld) rewrite(body []byte) []byte {
	c, err := vcard.Parse(body)
	if err != nil {
		w.violate("the server got what is no card: %v\n%s", err, body)
		return body
	}
	grouped := map[string]bool{} // groups of which something stays
	for _, p := range c.Properties() {
		if !strings.HasPrefix(vcard.CanonicalName(p.Name), "X-") {
			grouped[strings.ToUpper(p.Group)] = true
		}
	}
	emails := 0
	var kept []vcard.Property
	for _, p := range c.Properties() {
		label := p.Name == "X-ABLABEL" || p.Name == "X-ABADR"
		switch {
		case p.Name == "VERSION", p.Name == "REV", p.Name == "PRODID":
			continue
		case strings.HasPrefix(vcard.CanonicalName(p.Name), "X-") && (w.opt.weak || !label || !grouped[strings.ToUpper(p.Group)]):
			continue
		case p.Name == "EMAIL" && w.opt.weak:
			if emails++; emails > weakEmails {
				uid, _, _ := vcard.Describe(body)
				w.history(core.Key(uid)).crowded = true
				continue
			}
		}
		if w.opt.weak && p.Inner == nil {
			p = rewritten(p)
		}
		kept = append(kept, p)
	}
	slices.SortStableFunc(kept, func(a, b vcard.Property) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	w.time++
	lines := []contentline.Line{
		{Name: "VERSION", Value: c.Version}, {Name: "PRODID", Value: "-//Server//EN"},
		{Name: "REV", Value: fmt.Sprintf("20240101T%06dZ", w.time)},
	}
	for _, p := range kept {
		lines = append(lines, append([]contentline.Line{p.Line}, p.Inner...)...)
	}
	frame := c.Doc.Lines[:0:0]
	for _, l := range c.Doc.Lines {
		if l.Depth == 0 && l.Name != "" {
			frame = append(frame, l)
		}
	}
	c.Doc.Lines = frame
	c.Doc.Insert(1, lines...)
	return c.Doc.Bytes()
}

const weakEmails = 3

// rewritten is a line in the server's own spelling.
func rewritten(p vcard.Property) vcard.Property {
	if p.Name == "TEL" && !p.QuotedPrintable() {
		p.Value = strings.ReplaceAll(p.Value, " ", "")
	}
	params := slices.Clone(p.Params)
	for i, param := range params {
		if param.Name == "TYPE" {
			params[i].Values = slices.Clone(param.Values)
			for k, v := range params[i].Values {
				params[i].Values[k] = strings.ToUpper(v)
			}
		}
	}
	p.Raw, p.Params = "", params
	return p
}
