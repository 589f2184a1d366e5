package script

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/builtin"
)

// Expression is a translated script.
type Expression struct {
	// Code is the expression, in the language of the configuration; the name of
	// an attribute alone is one, too.
	Code string
	// Kind is Text, List or Either; of a condition Truth.
	Kind Kind
	// Plain is the attribute if Code is nothing but its values or the first of
	// them.
	Plain string
	// Attributes that it reads, as they were written, sorted.
	Attributes []string
	// Always tells what a condition is that depends on no entry; nil = it does.
	Always *bool
}

// Expression translates a script that gives values. An error is an *Error.
func (s *Script) Expression() (Expression, error) {
	t := &translator{Script: s, read: map[string]bool{}}
	out, err := t.translate(s.root)
	if err != nil {
		return Expression{}, err
	}
	switch {
	case out.kind == nothing:
		out = textTerm("")
	case out.kind == number && out.known && int64(int32(out.count)) == out.count:
		out = textTerm(strconv.FormatInt(out.count, 10))
	case out.kind == number && out.known:
		return Expression{}, t.refuse(s.root, `write it as a text: "`+out.code+`"`, "a number this large has no exact form in the scripts of LSC")
	case out.kind != Text && out.kind != List && out.kind != Either:
		return Expression{}, t.refuse(s.root, "", "it gives %s, where values are needed", out.kind)
	}
	if out.set {
		return Expression{}, t.refuse(s.root, "use getDatasetValuesById", "getDatasetById gives a set that may be null")
	}
	return Expression{Code: out.code, Kind: out.kind, Plain: out.attribute, Attributes: t.attributes()}, nil
}

// Condition translates a script that holds or does not. An error is an *Error.
func (s *Script) Condition() (Expression, error) {
	t := &translator{Script: s, read: map[string]bool{}}
	out, err := t.translate(s.root)
	if err != nil {
		return Expression{}, err
	}
	if out.kind != Truth {
		return Expression{}, t.refuse(s.root, "compare it", "it gives %s, where true or false is needed", out.kind)
	}
	e := Expression{Code: out.code, Kind: Truth, Attributes: t.attributes()}
	if out.known {
		e.Always = &out.truth
		e.Attributes = nil
	}
	return e, nil
}

// mostCode is how long a translated script may be, in bytes.
const mostCode = 4000

type translator struct {
	*Script
	read map[string]bool
}

func (t *translator) attributes() []string { return slices.Sorted(maps.Keys(t.read)) }

func (t *translator) refuse(n node, remedy, format string, args ...any) error {
	return refuse(t.text, n.position(), remedy, format, args...)
}

// taken are the words that mean something else in an expression, in lower case.
func taken() []string {
	words := []string{"dn", "all", "attr", "concat", "first", "has", "join", "lower", "replace", "split", "trim", "upper",
		"and", "or", "not", "in", "let", "if", "else", "true", "false", "nil", "matches", "contains", "startswith", "endswith"}
	for _, name := range builtin.Names {
		words = append(words, strings.ToLower(name))
	}
	return words
}

// translate prints a piece; none may grow beyond what all of it may come to.
func (t *translator) translate(n node) (term, error) {
	out, err := t.piece(n)
	if err == nil && len(out.code) > mostCode {
		err = t.refuse(n, "write it anew", "translated it is longer than %d bytes", mostCode)
	}
	return out, err
}

func (t *translator) piece(n node) (term, error) {
	switch n := n.(type) {
	case textNode:
		return textTerm(n.value), nil
	case numberNode:
		return countTerm(n.value), nil
	case wordNode:
		if n.word == "true" || n.word == "false" {
			return truthTerm(n.word == "true"), nil
		}
		return term{kind: nothing, code: `""`, strength: asAtom, known: true}, nil
	case nameNode:
		return t.name(n)
	case listNode:
		return t.list(n)
	case choiceNode:
		return t.branches(n)
	case unaryNode:
		return t.unary(n)
	case binaryNode:
		return t.binary(n)
	case memberNode:
		return t.member(n)
	case indexNode:
		return t.index(n)
	case callNode:
		return t.call(n)
	}
	return term{}, t.refuse(n, "", "a regular expression is translated in test, match and replace only")
}

// name refuses variables that nobody declared.
func (t *translator) name(n nameNode) (term, error) {
	switch n.name {
	case "nocreate", "noupdate", "nodelete", "nomodrdn": // only true in a dry run, which plan is
		return truthTerm(false), nil
	case "dstBean", "dstValues", "dstAttr":
		return term{}, t.refuse(n, "", "it asks what stands on the server (%s), which decides nothing here", n.name)
	case "AD":
		return term{}, t.refuse(n, "for userAccountControl use a filter, as in (!(userAccountControl:1.2.840.113556.1.4.803:=2))", "AD is Java code of LSC")
	case "custom", "ldap", "srcLdap", "java", "Packages", "Java", "SecurityUtils", "LDAP", "StringUtils", "DateUtils", "FrenchFilters":
		return term{}, t.refuse(n, "", "%s is Java code, which is not translated", n.name)
	}
	return term{}, t.refuse(n, "", "%s is not known", n.name)
}

// list translates [a, b].
func (t *translator) list(n listNode) (term, error) {
	var items []term
	known := []string{}
	for _, item := range n.items {
		i, err := t.translate(item)
		if err != nil {
			return term{}, err
		}
		if i.kind != Text {
			return term{}, t.refuse(item, "", "a list of texts is translated, and this is %s", i.kind)
		}
		items = append(items, i)
		if i.known {
			known = append(known, i.text)
		}
	}
	if len(known) == len(items) {
		return listTerm(known), nil
	}
	return form(List, asAtom, "[%s]", strings.TrimSuffix(strings.TrimPrefix(call("", items...), "("), ")")), nil
}

// branches translates condition ? yes : no.
func (t *translator) branches(n choiceNode) (term, error) {
	c, err := t.truth(n.condition)
	if err != nil {
		return term{}, err
	}
	yes, err := t.translate(n.yes)
	if err != nil {
		return term{}, err
	}
	no, err := t.translate(n.no)
	if err != nil {
		return term{}, err
	}
	return t.choice(n, c, yes, no)
}

func (t *translator) choice(n node, c, yes, no term) (term, error) {
	for _, branch := range []term{yes, no} {
		switch {
		case branch.set:
			return term{}, t.refuse(n, "use getDatasetValuesById", "getDatasetById gives a set that may be null")
		case branch.kind == number || branch.kind == found || branch.kind == Truth && yes.kind != no.kind:
			return term{}, t.refuse(n, "", "one branch is %s, the other %s", yes.kind, no.kind)
		}
	}
	switch {
	case c.known && c.truth, yes.kind == nothing && no.kind == nothing:
		return yes, nil
	case c.known:
		return no, nil
	}
	kind := yes.kind
	if yes.kind != no.kind {
		kind = Either
	}
	return form(kind, asChoice, "%s ? %s : %s", c.in(asOr), yes.in(asOr), no.in(asChoice)), nil
}

// truth translates what a choice or a "!" asks: a text that is not empty and a
// number that is not 0 count as true.
func (t *translator) truth(n node) (term, error) {
	if b, ok := n.(binaryNode); ok && (b.operator == "&&" || b.operator == "||") {
		l, err := t.truth(b.left)
		if err != nil {
			return term{}, err
		}
		r, err := t.truth(b.right)
		if err != nil {
			return term{}, err
		}
		return t.both(b, l, r)
	}
	v, err := t.translate(n)
	if err != nil {
		return term{}, err
	}
	return t.asTruth(n, v)
}

// both translates l && r and l || r.
func (t *translator) both(n binaryNode, l, r term) (term, error) {
	all := n.operator == "&&"
	switch {
	case !l.known && r.known && r.truth != all: // read for nothing, but it may fail
		return t.decided(n, l, r.truth)
	case all:
		return and(l, r), nil
	}
	return or(l, r), nil
}

func (t *translator) asTruth(n node, v term) (term, error) {
	switch {
	case v.kind == Truth:
		return v, nil
	case v.kind == found:
		v.kind = Truth
		return v, nil
	case v.kind == nothing:
		return truthTerm(false), nil
	case v.kind == Text && v.known:
		return truthTerm(v.text != ""), nil
	case v.kind == number && v.known:
		return truthTerm(v.count != 0), nil
	case v.kind == Text:
		return form(Truth, asComparison, `%s != ""`, v.in(asCut)), nil
	case v.kind == number && v.length != nil:
		return t.compareLength(n, v, "!=", 0)
	case v.kind == List && t.Language == Groovy:
		return form(Truth, asComparison, "len(%s) > 0", v.code), nil
	case v.set: // a set that is there is true, however empty
		return form(Truth, asComparison, "len(%s) > 0", v.code), nil
	case v.kind == List:
		return term{}, t.refuse(n, "use .size() > 0", "a list is true even if it is empty")
	}
	return term{}, t.refuse(n, "", "%s is no condition", v.kind)
}

func (t *translator) unary(n unaryNode) (term, error) {
	if n.operator != "!" {
		return term{}, t.refuse(n, "", "arithmetic is not translated")
	}
	v, err := t.truth(n.of)
	if err != nil {
		return term{}, err
	}
	return v.not(), nil
}

func (t *translator) binary(n binaryNode) (term, error) {
	switch n.operator {
	case "&&", "||", "?:":
		return t.either(n)
	case "+":
		return t.joined(n)
	case "-", "*", "/", "%":
		return term{}, t.refuse(n, "", "arithmetic is not translated")
	}
	l, err := t.translate(n.left)
	if err != nil {
		return term{}, err
	}
	r, err := t.translate(n.right)
	if err != nil {
		return term{}, err
	}
	return t.compare(n, l, r)
}

// either translates a || b and a && b, which give one of the two.
func (t *translator) either(n binaryNode) (term, error) {
	l, err := t.translate(n.left)
	if err != nil {
		return term{}, err
	}
	r, err := t.translate(n.right)
	if err != nil {
		return term{}, err
	}
	if l.kind == Truth && r.kind == Truth {
		return t.both(n, l, r)
	}
	c, err := t.asTruth(n.left, l)
	if err != nil {
		return term{}, err
	}
	if n.operator == "&&" {
		return t.choice(n, c, r, l)
	}
	return t.choice(n, c, l, r)
}

// joined translates a + b + c of texts.
func (t *translator) joined(n binaryNode) (term, error) {
	var parts []node
	var first node = n
	for { // from the left, as the operator binds
		b, ok := first.(binaryNode)
		if !ok || b.operator != "+" {
			break
		}
		parts = append(parts, b.right)
		first = b.left
	}
	parts = append(parts, first)
	slices.Reverse(parts)
	var all []term
	texts := false
	for i, part := range parts {
		p, err := t.translate(part)
		if err != nil {
			return term{}, err
		}
		switch {
		case p.kind == number && p.known && (texts || i == 0):
			p = term{kind: Text, code: Quote(p.code), strength: asAtom, known: true, text: p.code}
			texts = texts || i > 0
		case p.kind == Text:
			texts = true
		default:
			return term{}, t.refuse(part, "", "texts are joined, and this is %s", p.kind)
		}
		if last := len(all) - 1; last >= 0 && all[last].known && p.known {
			all[last] = textTerm(all[last].text + p.text)
			continue
		}
		all = append(all, p)
	}
	if !texts {
		return term{}, t.refuse(n, "", "arithmetic is not translated")
	}
	all = slices.DeleteFunc(all, func(p term) bool { return p.known && p.text == "" })
	switch len(all) {
	case 0:
		return textTerm(""), nil
	case 1:
		return all[0], nil
	}
	return form(Text, asAtom, "%s", call("concat", all...)), nil
}
