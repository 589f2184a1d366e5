package script

// Product reads a script that multiplies the first value of an attribute by a
// number, as quotas in another unit are written: parseInt(x) * 1024, with or
// without a conversion to text around it.
func (s *Script) Product() (attribute string, by int64, ok bool) {
	n, by := s.root, 1
	for {
		n = bare(n)
		b, product := n.(binaryNode)
		if !product || b.operator != "*" {
			break
		}
		left, right := b.left, b.right
		if constant(left) > 0 {
			left, right = right, left
		}
		c := constant(right)
		if c == 0 || by > mostFactor/c {
			return "", 0, false
		}
		n, by = left, by*c
	}
	t := &translator{Script: s, read: map[string]bool{}}
	v, err := t.translate(n)
	if err != nil || by == 1 || v.kind != Text || v.attribute == "" {
		return "", 0, false
	}
	return v.attribute, by, true
}

// mostFactor bounds what a quota is multiplied by, 1 TiB.
const mostFactor = 1 << 40

// constant is the value of 1024 or 1024 * 1024; 0 = it is something else.
func constant(n node) int64 {
	switch n := bare(n).(type) {
	case numberNode:
		if n.value > 0 && n.value <= mostFactor {
			return n.value
		}
	case binaryNode:
		if l, r := constant(n.left), constant(n.right); n.operator == "*" && l > 0 && r > 0 && l <= mostFactor/r {
			return l * r
		}
	}
	return 0
}

// bare is a value without conversions between text and number around it.
func bare(n node) node {
	for {
		switch v := n.(type) {
		case binaryNode: // "" + x
			if text, ok := v.left.(textNode); ok && v.operator == "+" && text.value == "" {
				n = v.right
				continue
			}
			if text, ok := v.right.(textNode); ok && v.operator == "+" && text.value == "" {
				n = v.left
				continue
			}
		case callNode:
			inner, ok := converted(v)
			if ok {
				n = inner
				continue
			}
		}
		return n
	}
}

// converted reads parseInt(x), Number(x), Math.round(x), String(x), x.toFixed(0)
// and the like.
func converted(call callNode) (node, bool) {
	decimal := func(arguments []node, value int64) bool {
		if len(arguments) == 0 {
			return true
		}
		n, ok := arguments[0].(numberNode)
		return ok && len(arguments) == 1 && n.value == value
	}
	switch f := call.function.(type) {
	case nameNode:
		switch f.name {
		case "parseInt":
			return first(call), len(call.arguments) > 0 && decimal(call.arguments[1:], 10)
		case "Number", "parseFloat", "String":
			return first(call), len(call.arguments) == 1
		}
	case memberNode:
		of, named := f.of.(nameNode)
		switch {
		case named && of.name == "Math" && (f.name == "round" || f.name == "floor"):
			return first(call), len(call.arguments) == 1
		case f.name == "toFixed":
			return f.of, decimal(call.arguments, 0)
		case f.name == "toString":
			return f.of, len(call.arguments) == 0
		}
	}
	return nil, false
}

func first(call callNode) node {
	if len(call.arguments) == 0 {
		return nil
	}
	return call.arguments[0]
}
