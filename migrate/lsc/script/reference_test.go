package script

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// bean is what a script sees of an entry: attributes in lower case.
type bean struct {
	dn     string
	values map[string][]string
}

// array is a list of texts; undefined is what a script gets past an end.
type array []string

var errScript = errors.New("the script fails")

// evaluate runs a tree by the rules of JavaScript; it is written apart from the
// translation, which is measured by it. A value is a string, an array, an
// int, a bool or nil.
func evaluate(n node, b bean) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != errScript {
				panic(r)
			}
			out, err = nil, errScript
		}
	}()
	return b.value(n), nil
}

func (b bean) value(n node) any {
	switch n := n.(type) {
	case textNode:
		return n.value
	case numberNode:
		return int(n.value)
	case wordNode:
		if n.word == "true" || n.word == "false" {
			return n.word == "true"
		}
		return nil
	case listNode:
		all := array{}
		for _, item := range n.items {
			all = append(all, b.value(item).(string))
		}
		return all
	case choiceNode:
		if truthy(b.value(n.condition)) {
			return b.value(n.yes)
		}
		return b.value(n.no)
	case unaryNode:
		return !truthy(b.value(n.of))
	case binaryNode:
		return b.binary(n)
	case memberNode:
		return length(b.value(n.of))
	case indexNode:
		return item(b.value(n.of), b.value(n.key))
	case callNode:
		return b.call(n)
	}
	panic(errScript)
}

func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case int:
		return v != 0
	case bool:
		return v
	}
	return true
}

func length(v any) int {
	switch v := v.(type) {
	case string:
		return len(utf16.Encode([]rune(v)))
	case array:
		return len(v)
	}
	panic(errScript)
}

func item(of, at any) any {
	all, i := of.(array), at.(int)
	if i >= len(all) {
		panic(errScript)
	}
	return all[i]
}

func (b bean) binary(n binaryNode) any {
	l := b.value(n.left)
	switch n.operator {
	case "&&":
		if !truthy(l) {
			return l
		}
		return b.value(n.right)
	case "||":
		if truthy(l) {
			return l
		}
		return b.value(n.right)
	}
	r := b.value(n.right)
	switch n.operator {
	case "==", "===":
		return l == r
	case "!=", "!==":
		return l != r
	case "<":
		return l.(int) < r.(int)
	case ">":
		return l.(int) > r.(int)
	case "<=":
		return l.(int) <= r.(int)
	case ">=":
		return l.(int) >= r.(int)
	}
	if a, ok := l.(int); ok {
		if b, ok := r.(int); ok {
			return a + b
		}
	}
	return text(l) + text(r)
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	panic(errScript)
}

func (b bean) call(n callNode) any {
	f, ok := n.function.(memberNode)
	if !ok { // String(x)
		return text(b.value(n.arguments[0]))
	}
	if p, ok := f.of.(patternNode); ok {
		return pattern(p).MatchString(b.value(n.arguments[0]).(string))
	}
	if name, ok := f.of.(nameNode); ok && name.name == "srcBean" {
		if f.name == "getMainIdentifier" {
			return b.dn
		}
		all := array(b.values[strings.ToLower(b.value(n.arguments[0]).(string))])
		switch {
		case f.name == "getDatasetById" && len(all) == 0:
			return nil
		case f.name == "getDatasetFirstValueById" && len(all) > 0:
			return all[0]
		case f.name == "getDatasetFirstValueById":
			return ""
		}
		return all
	}
	switch of := b.value(f.of).(type) {
	case array:
		return b.ofList(n, f.name, of)
	case string:
		return b.ofText(n, f.name, of)
	}
	panic(errScript)
}

func pattern(p patternNode) *regexp.Regexp {
	source := strings.ReplaceAll(p.source, `\/`, "/")
	if strings.Contains(p.flags, "i") {
		source = "(?i)" + source
	}
	return regexp.MustCompile(source)
}

func (b bean) ofList(n callNode, name string, of array) any {
	switch name {
	case "size":
		return len(of)
	case "isEmpty":
		return len(of) == 0
	case "get":
		return item(of, b.value(n.arguments[0]))
	case "contains", "includes":
		return slices.Contains(of, b.value(n.arguments[0]).(string))
	case "join":
		return strings.Join(of, b.value(n.arguments[0]).(string))
	}
	panic(errScript)
}

func (b bean) ofText(n callNode, name string, of string) any {
	argument := func(i int) string { return b.value(n.arguments[i]).(string) }
	switch name {
	case "toLowerCase":
		return strings.ToLower(of)
	case "toUpperCase":
		return strings.ToUpper(of)
	case "trim":
		return strings.TrimSpace(of)
	case "toString":
		return of
	case "length":
		return length(of)
	case "isEmpty":
		return of == ""
	case "startsWith":
		return strings.HasPrefix(of, argument(0))
	case "endsWith":
		return strings.HasSuffix(of, argument(0))
	case "contains", "includes":
		return strings.Contains(of, argument(0))
	case "equals":
		return of == argument(0)
	case "equalsIgnoreCase":
		return strings.EqualFold(of, argument(0))
	case "concat":
		for i := range n.arguments {
			of += argument(i)
		}
		return of
	case "indexOf":
		return place(of, strings.Index(of, argument(0)))
	case "lastIndexOf":
		return place(of, strings.LastIndex(of, argument(0)))
	case "split":
		return array(strings.Split(of, argument(0)))
	case "match":
		if !pattern(n.arguments[0].(patternNode)).MatchString(of) {
			return nil
		}
		return true
	case "replace":
		if p, ok := n.arguments[0].(patternNode); ok {
			times := 1
			if p.flags == "g" {
				times = -1
			}
			return replaced(of, pattern(p), argument(1), times)
		}
		return strings.Replace(of, argument(0), argument(1), 1)
	case "substring":
		return b.substring(n, of)
	}
	panic(errScript)
}

func replaced(of string, p *regexp.Regexp, with string, times int) string {
	return p.ReplaceAllStringFunc(of, func(found string) string {
		if times == 0 {
			return found
		}
		times--
		return with
	})
}

// place counts in the units of JavaScript.
func place(of string, i int) int {
	if i < 0 {
		return -1
	}
	return length(of[:i])
}

// substring follows ECMA-262: places are cut to the text, and exchanged if the
// first is the greater.
func (b bean) substring(n callNode, of string) any {
	units := utf16.Encode([]rune(of))
	at := func(i int) int { return min(max(b.value(n.arguments[i]).(int), 0), len(units)) }
	from, to := at(0), len(units)
	if len(n.arguments) > 1 {
		to = at(1)
	}
	return string(utf16.Decode(units[min(from, to):max(from, to)]))
}
