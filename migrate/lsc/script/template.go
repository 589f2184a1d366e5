package script

import "strings"

// Template reads a script of which an LDAP filter is made: texts, and
// pivotAttributes["mail"], which becomes {mail}. An error is an *Error.
func (s *Script) Template() (string, error) {
	var b strings.Builder
	t := &translator{Script: s, read: map[string]bool{}}
	err := t.template(s.root, &b)
	return b.String(), err
}

func (t *translator) template(n node, b *strings.Builder) error {
	if sum, ok := n.(binaryNode); ok && sum.operator == "+" {
		if err := t.template(sum.left, b); err != nil {
			return err
		}
		return t.template(sum.right, b)
	}
	if name, ok := pivot(n); ok {
		b.WriteString("{" + name + "}")
		return nil
	}
	text, ok := n.(textNode)
	if !ok {
		return t.refuse(n, "", "a filter is made of texts and of pivotAttributes only")
	}
	b.WriteString(text.value)
	return nil
}

// pivot reads pivotAttributes["mail"] and pivotAttributes.mail.
func pivot(n node) (string, bool) {
	switch n := n.(type) {
	case indexNode:
		name, ok := n.of.(nameNode)
		key, text := n.key.(textNode)
		return key.value, ok && text && name.name == "pivotAttributes"
	case memberNode:
		name, ok := n.of.(nameNode)
		return n.name, ok && name.name == "pivotAttributes"
	}
	return "", false
}
