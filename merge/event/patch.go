package event

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/merge"
)

// Patch implements merge.Format. An event that is set is the body that it came
// in, with the parts of the body that it replaces.
func (f Format) Patch(body []byte, changes map[string]string) ([]byte, error) {
	parts := map[string]string{}
	if len(body) > 0 {
		p, err := f.Parse(body)
		if err != nil {
			return nil, err
		}
		parts = p
	}
	for name, value := range changes {
		if value == merge.Absent {
			delete(parts, name)
		} else {
			parts[name] = value
		}
	}
	event, there := parts[whole]
	if !there {
		return nil, nil
	}
	_, text, _ := strings.Cut(event, "\x00")
	o, err := read([]byte(text))
	if err != nil {
		return nil, err
	}
	if err := o.set(parts); err != nil {
		return nil, err
	}
	return o.Doc.Bytes(), nil
}

// set makes the parts of an object what they should be. An attendee who is there
// keeps an answer that nothing is said about.
func (o *object) set(parts map[string]string) error {
	places := map[int][]contentline.Line{}
	for _, name := range slices.Sorted(maps.Keys(o.parts)) {
		p := o.parts[name]
		value, wanted := parts[whole+"|"+name]
		canonical, _, _ := strings.Cut(value, "\x00")
		switch {
		case wanted && canonical == p.canonical():
		case wanted && p.attendee:
			places[p.at[0]] = []contentline.Line{answering(p.lines[0], canonical)}
		case p.attendee:
		default:
			for _, i := range p.at {
				places[i] = nil
			}
			if wanted {
				lines, err := linesOf(value)
				if err != nil {
					return err
				}
				places[p.at[0]] = lines
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part, is := strings.CutPrefix(name, whole+"|")
		if !is || o.parts[part] != nil {
			continue
		}
		for _, c := range o.Components {
			kind, of, _ := strings.Cut(part, " ")
			if kind == "PARTSTAT" || of != instance(c) {
				continue // an attendee who is not there any more
			}
			lines, err := linesOf(parts[name])
			if err != nil {
				return err
			}
			at := c.To
			if _, changed := places[at]; !changed {
				places[at] = []contentline.Line{o.Doc.Lines[at]}
			}
			places[at] = slices.Insert(places[at], len(places[at])-1, lines...)
			break
		}
	}
	if len(places) > 0 {
		o.Doc.Rewrite(places)
	}
	return nil
}

// linesOf are the lines of the value of a part.
func linesOf(value string) (lines []contentline.Line, err error) {
	_, raw, _ := strings.Cut(value, "\x00")
	for l, bad := range contentline.Lines(raw) {
		err = errors.Join(err, bad)
		lines = append(lines, l)
	}
	if err != nil {
		return nil, fmt.Errorf("a part that does not parse: %w", err)
	}
	return lines, nil
}
