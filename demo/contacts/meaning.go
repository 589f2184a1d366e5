package contacts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/format/vcard"
)

// meaning of a card: what it says, each thing once and in the form in which it is
// compared.
type meaning map[string]bool

// read tells what a card says.
func read(body string) (uid string, says meaning, err error) {
	c, err := vcard.Parse([]byte(body))
	if err != nil {
		return "", nil, err
	}
	says = meaning{}
	for _, p := range c.Properties() {
		switch name := vcard.CanonicalName(p.Name); name {
		case "UID":
			uid = p.Text()
		case "VERSION", "PRODID", "REV": // about the card itself
		case "CATEGORIES":
			for _, m := range p.Members() {
				says[name+":"+vcard.CanonicalText(m)] = true
			}
		default:
			for attribute, value := range p.Attributes() {
				name += ";" + attribute + "=" + value
			}
			says[name+":"+p.Canonical()] = true
		}
	}
	return uid, says, nil
}

// meaningOf tells what some lines say.
func meaningOf(lines []string) meaning {
	_, says, err := read(card(member{uid: "x", lines: lines}))
	if err != nil {
		panic(fmt.Sprintf("a line of the demo is no vCard: %v", err))
	}
	return says
}

// differs tells what is missing from a card and what is too much, in order.
func (m meaning) differs(got meaning) (out []string) {
	for _, line := range slices.Sorted(maps.Keys(m)) {
		if !got[line] {
			out = append(out, "misses "+line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(got)) {
		if !m[line] {
			out = append(out, "has "+strings.TrimSpace(line)+", which nobody wrote")
		}
	}
	return out
}
