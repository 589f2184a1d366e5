package vcard

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"lockstep/format/contentline"
)

// Versions of a card. What names none is read as 3.0.
const (
	V21 = "2.1"
	V30 = "3.0"
	V40 = "4.0"
)

// Card is one card with its lines.
type Card struct {
	Doc     *contentline.Document
	Version string
}

// Property is one line of a card, and what came with it.
type Property struct {
	contentline.Line
	// Version of the card that it stands in.
	Version string
	// At is the index of the line in Card.Doc.
	At int
	// Inner is the lines of a card inside this one (AGENT of vCard 2.1), which
	// stand behind the line.
	Inner []contentline.Line
}

// Parse reads a body that holds exactly one card. Errors name the line; they
// are *contentline.Error where there is one.
func Parse(body []byte) (*Card, error) {
	doc, err := contentline.Parse(body)
	if err != nil {
		return nil, err
	}
	c := &Card{Doc: doc, Version: V30}
	begun, before := 0, ""
	for _, l := range doc.Lines {
		switch {
		case l.Name == "" || l.Depth > 1:
			continue
		case l.Depth == 1 && l.Name == "BEGIN" && (before != "AGENT" || !isCard(l)): // vCard 2.1, 2.5.4
			return nil, at(l, "%s begins inside of a card, and not as its AGENT", contentline.Excerpt(l.Value))
		case l.Depth == 0 && l.Name == "END":
		case l.Depth == 0 && (l.Name != "BEGIN" || !isCard(l)):
			return nil, at(l, "%s stands outside of a card", l.Name)
		case l.Depth == 0 && begun > 0:
			return nil, at(l, "a second card begins; the first one is in line %d. Each needs a file of its own", begun)
		case l.Depth == 0:
			begun = l.Number
		case l.Name == "VERSION":
			c.Version = strings.TrimSpace(l.Value)
			if c.Version != V21 && c.Version != V30 && c.Version != V40 {
				return nil, at(l, "version %s is not known; 2.1, 3.0 and 4.0 are", contentline.Excerpt(c.Version))
			}
		}
		before = l.Name
	}
	if begun == 0 {
		return nil, errors.New("line 1: there is no card: BEGIN:VCARD is missing")
	}
	for _, p := range c.Properties() {
		if !utf8.ValidString(p.Value) && len(p.Get("CHARSET")) == 0 {
			return nil, at(p.Line, "%s is not UTF-8, and names no charset; convert the card to UTF-8", p.Name)
		}
	}
	return c, nil
}

func isCard(l contentline.Line) bool { return strings.EqualFold(strings.TrimSpace(l.Value), "VCARD") }

func at(l contentline.Line, format string, args ...any) error {
	return &contentline.Error{Line: l.Number, Text: fmt.Sprintf(format, args...)}
}

// Properties returns the lines inside the card but BEGIN and END, in order.
func (c *Card) Properties() (all []Property) {
	for i, l := range c.Doc.Lines {
		switch {
		case l.Name == "" || l.Depth == 0:
		case l.Depth > 1 || l.Name == "BEGIN" || l.Name == "END": // of a card inside
			last := &all[len(all)-1] // see Parse
			last.Inner = append(last.Inner, l)
		default:
			all = append(all, Property{Line: l, Version: c.Version, At: i})
		}
	}
	return all
}

// Describe tells the UID of a card ("" = it has none) and a short name for
// people. An error says, with its line, why the body may not be synced: it does
// not parse, or it holds two cards, or two UIDs.
func Describe(body []byte) (uid, label string, err error) {
	uid, label, err = describe(body)
	return strings.Clone(uid), strings.Clone(label), err // parts of the body would keep all of it in memory
}

func describe(body []byte) (uid, label string, err error) {
	c, err := Parse(body)
	if err != nil {
		return "", "", err
	}
	from := 0
	labels := map[string]string{}
	for _, p := range c.Properties() {
		switch p.Name {
		case "UID":
			own := strings.TrimSpace(p.Text())
			if uid != "" && own != "" && uid != own {
				return "", "", at(p.Line, "a second UID, %s; the first one is in line %d", contentline.Excerpt(own), from)
			}
			if own != "" {
				uid, from = own, p.Number
			}
		case "FN", "EMAIL", "TEL":
			if labels[p.Name] == "" {
				labels[p.Name] = p.Text()
			}
		case "N":
			if c := append(p.Components(), "", ""); labels["N"] == "" {
				labels["N"] = strings.TrimSpace(c[1] + " " + c[0])
			}
		case "ORG", "NICKNAME":
			if labels[p.Name] == "" {
				labels[p.Name] = strings.Join(p.Components(), " ")
			}
		}
	}
	for _, name := range []string{"FN", "N", "NICKNAME", "ORG", "EMAIL", "TEL"} {
		if label = short(labels[name]); label != "" {
			return uid, label, nil
		}
	}
	return uid, "", nil
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
