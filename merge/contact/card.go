package contact

import (
	"maps"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
	"lockstep/merge"
)

// card is a body taken apart.
type card struct {
	*vcard.Card
	properties map[string]*property
	// groups counts the lines of each group; companions are not counted.
	groups map[string]int
	// empty are the lines that say nothing, by the name of their property.
	empty map[string][]int
	// about is the companions of each group.
	about map[string][]vcard.Property
}

// property is all lines that one name stands for.
type property struct {
	name    string
	entries []entry // none of a member of a list
	// member of a list, and the lines that have it.
	member string
	lines  []vcard.Property
}

// entry is one line with what is said about its value.
type entry struct {
	vcard.Property
	// companions, one of each name.
	companions []vcard.Property
	// parts are the attributes, and the companions by their names.
	parts     map[string]string
	canonical string
	// meaning is all of it as text, for comparing entries of one property.
	meaning string
}

func parse(body []byte) (*card, error) {
	v, err := vcard.Parse(body)
	if err != nil {
		return nil, err
	}
	c := &card{Card: v, properties: map[string]*property{}, groups: map[string]int{}, empty: map[string][]int{}, about: map[string][]vcard.Property{}}
	all := v.Properties()
	for _, p := range all {
		switch {
		case p.Group == "":
		case companion(p.Name):
			c.groups[groupKey(p)] += 0 // so that the group is taken
		default:
			c.groups[groupKey(p)]++
		}
	}
	for _, p := range all {
		if companion(p.Name) && c.groups[groupKey(p)] > 0 {
			c.about[groupKey(p)] = append(c.about[groupKey(p)], p)
		}
	}
	said := map[string][]vcard.Property{}
	for group, companions := range c.about {
		said[group] = together(companions)
	}
	for _, p := range all {
		name := vcard.CanonicalName(p.Name)
		switch {
		case name == "VERSION" || companion(p.Name) && c.groups[groupKey(p)] > 0:
		case isList(name):
			for _, m := range p.Members() {
				if canonical := vcard.CanonicalText(m); canonical != "" {
					of := c.property(valueName(name, canonical))
					of.member = strings.TrimSpace(m)
					of.lines = append(of.lines, p)
				}
			}
		default:
			e := entryOf(p, said[groupKey(p)])
			if e.canonical == "" {
				c.empty[name] = append(c.empty[name], p.At)
				continue
			}
			if many(name) {
				name = valueName(name, e.canonical)
			}
			of := c.property(name)
			of.entries = append(of.entries, e)
		}
	}
	return c, nil
}

func groupKey(p vcard.Property) string { return strings.ToUpper(p.Group) }

func (c *card) property(name string) *property {
	p := c.properties[name]
	if p == nil {
		p = &property{name: name}
		c.properties[name] = p
	}
	return p
}

func entryOf(p vcard.Property, companions []vcard.Property) entry {
	e := entry{Property: p, companions: companions, parts: p.Attributes(), canonical: p.Canonical()}
	for _, c := range companions {
		e.parts[c.Name] = strings.TrimSpace(c.Text())
	}
	maps.DeleteFunc(e.parts, func(_, v string) bool { return v == "" })
	e.meaning = e.canonical
	for _, part := range slices.Sorted(maps.Keys(e.parts)) {
		e.meaning += "; " + part + "=" + canonicalPart(part, e.parts[part])
	}
	return e
}

// together are the companions of one group with one line for each name, which has
// the texts of all of them in order: servers sort lines.
func together(companions []vcard.Property) (out []vcard.Property) {
	texts := map[string][]string{}
	for _, c := range companions {
		texts[c.Name] = append(texts[c.Name], strings.TrimSpace(c.Text()))
	}
	for _, c := range companions {
		all := texts[c.Name]
		if slices.ContainsFunc(out, func(o vcard.Property) bool { return o.Name == c.Name }) {
			continue
		}
		slices.Sort(all)
		if all = slices.Compact(all); len(all) > 1 {
			printed := contentline.Document{EOL: "\r\n"}
			printed.Insert(0, c.WithText(strings.TrimSpace(strings.Join(all, "\n"))).Line)
			c.Line = printed.Lines[0]
		}
		out = append(out, c)
	}
	return out
}

// canonicalPart is the form in which two values of a part are compared.
func canonicalPart(part, value string) string {
	value = vcard.CanonicalText(value)
	if part == "X-ABLABEL" {
		value = strings.TrimSuffix(strings.TrimPrefix(value, "_$!<"), ">!$_")
	}
	return value
}

// distinct are the entries of a property without repetitions, in order of their
// meaning: servers sort lines.
func (p *property) distinct() []entry {
	entries := slices.Clone(p.entries)
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.meaning, b.meaning) })
	return slices.CompactFunc(entries, func(a, b entry) bool { return a.meaning == b.meaning })
}

// Parse implements merge.Format. The value of a property is its canonical form
// ("" where its name says it), the version of its card, and its lines; those of
// parts and members are their text.
func (Format) Parse(body []byte) (map[string]string, error) {
	c, err := parse(body)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, p := range c.properties {
		if p.lines != nil {
			out[name] = join("", c.Version, p.member)
			continue
		}
		entries := p.distinct()
		canonical := ""
		switch {
		case len(entries) > 1: // their parts are told by no name
			var canonicals strings.Builder
			for _, e := range entries {
				canonicals.WriteString(e.meaning + "\n")
			}
			canonical = canonicals.String()
		case !many(baseName(name)):
			canonical = entries[0].canonical
		}
		var lines strings.Builder
		for _, e := range entries {
			lines.WriteString(e.raw())
		}
		out[name] = join(canonical, c.Version, lines.String())
		if len(entries) > 1 {
			continue
		}
		for part, value := range entries[0].parts {
			out[name+"|"+part] = value
		}
	}
	return out, nil
}

// raw is the lines of an entry as they stand.
func (e entry) raw() string {
	var b strings.Builder
	lines := append([]contentline.Line{e.Line}, e.Inner...)
	for _, c := range e.companions {
		lines = append(lines, c.Line)
	}
	for _, l := range lines {
		b.WriteString(l.Raw)
		if !strings.HasSuffix(l.Raw, "\n") && !strings.HasSuffix(l.Raw, "\r") {
			b.WriteString("\r\n")
		}
	}
	return b.String()
}

func join(canonical, version, lines string) string {
	return strings.ReplaceAll(canonical, "\x00", "") + "\x00" + version + "\x00" + lines
}

// split is the version and the lines of a value.
func split(value string) (version, lines string) {
	_, rest, _ := strings.Cut(value, "\x00")
	version, lines, _ = strings.Cut(rest, "\x00")
	return version, lines
}

// frame is a card of a value alone.
func frame(value string) []byte {
	version, lines := split(value)
	return []byte("BEGIN:VCARD\r\nVERSION:" + version + "\r\n" + lines + "END:VCARD\r\n")
}

// entriesOf are the entries that a value holds.
func entriesOf(value string) ([]entry, error) {
	if value == merge.Absent {
		return nil, nil
	}
	c, err := parse(frame(value))
	if err != nil {
		return nil, err
	}
	var all []entry
	for _, p := range c.properties {
		all = append(all, p.entries...)
	}
	slices.SortFunc(all, func(a, b entry) int { return a.At - b.At })
	return all, nil
}
