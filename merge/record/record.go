// Package record is the simplest format of bodies that merge: lines of
// "name=value". The memory connector and the tests of the engine use it; real
// cards and events have formats of their own. It does no I/O. Start with
// Format.
package record

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/merge"
)

// Format implements merge.Format. Values of TEL are compared without blanks;
// REV means nothing; UID is the identity.
type Format struct {
	// Exact compares values to the letter.
	Exact bool
}

var _ merge.Format = Format{}

// Parse implements merge.Format.
func (Format) Parse(body []byte) (map[string]string, error) {
	out := map[string]string{}
	for i, line := range strings.Split(strings.TrimSuffix(string(body), "\n"), "\n") {
		name, value, ok := strings.Cut(line, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("line %d: %q is not name=value", i+1, line)
		}
		out[name] = value
	}
	return out, nil
}

// Print puts properties together, in order.
func Print(p map[string]string) []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&b, "%s=%s\n", name, p[name])
	}
	return b.Bytes()
}

// Patch implements merge.Format.
func (f Format) Patch(body []byte, changes map[string]string) ([]byte, error) {
	p := map[string]string{}
	if len(body) > 0 {
		var err error
		if p, err = f.Parse(body); err != nil {
			return nil, err
		}
	}
	for name, value := range changes {
		if value == merge.Absent {
			delete(p, name)
		} else {
			p[name] = value
		}
	}
	maps.DeleteFunc(p, func(name, _ string) bool { // a part without its whole
		whole := f.Whole(name)
		_, there := p[whole]
		return whole != "" && !there
	})
	return Print(p), nil
}

// Canonical implements merge.Format.
func (f Format) Canonical(name, value string) string {
	if name == "TEL" && !f.Exact {
		return strings.ReplaceAll(value, " ", "")
	}
	return value
}

// Class implements merge.Format: members of a list share their class.
func (Format) Class(name string) string {
	class, _, _ := strings.Cut(name, ":")
	return class
}

// Whole implements merge.Format: TEL|LABEL is a part of TEL.
func (Format) Whole(name string) string {
	whole, _, part := strings.Cut(name, "|")
	if !part {
		return ""
	}
	return whole
}

// Edited implements merge.Format: TEL:1 that became TEL:2 was edited if each
// body has one TEL.
func (f Format) Edited(base, now []byte) map[string]string {
	was, errWas := f.Parse(base)
	is, errIs := f.Parse(now)
	if errWas != nil || errIs != nil {
		return nil
	}
	out := map[string]string{}
	for from := range was {
		for to := range is {
			class, _, member := strings.Cut(from, ":")
			if member && strings.HasPrefix(to, class+":") && f.alone(from, was) && f.alone(to, is) && from != to {
				out[from] = to
			}
		}
	}
	return out
}

// alone tells whether no other member of its list is there.
func (f Format) alone(name string, p map[string]string) bool {
	for other := range p {
		if other != name && f.Whole(other) != name && f.Class(other) == f.Class(name) {
			return false
		}
	}
	return f.Whole(name) == ""
}

// Heavy implements merge.Format.
func (Format) Heavy(string) bool { return false }

// Counted implements merge.Format.
func (Format) Counted(string) bool { return false }

// Within implements merge.Format: no value has lines.
func (Format) Within(_, _, _ string, _ func(string) bool) bool { return false }

// Version implements merge.Format.
func (Format) Version(string) string { return "" }

// Held implements merge.Format: no value has several lines.
func (Format) Held(_, _, _ string, _ func(string) bool) map[string]string { return nil }

// Proves implements merge.Format.
func (Format) Proves(string) bool { return false }

// Identity implements merge.Format.
func (Format) Identity() string { return "UID" }

// Ignored implements merge.Format.
func (Format) Ignored(name string) bool { return name == "REV" }
