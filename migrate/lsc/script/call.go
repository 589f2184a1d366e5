package script

import (
	"regexp"
	"slices"
	"strings"
)

// member translates what is read without a call.
func (t *translator) member(n memberNode) (term, error) {
	if n.name != "length" {
		if name, ok := n.of.(nameNode); ok && name.name == "srcBean" {
			return term{}, t.refuse(n, "", "srcBean.%s is not translated", n.name)
		}
		if _, err := t.translate(n.of); err != nil {
			return term{}, err
		}
		return term{}, t.refuse(n, "", ".%s is not translated", n.name)
	}
	of, err := t.translate(n.of)
	if err != nil {
		return term{}, err
	}
	return t.length(n, of)
}

func (t *translator) length(n node, of term) (term, error) {
	switch {
	case of.set:
		return term{}, t.refuse(n, "use getDatasetValuesById", "getDatasetById gives a set that may be null")
	case of.kind == List && of.known:
		return countTerm(int64(len(of.items))), nil
	case of.kind == List:
		return form(number, asAtom, "len(%s)", of.code), nil
	case of.kind == Text && of.known:
		return countTerm(int64(len(utf16Of(of.text)))), nil
	case of.kind == Text:
		return term{kind: number, length: &of}, nil
	}
	return term{}, t.refuse(n, "", "the length of %s is not translated", of.kind)
}

// index translates list[0].
func (t *translator) index(n indexNode) (term, error) {
	of, err := t.translate(n.of)
	if err != nil {
		return term{}, err
	}
	return t.at(n, of, n.key)
}

// at takes one of a list; past its end both languages fail.
func (t *translator) at(n node, of term, key node) (term, error) {
	place, err := t.translate(key)
	if err != nil {
		return term{}, err
	}
	if of.kind != List || of.set || place.kind != number || !place.known || place.count < 0 {
		return term{}, t.refuse(n, "", "only one of a list, by a number, is translated")
	}
	if of.known && place.count < int64(len(of.items)) {
		return textTerm(of.items[place.count]), nil
	}
	return form(Text, asCut, "%s[%d]", of.in(asCut), place.count), nil
}

// call translates f(...) and a.f(...).
func (t *translator) call(n callNode) (term, error) {
	m, ok := n.function.(memberNode)
	if !ok {
		return t.function(n)
	}
	if name, ok := m.of.(nameNode); ok && name.name == "srcBean" {
		return t.bean(n, m.name)
	}
	if pattern, ok := m.of.(patternNode); ok {
		return t.test(n, m.name, pattern)
	}
	of, err := t.translate(m.of)
	if err != nil {
		return term{}, err
	}
	switch {
	case of.set:
		return term{}, t.refuse(n, "use getDatasetValuesById", "getDatasetById gives a set that may be null")
	case of.kind == List:
		return t.ofList(n, m.name, of)
	case of.kind == Text:
		return t.ofText(n, m.name, of)
	case of.kind == number && m.name == "toString" && len(n.arguments) == 0 && of.known:
		return textTerm(of.code), nil
	}
	return term{}, t.refuse(n, "", ".%s of %s is not translated", m.name, of.kind)
}

// bean translates what is read of the source entry.
func (t *translator) bean(n callNode, name string) (term, error) {
	switch name {
	case "getMainIdentifier", "getDistinguishName", "getDistinguishedName", "getFullDistinguishedName":
		if len(n.arguments) == 0 {
			return form(Text, asAtom, "dn"), nil
		}
	}
	if len(n.arguments) != 1 {
		return term{}, t.refuse(n, "", "srcBean.%s is not translated", name)
	}
	argument, err := t.translate(n.arguments[0])
	if err != nil {
		return term{}, err
	}
	attribute := argument.text
	if argument.kind != Text || !argument.known || !attributeName(attribute) {
		return term{}, t.refuse(n, "write its name in quotes", "srcBean.%s is asked for something that is not the name of an attribute", name)
	}
	values := term{kind: List, code: Attribute(attribute), strength: asAtom, attribute: attribute}
	switch name {
	case "getDatasetFirstValueById", "getAttributeFirstValueById":
		t.read[attribute] = true
		return term{kind: Text, code: call("first", values), strength: asAtom, attribute: attribute}, nil
	case "getDatasetValuesById", "getDatasetValues", "getAttributeValuesById":
		t.read[attribute] = true
		return values, nil
	case "getDatasetById", "getDatasetAsSetById", "getAttributeAsSetById":
		t.read[attribute] = true
		values.set = true
		return values, nil
	}
	return term{}, t.refuse(n, "", "srcBean.%s is not translated", name)
}

// attributeName checks a name as RFC 4512, section 2.5 spells it.
func attributeName(name string) bool {
	return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*$`).MatchString(name)
}

// function translates String(x).
func (t *translator) function(n callNode) (term, error) {
	name, ok := n.function.(nameNode)
	if !ok {
		return term{}, t.refuse(n, "", "this call is not translated")
	}
	if name.name == "String" && len(n.arguments) == 1 {
		v, err := t.translate(n.arguments[0])
		if err != nil || v.kind == Text {
			return v, err
		}
	}
	return term{}, t.refuse(n, "", "the function %s is not translated", name.name)
}

// ofList translates a method of a list.
func (t *translator) ofList(n callNode, name string, of term) (term, error) {
	switch {
	case name == "size" && len(n.arguments) == 0:
		return t.length(n, of)
	case name == "isEmpty" && len(n.arguments) == 0:
		if of.known {
			return truthTerm(len(of.items) == 0), nil
		}
		return form(Truth, asComparison, "len(%s) == 0", of.code), nil
	case name == "get" && len(n.arguments) == 1:
		return t.at(n, of, n.arguments[0])
	}
	if len(n.arguments) != 1 {
		return term{}, t.refuse(n, "", ".%s of a list is not translated", name)
	}
	argument, err := t.translate(n.arguments[0])
	if err != nil {
		return term{}, err
	}
	switch {
	case argument.kind != Text:
	case (name == "contains" || name == "includes") && of.known && argument.known:
		return truthTerm(slices.Contains(of.items, argument.text)), nil
	case name == "contains" || name == "includes":
		return form(Truth, asComparison, "%s in %s", argument.in(asCut), of.in(asCut)), nil
	case name == "indexOf":
		return term{}, t.refuse(n, "use .contains", ".indexOf of a list is not translated")
	case name == "join" && of.known && argument.known:
		return textTerm(strings.Join(of.items, argument.text)), nil
	case name == "join":
		return form(Text, asAtom, "%s", call("join", of, argument)), nil
	}
	return term{}, t.refuse(n, "", ".%s of a list is not translated", name)
}

// ofText translates a method of a text.
func (t *translator) ofText(n callNode, name string, of term) (term, error) {
	if name == "replace" || name == "replaceAll" {
		return t.replace(n, name, of)
	}
	if name == "substring" || name == "slice" || name == "substr" {
		return t.substring(n, name, of)
	}
	if name == "match" && len(n.arguments) == 1 {
		if pattern, ok := n.arguments[0].(patternNode); ok {
			return t.matches(n, of, pattern)
		}
	}
	var arguments []term
	for _, a := range n.arguments {
		v, err := t.translate(a)
		if err != nil {
			return term{}, err
		}
		arguments = append(arguments, v)
	}
	switch len(arguments) {
	case 0:
		return t.plainMethod(n, name, of)
	case 1:
		if arguments[0].kind == Text {
			return t.withText(n, name, of, arguments[0])
		}
	}
	if name == "concat" {
		return t.concat(n, of, arguments)
	}
	return term{}, t.refuse(n, "", ".%s is not translated", name)
}

// plainMethod translates a method of a text without arguments.
func (t *translator) plainMethod(n node, name string, of term) (term, error) {
	switch name {
	case "toLowerCase":
		return t.changed("lower", of, strings.ToLower), nil
	case "toUpperCase":
		return t.changed("upper", of, strings.ToUpper), nil
	case "trim":
		return t.changed("trim", of, strings.TrimSpace), nil
	case "toString", "valueOf":
		return of, nil
	case "length":
		return t.length(n, of)
	case "isEmpty":
		if of.known {
			return truthTerm(of.text == ""), nil
		}
		return form(Truth, asComparison, `%s == ""`, of.in(asCut)), nil
	}
	return term{}, t.refuse(n, "", ".%s is not translated", name)
}

func (t *translator) changed(name string, of term, change func(string) string) term {
	if of.known {
		return textTerm(change(of.text))
	}
	return form(Text, asAtom, "%s", call(name, of))
}

// withText translates a method of a text whose argument is one.
func (t *translator) withText(n callNode, name string, of, with term) (term, error) {
	asked := func(operator string, holds func(string, string) bool) (term, error) {
		if of.known && with.known {
			return truthTerm(holds(of.text, with.text)), nil
		}
		return form(Truth, asComparison, "%s %s %s", of.in(asCut), operator, with.in(asCut)), nil
	}
	switch name {
	case "startsWith":
		return asked(name, strings.HasPrefix)
	case "endsWith":
		return asked(name, strings.HasSuffix)
	case "contains", "includes":
		return asked("contains", strings.Contains)
	case "equals":
		return asked("==", func(a, b string) bool { return a == b })
	case "equalsIgnoreCase":
		if of.known && with.known {
			return truthTerm(strings.EqualFold(of.text, with.text)), nil
		}
		return form(Truth, asComparison, "%s == %s", t.changed("lower", of, strings.ToLower).code, t.changed("lower", with, strings.ToLower).code), nil
	case "concat":
		return t.concat(n, of, []term{with})
	case "indexOf", "lastIndexOf":
		return term{kind: number, of: &of, what: &with, last: name == "lastIndexOf"}, nil
	case "split":
		return t.split(n, of, with)
	}
	return term{}, t.refuse(n, "", ".%s is not translated", name)
}

func (t *translator) concat(n node, of term, with []term) (term, error) {
	for _, w := range with {
		if w.kind != Text {
			return term{}, t.refuse(n, "", "texts are joined, and this is %s", w.kind)
		}
	}
	return form(Text, asAtom, "%s", call("concat", append([]term{of}, with...)...)), nil
}

// split cuts a text. Java reads the separator as a regular expression.
func (t *translator) split(n node, of, separator term) (term, error) {
	switch {
	case !separator.known || separator.text == "":
		return term{}, t.refuse(n, "", "a text is cut at a text that is written out")
	case t.Language != JavaScript && regexp.QuoteMeta(separator.text) != separator.text:
		return term{}, t.refuse(n, "", "a text is cut at a regular expression, which is not translated")
	}
	if of.known {
		return listTerm(strings.Split(of.text, separator.text)), nil
	}
	return form(List, asAtom, "%s", call("split", of, separator)), nil
}
