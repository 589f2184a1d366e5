package imap

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// Conn is a connection. It reads only while somebody waits, so data that
// belongs to a command is handed over by the goroutine that waits.
type Conn struct {
	options Options
	net     net.Conn
	slow    *slowConn
	w       *bufio.Writer
	r       *reader
	prefix  string // of tags; nobody can know it in advance
	serial  uint64
	pending []*Command
	caps    map[string]bool
	// continued: the server waits for more, with this challenge.
	continued bool
	challenge string
	greeting  string
	mechanism Mechanism
	bye       *StatusError
	overflow  bool // the server no longer tells what happens
	mailbox   *MailboxState
	// vanished is what left the mailbox that is being opened.
	vanished []Range
	enabled  map[string]bool
	utf8     bool
	err      error // the connection is lost
}

// Command is a command under way.
type Command struct {
	// Done is valid after Wait without an error.
	Done   Done
	tag    string
	name   string
	h      handlers
	copies bool
	// appends is how many messages it stores.
	appends int
	sent    bool
	ended   bool
	err     error
}

// Sent tells whether some of the command may have reached the server.
func (cmd *Command) Sent() bool { return cmd.sent }

// Err returns why the connection was lost; nil = it is not.
func (c *Conn) Err() error { return c.err }

// Waiting tells whether a command is still to be answered.
func (c *Conn) Waiting() bool { return len(c.pending) > 0 }

// Mailbox returns the selected mailbox; nil = none.
func (c *Conn) Mailbox() *MailboxState { return c.mailbox }

// Mechanism of the login; "" = there was none.
func (c *Conn) Mechanism() Mechanism { return c.mechanism }

// Has tells whether the server has a capability.
func (c *Conn) Has(name string) bool { return c.caps[name] }

// Enabled tells whether an extension was turned on.
func (c *Conn) Enabled(name string) bool { return c.enabled[name] }

func (c *Conn) setCaps(caps map[string]bool) {
	for _, name := range c.options.Hide {
		delete(caps, name)
	}
	c.caps = caps
}

// guard closes the connection when the context ends.
func (c *Conn) guard(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { c.net.Close() })
}

// lose ends the connection, and with it all that is under way.
func (c *Conn) lose(ctx context.Context, err error) {
	if c.err != nil {
		return
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case c.bye != nil && !isProtocol(err):
		err = c.bye
	}
	c.err = err
	c.net.Close()
	for _, p := range c.pending {
		p.err, p.ended = &LostError{Sent: p.sent, Err: err}, true
	}
	c.pending, c.mailbox = nil, nil
}

func isProtocol(err error) bool {
	var p *ProtocolError
	return errors.As(err, &p)
}

// start sends a command, as far as that can be done without waiting for data
// of other commands. Its error is told by wait.
func (c *Conn) start(ctx context.Context, cmd *Command, args ...Arg) *Command {
	if c.err != nil {
		cmd.err, cmd.ended = &LostError{Err: c.err}, true
		return cmd
	}
	if err := ctx.Err(); err != nil {
		cmd.err, cmd.ended = err, true
		return cmd
	}
	if c.first(func(p *Command) bool { return p.name == compress }) != nil {
		cmd.err, cmd.ended = &ArgError{"nothing can be sent until COMPRESS is answered"}, true
		return cmd
	}
	e := &encoder{utf8: c.utf8}
	c.serial++
	cmd.tag = quoteTag(c.prefix, c.serial)
	e.text.WriteString(cmd.tag + " " + cmd.name)
	for _, a := range args {
		e.text.WriteByte(' ')
		if err := a.write(e); err != nil {
			cmd.err, cmd.ended = err, true
			return cmd
		}
	}
	defer c.guard(ctx)()
	c.pending = append(c.pending, cmd)
	for _, p := range e.done() {
		if cmd.ended { // refused before its literal
			return cmd
		}
		if err := c.send(ctx, cmd, p); err != nil {
			c.lose(ctx, err)
			return cmd
		}
	}
	return cmd
}

// send writes a piece of a command.
func (c *Conn) send(ctx context.Context, cmd *Command, p piece) error {
	cmd.sent = true
	if p.literal == nil {
		_, err := c.w.WriteString(p.text)
		return err
	}
	l := p.literal
	// RFC 7888: without waiting, up to 4096 bytes if LITERAL- is all there is.
	free := c.caps["LITERAL+"] || c.caps["LITERAL-"] && l.Size <= 4096
	head := "{" + Number(l.Size).text()
	if free {
		head += "+"
	}
	if _, err := c.w.WriteString(head + "}\r\n"); err != nil {
		return err
	}
	if !free {
		if err := c.w.Flush(); err != nil {
			return err
		}
		for c.continued = false; !c.continued; {
			if err := c.read(); err != nil {
				return err
			}
			if cmd.ended {
				return nil
			}
		}
		c.continued = false
	}
	n, err := io.Copy(c.w, io.LimitReader(l.Body, l.Size))
	if err == nil && n < l.Size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// text of a number.
func (n Number) text() string {
	e := &encoder{}
	n.write(e) // never fails
	return e.text.String()
}

// wait reads until a command is answered.
func (c *Conn) wait(ctx context.Context, cmd *Command) error {
	if cmd.ended {
		return cmd.err
	}
	defer c.guard(ctx)()
	if err := c.w.Flush(); err != nil {
		c.lose(ctx, err)
	}
	for !cmd.ended {
		if err := c.read(); err != nil {
			c.lose(ctx, err)
		} else if c.bye != nil && cmd.name != "LOGOUT" {
			c.lose(ctx, c.bye)
		}
	}
	return cmd.err
}

// do sends a command and waits.
func (c *Conn) do(ctx context.Context, cmd *Command, args ...Arg) error {
	return c.wait(ctx, c.start(ctx, cmd, args...))
}

// Start sends a command whose data nobody wants; more may be sent before Wait.
func (c *Conn) Start(ctx context.Context, name string, args ...Arg) *Command {
	if !isAtom(name) {
		return &Command{name: name, ended: true, err: &ArgError{"a command name is not an atom"}}
	}
	return c.start(ctx, &Command{name: name}, args...)
}

// Wait reads until a command is answered, and hands over what comes meanwhile.
func (c *Conn) Wait(ctx context.Context, cmd *Command) error { return c.wait(ctx, cmd) }

// Do sends a command and waits for its answer.
func (c *Conn) Do(ctx context.Context, name string, args ...Arg) error {
	return c.wait(ctx, c.Start(ctx, name, args...))
}

// Close closes the connection without a word.
func (c *Conn) Close() error {
	if c.err == nil {
		c.err = net.ErrClosed
	}
	return c.net.Close()
}

// Logout says goodbye, for a second at most, and closes the connection. If the
// server answered, it is no error that it closed the connection first.
func (c *Conn) Logout(ctx context.Context) error {
	answered := false
	if c.err == nil {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		answered = c.do(ctx, &Command{name: "LOGOUT"}) == nil
	}
	if err := c.Close(); !answered {
		return err
	}
	return nil
}

// slowConn gives every read and write its own time.
type slowConn struct {
	net.Conn
	timeout time.Duration
	// until is when reads end instead; zero = they have their own time.
	until time.Time
}

func (s *slowConn) Read(p []byte) (int, error) {
	until := s.until
	if until.IsZero() {
		until = time.Now().Add(s.timeout)
	}
	if err := s.SetReadDeadline(until); err != nil {
		return 0, err
	}
	return s.Conn.Read(p)
}

func (s *slowConn) Write(p []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	return s.Conn.Write(p)
}
