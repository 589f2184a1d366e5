package script

import (
	"strconv"
	"strings"
)

// compare translates ==, != and the orders of numbers.
func (t *translator) compare(n binaryNode, l, r term) (term, error) {
	operator := n.operator
	switch operator {
	case "===":
		operator = "=="
	case "!==":
		operator = "!="
	}
	if l.known && !r.known { // the constant comes last
		l, r = r, l
		operator = turned(operator)
	}
	equal := operator == "==" || operator == "!="
	switch {
	case l.kind == number && r.kind == number && l.known:
		return truthTerm(ordered(l.count, operator, r.count)), nil
	case l.kind == number && r.kind == number && r.known:
		return t.compareCount(n, l, operator, r.count)
	case !equal:
		return term{}, t.refuse(n, "", "only counts are compared by %s", n.operator)
	case l.set && r.kind == nothing:
		return form(Truth, asComparison, "len(%s) %s 0", l.code, map[string]string{"==": "==", "!=": ">"}[operator]), nil
	case l.kind == found && r.kind == nothing:
		l.kind = Truth
		if operator == "==" {
			return l.not(), nil
		}
		return l, nil
	case l.set || r.set:
	case r.kind == nothing && (l.kind == Text || l.kind == List || l.kind == Truth):
		return t.decided(n, l, operator == "!=") // what an entry gives is never null
	case l.kind == nothing && r.kind == nothing:
		return truthTerm(operator == "=="), nil
	case l.kind == Text && r.kind == Text && l.known && r.known:
		return truthTerm((l.text == r.text) == (operator == "==")), nil
	case l.kind == Text && r.kind == Text:
		return form(Truth, asComparison, "%s %s %s", l.in(asCut), operator, r.in(asCut)), nil
	case l.kind == Truth && r.kind == Truth && r.known:
		if r.truth == (operator == "==") {
			return l, nil
		}
		return l.not(), nil
	}
	return term{}, t.refuse(n, "", "%s is compared with %s", l.kind, r.kind)
}

// turned is an operator whose sides are exchanged.
func turned(operator string) string {
	switch operator {
	case "<":
		return ">"
	case ">":
		return "<"
	case "<=":
		return ">="
	case ">=":
		return "<="
	}
	return operator
}

func ordered(l int64, operator string, r int64) bool {
	switch operator {
	case "==":
		return l == r
	case "!=":
		return l != r
	case "<":
		return l < r
	case ">":
		return l > r
	case "<=":
		return l <= r
	}
	return l >= r
}

// compareCount compares a length or a place with a number.
func (t *translator) compareCount(n node, l term, operator string, with int64) (term, error) {
	switch {
	case l.of != nil:
		return t.comparePlace(n, l, operator, with)
	case l.length != nil:
		return t.compareLength(n, l, operator, with)
	}
	return form(Truth, asComparison, "%s %s %d", l.in(asCut), operator, with), nil
}

// compareLength compares the length of a text, which is told apart from 0 only:
// the two languages count letters in different ways.
func (t *translator) compareLength(n node, l term, operator string, with int64) (term, error) {
	none := ordered(0, operator, with)
	if some := ordered(1, operator, with); ordered(2, operator, with) != some || ordered(1<<40, operator, with) != some {
		return term{}, t.refuse(n, "", "the length of a text is compared with %d, which is not translated", with)
	} else if some == none {
		return t.decided(n, *l.length, some)
	}
	sign := "!="
	if none {
		sign = "=="
	}
	return form(Truth, asComparison, `%s %s ""`, l.length.in(asCut), sign), nil
}

// comparePlace compares the place of one text in another: -1 means that it is
// not in it, 0 that it is its beginning.
func (t *translator) comparePlace(n node, l term, operator string, with int64) (term, error) {
	absent, first, later := ordered(-1, operator, with), ordered(0, operator, with), ordered(1, operator, with)
	if ordered(1<<40, operator, with) != later || ordered(2, operator, with) != later {
		return term{}, t.refuse(n, "", "the place in a text is compared with %s, which is not translated", strconv.FormatInt(with, 10))
	}
	if l.of.known && l.what.known { // -1, or a place
		place := int64(strings.Index(l.of.text, l.what.text))
		if l.last {
			place = int64(strings.LastIndex(l.of.text, l.what.text))
		}
		return truthTerm(ordered(min(place, 2), operator, with)), nil
	}
	in := form(Truth, asComparison, "%s contains %s", l.of.in(asCut), l.what.in(asCut))
	begins := form(Truth, asComparison, "%s startsWith %s", l.of.in(asCut), l.what.in(asCut))
	switch {
	case absent == first && first == later:
		return t.decided(n, *l.of, absent)
	case first == later && first:
		return in, nil
	case first == later:
		return in.not(), nil
	case l.last || absent != later:
		return term{}, t.refuse(n, "", "the place in a text is compared with %s, which is not translated", strconv.FormatInt(with, 10))
	case first:
		return begins, nil
	}
	return begins.not(), nil
}

// decided is a comparison that has one result whatever it reads, unless reading
// fails.
func (t *translator) decided(n node, read term, result bool) (term, error) {
	if strings.Contains(read.code, "[") {
		return term{}, t.refuse(n, "leave it out", "a comparison that always has the same result, or fails")
	}
	return truthTerm(result), nil
}
