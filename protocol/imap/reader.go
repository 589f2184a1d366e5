package imap

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// reader takes responses apart as they arrive. A grammar error (bad) ends the
// response, and the rest of its line is skipped; an error of the connection,
// or a limit that is passed, is for ever (err). After either, every method
// gives zero values and consumes nothing.
type reader struct {
	br     *bufio.Reader
	limits Limits
	line   int // bytes of this response outside literals
	most   int // that it may have
	tokens int
	depth  int
	held   int64 // bytes of literals of this response that are held
	err    error
	bad    string
}

func newReader(r io.Reader, l Limits, buffer int) *reader {
	return &reader{br: bufio.NewReaderSize(r, buffer), limits: l, most: l.Line}
}

// start of a response.
func (r *reader) start() {
	r.line, r.most, r.tokens, r.depth, r.held, r.bad = 0, r.limits.Line, 0, 0, 0, ""
}

func (r *reader) ok() bool { return r.err == nil && r.bad == "" }

func (r *reader) fail(what string) {
	if r.ok() {
		r.bad = what
	}
}

func (r *reader) fatal(err error) {
	if r.err == nil {
		r.err = err
	}
}

// peek returns the next byte; 0 = there is none, or an error.
func (r *reader) peek() byte {
	if !r.ok() {
		return 0
	}
	b, err := r.br.Peek(1)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		r.err = err
		return 0
	}
	return b[0]
}

// skip consumes the byte that was peeked.
func (r *reader) skip() {
	if !r.ok() {
		return
	}
	r.br.Discard(1)
	if r.line++; r.line > r.most {
		r.fatal(broken("a line is longer than %d bytes", r.most))
	}
}

func (r *reader) accept(c byte) bool {
	if r.peek() != c || !r.ok() {
		return false
	}
	r.skip()
	return true
}

func (r *reader) expect(c byte) {
	if !r.accept(c) {
		r.fail("no " + string(rune(c)))
	}
}

// spaces skips any number of them: some servers write more than one.
func (r *reader) spaces() {
	for r.accept(' ') {
	}
}

// token counts what a response is made of.
func (r *reader) token() {
	if r.tokens++; r.tokens > r.limits.Tokens {
		r.fatal(broken("a response has more than %d parts", r.limits.Tokens))
	}
}

// word reads up to a delimiter; "" is an error.
func (r *reader) word(stop string) string {
	r.token()
	var b []byte
	for r.ok() {
		c := r.peek()
		if c <= ' ' || c == 0x7f || strings.IndexByte(stop, c) >= 0 {
			break
		}
		b = append(b, c)
		r.skip()
	}
	if len(b) == 0 {
		r.fail("a word is missing")
	}
	return string(b)
}

const atomStop = `()"{`

func (r *reader) atom() string { return r.word(atomStop) }

const tooLarge = "a number is too large"

// number reads digits; too large a number is an error.
func (r *reader) number() uint64 {
	r.token()
	var n uint64
	digits := 0
	for r.ok() {
		c := r.peek()
		if c < '0' || c > '9' {
			break
		}
		if n > (1<<64-1-9)/10 {
			r.fail(tooLarge)
			return 0
		}
		n = n*10 + uint64(c-'0')
		digits++
		r.skip()
	}
	if digits == 0 {
		r.fail("a number is missing")
	}
	return n
}

func (r *reader) number32() uint32 {
	n := r.number()
	if n > 1<<32-1 {
		r.fail(tooLarge)
		return 0
	}
	return uint32(n)
}

// end of a response: spaces, CR and LF.
func (r *reader) end() {
	r.spaces()
	for r.accept('\r') {
	}
	r.expect('\n')
}

// text reads to the end of the line, which it consumes.
func (r *reader) text() string {
	var b []byte
	for r.ok() {
		c := r.peek()
		if !r.ok() {
			break
		}
		r.skip()
		if c == '\n' {
			break
		}
		b = append(b, c)
	}
	return strings.TrimRight(string(b), "\r")
}

// skipLine ends a response that was not understood, with all its literals. It
// is the one method that goes on after a grammar error.
func (r *reader) skipLine() {
	r.bad = ""
	digits, size, inside := false, int64(0), false
	for r.err == nil {
		c := r.peek()
		if r.err != nil {
			return
		}
		r.skip()
		switch {
		case c == '{':
			inside, digits, size = true, false, 0
		case inside && c >= '0' && c <= '9':
			digits, size = true, min(size*10+int64(c-'0'), 1<<40) // too large, whatever follows
		case inside && digits && (c == '+' || c == '}' || c == '\r'):
		case c == '\n' && inside && digits:
			r.drop(size)
			inside = false
		case c == '\n':
			return
		default:
			inside = false
		}
	}
}

// drop discards a literal.
func (r *reader) drop(size int64) {
	if size > r.limits.Literal {
		r.fatal(broken("a literal of %d bytes; at most %d are taken", size, r.limits.Literal))
		return
	}
	if r.err == nil {
		if _, err := io.CopyN(io.Discard, r.br, size); err != nil {
			r.err = err
		}
	}
}

// quoted reads a quoted string.
func (r *reader) quoted() string {
	r.token()
	r.expect('"')
	var b []byte
	for r.ok() {
		c := r.peek()
		switch {
		case c == '\n' || c == '\r':
			r.fail("a quoted string does not end")
			return ""
		case c == '"':
			r.skip()
			return string(b)
		case c == '\\':
			r.skip()
			if c = r.peek(); c == '\n' || c == '\r' {
				continue
			}
		}
		b = append(b, c)
		r.skip()
	}
	return string(b)
}

// literalSize reads {n} or ~{n} with its line end (RFC 9051, section 4.3).
func (r *reader) literalSize() int64 {
	r.token()
	r.accept('~')
	r.expect('{')
	n := r.number()
	if r.bad == tooLarge { // or its bytes would be read as responses
		r.fatal(broken("a literal of more than %d bytes", uint64(1<<63)))
	}
	r.accept('+')
	r.expect('}')
	for r.accept('\r') {
	}
	r.expect('\n')
	if r.ok() && n > uint64(r.limits.Literal) {
		r.fatal(broken("a literal of %d bytes; at most %d are taken", n, r.limits.Literal))
		return 0
	}
	return int64(n)
}

// literal tells whether a literal follows; "~" begins one (RFC 9051, section
// 4.3), and it begins atoms, too.
func (r *reader) literal() bool {
	switch r.peek() {
	case '{':
		return true
	case '~':
		two, err := r.br.Peek(2)
		return err == nil && two[1] == '{'
	}
	return false
}

// str reads a string in any form; an atom is taken for one. there is false for
// NIL.
func (r *reader) str() (s string, there bool) {
	switch {
	case r.peek() == '"':
		return r.quoted(), r.ok()
	case r.literal():
		n := r.literalSize()
		if r.held += n; r.ok() && r.held > r.limits.Text {
			r.fatal(broken("texts of %d bytes; at most %d are taken", r.held, r.limits.Text))
		}
		if !r.ok() {
			return "", false
		}
		var b strings.Builder
		if _, err := io.CopyN(&b, r.br, n); err != nil {
			r.err = err
			return "", false
		}
		return b.String(), true
	}
	s = r.atom()
	if strings.EqualFold(s, "NIL") {
		return "", false
	}
	return s, r.ok()
}

// value skips a value of any form: how unknown things are survived.
func (r *reader) value() {
	switch {
	case r.peek() == '(':
		r.list(r.value)
	case r.peek() == '"':
		r.quoted()
	case r.literal():
		if n := r.literalSize(); r.ok() {
			r.drop(n)
		}
	default:
		r.atom()
	}
}

// list calls item for each element of a list; NIL is an empty one.
func (r *reader) list(item func()) {
	r.token()
	if c := r.peek(); c == 'N' || c == 'n' {
		if w := r.atom(); !strings.EqualFold(w, "NIL") {
			r.fail("a list is missing")
		}
		return
	}
	r.expect('(')
	if r.depth++; r.depth > r.limits.Depth {
		r.fatal(broken("lists are more than %d deep", r.limits.Depth))
		return
	}
	for r.ok() {
		r.spaces()
		if r.accept(')') {
			break
		}
		item()
	}
	r.depth--
}

// words reads a list of flags or other words.
func (r *reader) words() (out []string) {
	r.list(func() {
		if s, there := r.str(); there {
			out = append(out, s)
		}
	})
	return out
}
