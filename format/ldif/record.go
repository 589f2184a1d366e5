package ldif

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Record is one entry.
type Record struct {
	// Line where it begins, from 1; 0 = it was not read.
	Line int
	DN   string
	// Attributes in the order of the text.
	Attributes []Attribute
}

// Attribute is one value of an attribute.
type Attribute struct {
	// Name with options, as it is written: "cn;lang-fr".
	Name string
	// Value in bytes, whatever they are.
	Value string
}

// Error is what is wrong with one record, or with the text.
type Error struct {
	Line int
	// DN of the record, if that was read.
	DN   string
	Text string
	// Remedy in one clause; "" = none known.
	Remedy string
}

func (e *Error) Error() string {
	s := fmt.Sprintf("line %d: %s", e.Line, e.Text)
	if e.Remedy != "" {
		s += " (" + e.Remedy + ")"
	}
	return s
}

// Version is the first line of a text, with the empty one behind it.
const Version = "version: 1\n\n"

// width of a line that is written, in bytes without its end.
const width = 76

// Append writes a record, with the empty line behind it. Its names must be
// those of attributes.
func (r Record) Append(out []byte) []byte {
	out = appendLine(out, "dn", r.DN)
	for _, a := range r.Attributes {
		out = appendLine(out, a.Name, a.Value)
	}
	return append(out, '\n')
}

// appendLine writes one value, in Base64 where it has to be, and folds it.
func appendLine(out []byte, name, value string) []byte {
	line := name + ": " + value
	switch {
	case value == "":
		line = name + ":"
	case !safe(value):
		line = name + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	for n := width; len(line) > n; n = width - 1 {
		out = append(append(out, line[:n]...), "\n "...)
		line = line[n:]
	}
	return append(append(out, line...), '\n')
}

// safe: a SAFE-STRING that does not end in a blank (RFC 2849, notes 4 and 8).
func safe(value string) bool {
	if strings.ContainsAny(value[:1], " :<") || value[len(value)-1] == ' ' {
		return false
	}
	for i := range len(value) {
		if c := value[i]; c == 0 || c == '\n' || c == '\r' || c >= 0x80 {
			return false
		}
	}
	return true
}
