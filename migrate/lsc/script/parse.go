package script

import (
	"strconv"
)

// parser makes a tree of a script, by recursive descent.
type parser struct {
	lexer
	tok   token
	ahead bool // tok is read, not yet taken
	depth int
	// values of the variables that were declared.
	values map[string]variable
	// size counts nodes, also those that a variable stands for again.
	size int
}

// mostSize is how many parts a script may come to when its variables are put in.
const mostSize = 2000

func (p *parser) fail(at int, remedy, format string, args ...any) error {
	return refuse(p.text, at, remedy, format, args...)
}

// peek looks at the next token; pattern: a "/" begins a regular expression.
func (p *parser) peek(pattern bool) (token, error) {
	if p.ahead {
		return p.tok, nil
	}
	t, err := p.read(pattern)
	if err == nil {
		p.tok, p.ahead = t, true
	}
	return t, err
}

// is tells whether the next token is a sign or a word.
func (p *parser) is(text string) (bool, error) {
	t, err := p.peek(false)
	return (t.sort == sortMark || t.sort == sortName) && t.text == text, err
}

// take passes the next token if it is this sign or word.
func (p *parser) take(text string) (bool, error) {
	is, err := p.is(text)
	if is {
		p.ahead = false
	}
	return is, err
}

// want passes the next token, which must be this sign.
func (p *parser) want(text string) error {
	is, err := p.take(text)
	if err == nil && !is {
		return p.fail(p.tok.at, "", "%s is expected %s", strconv.Quote(text), p.here())
	}
	return err
}

// here tells people where the next token is.
func (p *parser) here() string {
	if p.tok.sort == sortEnd {
		return "at the end"
	}
	return "before " + strconv.Quote(p.tok.text)
}

// program reads a whole script: variables, then one value.
func (p *parser) program() (node, error) {
	p.values = map[string]variable{}
	if t, err := p.peek(true); err != nil {
		return nil, err
	} else if t.sort == sortEnd {
		return nil, p.fail(t.at, "", "it is empty")
	}
	root, err := p.statements(false)
	if err != nil {
		return nil, err
	}
	if p.tok.sort != sortEnd {
		return nil, p.fail(p.tok.at, "", "one value is translated, and something follows it: %s", strconv.Quote(p.tok.text))
	}
	return root, nil
}

// statements reads declarations and the value that follows them, up to the end
// or, in a block, to its "}".
func (p *parser) statements(block bool) (node, error) {
	for {
		t, err := p.peek(true)
		if err != nil {
			return nil, err
		}
		switch {
		case t.sort == sortMark && t.text == ";":
			p.ahead = false
			continue
		case t.sort == sortEnd, block && t.sort == sortMark && t.text == "}":
			return nil, p.fail(t.at, "", "it ends without a value")
		case t.sort == sortName && (t.text == "var" || t.text == "let" || t.text == "const" || t.text == "def"):
			if err := p.declare(); err != nil {
				return nil, err
			}
			continue
		case t.sort == sortName && (t.text == "for" || t.text == "while" || t.text == "do" || t.text == "function" || t.text == "try" || t.text == "switch" || t.text == "import" || t.text == "throw"):
			return nil, p.fail(t.at, "", "%s is not translated, only expressions are", strconv.Quote(t.text))
		}
		if t.sort == sortName && t.text == "return" {
			p.ahead = false
		}
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		for {
			if more, err := p.take(";"); err != nil || !more {
				return value, err
			}
		}
	}
}

// value reads an expression, or an if with both its branches.
func (p *parser) value() (node, error) {
	t, err := p.peek(true)
	if err != nil {
		return nil, err
	}
	if t.sort != sortName || t.text != "if" {
		return p.expression()
	}
	if err := p.enter(t.at); err != nil {
		return nil, err
	}
	defer p.leave()
	p.ahead = false
	if err := p.want("("); err != nil {
		return nil, err
	}
	condition, err := p.expression()
	if err != nil {
		return nil, err
	}
	if err := p.want(")"); err != nil {
		return nil, err
	}
	yes, err := p.branch()
	if err != nil {
		return nil, err
	}
	if is, err := p.take("else"); err != nil {
		return nil, err
	} else if !is {
		return nil, p.fail(p.tok.at, "", "an if without else is not translated")
	}
	no, err := p.branch()
	if err != nil {
		return nil, err
	}
	return choiceNode{at(t.at), condition, yes, no}, nil
}

// branch reads what follows if (...) or else.
func (p *parser) branch() (node, error) {
	if _, err := p.peek(true); err != nil {
		return nil, err
	}
	if block, err := p.take("{"); err != nil {
		return nil, err
	} else if block {
		value, err := p.statements(true)
		if err != nil {
			return nil, err
		}
		return value, p.want("}")
	}
	if t, err := p.peek(true); err == nil && t.sort == sortName && t.text == "return" {
		p.ahead = false
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	_, err = p.take(";")
	return value, err
}

// declare reads var a = ..., b = ...; a name keeps its first value, since
// nothing that is translated can change it.
func (p *parser) declare() error {
	p.ahead = false
	for {
		t, err := p.peek(false)
		if err != nil {
			return err
		}
		if t.sort != sortName {
			return p.fail(t.at, "", "a name is expected %s", p.here())
		}
		p.ahead = false
		if _, twice := p.values[t.text]; twice || t.text == "srcBean" || t.text == "dstBean" {
			return p.fail(t.at, "", "%s gets a second value", t.text)
		}
		if is, err := p.take("="); err != nil {
			return err
		} else if !is {
			return p.fail(t.at, "", "%s has no value where it is declared", t.text)
		}
		before := p.size
		value, err := p.expression()
		if err != nil {
			return err
		}
		p.values[t.text] = variable{value, p.size - before}
		if more, err := p.take(","); err != nil || !more {
			return err
		}
	}
}

// variable is the value of a name of the script and the number of its parts.
type variable struct {
	node
	size int
}

// enter and leave bound how deeply expressions are nested.
func (p *parser) enter(at int) error {
	if p.depth++; p.depth > mostDepth {
		return p.fail(at, "", "it is nested more than %d deep", mostDepth)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// grown counts the parts of the script.
func (p *parser) grown(at, by int) error {
	if p.size += by; p.size > mostSize {
		return p.fail(at, "", "it has more than %d parts", mostSize)
	}
	return nil
}
