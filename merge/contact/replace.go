package contact

import (
	"maps"
	"slices"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
)

// remove takes an entry out, and leaves its place to new ones of its name.
func (e *editing) remove(old entry) {
	e.drop(old)
	name := vcard.CanonicalName(old.Name)
	e.freed[name] = append(e.freed[name], old.At)
}

// drop takes an entry out, with the companions that are its alone.
func (e *editing) drop(old entry) {
	e.put(old.At)
	key := groupKey(old.Property)
	if key == "" {
		return
	}
	if e.groups[key]--; e.groups[key] > 0 {
		return
	}
	for _, c := range e.about[key] {
		e.places[c.At] = nil
	}
}

// put replaces a line, and a card inside that it is followed by.
func (e *editing) put(at int, lines ...contentline.Line) {
	e.places[at] = lines
	for _, i := range e.inner(at) {
		e.places[i] = nil
	}
}

// inner are the lines of a card inside, behind the line of its AGENT.
func (e *editing) inner(at int) (all []int) {
	for i := at + 1; i < len(e.Doc.Lines); i++ {
		if l := e.Doc.Lines[i]; l.Depth < 2 && (l.Depth == 0 || l.Name != "BEGIN" && l.Name != "END") {
			break
		}
		all = append(all, i)
	}
	return all
}

// revalue gives the entry of a property another value; what is said about it
// stays. older: the value is of a card that has one language only, so it is that
// of the first, and the others (ALTID) stay.
func (e *editing) revalue(p *property, n entry, older bool) {
	for i, o := range p.entries {
		if o.canonical == n.canonical || older && i > 0 {
			continue
		}
		o.Property, o.canonical = o.WithValue(n.Property), n.canonical
		e.put(o.At, append([]contentline.Line{o.Line}, o.Inner...)...)
		p.entries[i] = o
	}
}

// replace makes many entries of a property what they should be. Those that mean
// the same stay; the others change one for one.
func (e *editing) replace(p *property, entries []entry) {
	has, wanted := map[string]bool{}, map[string]bool{}
	for _, o := range p.entries {
		has[o.meaning] = true
	}
	var fresh []entry
	for _, n := range entries {
		if wanted[n.meaning] = true; !has[n.meaning] {
			fresh = append(fresh, n)
		}
	}
	for _, o := range p.entries {
		switch {
		case wanted[o.meaning]:
		case len(fresh) > 0:
			e.drop(o)
			e.put(o.At, e.lines(fresh[0], fresh[0].parts)...)
			fresh = fresh[1:]
		default:
			e.remove(o)
		}
	}
	for _, n := range fresh {
		name := vcard.CanonicalName(n.Name)
		e.fresh[name] = append(e.fresh[name], e.lines(n, n.parts)...)
	}
}

// say makes the parts of an entry what they should be.
func (e *editing) say(old entry, parts map[string]string) {
	attributes, about := apart(parts)
	_, aboutNow := apart(old.parts)
	p := old.WithAttributes(attributes)
	if !maps.Equal(about, aboutNow) {
		p = e.label(old, p, about)
	}
	if p.Raw != old.Raw || p.Raw == "" {
		e.put(old.At, append([]contentline.Line{p.Line}, p.Inner...)...)
	}
}

// label changes the companions of an entry. Those that other lines share stay
// with them, and the entry gets a group of its own.
func (e *editing) label(old entry, p vcard.Property, about map[string]string) vcard.Property {
	key := groupKey(old.Property)
	companions := e.about[key]
	if p.Group == "" || e.groups[key] > 1 {
		e.groups[key]--
		p, companions = grouped(p, e.newGroup("")), nil
	}
	said := map[string]bool{}
	for _, c := range companions {
		value, keep := about[c.Name]
		switch {
		case keep && value == old.parts[c.Name]: // more than one line may say it
		case !keep || said[c.Name]:
			e.places[c.At] = nil
		default:
			e.places[c.At] = []contentline.Line{c.WithText(value).Line}
		}
		said[c.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(about)) {
		if !said[name] {
			e.behind[old.At] = append(e.behind[old.At], e.companion(p.Group, name, about[name]))
		}
	}
	return p
}
