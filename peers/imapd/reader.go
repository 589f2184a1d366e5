package imapd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// part is a stretch of a command line and the literal that ends it, if any.
type part struct {
	text    string
	literal []byte
	ends    bool // with a literal
}

// request is one command as it came.
type request struct {
	parts []part
	// bad is what is wrong with its form; a violation.
	bad string
	// refused is an answer given before the command was complete.
	refused string
}

// line is what a trace and a fault see of a request.
func (r request) line() string {
	var b strings.Builder
	for _, p := range r.parts {
		b.WriteString(p.text)
		if p.ends {
			fmt.Fprintf(&b, "{%d}", len(p.literal))
		}
	}
	return b.String()
}

// read takes the next command, literals and all; an error ends the session.
func (c *session) read() (request, error) {
	var r request
	for {
		text, err := c.readLine()
		if err != nil {
			return r, err
		}
		if fault := badLine(text); fault != "" && r.bad == "" {
			r.bad = fault
		}
		text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
		size, waits, found, bad := literalAt(text)
		if bad != "" && r.bad == "" {
			r.bad = bad
		}
		if !found {
			r.parts = append(r.parts, part{text: text})
			return r, nil
		}
		p := part{text: text[:strings.LastIndexByte(text, '{')], ends: true}
		if refused := c.weigh(&r, size, waits); refused {
			r.parts = append(r.parts, p)
			return r, nil
		}
		if err := c.invite(&r, p, waits); err != nil || r.refused != "" {
			return r, err
		}
		if p.literal, err = c.readLiteral(size); err != nil {
			return r, err
		}
		if i := strings.IndexByte(string(p.literal), 0); i >= 0 && r.bad == "" { // RFC 3501, section 9: CHAR8
			r.bad = "NUL in a literal"
		}
		r.parts = append(r.parts, p)
	}
}

// readLine reads up to a line feed, within the limit.
func (c *session) readLine() (string, error) {
	var b strings.Builder
	for {
		chunk, err := c.in.ReadSlice('\n')
		b.Write(chunk)
		if err == nil {
			return b.String(), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
		if b.Len() > c.srv.opt.MaxLine {
			return "", errTooLong
		}
	}
}

// badLine: lines end in CRLF and hold no other CR and no NUL (RFC 3501,
// sections 2.2 and 9).
func badLine(text string) string {
	body, ok := strings.CutSuffix(text, "\r\n")
	switch {
	case !ok:
		return "bare LF"
	case strings.ContainsRune(body, '\r'):
		return "bare CR"
	case strings.ContainsRune(body, 0):
		return "NUL in a line"
	}
	return ""
}

// literalAt finds the head of a literal at the end of a line (RFC 3501,
// section 4.3), unless a quoted string is still open there.
func literalAt(text string) (size int64, waits, found bool, bad string) {
	if !strings.HasSuffix(text, "}") {
		return 0, false, false, ""
	}
	m := regexp.MustCompile(`\{(\d*)(\+?)\}$`).FindStringSubmatch(text)
	if m == nil {
		return 0, false, false, ""
	}
	open := false
	for i := 0; i < len(text); i++ {
		if open && text[i] == '\\' {
			i++
		} else if text[i] == '"' {
			open = !open
		}
	}
	if open {
		return 0, false, false, "quoted string that does not end"
	}
	size, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || size > 1<<32-1 {
		return 0, false, false, "literal of no size"
	}
	return size, m[2] == "", true, ""
}

// weigh refuses a literal that is too big; true = the command ends here.
func (c *session) weigh(r *request, size int64, waits bool) bool {
	if !waits {
		switch { // RFC 7888, sections 3 and 5
		case c.srv.has("LITERAL+"):
		case c.srv.has("LITERAL-") && size <= 4096:
		case r.bad == "":
			r.bad = "non-synchronizing literal that was not offered"
		}
	}
	if size <= int64(c.srv.opt.MaxLiteral) {
		return false
	}
	r.refused = "NO [TOOBIG] Literal is too big" // RFC 7889, section 2
	if !waits {
		c.closing = true // the bytes are on their way and nobody reads them
	}
	return true
}

// invite asks for a synchronizing literal.
func (c *session) invite(r *request, p part, waits bool) error {
	f := c.srv.ask(c, "LITERAL", p.text)
	if err := c.suffer(f); err != nil {
		return err
	}
	if f.No != "" && waits {
		r.parts = append(r.parts, p)
		r.refused = "NO " + f.No
		return nil
	}
	if !waits {
		return nil
	}
	c.out.line("+ OK")
	return c.flush(Fault{})
}

// readLiteral reads in steps, so that a size alone takes no memory.
func (c *session) readLiteral(size int64) ([]byte, error) {
	var b bytes.Buffer
	_, err := io.CopyN(&b, c.in, size)
	return b.Bytes(), err
}
