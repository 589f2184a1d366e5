package imapd

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parser walks over a request. The first error stays; what follows it returns
// zero values, so that a command asks for everything and looks once.
type parser struct {
	parts []part
	i     int // part
	pos   int // in its text
	utf8  bool
	bad   string
}

func (p *parser) fail(format string, args ...any) {
	if p.bad == "" {
		p.bad = fmt.Sprintf(format, args...)
	}
}

// peek is the next byte, 0 at the end of a text.
func (p *parser) peek() byte {
	if p.bad != "" || p.pos >= len(p.parts[p.i].text) {
		return 0
	}
	return p.parts[p.i].text[p.pos]
}

// rest is the text up to the end or to a literal.
func (p *parser) rest() string {
	if p.bad != "" {
		return ""
	}
	return p.parts[p.i].text[p.pos:]
}

// try takes a fixed text, in any case, if it comes next.
func (p *parser) try(text string) bool {
	r := p.rest()
	if len(r) < len(text) || !strings.EqualFold(r[:len(text)], text) {
		return false
	}
	p.pos += len(text)
	return true
}

func (p *parser) want(text string) {
	if p.bad == "" && !p.try(text) {
		p.fail("expected %q before %q", text, clip(p.rest()))
	}
}

func (p *parser) sp() { p.want(" ") }

// end says whether everything was read and was good.
func (p *parser) end() bool {
	if p.bad == "" && (p.rest() != "" || p.parts[p.i].ends) {
		p.fail("unexpected %q", clip(p.rest()))
	}
	return p.bad == ""
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

// span takes the bytes that fit.
func (p *parser) span(what string, fits func(byte) bool) string {
	r := p.rest()
	n := 0
	for n < len(r) && fits(r[n]) {
		n++
	}
	if n == 0 {
		p.fail("expected %s before %q", what, clip(r))
	}
	p.pos += n
	return r[:n]
}

// atomByte: ATOM-CHAR of RFC 3501, section 9.
func atomByte(b byte) bool {
	return b > ' ' && b < 0x7f && !strings.ContainsRune(`(){%*"\]`, rune(b))
}

func (p *parser) atom() string { return p.span("an atom", atomByte) }

func (p *parser) keyword() string { return strings.ToUpper(p.atom()) }

func (p *parser) number() uint64 {
	text := p.span("a number", func(b byte) bool { return b >= '0' && b <= '9' })
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		p.fail("bad number %q", text)
	}
	return n
}

// astring: atom with ], or a string (RFC 3501, section 9).
func (p *parser) astring() string {
	if p.isString() {
		return p.str()
	}
	return p.span("an astring", func(b byte) bool { return atomByte(b) || b == ']' })
}

// pattern: list-mailbox, with the wildcards.
func (p *parser) pattern() string {
	if p.isString() {
		return p.str()
	}
	return p.span("a mailbox pattern", func(b byte) bool { return atomByte(b) || b == ']' || b == '%' || b == '*' })
}

func (p *parser) isString() bool {
	return p.peek() == '"' || p.bad == "" && p.rest() == "" && p.parts[p.i].ends
}

// str is a quoted string or a literal (RFC 3501, section 4.3).
func (p *parser) str() string {
	if p.bad == "" && p.rest() == "" && p.parts[p.i].ends {
		lit := p.parts[p.i].literal
		p.i, p.pos = p.i+1, 0
		return string(lit)
	}
	p.want(`"`)
	var b strings.Builder
	for p.bad == "" {
		ch := p.peek()
		switch {
		case ch == 0:
			p.fail("quoted string that does not end")
		case ch == '"':
			p.pos++
			return b.String()
		case ch == '\\':
			p.pos++
			if ch = p.peek(); ch != '"' && ch != '\\' {
				p.fail("bad escape in a quoted string")
			}
		case ch >= 0x80 && !p.utf8: // only after UTF8=ACCEPT: RFC 6855, section 3
			p.fail("8-bit byte in a quoted string")
		}
		b.WriteByte(ch)
		p.pos++
	}
	return ""
}

// list calls item for each element of a parenthesized list.
func (p *parser) list(item func()) {
	p.want("(")
	for first := true; p.bad == "" && !p.try(")"); first = false {
		if !first {
			p.sp()
		}
		item()
	}
}

// flag is a system flag or a keyword (RFC 3501, section 9).
func (p *parser) flag() string {
	if p.try(`\`) {
		f := `\` + p.atom()
		if _, ok := systemFlag(f); !ok {
			p.fail("flag %s that no client may set", f)
		}
		return f
	}
	return p.atom()
}

// flags is a list of flags, with or without parentheses.
func (p *parser) flags() []string {
	out := []string{}
	if p.peek() == '(' {
		p.list(func() { out = append(out, p.flag()) })
		return out
	}
	out = append(out, p.flag())
	for p.try(" ") {
		out = append(out, p.flag())
	}
	return out
}

// date is a date-time in quotes (RFC 3501, section 9).
func (p *parser) date() time.Time {
	text := p.str()
	if strings.HasPrefix(text, " ") {
		text = "0" + text[1:]
	}
	t, err := time.Parse("02-Jan-2006 15:04:05 -0700", text)
	if err != nil {
		p.fail("bad date %q", text)
	}
	return t
}
