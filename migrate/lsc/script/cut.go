package script

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

// utf16Of is a text as Java and JavaScript count it.
func utf16Of(s string) []uint16 { return utf16.Encode([]rune(s)) }

// substring translates a cut at the place of another text: the number of
// letters to a fixed place is counted in different ways.
//
// Of a text that is not found the place is -1: substring(0, -1) is nothing, and
// substring(-1 + 1) all of it.
func (t *translator) substring(n callNode, name string, of term) (term, error) {
	const remedy = "cut at a text, as in x.substring(0, x.indexOf(\"@\"))"
	wrong := t.refuse(n, remedy, ".%s is translated only with indexOf of the same text", name)
	if name != "substring" || len(n.arguments) == 0 || len(n.arguments) > 2 {
		return term{}, wrong
	}
	if len(n.arguments) == 2 {
		start, err := t.translate(n.arguments[0])
		if err != nil {
			return term{}, err
		}
		end, err := t.translate(n.arguments[1])
		if err != nil {
			return term{}, err
		}
		if start.kind != number || !start.known || start.count != 0 || !t.placeIn(end, of) {
			return term{}, wrong
		}
		return t.cut(end, `[:%s]`, "", `""`), nil
	}
	place, more := n.arguments[0], int64(0)
	if sum, ok := place.(binaryNode); ok && sum.operator == "+" {
		by, err := t.translate(sum.right)
		if err != nil {
			return term{}, err
		}
		if by.kind != number || !by.known {
			return term{}, wrong
		}
		place, more = sum.left, by.count
	}
	start, err := t.translate(place)
	if err != nil {
		return term{}, err
	}
	switch {
	case !t.placeIn(start, of):
		return term{}, wrong
	case more == 0:
		return t.cut(start, `[%s:]`, "", of.code), nil
	case more == 1 && start.what.known && len(start.what.text) == 1:
		return t.cut(start, `[%s:]`, " + 1", of.code), nil
	}
	return term{}, wrong
}

// placeIn tells whether a number is a place in this very text.
func (t *translator) placeIn(place, of term) bool {
	return place.of != nil && place.of.code == of.code
}

// cut prints text contains what ? text[place] : absent.
func (t *translator) cut(place term, slice, more, absent string) term {
	function := "indexOf"
	if place.last {
		function = "lastIndexOf"
	}
	of, what := place.of, place.what
	cut := of.in(asCut) + strings.Replace(slice, "%s", call(function, *of, *what)+more, 1)
	return form(Text, asChoice, "%s contains %s ? %s : %s", of.in(asCut), what.in(asCut), cut, absent)
}

// replace translates the exchange of one text by another. JavaScript exchanges
// the first only, unless the pattern has the flag g; Java exchanges all.
func (t *translator) replace(n callNode, name string, of term) (term, error) {
	if len(n.arguments) != 2 {
		return term{}, t.refuse(n, "", ".%s needs two arguments", name)
	}
	old, all, err := t.wanted(n, name)
	if err != nil {
		return term{}, err
	}
	with, err := t.translate(n.arguments[1])
	if err != nil {
		return term{}, err
	}
	if with.kind != Text || !with.known || strings.ContainsAny(with.text, `$\`) {
		return term{}, t.refuse(n, "", "a text is put in place that is written out, without $ and \\")
	}
	if all {
		return form(Text, asAtom, "%s", call("replace", of, textTerm(old), with)), nil
	}
	w := textTerm(old)
	after := form(Text, asCut, "%s[indexOf(%s, %s) + %d:]", of.in(asCut), of.code, w.code, len(old))
	before := form(Text, asCut, "%s[:indexOf(%s, %s)]", of.in(asCut), of.code, w.code)
	parts := []term{before, with, after}
	if with.text == "" {
		parts = []term{before, after}
	}
	return form(Text, asChoice, "%s contains %s ? %s : %s", of.in(asCut), w.code, call("concat", parts...), of.in(asOr)), nil
}

// wanted reads what is to be exchanged, and whether everywhere.
func (t *translator) wanted(n callNode, name string) (old string, all bool, err error) {
	pattern, isPattern := n.arguments[0].(patternNode)
	if isPattern && t.Language != Groovy {
		old, literal := unescaped(pattern.source)
		switch {
		case !literal || old == "" || pattern.flags != "" && pattern.flags != "g":
			return "", false, t.refuse(n, "", "a regular expression is exchanged, which is not translated")
		case name == "replaceAll" && pattern.flags == "":
			return "", false, t.refuse(n, "", "replaceAll fails without the flag g")
		}
		return old, pattern.flags == "g", nil
	}
	what, err := t.translate(n.arguments[0])
	if err != nil {
		return "", false, err
	}
	switch {
	case what.kind != Text || !what.known || what.text == "":
		return "", false, t.refuse(n, "", "a text is exchanged that is written out")
	case t.Language == Rhino:
		return "", false, t.refuse(n, "use a pattern, as in /-/g", "whether .%s exchanges one or all depends on where the text comes from", name)
	case name == "replaceAll" && regexp.QuoteMeta(what.text) != what.text:
		return "", false, t.refuse(n, "", "replaceAll reads a regular expression in one engine and a text in another")
	}
	return what.text, name == "replaceAll" || t.Language == Groovy, nil
}

// unescaped reads a pattern that is nothing but a text.
func unescaped(source string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(source); i++ {
		c := source[i]
		if c == '\\' {
			i++
			if i == len(source) || source[i] >= 0x80 || !strings.ContainsRune(`\.+*?()|[]{}^$/-@`, rune(source[i])) {
				return "", false
			}
			c = source[i]
		} else if strings.IndexByte(`.+*?()|[]{}^$`, c) >= 0 {
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// test translates /pattern/.test(text).
func (t *translator) test(n callNode, name string, pattern patternNode) (term, error) {
	if name != "test" || len(n.arguments) != 1 {
		return term{}, t.refuse(n, "", ".%s of a regular expression is not translated", name)
	}
	of, err := t.translate(n.arguments[0])
	if err != nil {
		return term{}, err
	}
	if of.kind != Text {
		return term{}, t.refuse(n, "", "a text is tested, and this is %s", of.kind)
	}
	return t.pattern(n, of, pattern)
}

// matches translates text.match(/pattern/), which is null or not.
func (t *translator) matches(n node, of term, pattern patternNode) (term, error) {
	out, err := t.pattern(n, of, pattern)
	out.kind = found
	return out, err
}

// pattern prints text matches "pattern". What the two dialects read differently
// is refused.
func (t *translator) pattern(n node, of term, pattern patternNode) (term, error) {
	source, flags := strings.ReplaceAll(pattern.source, `\/`, "/"), pattern.flags
	if flags != "" && flags != "i" {
		return term{}, t.refuse(n, "", "the flags %q of a regular expression are not translated", flags)
	}
	for _, other := range []string{"(?", "[[", "[]", "[^]", `\p`, `\P`, `\Q`, `\z`, `\A`, `\c`, `\C`} {
		if strings.Contains(source, other) {
			return term{}, t.refuse(n, "", "the regular expression /%s/ is not translated", source)
		}
	}
	if flags == "i" {
		source = "(?i)" + source
	}
	compiled, err := regexp.Compile(source)
	switch {
	case err != nil:
		return term{}, t.refuse(n, "", "the regular expression /%s/ is not translated", source)
	case of.known:
		return truthTerm(compiled.MatchString(of.text)), nil
	}
	return form(Truth, asComparison, "%s matches %s", of.in(asCut), Quote(source)), nil
}
