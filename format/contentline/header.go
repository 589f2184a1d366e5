package contentline

import (
	"errors"
	"fmt"
	"strings"
)

// maxParams is how many parameters, and values of them, one line may have.
const maxParams = 1000

// header reads group, name and parameters of an unfolded line, and tells where
// its value begins.
func header(text string) (l Line, value int, err error) {
	end := strings.IndexAny(text, ";:")
	if end < 0 {
		return l, 0, fmt.Errorf("%s is no property: it has no colon", Excerpt(text))
	}
	name := text[:end]
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		l.Group, name = name[:dot], name[dot+1:]
	}
	if !isName(name) || l.Group != "" && !isName(strings.ReplaceAll(l.Group, ".", "")) {
		return l, 0, fmt.Errorf("%s is not the name of a property", Excerpt(text[:end]))
	}
	l.Name = strings.ToUpper(name)
	count := 0
	for text[end] == ';' {
		var p Param
		if p, end, err = param(text, end+1); err != nil {
			return l, 0, err
		}
		if count += len(p.Values); count > maxParams {
			return l, 0, fmt.Errorf("%s has more than %d parameters", Excerpt(l.Name), maxParams)
		}
		if p.Name != "" || p.Values[0] != "" { // ";;" is no parameter
			l.Params = append(l.Params, p)
		}
	}
	return l, end + 1, nil
}

func isName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return s != ""
}

// param reads one parameter and tells where it ends: at a ";" or ":".
func param(text string, at int) (p Param, end int, err error) {
	n := strings.IndexAny(text[at:], "=;:")
	if n < 0 {
		return p, 0, errors.New("its parameters do not end: it has no colon")
	}
	if end = at + n; text[end] != '=' { // a bare value (vCard 2.1)
		p.Values = []string{strings.TrimSpace(text[at:end])}
		return p, end, nil
	}
	p.Name = strings.ToUpper(strings.TrimSpace(text[at:end]))
	if !isName(p.Name) {
		return p, 0, fmt.Errorf("%s is not the name of a parameter", Excerpt(text[at:end]))
	}
	for {
		var value string
		if value, end, err = paramValue(text, end+1); err != nil {
			return p, 0, err
		}
		if len(p.Values) <= maxParams {
			p.Values = append(p.Values, value)
		}
		if text[end] != ',' {
			return p, end, nil
		}
	}
}

// paramValue reads one value and tells where it ends: at a "," or ";" or ":".
func paramValue(text string, at int) (value string, end int, err error) {
	if at < len(text) && text[at] == '"' {
		n := strings.IndexByte(text[at+1:], '"')
		if n < 0 {
			return "", 0, errors.New("a quoted parameter is not closed")
		}
		value, at = text[at+1:at+1+n], at+n+2
	}
	n := strings.IndexAny(text[at:], ",;:")
	if n < 0 {
		return "", 0, errors.New("its parameters do not end: it has no colon")
	}
	return caret(value + text[at:at+n]), at + n, nil
}

// caret undoes the escapes of RFC 6868, section 3.2; what it does not know
// stays.
func caret(s string) string {
	if strings.IndexByte(s, '^') < 0 {
		return s
	}
	return strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^").Replace(s)
}

// writeParam prints a parameter; its values are quoted where they must be.
func writeParam(b *strings.Builder, p Param) {
	b.WriteByte(';')
	b.WriteString(p.Name)
	for i, v := range p.Values {
		switch {
		case i > 0:
			b.WriteByte(',')
		case p.Name != "":
			b.WriteByte('=')
		}
		if strings.ContainsAny(v, "^\r\n\"") { // RFC 6868, 3.1
			v = strings.NewReplacer("^", "^^", "\r\n", "^n", "\n", "^n", "\r", "^n", `"`, "^'").Replace(v)
		}
		if control(v) >= 0 {
			v = oneLine(v)
		}
		if strings.ContainsAny(v, ":;,") {
			v = `"` + v + `"`
		}
		b.WriteString(v)
	}
}
