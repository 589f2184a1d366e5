package contact

import (
	"maps"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
	"lockstep/merge"
)

// list adds members to the lists of a name, and removes some.
func (e *editing) list(name string) {
	var added []string
	gone := map[string]bool{}
	for _, of := range slices.Sorted(maps.Keys(e.changes)) {
		value, set := e.changes[of][""]
		switch _, there := e.properties[of]; {
		case !set || !strings.HasPrefix(of, name+":"):
		case value == merge.Absent:
			gone[of] = there
		case !there:
			_, member := split(value)
			added = append(added, member)
		}
	}
	var last *vcard.Property
	for _, p := range e.Properties() {
		if p.Name != name {
			continue
		}
		members := slices.DeleteFunc(p.Members(), func(m string) bool { return gone[valueName(name, vcard.CanonicalText(m))] })
		switch {
		case len(members) == 0:
			e.places[p.At] = nil
			e.freed[name] = append(e.freed[name], p.At)
		case len(members) < len(p.Members()):
			e.places[p.At] = []contentline.Line{p.WithMembers(members).Line}
			fallthrough
		default:
			last = &p
			last.Line = p.WithMembers(members).Line
		}
	}
	switch {
	case len(added) == 0:
	case last != nil:
		e.places[last.At] = []contentline.Line{last.WithMembers(append(last.Members(), added...)).Line}
	default:
		p := vcard.Property{Version: e.Version, Line: contentline.Line{Name: name, Depth: 1}}
		e.fresh[name] = append(e.fresh[name], p.WithMembers(added).Line)
	}
}

// insert finds the places of new lines: where one of their name was removed, or
// behind the last of their name, or at the end.
func (e *editing) insert() {
	end := slices.IndexFunc(e.Doc.Lines, func(l contentline.Line) bool { return l.Name == "END" && l.Depth == 0 })
	var rest []contentline.Line
	lasts := map[string]int{}
	for i, l := range e.Doc.Lines {
		if l.Depth == 1 {
			lasts[vcard.CanonicalName(l.Name)] = i
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.fresh)) {
		lines := e.fresh[name]
		last, there := lasts[name]
		switch freed := e.freed[name]; {
		case len(freed) > 0:
			at := slices.Min(freed)
			e.places[at] = append(e.places[at], lines...)
		case there:
			last = e.lastOf(last)
			e.behind[last] = append(e.behind[last], lines...)
		default:
			rest = append(rest, lines...)
		}
	}
	for at, lines := range e.behind {
		if _, changed := e.places[at]; !changed {
			e.places[at] = []contentline.Line{e.Doc.Lines[at]}
		}
		e.places[at] = append(e.places[at], lines...)
	}
	if len(rest) > 0 {
		e.places[end] = append(rest, e.Doc.Lines[end])
	}
}

// lastOf is the last line that belongs to a line: its companions that follow, or
// the card inside.
func (e *editing) lastOf(at int) int {
	if inner := e.inner(at); len(inner) > 0 {
		return inner[len(inner)-1]
	}
	group := e.Doc.Lines[at].Group
	for i := at + 1; group != "" && i < len(e.Doc.Lines) && strings.EqualFold(e.Doc.Lines[i].Group, group) && companion(e.Doc.Lines[i].Name); i++ {
		at = i
	}
	return at
}
