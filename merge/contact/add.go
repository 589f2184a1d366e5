package contact

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
	"lockstep/merge"
)

// add puts a property into the card that has none of it, or an empty one. A
// single entry gets the parts that come with it, and no others.
func (e *editing) add(entries []entry, changes map[string]string) {
	for _, n := range entries {
		name := vcard.CanonicalName(n.Name)
		for _, at := range e.empty[name] {
			e.put(at)
			e.freed[name] = append(e.freed[name], at)
		}
		delete(e.empty, name)
	}
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

// newGroup takes a group that no line has or had.
func (e *editing) newGroup(wish string) string {
	for _, taken := e.groups[strings.ToUpper(wish)]; wish == "" || taken; _, taken = e.groups[strings.ToUpper(wish)] {
		e.numbered++
		wish = fmt.Sprintf("item%d", e.numbered)
	}
	e.groups[strings.ToUpper(wish)]++
	return wish
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
