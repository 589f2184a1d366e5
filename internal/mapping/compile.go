package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Problem is a mistake in an expression or a filter.
type Problem struct {
	Text string
	// Remedy in one clause; "" = none known.
	Remedy string
}

func (p Problem) Error() string {
	if p.Remedy == "" {
		return p.Text
	}
	return p.Text + "; " + p.Remedy
}

func problem(remedy, format string, args ...any) error {
	return Problem{Text: fmt.Sprintf(format, args...), Remedy: remedy}
}

// speech is what an expression speaks of.
type speech struct {
	// names that the program knows attributes by: as they are written, in any
	// case, or quoted.
	names []string
}

// quoted marks what attr("name") becomes, so that it is no function's name.
const quoted = "attr "

// attribute that a name of the program stands for.
func attribute(name string) string { return strings.TrimPrefix(name, quoted) }

// Attributes in lower case, sorted.
func (s speech) attributes() (out []string) {
	for _, name := range s.names {
		out = append(out, attribute(name))
	}
	return attributeNames(out...)
}

// environment is what a program sees of an entry.
func (s speech) environment(entry Entry) map[string]any {
	seen := make(map[string]any, len(s.names))
	for _, name := range s.names {
		if strings.EqualFold(name, "dn") {
			seen[name] = entry.DN
		} else {
			seen[name] = entry.values(attribute(name))
		}
	}
	return seen
}

// compile reads an expression twice: first to learn which names are attributes,
// then with the types that they have.
func compile(text string) (*vm.Program, speech, error) {
	options := functions()
	config := conf.CreateNew()
	for _, option := range options {
		option(config)
	}
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, speech{}, placed(err)
	}
	c := collector{local: map[string]bool{}, call: map[*ast.IdentifierNode]bool{}}
	ast.Walk(&tree.Node, &c)
	s := speech{names: c.names()}
	if c.err != nil {
		return nil, speech{}, c.err
	}
	options = append(options, expr.Env(s.environment(Entry{})), expr.Patch(literal{}))
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, speech{}, placed(err)
	}
	return program, s, nil
}

// collector finds the names of attributes.
type collector struct {
	found []*ast.IdentifierNode
	call  map[*ast.IdentifierNode]bool
	attr  []string
	local map[string]bool
	err   error
}

// Visit implements ast.Visitor.
func (c *collector) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode:
		c.local[n.Name] = true
	case *ast.IdentifierNode:
		c.found = append(c.found, n)
	case *ast.CallNode:
		name, is := n.Callee.(*ast.IdentifierNode)
		if !is {
			return
		}
		c.call[name] = true
		if name.Value != "attr" {
			return
		}
		if attribute, ok := attrOf(n); ok {
			c.attr = append(c.attr, quoted+attribute)
		} else {
			c.fail(n, `write it out, as in attr("my-attr")`, "attr needs the name of an attribute")
		}
	}
}

// names of attributes, sorted: names that are called are functions, and those
// that the expression makes itself are its own.
func (c *collector) names() []string {
	out := slices.Clone(c.attr)
	for _, n := range c.found {
		switch name := n.Value; {
		case c.call[n] || c.local[name]:
		case name == "$env":
			c.fail(n, "name the attributes", "$env is not known")
		case isFunction(name):
			c.fail(n, fmt.Sprintf("call it, or write attr(%q) if the attribute is meant", name), name+" is a function")
		default:
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *collector) fail(n ast.Node, remedy, text string) {
	if c.err == nil {
		c.err = problem(remedy, "%s, at character %d", text, n.Location().From+1)
	}
}

// attrOf reads attr("name").
func attrOf(n *ast.CallNode) (string, bool) {
	if len(n.Arguments) != 1 {
		return "", false
	}
	text, is := n.Arguments[0].(*ast.StringNode)
	if !is || strings.TrimSpace(text.Value) != text.Value || text.Value == "" || strings.HasPrefix(text.Value, "$") {
		return "", false
	}
	return text.Value, true
}

// literal puts the attribute itself in place of attr("name").
type literal struct{}

// Visit implements ast.Visitor.
func (literal) Visit(node *ast.Node) {
	call, is := (*node).(*ast.CallNode)
	if !is {
		return
	}
	if name, is := call.Callee.(*ast.IdentifierNode); is && name.Value == "attr" {
		if attribute, ok := attrOf(call); ok {
			ast.Patch(node, &ast.IdentifierNode{Value: quoted + attribute})
		}
	}
}

// attributeNames is the names to ask a directory for.
func attributeNames(names ...string) (out []string) {
	for _, name := range names {
		if name = strings.ToLower(name); name != "dn" && name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// placed says where an expression is wrong.
func placed(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return problem("write the name of an attribute or an expression, such as lower(first(mail))", "%v", err)
	}
	remedy := ""
	switch message := at.Message; {
	case strings.Contains(message, "not callable"), strings.Contains(message, "unknown name"):
		remedy = "the functions beside those of expr-lang are " + strings.Join(ownFunctions(), ", ")
	case strings.Contains(message, "mismatched types"), strings.Contains(message, "[]string"):
		remedy = "an attribute is a list of values: take first(x), ask has(x, value), or put lists together as [x, y]"
	}
	return problem(remedy, "%s, at character %d", strings.ReplaceAll(at.Message, "[]string", "list"), at.Column+1)
}

// failure tells where a program failed on an entry, without the values.
func failure(err error) error {
	var at *file.Error
	if errors.As(err, &at) {
		return fmt.Errorf("the expression fails on this entry, at character %d", at.Column+1)
	}
	return errors.New("the expression fails on this entry")
}

// isFunction tells whether a name is a function's.
func isFunction(name string) bool {
	_, builtIn := builtin.Index[name]
	return builtIn || slices.Contains(ownFunctions(), name)
}
