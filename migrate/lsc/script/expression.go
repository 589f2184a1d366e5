package script

import (
	"strconv"
	"strings"
)

// expression reads condition ? yes : no and what binds tighter.
func (p *parser) expression() (node, error) {
	t, err := p.peek(true)
	if err != nil {
		return nil, err
	}
	if err := p.enter(t.at); err != nil {
		return nil, err
	}
	defer p.leave()
	condition, err := p.operators(0)
	if err != nil {
		return nil, err
	}
	if is, err := p.take("?"); err != nil || !is {
		return p.assigned(condition, err)
	}
	yes, err := p.expression()
	if err != nil {
		return nil, err
	}
	if err := p.want(":"); err != nil {
		return nil, err
	}
	no, err := p.expression()
	if err != nil {
		return nil, err
	}
	return choiceNode{at(t.at), condition, yes, no}, nil
}

// assigned refuses a = b.
func (p *parser) assigned(n node, err error) (node, error) {
	if err == nil && p.ahead && p.tok.sort == sortMark && strings.HasSuffix(p.tok.text, "=") {
		return nil, p.fail(p.tok.at, "use var, or == to compare", "an assignment is not translated")
	}
	return n, err
}

// levels are the binary operators, the loosest first.
func levels() [][]string {
	return [][]string{{"?:"}, {"||"}, {"&&"}, {"==", "!=", "===", "!=="}, {"<", ">", "<=", ">="}, {"+", "-"}, {"*", "/", "%"}}
}

// operators reads the binary operators of a level and what binds tighter.
func (p *parser) operators(level int) (node, error) {
	all := levels()
	if level == len(all) {
		return p.unary()
	}
	left, err := p.operators(level + 1)
	if err != nil {
		return nil, err
	}
	for {
		t, err := p.peek(false)
		if err != nil {
			return nil, err
		}
		operator := ""
		for _, o := range all[level] {
			if t.sort == sortMark && t.text == o {
				operator = o
			}
		}
		if operator == "" || t.newline && p.groovy { // a line ends a statement of Groovy
			return left, nil
		}
		p.ahead = false
		if err := p.grown(t.at, 1); err != nil {
			return nil, err
		}
		right, err := p.operators(level + 1)
		if err != nil {
			return nil, err
		}
		left = binaryNode{at(left.position()), operator, left, right}
	}
}

func (p *parser) unary() (node, error) {
	t, err := p.peek(true)
	if err != nil {
		return nil, err
	}
	if t.sort != sortMark || t.text != "!" && t.text != "-" && t.text != "+" {
		return p.postfix()
	}
	if err := p.enter(t.at); err != nil {
		return nil, err
	}
	defer p.leave()
	p.ahead = false
	of, err := p.unary()
	if err != nil {
		return nil, err
	}
	if n, ok := of.(numberNode); ok && t.text == "-" {
		return numberNode{at(t.at), -n.value}, nil
	}
	return unaryNode{at(t.at), t.text, of}, p.grown(t.at, 1)
}

// postfix reads a value and the members, indexes and calls after it.
func (p *parser) postfix() (node, error) {
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	for {
		t, err := p.peek(false)
		if err != nil || t.sort != sortMark {
			return n, err
		}
		start := at(n.position())
		switch t.text {
		case ".":
			p.ahead = false
			name, err := p.peek(false)
			if err != nil {
				return nil, err
			}
			if name.sort != sortName {
				return nil, p.fail(name.at, "", "a name is expected %s", p.here())
			}
			p.ahead = false
			n = memberNode{start, n, name.text}
		case "[":
			if t.newline {
				return n, nil
			}
			p.ahead = false
			key, err := p.expression()
			if err != nil {
				return nil, err
			}
			if err := p.want("]"); err != nil {
				return nil, err
			}
			n = indexNode{start, n, key}
		case "(":
			if t.newline {
				return n, nil
			}
			p.ahead = false
			arguments, err := p.list(")")
			if err != nil {
				return nil, err
			}
			n = callNode{start, n, arguments}
		default:
			return n, nil
		}
		if err := p.grown(t.at, 1); err != nil {
			return nil, err
		}
	}
}

// list reads values up to a closing bracket.
func (p *parser) list(end string) ([]node, error) {
	if _, err := p.peek(true); err != nil {
		return nil, err
	}
	var all []node
	for {
		if is, err := p.take(end); err != nil || is {
			return all, err
		}
		if len(all) > 0 {
			if err := p.want(","); err != nil {
				return nil, err
			}
		}
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
}

func (p *parser) primary() (node, error) {
	t, err := p.peek(true)
	if err != nil {
		return nil, err
	}
	if err := p.grown(t.at, 1); err != nil {
		return nil, err
	}
	p.ahead = false
	start := at(t.at)
	switch t.sort {
	case sortText:
		return textNode{start, t.text}, nil
	case sortPattern:
		return patternNode{start, t.text, t.flags}, nil
	case sortNumber:
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSuffix(t.text, "L"), ".0"), 10, 64)
		if err != nil || len(t.text) > 1 && t.text[0] == '0' && t.text != "0.0" {
			return nil, p.fail(t.at, "", "%s is not a whole number", t.text)
		}
		return numberNode{start, n}, nil
	case sortName:
		return p.name(t)
	case sortMark:
		switch t.text {
		case "(":
			n, err := p.expression()
			if err != nil {
				return nil, err
			}
			return n, p.want(")")
		case "[":
			items, err := p.list("]")
			return listNode{start, items}, err
		}
	}
	p.ahead = true
	return nil, p.fail(t.at, "", "a value is expected %s", p.here())
}

// name reads a word that stands alone.
func (p *parser) name(t token) (node, error) {
	switch t.text {
	case "true", "false", "null", "undefined":
		return wordNode{at(t.at), t.text}, nil
	case "new", "function", "typeof", "instanceof", "in", "this", "return", "if", "else", "var", "let", "const", "def":
		return nil, p.fail(t.at, "", "%s is not translated here", strconv.Quote(t.text))
	}
	if v, ok := p.values[t.text]; ok {
		return v.node, p.grown(t.at, v.size)
	}
	return nameNode{at(t.at), t.text}, nil
}
