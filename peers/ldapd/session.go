package ldapd

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"
)

// session is one connection; it does one thing after the other.
type session struct {
	srv  *Server
	id   int
	raw  net.Conn
	safe *tls.Conn // nil = TLS is not there
	r    *bufio.Reader
	w    *bufio.Writer
	who  string // DN, as it logged in; "" = nobody
	// pages that the search read last in pages has had.
	pages int
	// given is how many entries it gave.
	given int
	// after is where it is (Options.OneCookie).
	after int
}

// errEnd ends a session, as it should or by a fault.
var errEnd = errors.New("end")

func newSession(s *Server, id int, conn net.Conn, safe *tls.Conn) *session {
	return &session{srv: s, id: id, raw: conn, safe: safe, r: bufio.NewReader(conn), w: bufio.NewWriter(conn)}
}

// run obeys requests until the client leaves.
func (c *session) run() {
	for {
		p, err := ber.ReadPacket(c.r)
		if err != nil {
			return
		}
		if err := c.obey(p); err != nil {
			return
		}
	}
}

// request is a message of a client, taken apart.
type request struct {
	id       int64
	op       *ber.Packet
	controls []control
}

type control struct {
	oid      string
	critical bool
	value    string
}

// parse takes a message apart; every number, tag and length is the client's.
func parse(p *ber.Packet) (r request, ok bool) {
	if p.Tag != ber.TagSequence || len(p.Children) < 2 || len(p.Children) > 3 {
		return r, false
	}
	id, isNumber := p.Children[0].Value.(int64)
	r.id, r.op = id, p.Children[1]
	if !isNumber || id <= 0 || r.op.ClassType != ber.ClassApplication {
		return r, false
	}
	if len(p.Children) == 3 {
		for _, c := range p.Children[2].Children {
			if len(c.Children) == 0 || len(c.Children) > 3 {
				return r, false
			}
			one := control{oid: c.Children[0].Data.String()}
			for _, part := range c.Children[1:] {
				if part.Tag == ber.TagBoolean {
					one.critical = part.Data.Len() == 1 && part.Data.Bytes()[0] != 0
				} else {
					one.value = part.Data.String()
				}
			}
			r.controls = append(r.controls, one)
		}
	}
	return r, true
}

func (c *session) obey(p *ber.Packet) error {
	r, ok := parse(p)
	if !ok {
		c.violation("a message that is none: %x", clip(p.Bytes()))
		return errEnd
	}
	switch r.op.Tag {
	case opUnbind:
		c.srv.ask(c, Ask{Request: "UNBIND"})
		return errEnd
	case opAbandon: // what it names is over: a session does one thing after the other
		c.srv.ask(c, Ask{Request: "ABANDON"})
		return nil
	case opBind:
		return c.bind(r)
	case opSearch:
		return c.search(r)
	case opExtended:
		return c.extended(r)
	case opModify, opAdd, opDelete, opRename, opCompare:
		f := c.srv.ask(c, Ask{Request: "OTHER"})
		return c.reply(r, f, resultOf(r.op.Tag+1, Result{Code: unwilling, Text: "read-only"}))
	}
	c.violation("operation %d", r.op.Tag)
	return errEnd
}

// reply plays a fault, and answers a request that has one answer.
func (c *session) reply(r request, f Fault, answer *ber.Packet) error {
	if err := c.play(r, f); err != nil || f.Hang {
		return err
	}
	if f.Refuse != nil {
		answer = resultOf(answer.Tag, *f.Refuse)
	}
	return c.finish(r.id, answer, nil, f)
}

// play does what a fault wants before an answer.
func (c *session) play(r request, f Fault) error {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-c.srv.quit:
			return errEnd
		}
	}
	switch {
	case f.Hang: // until the client speaks or leaves
		_, err := c.r.Peek(1)
		return err
	case f.Drop:
		return errEnd
	case f.Raw != nil:
		if err := f.Raw(c.w, r.id); err != nil {
			return err
		}
		if err := c.w.Flush(); err != nil {
			return err
		}
		c.drain()
		return errEnd
	}
	return nil
}

// drain waits until the client has had what was sent and leaves: closing at
// once could take it away from it.
func (c *session) drain() {
	if t, ok := c.raw.(*net.TCPConn); ok {
		t.CloseWrite()
	}
	if c.safe != nil {
		c.safe.CloseWrite()
	}
	io.Copy(io.Discard, c.r)
}

// extended obeys RFC 4511, section 4.12.
func (c *session) extended(r request) error {
	oid := ""
	if len(r.op.Children) > 0 {
		oid = r.op.Children[0].Data.String()
	}
	switch {
	case oid == oidStartTLS:
		return c.startTLS(r)
	case c.barred():
		f := c.srv.ask(c, Ask{Request: "OTHER"})
		return c.reply(r, f, resultOf(opExtendedResponse, Result{Code: needsTLS, Text: "TLS confidentiality required"}))
	case oid == oidWhoAmI:
		f := c.srv.ask(c, Ask{Request: "OTHER"})
		answer := resultOf(opExtendedResponse, Result{})
		name := ""
		if c.who != "" {
			name = "dn:" + c.who
		}
		answer.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 11, name, ""))
		return c.reply(r, f, answer)
	}
	f := c.srv.ask(c, Ask{Request: "OTHER"})
	return c.reply(r, f, resultOf(opExtendedResponse, Result{Code: protocolError, Text: "unsupported extended operation"}))
}

// startTLS answers, and then takes the handshake.
func (c *session) startTLS(r request) error {
	f := c.srv.ask(c, Ask{Request: "STARTTLS"})
	answer := Result{}
	switch {
	case c.srv.opt.NoStartTLS:
		answer = Result{Code: protocolError, Text: "unsupported extended operation"}
	case c.safe != nil:
		answer = Result{Code: 1, Text: "TLS already started"}
	}
	if f.Refuse != nil {
		answer = *f.Refuse
	}
	op := resultOf(opExtendedResponse, answer)
	op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 10, oidStartTLS, ""))
	if err := c.reply(r, Fault{Delay: f.Delay, Hang: f.Hang, Drop: f.Drop, Inject: f.Inject, Raw: f.Raw}, op); err != nil || answer.Code != success || f.Hang {
		return err
	}
	if c.r.Buffered() > 0 {
		c.violation("%d bytes behind StartTLS", c.r.Buffered())
		return errEnd
	}
	c.safe = tls.Server(c.raw, c.srv.certs.config())
	c.r, c.w = bufio.NewReader(c.safe), bufio.NewWriter(c.safe)
	c.who = ""
	return nil
}

// barred: nothing is done before TLS.
func (c *session) barred() bool { return c.srv.opt.RequireTLS && c.safe == nil }

func clip(b []byte) []byte { return b[:min(len(b), 64)] }

// printed is a filter for people.
func printed(f *ber.Packet) string {
	text, err := goldap.DecompileFilter(f)
	if err != nil {
		return "?"
	}
	return text
}
