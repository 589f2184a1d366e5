package imapd

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// session is one connection. Its own goroutine alone touches it, but for box
// and notice, which others read under Server.mu.
type session struct {
	srv    *Server
	id     int
	conn   net.Conn
	in     *bufio.Reader
	out    output
	secure bool
	user   *User

	box     *mailbox // selected; nil = none
	examine bool
	view    []*seen
	lastUID uint32
	version uint64 // of the mailbox, when the view was last brought up to date
	// keywords is how many the session was told of.
	keywords int

	condstore bool // RFC 7162, section 3.1: a CONDSTORE-enabling command was given
	deflated  bool // RFC 4978
	notice    *notice
	qresync   bool // RFC 7162, section 3.2: it was enabled
	utf8      bool
	asked     bool // CAPABILITY came before the login
	closing   bool // after this answer
	wake      chan struct{}
}

// answer is a tagged response; its zero value is a syntax error.
type answer struct {
	status string
	text   string
}

func ok(format string, args ...any) answer { return answer{"OK", fmt.Sprintf(format, args...)} }

func no(format string, args ...any) answer { return answer{"NO", fmt.Sprintf(format, args...)} }

func bad(format string, args ...any) answer { return answer{"BAD", fmt.Sprintf(format, args...)} }

func newSession(s *Server, id int, conn net.Conn, secure bool) *session {
	return &session{srv: s, id: id, conn: conn, in: bufio.NewReader(conn), secure: secure, wake: make(chan struct{}, 1)}
}

// by is who the ledger books an edit on.
func (c *session) by() string { return fmt.Sprintf("session %d", c.id) }

func (c *session) run() {
	if err := c.greet(); err != nil {
		return
	}
	for !c.closing {
		r, err := c.read()
		if errors.Is(err, errTooLong) {
			c.violation("line longer than %d bytes", c.srv.opt.MaxLine)
			c.out.line("* BYE Input buffer full, aborting")
			c.flush(Fault{})
		}
		if err != nil {
			return
		}
		if err := c.handle(r); err != nil {
			return
		}
	}
}

// greet opens the conversation (RFC 3501, section 7.1).
func (c *session) greet() error {
	f := c.srv.ask(c, "GREETING", "")
	if err := c.suffer(f); err != nil {
		return err
	}
	if f.Bye != "" {
		c.out.line("* BYE %s", f.Bye)
		c.closing = true
		return c.flush(f)
	}
	word := "OK"
	if name := c.srv.opt.Preauth; name != "" {
		word, c.user = "PREAUTH", c.srv.User(name)
	}
	c.out.line("* %s [CAPABILITY %s] imapd ready.", word, strings.Join(c.capabilities(), " "))
	return c.finish(f)
}

// suffer is what a fault does before a command is obeyed.
func (c *session) suffer(f Fault) error {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-c.srv.quit:
			return errFault
		}
	}
	switch {
	case f.Hang:
		for { // until the client goes away or the server closes
			if _, err := c.in.ReadByte(); err != nil {
				return errFault
			}
		}
	case f.DropBefore:
		return errFault
	case f.Raw != nil:
		f.Raw(c.conn)
		return errFault
	}
	for _, line := range f.Before {
		c.out.line("%s", line)
	}
	return nil
}

// handle obeys one command and answers it.
func (c *session) handle(r request) error {
	p := &parser{parts: r.parts, utf8: c.utf8}
	tag := p.span("a tag", func(b byte) bool { return (atomByte(b) || b == ']') && b != '+' })
	p.sp()
	name := strings.ToUpper(p.span("a command", func(b byte) bool { return atomByte(b) }))
	if name == "UID" {
		p.sp()
		name += " " + p.keyword()
	}
	line := r.line()
	if name == "LOGIN" || name == "AUTHENTICATE" {
		c.trace("C: " + tag + " " + name + " ...")
	} else {
		c.trace("C: " + line)
	}
	if p.bad != "" || r.bad != "" {
		return c.refuse(tag, line, r.bad+p.bad)
	}
	if r.refused != "" {
		c.out.line("%s %s", tag, r.refused)
		return c.flush(Fault{})
	}
	f := c.srv.ask(c, name, strings.TrimPrefix(line[p.pos:], " ")) // no literal comes before the name
	if err := c.suffer(f); err != nil {
		return err
	}
	a := answer{}
	switch {
	case f.No != "":
		a = no("%s", f.No)
	case f.Bad != "":
		a = bad("%s", f.Bad)
	case f.Bye != "":
		c.out.line("* BYE %s", f.Bye)
		c.closing = true
		return c.flush(f)
	default:
		a = c.obey(name, p)
	}
	if a.status == "" && p.bad == "" && c.closing { // the client left within the command
		return errFault
	}
	if a.status == "" {
		return c.refuse(tag, line, p.bad)
	}
	c.out.line("%s %s %s", tag, a.status, a.text)
	if name == "STARTTLS" && a.status == "OK" {
		return c.startTLS(f)
	}
	if name == "COMPRESS" && a.status == "OK" {
		return c.deflate(f)
	}
	return c.finish(f)
}

// finish sends the answer, unless it is lost.
func (c *session) finish(f Fault) error {
	if f.DropAfter {
		return errFault
	}
	for _, line := range f.After {
		c.out.line("%s", line)
	}
	if err := c.flush(f); err != nil {
		return err
	}
	if f.DropAnswered {
		return errFault
	}
	return nil
}

// refuse answers what the grammar does not allow.
func (c *session) refuse(tag, line, why string) error {
	c.violation("%s in %q", why, clip(line))
	if tag == "" {
		tag = "*"
	}
	c.out.line("%s BAD Error in IMAP command: %s", tag, strings.ToValidUTF8(strings.NewReplacer("\r", " ", "\n", " ").Replace(why), "?"))
	return c.flush(Fault{})
}
