package imap

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"
)

// fetchData reads FETCH (RFC 9051, section 7.5.2). Items that are not known are
// skipped; a body is handed over as it arrives.
func (c *Conn) fetchData() {
	r := c.r
	m := &Message{Size: -1}
	given := false
	r.spaces()
	r.list(func() {
		name := c.itemName()
		r.spaces()
		switch {
		case !r.ok():
		case name == "UID":
			m.UID = r.number32()
		case name == "FLAGS":
			m.Flags, m.HasFlags = r.words(), true
		case name == "RFC822.SIZE":
			m.Size = int64(min(r.number(), 1<<62))
		case name == "MODSEQ": // RFC 7162, section 3.1.4.2
			r.list(func() { m.ModSeq = r.number() })
		case name == "INTERNALDATE":
			if s, there := r.str(); there {
				m.Time = parseDate(s)
			}
		case name == "EMAILID": // RFC 8474, section 5.1
			if r.peek() == '(' {
				if w := r.words(); len(w) == 1 {
					m.EmailID = w[0]
				}
			} else {
				r.value()
			}
		case name == "X-GM-MSGID": // X-GM-EXT-1, of Gmail
			m.EmailID = strconv.FormatUint(r.number(), 10)
		case name == "BODY[]" || name == "RFC822":
			given = c.body(m) || given
		case strings.HasPrefix(name, "BODY[HEADER"):
			m.Header, _ = r.str()
			m.HasHeader = r.ok()
		default:
			r.value()
		}
	})
	if r.ok() {
		r.end()
	}
	if r.err != nil {
		return
	}
	if r.bad != "" {
		c.malformed()
		return
	}
	if !given {
		c.give(m)
	}
}

// give hands a message to the first command that asked about it.
func (c *Conn) give(m *Message) bool {
	p := c.first(func(p *Command) bool { return p.h.fetch != nil && p.h.uids.Has(m.UID) })
	if p == nil || m.UID == 0 {
		return false
	}
	p.h.fetch(m)
	return true
}

// itemName reads the name of an item with its section, in upper case, without
// the blanks of a section: BODY[HEADER.FIELDS(MESSAGE-ID)].
func (c *Conn) itemName() string {
	r := c.r
	name := r.word(`()"{[`)
	if !r.accept('[') {
		return strings.ToUpper(name)
	}
	var b strings.Builder
	for r.ok() && r.peek() != ']' {
		ch := r.peek()
		if ch == '\n' || ch == '\r' {
			r.fail("a section does not end")
			return ""
		}
		r.skip()
		if ch != ' ' && ch != '"' {
			b.WriteByte(ch)
		}
	}
	r.expect(']')
	if r.peek() == '<' {
		r.word(atomStop)
	}
	return strings.ToUpper(name + "[" + b.String() + "]")
}

// body hands a body over. Without a UID before it, it is kept until the UID is
// known: only then it is in memory.
func (c *Conn) body(m *Message) (given bool) {
	r := c.r
	if !r.literal() {
		text, there := r.str()
		m.Body, m.BodySize, m.NoBody = strings.NewReader(text), int64(len(text)), !there
		if !there {
			m.Body = nil
		}
		return false
	}
	size := r.literalSize()
	if !r.ok() {
		return false
	}
	stream := &io.LimitedReader{R: r.br, N: size}
	m.BodySize = size
	if m.UID == 0 {
		var kept bytes.Buffer
		if n, err := io.Copy(&kept, stream); err != nil || n < size {
			r.fatal(orEOF(err))
			return false
		}
		m.Body = &kept
		return false
	}
	m.Body = &bodyReader{stream: stream, r: r}
	given = c.give(m)
	if _, err := io.Copy(io.Discard, stream); err != nil || stream.N > 0 {
		r.fatal(orEOF(err))
	}
	return given
}

func orEOF(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}

// bodyReader reads a literal; a connection that ends within it is an error,
// not the end of the body.
type bodyReader struct {
	stream *io.LimitedReader
	r      *reader
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.r.err != nil {
		return 0, b.r.err
	}
	n, err := b.stream.Read(p)
	if err == io.EOF && b.stream.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF {
		b.r.fatal(err)
	}
	return n, err
}

// parseDate reads a date-time; what cannot be read is no time.
func parseDate(s string) time.Time {
	for _, layout := range []string{"_2-Jan-2006 15:04:05 -0700", "2-Jan-2006 15:04:05 -0700", "02-Jan-2006 15:04:05 -0700"} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t
		}
	}
	return time.Time{}
}
