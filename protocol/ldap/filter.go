package ldap

import (
	"fmt"
	"strings"
	"unicode/utf8"

	goldap "github.com/go-ldap/ldap/v3"
)

// EscapeFilter makes of a value one that stands for itself in a filter.
func EscapeFilter(value string) string { return goldap.EscapeFilter(value) }

// CheckFilter tells whether a text is a filter (RFC 4515; RFC 4526 for "(&)"
// and "(|)"); its error is a *SyntaxError.
func CheckFilter(text string) error {
	f := &filterText{text: text}
	if !utf8.ValidString(text) {
		return &SyntaxError{Thing: text, What: "this is not UTF-8", Remedy: `write the bytes as \ and two hexadecimal digits`}
	}
	f.filter(0)
	if f.err == nil && f.at < len(text) {
		f.fail("the filter ends before this", "join filters as (&(...)(...))")
	}
	if f.err != nil {
		return f.err
	}
	if _, err := goldap.CompileFilter(text); err != nil {
		return &SyntaxError{Thing: text, What: err.Error()}
	}
	return nil
}

const maxDepth = 100 // of filters within filters

// filterText reads a filter from left to right. CompileFilter accepts some
// texts that are none, such as "(&(a=b)x", and says of few errors where they
// are.
type filterText struct {
	text string
	at   int // bytes
	err  error
}

func (f *filterText) fail(what, remedy string) {
	if f.err == nil {
		f.err = &SyntaxError{Thing: f.text, At: utf8.RuneCountInString(f.text[:f.at]) + 1, What: what, Remedy: remedy}
	}
}

func (f *filterText) peek() byte {
	if f.err != nil || f.at >= len(f.text) {
		return 0
	}
	return f.text[f.at]
}

func (f *filterText) expect(c byte) {
	if f.peek() == c {
		f.at++
		return
	}
	switch {
	case f.at >= len(f.text):
		f.fail(fmt.Sprintf("%q is missing at the end", c), "close every parenthesis")
	case f.peek() == ' ', f.peek() == '\n', f.peek() == '\t', f.peek() == '\r':
		f.fail("no space may be here", "write the parts of a filter without spaces between them")
	default:
		f.fail(fmt.Sprintf("there should be %q", c), "a filter is (attribute=value), or (&(...)(...))")
	}
}

// filter reads "(" what ")".
func (f *filterText) filter(depth int) {
	if depth > maxDepth {
		f.fail(fmt.Sprintf("more than %d parentheses within each other", maxDepth), "")
		return
	}
	f.expect('(')
	switch f.peek() {
	case '&', '|':
		for f.at++; f.peek() == '('; {
			f.filter(depth + 1)
		}
	case '!':
		f.at++
		f.filter(depth + 1)
	default:
		f.item()
	}
	f.expect(')')
}

// item reads attribute, relation and value.
func (f *filterText) item() {
	begin := f.at
	for f.at < len(f.text) && isDescription(f.text[f.at]) {
		f.at++
	}
	name := f.text[begin:f.at]
	rest := f.text[f.at:]
	switch {
	case f.err != nil:
	case strings.HasPrefix(rest, ":"):
		f.extensible(name)
	case name == "":
		f.fail("an attribute should be here", "a filter is (attribute=value), or (&(...)(...))")
	case strings.HasPrefix(rest, "="):
		f.at++
		f.value(true)
	case strings.HasPrefix(rest, ">="), strings.HasPrefix(rest, "<="), strings.HasPrefix(rest, "~="):
		f.at += 2
		f.value(false)
	default:
		f.fail("there should be =, >=, <=, ~= or :=", "a filter is (attribute=value), or (&(...)(...))")
	}
}

// extensible reads what follows an attribute: [":dn"] [":" rule] ":=" value.
func (f *filterText) extensible(name string) {
	begin := f.at
	end := strings.Index(f.text[f.at:], ":=")
	if end < 0 {
		f.fail("there should be :=", "")
		return
	}
	head := f.text[f.at : f.at+end]
	if head == ":dn" {
		head = ""
	}
	head = strings.TrimPrefix(head, ":dn:")
	rule := strings.TrimPrefix(head, ":")
	if strings.Trim(rule, descriptionChars) != "" || head != "" && rule == "" || name == "" && rule == "" {
		f.fail("this is no matching rule", "write attribute:rule:=value")
		return
	}
	f.at = begin + end + 2
	f.value(false)
}

// value reads up to the closing parenthesis.
func (f *filterText) value(stars bool) {
	star := false // the character before was one
	for ; f.at < len(f.text) && f.text[f.at] != ')'; f.at++ {
		switch f.text[f.at] {
		case '(':
			f.fail("a parenthesis within a value", `write it as \28`)
			return
		case 0:
			f.fail("a NUL within a value", `write it as \00`)
			return
		case '*':
			if !stars {
				f.fail("a * is not possible with this relation", `write it as \2a, or use =`)
				return
			}
			if star {
				f.fail("two * in a row", "write one")
				return
			}
		case '\\':
			if f.at+2 >= len(f.text) || !isHex(f.text[f.at+1]) || !isHex(f.text[f.at+2]) {
				f.fail(`behind \ there should be two hexadecimal digits`, `write \ as \5c`)
				return
			}
			f.at += 2
		}
		star = f.text[f.at] == '*'
	}
}

const descriptionChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.;"

func isDescription(c byte) bool { return strings.IndexByte(descriptionChars, c) >= 0 }

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
