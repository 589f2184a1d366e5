package imapd

import (
	"fmt"
	"io"
	"strings"
)

// ending is why a session ends.
type ending string

func (e ending) Error() string { return "imapd: " + string(e) }

const (
	errFault   ending = "closed by a fault"
	errTooLong ending = "line too long"
)

// output gathers an answer. Bodies are not copied.
type output struct {
	responses []response
	open      response
}

// response is one line; with literals it has several pieces.
type response []piece

type piece struct {
	text    string
	literal []byte
	is      bool // a literal
}

func (o *output) line(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	o.responses = append(o.responses, response{{text: text}})
}

// text and literal build one response; end ends it.
func (o *output) text(s string) { o.open = append(o.open, piece{text: s}) }

func (o *output) literal(b []byte) {
	o.open = append(o.open, piece{text: fmt.Sprintf("{%d}\r\n", len(b))}, piece{literal: b, is: true})
}

func (o *output) end() {
	o.responses = append(o.responses, o.open)
	o.open = nil
}

// plain joins a response without literals.
func (r response) plain() (string, bool) {
	var b strings.Builder
	for _, p := range r {
		if p.is {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// flush writes the answer, as far as the fault lets it.
func (c *session) flush(f Fault) error {
	w := &cutter{w: c.conn, left: -1}
	if f.CutLine != nil {
		w.left = *f.CutLine
	}
	err := c.flushTo(w, f)
	c.out = output{}
	if err == nil && w.left >= 0 {
		err = errFault
	}
	return err
}

func (c *session) flushTo(w *cutter, f Fault) error {
	var b strings.Builder
	for _, r := range c.out.responses {
		text, plain := r.plain()
		if plain {
			if f.Rewrite != nil && text != "" {
				if text = f.Rewrite(text); text == "" {
					continue
				}
			}
			c.trace("S: " + text)
			b.WriteString(text + "\r\n")
			continue
		}
		for _, p := range r {
			if !p.is {
				b.WriteString(p.text)
				continue
			}
			if _, err := io.WriteString(w, b.String()); err != nil {
				return err
			}
			b.Reset()
			if f.CutLiteral != nil {
				w.left = min(*f.CutLiteral, len(p.literal))
			}
			if _, err := w.Write(p.literal); err != nil {
				return err
			}
		}
		b.WriteString("\r\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cutter writes so many bytes (-1 = all) and then fails.
type cutter struct {
	w    io.Writer
	left int
}

func (c *cutter) Write(b []byte) (int, error) {
	if c.left >= 0 && len(b) > c.left {
		n, _ := c.w.Write(b[:c.left])
		c.left = 0
		return n, errFault
	}
	n, err := c.w.Write(b)
	if c.left >= 0 {
		c.left -= n
	}
	return n, err
}

func (c *session) trace(line string) {
	if c.srv.opt.Trace != nil {
		c.srv.opt.Trace(c.id, line)
	}
}
