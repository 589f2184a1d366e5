package contentline

import (
	"iter"
	"strings"
)

const byteOrderMark = "\ufeff"

// Lines yields the lines of a text, of any number of components. A line that is
// wrong comes with an *Error, its Raw and its Number, and the scan goes on
// behind it. Depth is not set: see Parse.
func Lines(text string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		s := scanner{rest: text, number: 1}
		for s.rest != "" {
			if !yield(s.line()) {
				return
			}
		}
	}
}

// scanner cuts logical lines off a text.
type scanner struct {
	rest   string
	number int // of the physical line at rest
	// old: the component says VERSION:2.1, so the blank of a fold belongs to the
	// value (vCard 2.1, section 2.1.3, as in RFC 822).
	old bool
}

// line takes the next logical line.
func (s *scanner) line() (Line, error) {
	g := gathered{scanner: s, start: s.rest}
	l := Line{Number: s.number}
	content := strings.TrimPrefix(g.take(), byteOrderMark)
	if blank(content) || folded(content) {
		l.Raw = g.raw()
		if blank(content) {
			return l, g.err
		}
		return l, errorf(l.Number, "%s continues no line", Excerpt(content))
	}
	g.add(content)
	for folded(s.rest) && !g.colon { // even a name may be folded
		g.fold()
	}
	head, at, err := header(g.text())
	switch {
	case err == nil && head.QuotedPrintable():
		g.softBreaks()
	case err == nil:
		g.folds()
		if head.Base64() {
			g.block(head.block())
		}
	default: // a quoted parameter may be folded
		g.folds()
		head, at, err = header(g.text())
	}
	head.Number, head.Raw = l.Number, g.raw()
	switch {
	case g.err != nil:
		return head, g.err
	case err != nil:
		return head, errorf(l.Number, "%v", err)
	}
	head.Value = g.text()[at:]
	switch {
	case head.Name == "BEGIN":
		s.old = false
	case head.Name == "VERSION" && strings.TrimSpace(head.Value) == "2.1":
		s.old = true
	}
	return head, nil
}

// gathered is the physical lines that make one logical line.
type gathered struct {
	*scanner
	start string // the text from the first of them on
	one   string // the unfolded text, as long as it is one piece
	many  strings.Builder
	colon bool
	err   error
}

// take cuts the next physical line off.
func (g *gathered) take() string {
	content, size := cut(g.rest)
	if at := control(content); at >= 0 && g.err == nil {
		g.err = errorf(g.number, "column %d holds the control character U+%04X; remove it", at+1, content[at])
	}
	g.rest = g.rest[size:]
	g.number++
	return content
}

func (g *gathered) add(piece string) {
	g.colon = g.colon || strings.Contains(piece, ":")
	switch {
	case g.many.Len() > 0:
		g.many.WriteString(piece)
	case g.one == "":
		g.one = piece
	default:
		g.many.WriteString(g.one)
		g.many.WriteString(piece)
	}
}

func (g *gathered) text() string {
	if g.many.Len() > 0 {
		return g.many.String()
	}
	return g.one
}

func (g *gathered) raw() string { return g.start[:len(g.start)-len(g.rest)] }

// fold appends a folded line.
func (g *gathered) fold() {
	piece := g.take()
	if !g.old {
		piece = piece[1:]
	}
	g.add(piece)
}

func (g *gathered) folds() {
	for folded(g.rest) {
		g.fold()
	}
}

// softBreaks appends what follows an "=" at the end of a line. An END never
// does: that "=" was a mistake.
func (g *gathered) softBreaks() {
	var b strings.Builder
	last := g.text()
	for g.rest != "" {
		next, _ := cut(g.rest)
		trimmed := strings.TrimRight(last, " \t")
		soft := strings.HasSuffix(trimmed, "=") && !strings.HasPrefix(strings.ToUpper(next[:min(4, len(next))]), "END:")
		if !soft && !folded(g.rest) {
			break
		}
		if soft {
			last = trimmed[:len(trimmed)-1]
		}
		b.WriteString(last)
		if last = g.take(); !soft && !g.old {
			last = last[1:]
		}
	}
	b.WriteString(last)
	g.one, g.many = b.String(), strings.Builder{}
}

// block appends the lines of base64 that were not folded, and the blank lines
// that end it (vCard 2.1).
func (g *gathered) block(ended bool) {
	for g.rest != "" {
		next, size := cut(g.rest)
		if !base64Line(next) || folded(g.rest) {
			break
		}
		g.rest = g.rest[size:]
		g.number++
		g.add(next)
	}
	for ended && g.rest != "" {
		next, size := cut(g.rest)
		if !blank(next) {
			break
		}
		g.rest = g.rest[size:]
		g.number++
	}
}

// cut finds the first physical line: what it holds, and its size with its line
// end. CRs and the LF behind them are one line end.
func cut(s string) (content string, size int) {
	end := strings.IndexAny(s, "\r\n")
	if end < 0 {
		return s, len(s)
	}
	size = end
	for size < len(s) && s[size] == '\r' {
		size++
	}
	if size < len(s) && s[size] == '\n' {
		size++
	}
	return s[:end], size
}

func blank(content string) bool { return strings.Trim(content, " \t") == "" }

func folded(s string) bool { return s != "" && (s[0] == ' ' || s[0] == '\t') }

// control finds a control character that no line may hold (RFC 6350, 3.3: all
// but the tab).
func control(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return i
		}
	}
	return -1
}

func base64Line(s string) bool {
	s = strings.TrimRight(s, " \t=")
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/':
		default:
			return false
		}
	}
	return s != ""
}
