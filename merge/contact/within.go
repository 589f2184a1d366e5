package contact

import (
	"maps"
	"slices"
)

// Within implements merge.Format: each line of less is one of more, perhaps with
// fewer parts, and none of more is left out.
func (f Format) Within(name, less, more string, held func(class string) bool) bool {
	few, errFew := entriesOf(less)
	full, errFull := entriesOf(more)
	if errFew != nil || errFull != nil || len(few) == 0 || len(full) < 2 {
		return false
	}
	of := func(a, b entry) bool { return f.within(name, a, b, held) }
	return !slices.ContainsFunc(few, func(a entry) bool { return !slices.ContainsFunc(full, func(b entry) bool { return of(a, b) }) }) &&
		!slices.ContainsFunc(full, func(b entry) bool { return !slices.ContainsFunc(few, func(a entry) bool { return of(a, b) }) })
}

// within tells whether a line says the same as another one, but for parts of
// classes that are not held.
func (f Format) within(name string, less, more entry, held func(class string) bool) bool {
	if less.canonical != more.canonical {
		return false
	}
	for part, value := range less.parts {
		if of, said := more.parts[part]; !said || canonicalPart(part, value) != canonicalPart(part, of) {
			return false
		}
	}
	for part := range more.parts {
		if _, said := less.parts[part]; !said && held(f.Class(name+"|"+part)) {
			return false
		}
	}
	return true
}

// Held implements merge.Format.
func (f Format) Held(name, value, now string, held func(class string) bool) map[string]string {
	there, err := entriesOf(now)
	if err != nil {
		return nil
	}
	e, err := editingOf(frame(value))
	if err != nil {
		return nil
	}
	for _, p := range e.properties {
		if len(p.distinct()) < 2 {
			return nil
		}
		for _, n := range p.entries {
			parts := maps.Clone(n.parts)
			maps.DeleteFunc(parts, func(part, _ string) bool {
				return !held(f.Class(name+"|"+part)) && !slices.ContainsFunc(there, func(t entry) bool { return t.parts[part] != "" })
			})
			if len(parts) < len(n.parts) {
				e.say(n, parts)
			}
		}
	}
	if e.insert(); len(e.places) == 0 {
		return nil
	}
	left, _ := f.Parse(e.bytes())
	return left
}
