package contentline

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Line is one logical line: a property, BEGIN or END, or a blank line.
type Line struct {
	// Raw is the line as it stands, with its folds and line ends; "" = it is new
	// and printed when it is put into a Document.
	Raw string
	// Number of the first physical line, from 1; 0 = it is new.
	Number int
	// Depth counts the components around the line; BEGIN and END stand outside
	// of what they enclose.
	Depth int
	// Group is what stands before the name and a dot, as written; "" = none.
	Group string
	// Name in upper case; "" = the line is blank.
	Name   string
	Params []Param
	// Value as written, unfolded and not decoded.
	Value string
}

// Param is one parameter. Values are unquoted and without the ^ escapes of
// RFC 6868. A Param without a Name is a bare value of vCard 2.1.
type Param struct {
	Name   string // in upper case
	Values []string
}

// Get returns the values of all parameters of a name, in order.
func (l Line) Get(name string) (values []string) {
	for _, p := range l.Params {
		if p.Name == name {
			values = append(values, p.Values...)
		}
	}
	return values
}

// has tells whether a parameter, or a bare value, is one of these, in any case.
func (l Line) has(name string, values ...string) bool {
	for _, p := range l.Params {
		if p.Name != name && p.Name != "" {
			continue
		}
		for _, v := range p.Values {
			for _, want := range values {
				if strings.EqualFold(v, want) {
					return true
				}
			}
		}
	}
	return false
}

// QuotedPrintable tells whether the value is written so (vCard 2.1).
func (l Line) QuotedPrintable() bool { return l.has("ENCODING", "QUOTED-PRINTABLE") }

// Base64 tells whether the value is written so: as B of RFC 2426, or as BASE64
// of vCard 2.1 and RFC 5545.
func (l Line) Base64() bool { return l.has("ENCODING", "BASE64", "B") }

// block tells whether the value may stand in lines of its own up to a blank one.
func (l Line) block() bool { return l.has("ENCODING", "BASE64") }

// Error is what is wrong with a line.
type Error struct {
	// Line is a physical line, from 1.
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

func errorf(line int, format string, args ...any) error {
	return &Error{Line: line, Text: fmt.Sprintf(format, args...)}
}

// Excerpt is the beginning of a text, for errors.
func Excerpt(s string) string {
	const long = 40
	if len(s) <= long {
		return fmt.Sprintf("%q", s)
	}
	n := long
	for n > long-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%q...", s[:n])
}
