package contact

import (
	"slices"
	"strings"
)

// Edited implements merge.Format. A value that went and one that came are one
// that was edited if they alone of their name have the same types and label; or,
// if more do, if they stand at the same place of as many.
func (Format) Edited(base, now []byte) map[string]string {
	was, errWas := parse(base)
	is, errIs := parse(now)
	if errWas != nil || errIs != nil {
		return nil
	}
	gone, came := was.without(is), is.without(was)
	pairs := map[string]string{}
	for kind, from := range gone {
		to := came[kind]
		if len(from) != len(to) || len(from) > 1 && was.count(from[0].name) != is.count(to[0].name) {
			continue
		}
		for i := range from {
			if len(from) == 1 || was.place(from[i]) == is.place(to[i]) {
				pairs[from[i].name] = to[i].name
			}
		}
	}
	return pairs
}

// without groups, by name, types and label, the properties named by their value
// that another card does not have, in the order of their lines.
func (c *card) without(other *card) map[string][]*property {
	out := map[string][]*property{}
	for name, p := range c.properties {
		if !many(baseName(name)) || other.properties[name] != nil || len(p.distinct()) != 1 {
			continue
		}
		kind := []string{"X-ABLABEL=" + canonicalPart("X-ABLABEL", p.entries[0].parts["X-ABLABEL"])}
		for part := range p.entries[0].parts {
			if strings.HasPrefix(part, "TYPE=") {
				kind = append(kind, part)
			}
		}
		slices.Sort(kind)
		key := baseName(name) + " " + strings.Join(kind, " ")
		out[key] = append(out[key], p)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b *property) int { return a.entries[0].At - b.entries[0].At })
	}
	return out
}

// count is how many properties there are of a name like this one's.
func (c *card) count(name string) (n int) {
	for other := range c.properties {
		if baseName(other) == baseName(name) {
			n++
		}
	}
	return n
}

// place is how many properties of its name stand before a property.
func (c *card) place(p *property) (n int) {
	for name, other := range c.properties {
		if baseName(name) == baseName(p.name) && other.entries[0].At < p.entries[0].At {
			n++
		}
	}
	return n
}
