package mapping

import (
	"cmp"
	"strconv"
	"strings"
)

// Matches tells whether an entry matches the filter.
func (f Filter) Matches(entry Entry) bool {
	if f.root == nil {
		return true
	}
	_, elsewhere := f.root.elsewhere()
	return !elsewhere && f.root.matches(entry)
}

func (n *node) matches(entry Entry) bool {
	switch n.op {
	case opAnd:
		for _, child := range n.of {
			if !child.matches(entry) {
				return false
			}
		}
		return true
	case opOr:
		for _, child := range n.of {
			if child.matches(entry) {
				return true
			}
		}
		return false
	case opNot:
		return !n.of[0].matches(entry)
	}
	for _, value := range entry.Attributes[n.attribute] {
		if n.holds(value) {
			return true
		}
	}
	return false
}

// holds compares one value.
func (n *node) holds(value string) bool {
	switch n.op {
	case opPresent:
		return true
	case opExact:
		return value == n.value
	case opEqual:
		return fold(value) == n.value
	case opGreater:
		return order(value, n.value) >= 0
	case opLess:
		return order(value, n.value) <= 0
	case opSubstrings:
		return hasParts(strings.ToLower(value), n.parts)
	case opAllBits:
		bits, ok := integer(value)
		return ok && bits&n.bits == n.bits
	case opAnyBit:
		bits, ok := integer(value)
		return ok && bits&n.bits != 0
	}
	return false
}

// hasParts matches a value with the parts between asterisks.
func hasParts(value string, parts []string) bool {
	last := len(parts) - 1
	rest, ok := strings.CutPrefix(value, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[last])
}

// fold prepares a value for comparison (RFC 4518, as far as people's names go):
// in lower case, one blank between words and none around them.
func fold(s string) string {
	s = strings.ToLower(s)
	if strings.Contains(s, "  ") || strings.TrimSpace(s) != s {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

// order compares numbers as numbers, and all else as prepared text.
func order(value, with string) int {
	a, aNumber := integer(value)
	b, bNumber := integer(with)
	if aNumber && bNumber {
		return cmp.Compare(a, b)
	}
	return strings.Compare(fold(value), with)
}

func integer(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	return n, err == nil
}
