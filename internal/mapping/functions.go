package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
)

// ownFunctions names the functions that expressions have beside expr-lang's;
// of the same name, ours count.
func ownFunctions() []string {
	return []string{"all", "attr", "concat", "first", "has", "join", "lower", "replace", "split", "trim", "upper"}
}

// Shapes of functions: a text of a text, a list of a list.
type (
	ofText     func(string) string
	ofList     func([]string) []string
	ofAnyList  func([]any) []string
	textOfList func([]string) string
	textOfAny  func([]any) string
)

// functions makes the options of every compilation:
//
//	first(list)            its first value, or "" of an empty one
//	all(list)              the list itself (not expr-lang's all with a condition:
//	                       write not any(list, not ...))
//	lower, upper, trim(x)  of a text, or of each of a list
//	split(text, sep)       of a list: the parts of each
//	replace(x, old, new)   of a text, or of each of a list
//	concat(a, b, ...)      texts, one after the other
//	join(list, sep)        the values, with sep between them
//	has(list, x)           one of the values is x, whatever the case
//	attr("name")           the values of an attribute
//
// [a, b] puts lists together. What depends on the clock is left out: what an entry means depends on it alone.
func functions() []expr.Option {
	return []expr.Option{
		expr.DisableBuiltin("now"), expr.DisableBuiltin("date"),
		expr.Function("first", first, new(ofText), new(textOfList), new(textOfAny)),
		expr.Function("all", all, new(func(string) []string), new(ofList), new(ofAnyList)),
		each("lower", strings.ToLower), each("upper", strings.ToUpper), each("trim", strings.TrimSpace),
		expr.Function("split", split, new(func(string, string) []string), new(func([]string, string) []string), new(func([]any, string) []string)),
		expr.Function("replace", replace, new(func(string, string, string) string), new(func([]string, string, string) []string), new(func([]any, string, string) []string)),
		expr.Function("concat", concat, new(func(...string) string)),
		expr.Function("join", join, new(func([]string, string) string), new(func([]any, string) string)),
		expr.Function("has", has, new(func([]string, string) bool), new(func([]any, string) bool), new(func(string, string) bool)),
		expr.Function("attr", func(...any) (any, error) {
			return nil, errors.New("attr is put in place when an expression is compiled")
		}, new(func(string) []string)),
	}
}

// list reads an argument that is a text or a list of texts.
func list(arg any) ([]string, error) {
	switch v := arg.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []string:
		return v, nil
	case []any:
		out := make([]string, 0, len(v))
		for _, one := range v {
			text, is := one.(string)
			if !is {
				return nil, fmt.Errorf("a list of texts is needed, not of a %T", one)
			}
			out = append(out, text)
		}
		return out, nil
	}
	return nil, fmt.Errorf("a text or a list is needed, not a %T", arg)
}

// text reads an argument that is a text.
func text(arg any) (string, error) {
	if s, is := arg.(string); is {
		return s, nil
	}
	return "", fmt.Errorf("a text is needed, not a %T", arg)
}

func first(args ...any) (any, error) {
	values, err := list(args[0])
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

func all(args ...any) (any, error) { return list(args[0]) }

// each makes a function of a text, or of each of a list.
func each(name string, change func(string) string) expr.Option {
	return expr.Function(name, func(args ...any) (any, error) {
		if s, is := args[0].(string); is {
			return change(s), nil
		}
		values, err := list(args[0])
		return mapped(values, change), err
	}, new(ofText), new(ofList), new(ofAnyList))
}

func mapped(values []string, change func(string) string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = change(v)
	}
	return out
}

func split(args ...any) (any, error) {
	values, err := list(args[0])
	if err != nil {
		return nil, err
	}
	sep, err := text(args[1])
	var out []string
	for _, v := range values {
		out = append(out, strings.Split(v, sep)...)
	}
	return out, err
}

func replace(args ...any) (any, error) {
	from, err := text(args[1])
	if err != nil {
		return nil, err
	}
	to, err := text(args[2])
	if err != nil {
		return nil, err
	}
	change := func(s string) string { return strings.ReplaceAll(s, from, to) }
	if s, is := args[0].(string); is {
		return change(s), nil
	}
	values, err := list(args[0])
	return mapped(values, change), err
}

func concat(args ...any) (any, error) {
	var out strings.Builder
	for _, arg := range args {
		s, err := text(arg)
		if err != nil {
			return nil, err
		}
		out.WriteString(s)
	}
	return out.String(), nil
}

func join(args ...any) (any, error) {
	values, err := list(args[0])
	if err != nil {
		return nil, err
	}
	sep, err := text(args[1])
	return strings.Join(values, sep), err
}

func has(args ...any) (any, error) {
	values, err := list(args[0])
	if err != nil {
		return nil, err
	}
	wanted, err := text(args[1])
	return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, wanted) }), err
}
