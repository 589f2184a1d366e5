package mapping

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Expression gives the values of an entry for something. The zero Expression
// gives none.
type Expression struct {
	text string
	// attribute, if the expression is nothing but its name.
	attribute string
	program   *vm.Program
	speech    speech
}

// Parse reads the name of an attribute, or an expression of expr-lang. In an
// expression a bare name is the list of the values of that attribute, sorted,
// whatever the case of the name (an attribute that is missing is an empty
// list); attr("my-attr") is for names that are no identifiers; dn is the DN.
// The functions are those of expr-lang but now and date, and of functions.go.
// The error says what is wrong, where, and what to write. "" = the zero
// Expression.
func Parse(text string) (Expression, error) {
	switch {
	case text == "":
		return Expression{}, nil
	case isPlainName(text):
		return Expression{text: text, attribute: text}, nil
	}
	program, speech, err := compile(text)
	if err != nil {
		return Expression{}, err
	}
	if kind := kindOf(program); kind == reflect.Bool || kind == reflect.Map || kind == reflect.Func {
		return Expression{}, problem("write an attribute, a text, a number or a list of texts", "it gives no values, but a %s", kind)
	}
	return Expression{text: text, program: program, speech: speech}, nil
}

// isPlainName tells whether a text is the name of an attribute, with options
// (RFC 4512, section 2.5), as it is written outside an expression.
func isPlainName(text string) bool {
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9') && r != ';' && r != '.' && r != '-') {
			return false
		}
	}
	return text != ""
}

// Zero tells whether nothing is set.
func (e Expression) Zero() bool { return e.text == "" }

// String prints the expression as it was written.
func (e Expression) String() string { return e.text }

// Attributes names the attributes that the expression reads, in lower case and
// sorted; the DN is none.
func (e Expression) Attributes() []string {
	if e.attribute != "" {
		return attributeNames(e.attribute)
	}
	return e.speech.attributes()
}

// Value returns the values of an entry: no empty ones, those of an attribute
// sorted. An error names no value of the entry.
func (e Expression) Value(entry Entry) ([]string, error) {
	switch {
	case e.attribute != "":
		return entry.values(e.attribute), nil
	case e.program == nil:
		return nil, nil
	}
	out, err := run(e.program, e.speech, entry)
	if err != nil {
		return nil, err
	}
	return valuesOf(out)
}

// first returns the first value, or "".
func (e Expression) first(entry Entry) (string, error) {
	values, err := e.Value(entry)
	if len(values) == 0 {
		return "", err
	}
	return values[0], err
}

// Condition is an expression that holds for an entry or does not. The zero
// Condition holds for all.
type Condition struct {
	text    string
	program *vm.Program
	speech  speech
}

// ParseCondition reads a condition; see Parse. "" = the zero Condition.
func ParseCondition(text string) (Condition, error) {
	if text == "" {
		return Condition{}, nil
	}
	program, speech, err := compile(text)
	if err != nil {
		return Condition{}, err
	}
	if kind := kindOf(program); kind != reflect.Bool && kind != reflect.Interface {
		return Condition{}, problem(`compare it, as in has(objectClass, "person") or mailQuotaSize != []`, "a condition holds or does not; this gives a %s", kindName(kind))
	}
	return Condition{text: text, program: program, speech: speech}, nil
}

// String prints the condition as it was written.
func (c Condition) String() string { return c.text }

// Attributes names the attributes that the condition reads, in lower case and
// sorted.
func (c Condition) Attributes() []string { return c.speech.attributes() }

// Holds tells whether the condition holds. An error names no value of the entry.
func (c Condition) Holds(entry Entry) (bool, error) {
	if c.program == nil {
		return true, nil
	}
	out, err := run(c.program, c.speech, entry)
	if err != nil {
		return false, err
	}
	holds, is := out.(bool)
	if !is {
		return false, fmt.Errorf("the condition neither holds nor does not: it gives a %s", kindName(reflect.ValueOf(out).Kind()))
	}
	return holds, nil
}

func kindOf(program *vm.Program) reflect.Kind {
	t := program.Node().Type()
	if t == nil {
		return reflect.Interface
	}
	return t.Kind()
}

func kindName(kind reflect.Kind) string {
	switch kind {
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.String:
		return "text"
	case reflect.Invalid:
		return "nothing"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	}
	return kind.String()
}

// run evaluates a program. What expr-lang says of a failure may hold values, so
// only where it happened is kept.
func run(program *vm.Program, s speech, entry Entry) (any, error) {
	out, err := expr.Run(program, s.environment(entry))
	if err != nil {
		return nil, failure(err)
	}
	return out, nil
}

// valuesOf makes a list of texts of what an expression gave.
func valuesOf(out any) ([]string, error) {
	switch v := out.(type) {
	case nil:
		return nil, nil
	case string:
		return texts(v), nil
	case []string:
		return withoutEmpty(v), nil
	case []any:
		var list []string
		for _, one := range v {
			values, err := valuesOf(one)
			if err != nil {
				return nil, err
			}
			list = append(list, values...)
		}
		return list, nil
	case int:
		return []string{strconv.Itoa(v)}, nil
	case int64:
		return []string{strconv.FormatInt(v, 10)}, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("the expression gives no number, but %v", v)
		}
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}, nil
	}
	return nil, fmt.Errorf("the expression gives no values, but a %s", kindName(reflect.ValueOf(out).Kind()))
}

func withoutEmpty(values []string) (out []string) {
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
