package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
)

func cardTypes() []string { return []string{"home", "work", "cell"} }

// handwriting is one card under the hands of a user. Every value that is written
// holds a number that no other has.
type handwriting struct {
	*cardsWorld
	side int
	card *vcard.Card
}

// text with a number of its own.
func (h *handwriting) text() string {
	h.time++
	return fmt.Sprintf("q%dq", h.time)
}

// of are the properties of some names.
func (h *handwriting) of(names ...string) (all []vcard.Property) {
	for _, p := range h.card.Properties() {
		if slices.Contains(names, p.Name) && p.Inner == nil {
			all = append(all, p)
		}
	}
	return all
}

func (h *handwriting) pick(all []vcard.Property) (vcard.Property, bool) {
	if len(all) == 0 {
		return vcard.Property{}, false
	}
	return all[h.dice.Intn(len(all))], true
}

// add puts lines somewhere into the card: behind the last line of its frame.
func (h *handwriting) add(lines ...contentline.Line) {
	end := len(h.card.Doc.Lines) - 1
	for h.card.Doc.Lines[end].Name != "END" {
		end--
	}
	for i := range lines {
		lines[i].Depth = 1
	}
	h.card.Doc.Insert(end, lines...)
	h.again()
}

// again reads the card as it now is.
func (h *handwriting) again() {
	card, err := vcard.Parse(h.card.Doc.Bytes())
	if err != nil {
		h.violate("a user wrote what is no card: %v\n%s", err, h.card.Doc.Bytes())
		return
	}
	h.card = card
}

func (h *handwriting) replace(p vcard.Property, with vcard.Property) {
	with.Raw = ""
	h.card.Doc.Replace(p.At, with.Line)
	h.again()
}

// remove takes a line out, with the label that is its alone.
func (h *handwriting) remove(p vcard.Property) {
	at := []int{p.At}
	if label, has := h.label(p); has && h.alone(p) {
		at = append(at, label.At)
	}
	slices.Sort(at)
	for _, i := range slices.Backward(at) {
		h.card.Doc.Remove(i)
	}
	h.again()
}

func (h *handwriting) label(p vcard.Property) (vcard.Property, bool) {
	for _, l := range h.of("X-ABLABEL") {
		if p.Group != "" && strings.EqualFold(l.Group, p.Group) {
			return l, true
		}
	}
	return vcard.Property{}, false
}

func (h *handwriting) alone(p vcard.Property) bool {
	n := 0
	for _, other := range h.card.Properties() {
		if strings.EqualFold(other.Group, p.Group) && other.Name != "X-ABLABEL" && other.Name != "X-ABADR" {
			n++
		}
	}
	return n == 1
}

// value of a new number or address, as a line of this card writes it.
func (h *handwriting) value(name string, p vcard.Property) string {
	h.time++
	v, scheme := fmt.Sprintf("+1 555 %06d", h.time), "tel:"
	if name == "EMAIL" {
		v, scheme = fmt.Sprintf("q%dq@Example.org", h.time), "mailto:"
	}
	if len(p.Get("VALUE")) > 0 && strings.EqualFold(p.Get("VALUE")[0], "uri") {
		return scheme + strings.ReplaceAll(v, " ", "-")
	}
	return v
}

// act is one thing that a user does to a card.
func (h *handwriting) act() {
	name := []string{"TEL", "EMAIL"}[h.dice.Intn(2)]
	switch h.dice.Intn(12) {
	case 0:
		h.addValue(name)
	case 1:
		if p, is := h.pick(h.of(name)); is {
			h.remove(p)
		}
	case 2, 3:
		if p, is := h.pick(h.of(name)); is {
			q := p
			q.Value = h.value(name, p)
			h.replace(p, q)
		}
	case 4, 5:
		h.relabel()
	case 6, 7:
		h.retype()
	case 8:
		h.categorize()
	case 9:
		h.once("FN", false)
	case 10:
		h.once([]string{"TITLE", "NOTE"}[h.dice.Intn(2)], true)
	case 11:
		if h.side == 0 { // the other server would not keep it
			h.once("X-FOO", true)
		}
	}
}

func (h *handwriting) addValue(name string) {
	if h.opt.weak && h.side == 1 && name == "EMAIL" && len(h.of("EMAIL")) >= weakEmails {
		return // there is no room, and the program says so
	}
	p := vcard.Property{Version: h.card.Version, Line: contentline.Line{Name: name, Value: h.value(name, vcard.Property{})}}
	if h.dice.Intn(2) == 0 {
		p = p.WithAttributes(map[string]string{"TYPE=home": "home"})
	}
	h.add(p.Line)
}

// relabel gives a number or an address a label, another one, or none.
func (h *handwriting) relabel() {
	if h.opt.weak && h.side == 1 {
		return // that server would not keep it
	}
	p, is := h.pick(h.of("TEL", "EMAIL"))
	if !is {
		return
	}
	label, has := h.label(p)
	switch {
	case has && h.dice.Intn(3) == 0:
		h.card.Doc.Remove(label.At)
		h.again()
	case has:
		h.replace(label, label.WithText(h.text()))
	case p.Group == "":
		q := p
		h.time++
		q.Group = fmt.Sprint("own", h.time)
		h.replace(p, q)
		h.add(contentline.Line{Group: q.Group, Name: "X-ABLabel", Value: h.text()})
	}
}

// retype says of a number or an address what it is, or no longer.
func (h *handwriting) retype() {
	p, is := h.pick(h.of("TEL", "EMAIL"))
	if !is {
		return
	}
	has, name := p.Attributes(), "TYPE="+cardTypes()[h.dice.Intn(len(cardTypes()))]
	if has[name] != "" {
		delete(has, name)
	} else {
		has[name] = strings.TrimPrefix(name, "TYPE=")
	}
	h.replace(p, p.WithAttributes(has))
}

func (h *handwriting) categorize() {
	p, is := h.pick(h.of("CATEGORIES"))
	if !is {
		h.add(contentline.Line{Name: "CATEGORIES", Value: h.text()})
		return
	}
	members := p.Members()
	if h.dice.Intn(2) == 0 {
		members = append(members, h.text())
	} else {
		at := h.dice.Intn(len(members))
		members = slices.Delete(members, at, at+1)
	}
	if len(members) == 0 {
		h.remove(p)
		return
	}
	h.replace(p, p.WithMembers(members))
}

// once writes a property that is there once, or removes it.
func (h *handwriting) once(name string, removable bool) {
	p, is := h.pick(h.of(name))
	text := h.text()
	if name == "NOTE" {
		text += strings.Repeat(" a longer text; with, signs \\ and\nlines", 1+h.dice.Intn(3))
	}
	switch {
	case !is:
		p = vcard.Property{Version: h.card.Version, Line: contentline.Line{Name: name}}
		h.add(p.WithText(text).Line)
	case removable && h.dice.Intn(3) == 0:
		h.remove(p)
	default:
		h.replace(p, p.WithText(text))
	}
}
