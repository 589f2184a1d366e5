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
	before, after := was.places(), is.places()
	for kind, from := range gone {
		to := came[kind]
		name, _, _ := strings.Cut(kind, " ")
		if len(from) != len(to) || len(from) > 1 && before[name] != after[name] {
			continue
		}
		for i := range from {
			if len(from) == 1 || before[from[i].name] == after[to[i].name] {
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

// places tells how many properties of its name stand before each one that is
// named by its value, and how many there are of the name.
func (c *card) places() map[string]int {
	var all []*property
	for name, p := range c.properties {
		if many(baseName(name)) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *property) int { return a.entries[0].At - b.entries[0].At })
	places := map[string]int{}
	for _, p := range all {
		name := baseName(p.name)
		places[p.name] = places[name]
		places[name]++
	}
	return places
}
