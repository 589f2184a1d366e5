package mapping

import (
	"encoding/hex"
	"slices"
	"strings"
)

// Filter is an LDAP filter (RFC 4515) that is evaluated here, on an entry that
// was read. The zero Filter matches every entry.
//
// Values are compared whatever the case and however many blanks stand between
// words, as most attributes of people are; a caseExactMatch is exact. An
// attribute that is missing matches nothing, so its negation does.
type Filter struct {
	text string
	root *node
}

// operator of a node.
type operator byte

const (
	opAnd operator = iota
	opOr
	opNot
	opEqual
	opExact
	opPresent
	opSubstrings
	opGreater
	opLess
	opAllBits
	opAnyBit
	opElsewhere // a matching rule that only a directory can evaluate
)

// node of a filter.
type node struct {
	op        operator
	of        []*node // opAnd, opOr, opNot
	attribute string  // in lower case
	value     string  // as prepared by fold, but for opExact
	parts     []string
	bits      int64
}

// mostDepth of parentheses in a filter.
const mostDepth = 100

// ParseFilter reads a filter. The error says what is wrong, where, and what to
// write. "" = the zero Filter.
func ParseFilter(text string) (Filter, error) {
	if text == "" {
		return Filter{}, nil
	}
	p := filterParser{text: text}
	root, err := p.filter(0)
	if err == nil && p.at < len(text) {
		err = p.wrong("join filters with (&(...)(...))", "text after the end of the filter")
	}
	if err != nil {
		return Filter{}, err
	}
	return Filter{text: text, root: root}, nil
}

// String prints the filter as it was written.
func (f Filter) String() string { return f.text }

// Attributes names the attributes that the filter reads, in lower case and
// sorted.
func (f Filter) Attributes() []string {
	var out []string
	var walk func(*node)
	walk = func(n *node) {
		if n.attribute != "" {
			out = append(out, n.attribute)
		}
		for _, child := range n.of {
			walk(child)
		}
	}
	if f.root != nil {
		walk(f.root)
	}
	return attributeNames(out...)
}

// Local tells why the filter cannot be evaluated here, only by a directory: it
// has a matching rule that is not known here. nil = it can; one that cannot
// matches nothing.
func (f Filter) Local() error {
	if rule, found := f.root.elsewhere(); found {
		return problem("let the directory evaluate it, in the filter of the link", "the matching rule %q is not known here", rule)
	}
	return nil
}

func (n *node) elsewhere() (rule string, found bool) {
	if n == nil {
		return "", false
	}
	for _, child := range n.of {
		if rule, found := child.elsewhere(); found {
			return rule, true
		}
	}
	return n.value, n.op == opElsewhere
}

type filterParser struct {
	text string
	at   int
}

func (p *filterParser) wrong(remedy, format string, args ...any) error {
	args = append(args, p.at+1)
	return problem(remedy, format+", at character %d", args...)
}

func (p *filterParser) next(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// filter reads "(" filtercomp ")".
func (p *filterParser) filter(depth int) (*node, error) {
	if depth > mostDepth {
		return nil, p.wrong("write a simpler one", "more than %d parentheses in each other", mostDepth)
	}
	if !p.next('(') {
		return nil, p.wrong("write it as in (objectClass=person)", "a filter starts with a parenthesis")
	}
	var n *node
	var err error
	switch {
	case p.next('&'):
		n, err = p.list(opAnd, depth)
	case p.next('|'):
		n, err = p.list(opOr, depth)
	case p.next('!'):
		n = &node{op: opNot, of: make([]*node, 1)}
		n.of[0], err = p.filter(depth + 1)
	default:
		n, err = p.item()
	}
	if err == nil && !p.next(')') {
		err = p.wrong("", "a closing parenthesis is missing")
	}
	return n, err
}

// list reads filters up to the closing parenthesis; an empty and is true, an
// empty or is false (RFC 4526).
func (p *filterParser) list(op operator, depth int) (*node, error) {
	n := &node{op: op}
	for p.at < len(p.text) && p.text[p.at] == '(' {
		child, err := p.filter(depth + 1)
		if err != nil {
			return nil, err
		}
		n.of = append(n.of, child)
	}
	return n, nil
}

// item reads one comparison.
func (p *filterParser) item() (*node, error) {
	start := p.at
	end := strings.IndexAny(p.text[start:], "=()")
	if end <= 0 || p.text[start+end] != '=' {
		return nil, p.wrong("write it as in (mail=*)", "a comparison is missing")
	}
	name := p.text[start : start+end]
	p.at += end + 1
	n := &node{op: opEqual}
	switch name[len(name)-1] {
	case '~':
		name = name[:len(name)-1]
	case '>':
		n.op, name = opGreater, name[:len(name)-1]
	case '<':
		n.op, name = opLess, name[:len(name)-1]
	case ':':
		var rule string
		name, rule, _ = strings.Cut(name[:len(name)-1], ":")
		op, known := matchingRules()[strings.ToLower(rule)]
		if !known || name == "" {
			op, n.value = opElsewhere, rule
		}
		n.op = op
	}
	n.attribute = strings.ToLower(name)
	if !attributeName(n.attribute) && n.op != opElsewhere {
		p.at = start
		return nil, p.wrong("", "%q is not the name of an attribute", name)
	}
	return n, p.value(n)
}

// matchingRules that are evaluated here, by name and OID; "" = (attr:=value).
func matchingRules() map[string]operator {
	return map[string]operator{
		"": opEqual, "caseignorematch": opEqual, "2.5.13.2": opEqual, "caseexactmatch": opExact, "2.5.13.5": opExact,
		"1.2.840.113556.1.4.803": opAllBits, "1.2.840.113556.1.4.804": opAnyBit,
	}
}

// attributeName: a name or an OID, with options.
func attributeName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == ';' || r == '_')
	})
}

// value reads up to the closing parenthesis: parts between asterisks, each with
// its escapes undone.
func (p *filterParser) value(n *node) error {
	var parts []string
	var part strings.Builder
	for ; p.at < len(p.text) && p.text[p.at] != ')'; p.at++ {
		switch c := p.text[p.at]; c {
		case '*':
			parts = append(parts, part.String())
			part.Reset()
		case '\\':
			if p.at+3 > len(p.text) {
				return p.wrong(`write \5c for a backslash`, "an escape is not two hexadecimal digits")
			}
			b, err := hex.DecodeString(p.text[p.at+1 : p.at+3])
			if err != nil {
				return p.wrong(`write \5c for a backslash`, "an escape is not two hexadecimal digits")
			}
			part.WriteByte(b[0])
			p.at += 2
		case '(', 0:
			return p.wrong(`write \28 for a parenthesis and \00 for a NUL`, "a character that must be escaped")
		default:
			part.WriteByte(c)
		}
	}
	parts = append(parts, part.String())
	starred := len(parts) > 1
	switch {
	case starred && n.op != opEqual:
		return p.wrong(`write \2a for an asterisk`, "an asterisk in a comparison that has no wildcards")
	case starred && !slices.ContainsFunc(parts, func(s string) bool { return s != "" }):
		n.op = opPresent
	case starred:
		n.op, n.parts = opSubstrings, parts
		for i, s := range parts {
			n.parts[i] = strings.ToLower(s)
		}
	case n.op == opAllBits || n.op == opAnyBit:
		bits, ok := integer(parts[0])
		if !ok {
			return p.wrong("write a number", "the bits to look at are not a number")
		}
		n.bits = bits
	case n.op == opElsewhere:
	case n.op == opExact:
		n.value = parts[0]
	default:
		n.value = fold(parts[0])
	}
	return nil
}
