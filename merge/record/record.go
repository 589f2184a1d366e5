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

// Identity implements merge.Format.
func (Format) Identity() string { return "UID" }

// Ignored implements merge.Format.
func (Format) Ignored(name string) bool { return name == "REV" }
