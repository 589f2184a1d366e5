package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Kind of a value.
type Kind uint8

const (
	// Text is one string; "" stands for no value.
	Text Kind = iota + 1
	// List is a list of strings.
	List
	// Either is a text or a list, as the entry has it.
	Either
	// Truth is true or false.
	Truth
	// number, nothing (null) and found (what match gives: null, or not) occur
	// within scripts only.
	number
	nothing
	found
)

func (k Kind) String() string {
	return map[Kind]string{Text: "a text", List: "a list", Either: "a text or a list", Truth: "true or false", number: "a number", nothing: "null", found: "a match"}[k]
}

// strength is how tightly an expression binds.
type strength uint8

const (
	asChoice strength = iota
	asOr
	asAnd
	asComparison
	asCut // x[1], x[2:]
	asAtom
)

// term is a translated piece.
type term struct {
	kind Kind
	code string
	strength
	// known: the value is the same for every entry: text, items, truth or count.
	known bool
	text  string
	items []string
	truth bool
	count int64
	// number: where what begins in of, or -1; in a list length is its length.
	of, what *term
	last     bool
	length   *term
	// attribute: all of it is this attribute's values, or the first of them.
	attribute string
	// set: a list that is null where the attribute is missing.
	set bool
}

func textTerm(value string) term {
	return term{kind: Text, code: Quote(value), strength: asAtom, known: true, text: value}
}

func truthTerm(value bool) term {
	return term{kind: Truth, code: strconv.FormatBool(value), strength: asAtom, known: true, truth: value}
}

func countTerm(value int64) term {
	return term{kind: number, code: strconv.FormatInt(value, 10), strength: asAtom, known: true, count: value}
}

func listTerm(items []string) term {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = Quote(item)
	}
	return term{kind: List, code: "[" + strings.Join(quoted, ", ") + "]", strength: asAtom, known: true, items: items}
}

func form(kind Kind, strength strength, format string, args ...any) term {
	return term{kind: kind, strength: strength, code: fmt.Sprintf(format, args...)}
}

// in prints a term where something of this strength is needed.
func (t term) in(least strength) string {
	if t.strength < least {
		return "(" + t.code + ")"
	}
	return t.code
}

// call prints name(a, b).
func call(name string, args ...term) string {
	parts := []string{}
	for _, a := range args {
		parts = append(parts, a.code)
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

// not turns a truth round.
func (t term) not() term {
	switch {
	case t.known:
		return truthTerm(!t.truth)
	case t.strength == asAtom && strings.HasPrefix(t.code, "!"):
		return term{kind: Truth, code: strings.TrimPrefix(t.code, "!"), strength: asAtom}
	}
	return form(Truth, asAtom, "!%s", t.in(asAtom))
}

// and and or leave out what is decided before anything is read, and what decides
// nothing.
func and(l, r term) term {
	switch {
	case l.known && !l.truth, r.known && r.truth:
		return l
	case l.known:
		return r
	}
	return form(Truth, asAnd, "%s && %s", l.in(asAnd), r.in(asAnd))
}

func or(l, r term) term {
	switch {
	case l.known && l.truth, r.known && !r.truth:
		return l
	case l.known:
		return r
	}
	return form(Truth, asOr, "%s || %s", l.in(asOr), r.in(asOr))
}

// Quote prints a text as the expressions write it.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Attribute prints the values of an attribute as the expressions name them.
func Attribute(name string) string {
	if identifier(name) {
		return name
	}
	return "attr(" + Quote(name) + ")"
}

// identifier tells whether an attribute can be named by itself: other names
// hold a "-" or ";", or mean something else in an expression.
func identifier(name string) bool {
	for i, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return name != "" && !slices.Contains(taken(), strings.ToLower(name))
}
