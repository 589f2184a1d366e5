package directory

import (
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// Items have the ID source!id, or source!id!name where an owner may have
// several of a resource. In the first two parts "!" is escaped, but the second
// begins with one where it is a DN (mapping.Origin).

func idOf(f *mapping.Found) core.ID {
	if f.Resource.Single() {
		return core.ID(f.Of.Handle)
	}
	return core.ID(f.Of.Handle + "!" + f.Name)
}

// split takes an ID apart.
func split(resource element.Resource, id core.ID) (handle, name string) {
	if resource.Single() {
		return string(id), ""
	}
	source, rest, _ := strings.Cut(string(id), "!")
	mark := ""
	if strings.HasPrefix(rest, "!") {
		mark, rest = "!", rest[1:]
	}
	rest, name, _ = strings.Cut(rest, "!")
	return source + "!" + mark + rest, name
}

// stub describes an element. Of one that is bad neither size nor Sum is told:
// what stands on the other side is kept.
func stub(f *mapping.Found) core.Stub {
	s := f.Element().Stub()
	s.ID, s.Key, s.Same, s.Where, s.Out = idOf(f), f.Key(), core.Same(f.Of.Handle), f.Of.Where, f.Out
	if f.Bad != "" {
		s.Bad, s.Sum, s.Size, s.Label = f.Bad, "", -1, ""
	}
	return s
}
