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
	e, err := editingOf(body)
	if err != nil {
		return nil, err
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
	return e.bytes(), nil
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
	// numbered is how many groups were tried for new ones.
	numbered int
}

func editingOf(body []byte) (*editing, error) {
	c, err := parse(body)
	if err != nil {
		return nil, err
	}
	return &editing{
		card: c, changes: map[string]map[string]string{}, places: map[int][]contentline.Line{}, behind: map[int][]contentline.Line{},
		fresh: map[string][]contentline.Line{}, freed: map[string][]int{},
	}, nil
}

// bytes of the card with its changes.
func (e *editing) bytes() []byte {
	e.Doc.Rewrite(e.places)
	return e.Doc.Bytes()
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
		version, _ := split(value)
		older := version != vcard.V40 && e.Version == vcard.V40 && p != nil && p.entries[0].parts["ALTID"] != ""
		switch {
		case p == nil:
			e.add(entries, changes)
			return nil
		case len(entries) == 1 && !older && len(p.distinct()) > 1: // it is alone only now
			for _, old := range p.entries {
				e.remove(old)
			}
			e.add(entries, changes)
			return nil
		case len(entries) == 1:
			e.revalue(p, entries[0], older)
		default:
			e.replace(p, entries)
			return nil
		}
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
	version, _ := split(value)
	seen := map[string]bool{}
	entries = slices.DeleteFunc(entries, func(n entry) bool {
		id := n.parts["ALTID"]
		again := version == vcard.V40 && e.Version != version && id != "" && seen[id]
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
