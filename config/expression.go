package config

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"lockstep/core"
)

// Expression is a condition on items, compiled. The zero Expression holds
// for all of them.
type Expression struct {
	text    string
	program *vm.Program
	// sizes and times: it speaks of them.
	sizes, times bool
}

// String prints the expression as it was written.
func (e Expression) String() string { return e.text }

// facts is what an expression can speak of.
type facts struct {
	Size   int64                  `expr:"size"`
	Date   time.Time              `expr:"date"`
	Age    int                    `expr:"age"`
	Marks  []string               `expr:"marks"`
	Has    func(mark string) bool `expr:"has"`
	Folder string                 `expr:"folder"`
	Role   string                 `expr:"role"`
	Key    string                 `expr:"key"`
	Owner  string                 `expr:"owner"`
}

func factNames() []string {
	return []string{"size", "date", "age", "marks", "has", "folder", "role", "key", "owner", "day"}
}

const dayForm = "2006-01-02"

// ParseExpression compiles an expression. It may use the facts above,
// day("2024-01-31"), and the operators and functions of expr-lang but now and
// date: what holds for an item depends on the item and on the clock of the pass.
func ParseExpression(text string) (Expression, error) {
	seen := &speech{}
	program, err := expr.Compile(text, expr.Env(facts{}), expr.AsBool(), expr.DisableBuiltin("now"), expr.DisableBuiltin("date"),
		expr.Function("day", func(args ...any) (any, error) { return time.Parse(dayForm, args[0].(string)) }, new(func(string) time.Time)),
		expr.Patch(seen))
	if err == nil && seen.badDay != "" {
		return Expression{}, problem(`write day("2024-01-31")`, "day(%s) is not a date", quote(seen.badDay))
	}
	if err == nil {
		return Expression{text: text, program: program, sizes: seen.sizes, times: seen.times}, nil
	}
	var at *file.Error
	if !errors.As(err, &at) {
		return Expression{}, problem("write a condition, such as size < 1000000", "%v", err)
	}
	p := problem("", "%s, at character %d", at.Message, at.Column+1)
	if name, ok := strings.CutPrefix(at.Message, "unknown name "); ok {
		p.Remedy = didYouMean(name, factNames())
	} else if strings.Contains(at.Message, "not callable") {
		p.Remedy = `to write a date use day("2024-01-31")`
	}
	return Expression{}, p
}

// speech notes what an expression speaks of, and a day("...") that is none.
type speech struct {
	sizes, times bool
	badDay       string
}

func (v *speech) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		v.sizes = v.sizes || n.Value == "size" || n.Value == "$env"
		v.times = v.times || n.Value == "date" || n.Value == "age" || n.Value == "$env"
	case *ast.CallNode:
		name, isName := n.Callee.(*ast.IdentifierNode)
		if !isName || name.Value != "day" || len(n.Arguments) != 1 {
			return
		}
		if text, ok := n.Arguments[0].(*ast.StringNode); ok {
			if _, err := time.Parse(dayForm, text.Value); err != nil {
				v.badDay = text.Value
			}
		}
	}
}

// holds tells whether an item meets the condition. One for which it cannot
// be told does (a size or time that is not known, an expression that fails):
// a mistake in a filter never hides mail.
func (e Expression) holds(s core.Stub, c core.Collection, now time.Time) bool {
	if e.program == nil || e.sizes && s.Size < 0 || e.times && s.Time == 0 {
		return true
	}
	date := time.Unix(s.Time, 0).UTC()
	marks := s.Marks.List()
	known := facts{
		Size: s.Size, Date: date, Age: int(now.Sub(date).Hours() / 24), Marks: marks,
		Has:    func(mark string) bool { return slices.Contains(marks, mark) },
		Folder: inbox(c.Path), Role: string(c.Role), Key: string(s.Key), Owner: s.Owner,
	}
	held, err := expr.Run(e.program, known)
	if err != nil {
		return true
	}
	yes, ok := held.(bool)
	return yes || !ok
}
