package contact

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
	"lockstep/merge"
)

// Patch implements merge.Format.
func (f Format) Patch(body []byte, changes map[string]string) ([]byte, error) {
	if len(body) == 0 {
		if body = empty(changes); body == nil {
			return nil, nil
		}
	}
	c, err := parse(body)
	if err != nil {
		return nil, err
	}
	e := &editing{
		card: c, changes: map[string]map[string]string{}, places: map[int][]contentline.Line{}, behind: map[int][]contentline.Line{},
		fresh: map[string][]contentline.Line{}, freed: map[string][]int{},
	}
	for name, value := range changes {
		whole := f.Whole(name)
		if whole == "" {
			whole = name
		}
		if e.changes[whole] == nil {
			e.changes[whole] = map[string]string{}
		}
		e.changes[whole][strings.TrimPrefix(name[len(whole):], "|")] = value
	}
	for _, name := range slices.Sorted(maps.Keys(e.changes)) {
		if isList(baseName(name)) {
			continue
		}
		if err := e.apply(name, e.changes[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, name := range []string{"CATEGORIES", "NICKNAME"} {
		e.list(name)
	}
	e.insert()
	if len(e.places) == 0 {
		return bytes.Clone(body), nil
	}
	c.Doc.Rewrite(e.places)
	return c.Doc.Bytes(), nil
}

// empty is a card without properties, of the version of what will be in it.
func empty(changes map[string]string) []byte {
	version := ""
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if v := changes[name]; v != merge.Absent && !strings.Contains(name, "|") && (version == "" || name == "UID") {
			version, _ = split(v)
		}
	}
	if version == "" {
		return nil
	}
	return []byte("BEGIN:VCARD\r\nVERSION:" + version + "\r\nEND:VCARD\r\n")
}

// editing is a card that is being patched.
type editing struct {
	*card
	// changes of each property, and of its parts; "" is the property itself.
	changes map[string]map[string]string
	// places are the lines that change, for Document.Rewrite, and behind the new
	// lines behind others.
	places, behind map[int][]contentline.Line
	// fresh lines by the name of their property, and the places that removed
	// lines of that name leave.
	fresh map[string][]contentline.Line
	freed map[string][]int
}

// apply changes one property and its parts.
func (e *editing) apply(name string, changes map[string]string) error {
	value, set := changes[""]
	p := e.properties[name]
	switch {
	case set && value == merge.Absent:
		if p != nil {
			for _, old := range p.entries {
				e.remove(old)
			}
		}
		return nil
	case !set && p == nil:
		return nil // parts of what is not there
	case set:
		entries, err := e.translated(value)
		if err != nil {
			return err
		}
		if p == nil {
			e.add(entries, changes)
			return nil
		}
		version, _ := split(value)
		e.replace(p, entries, version != vcard.V40 && e.Version == vcard.V40)
	}
	if entries := p.distinct(); len(entries) == 1 {
		parts := maps.Clone(entries[0].parts)
		for part, value := range changes {
			switch {
			case part == "":
			case value == merge.Absent:
				delete(parts, part)
			default:
				parts[part] = value
			}
		}
		for _, old := range p.entries {
			e.say(old, parts)
		}
	}
	return nil
}

// translated are the entries of a value as this card's version says them. Before
// 4.0 a property is there in one language only (ALTID).
func (e *editing) translated(value string) ([]entry, error) {
	entries, err := entriesOf(value)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	entries = slices.DeleteFunc(entries, func(n entry) bool {
		id := n.parts["ALTID"]
		again := e.Version != vcard.V40 && id != "" && seen[id]
		seen[id] = true
		return again
	})
	for i := range entries {
		entries[i].Property = entries[i].In(e.Version)
		for k, c := range entries[i].companions {
			entries[i].companions[k] = c.In(e.Version)
		}
	}
	return entries, nil
}

// add puts a property into the card that has none of it. A single entry gets the
// parts that come with it, and no others.
func (e *editing) add(entries []entry, changes map[string]string) {
	for _, n := range entries {
		parts := n.parts
		if len(entries) == 1 {
			parts = map[string]string{}
			for part, value := range changes {
				if part != "" && value != merge.Absent {
					parts[part] = value
				}
			}
		}
		e.fresh[vcard.CanonicalName(n.Name)] = append(e.fresh[vcard.CanonicalName(n.Name)], e.lines(n, parts)...)
	}
}

// lines are a new entry with these parts, in a group of its own if it needs one.
func (e *editing) lines(n entry, parts map[string]string) []contentline.Line {
	attributes, about := apart(parts)
	p := n.WithAttributes(attributes)
	group := ""
	if len(about) > 0 {
		group = e.newGroup(n.Group)
	}
	p = grouped(p, group)
	lines := append([]contentline.Line{p.Line}, p.Inner...)
	for _, name := range slices.Sorted(maps.Keys(about)) {
		lines = append(lines, e.companion(group, name, about[name]))
	}
	return lines
}

// apart tells attributes from companions.
func apart(parts map[string]string) (attributes, about map[string]string) {
	attributes, about = map[string]string{}, map[string]string{}
	for part, value := range parts {
		if companion(part) {
			about[part] = value
		} else {
			attributes[part] = value
		}
	}
	return attributes, about
}

func (e *editing) companion(group, name, value string) contentline.Line {
	p := vcard.Property{Version: e.Version, Line: contentline.Line{Group: group, Name: name, Depth: 1}}
	return p.WithText(value).Line
}

// newGroup takes a group that no line has.
func (e *editing) newGroup(wish string) string {
	if wish == "" || e.taken(wish) {
		for n := 1; wish == "" || e.taken(wish); n++ {
			wish = fmt.Sprintf("item%d", n)
		}
	}
	e.groups[strings.ToUpper(wish)]++
	return wish
}

func (e *editing) taken(group string) bool {
	if e.groups[strings.ToUpper(group)] > 0 {
		return true
	}
	return slices.ContainsFunc(e.Doc.Lines, func(l contentline.Line) bool { return strings.EqualFold(l.Group, group) })
}

// grouped puts a line into a group; the rest of it keeps its bytes.
func grouped(p vcard.Property, group string) vcard.Property {
	if p.Group == group {
		return p
	}
	if p.Raw != "" && p.Group == "" && len(group) < 16 {
		first, _, _ := strings.Cut(p.Raw, "\n")
		if len(first)+len(group) < 75 {
			p.Raw = group + "." + p.Raw
			p.Group = group
			return p
		}
	}
	p.Raw, p.Group = "", group
	return p
}

// remove takes an entry out, with the companions that are its alone.
func (e *editing) remove(old entry) {
	e.put(old.At)
	name, key := vcard.CanonicalName(old.Name), groupKey(old.Property)
	e.freed[name] = append(e.freed[name], old.At)
	if e.groups[key]--; e.groups[key] > 0 {
		return
	}
	for _, c := range old.companions {
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

// replace gives a property other values. Entries that mean the same stay; the
// others change one for one. An entry that is alone keeps what is said about it.
// older: the values are of a card that has one language only, so those in others
// (ALTID) stay.
func (e *editing) replace(p *property, entries []entry, older bool) {
	alone := len(entries) == 1 && (len(p.distinct()) == 1 || older && p.entries[0].parts["ALTID"] != "")
	same := func(a, b entry) bool { return a.canonical == b.canonical && (alone || a.meaning() == b.meaning()) }
	var stay, old, fresh []entry
	for _, n := range entries {
		if !slices.ContainsFunc(p.entries, func(o entry) bool { return same(o, n) }) {
			fresh = append(fresh, n)
		}
	}
	for _, o := range p.entries {
		if slices.ContainsFunc(entries, func(n entry) bool { return same(o, n) }) {
			stay = append(stay, o)
		} else {
			old = append(old, o)
		}
	}
	for i, o := range old {
		switch {
		case i < len(fresh):
			o.Property, o.canonical = o.WithValue(fresh[i].Property), fresh[i].canonical
			if !alone {
				attributes, _ := apart(fresh[i].parts)
				o.Property = o.WithAttributes(attributes)
			}
			e.put(o.At, append([]contentline.Line{o.Line}, o.Inner...)...)
			stay = append(stay, o)
		case alone && older && o.parts["ALTID"] != "":
			stay = append(stay, o)
		default:
			e.remove(o)
		}
	}
	for _, n := range fresh[min(len(old), len(fresh)):] {
		name := vcard.CanonicalName(n.Name)
		e.fresh[name] = append(e.fresh[name], e.lines(n, n.parts)...)
	}
	p.entries = stay
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
	key, companions := groupKey(old.Property), old.companions
	if p.Group == "" || e.groups[key] > 1 {
		e.groups[key]--
		p, companions = grouped(p, e.newGroup("")), nil
	}
	said := map[string]bool{}
	for _, c := range companions {
		value, keep := about[c.Name]
		switch {
		case !keep || said[c.Name]:
			e.places[c.At] = nil
		case value != old.parts[c.Name]:
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
