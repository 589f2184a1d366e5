package ldap

import (
	"bufio"
	"context"
	"io"
	"net"
	"time"

	"lockstep/core"
)

// Client is a connection to a directory, logged in.
type Client struct {
	config Config
	net    net.Conn
	r      *bufio.Reader
	buf    []byte
	serial int64
	// reading: a Search is not at its end.
	reading bool
	err     error // the connection is lost
	// root is what RootDSE returned.
	root *RootDSE
}

func (c *Client) attach(raw net.Conn) {
	c.net = raw
	c.r = bufio.NewReaderSize(silence{raw, c.config.Timeout}, 32<<10)
}

// guard closes the connection when the context ends.
func (c *Client) guard(ctx context.Context) func() bool {
	raw := c.net
	return context.AfterFunc(ctx, func() { raw.Close() })
}

// lose ends the connection: whatever is read later would not be the answer to
// what is asked then.
func (c *Client) lose(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if c.err == nil {
		c.err = err
		c.net.Close()
	}
	return err
}

// free tells whether a request may be sent: while a search is being read, what
// comes is its answer.
func (c *Client) free() error {
	if c.reading {
		return core.Errorf("ldap.Client", core.Permanent, "a search is being read; ask when it is at its end")
	}
	return nil
}

// send writes a request and returns its number.
func (c *Client) send(ctx context.Context, operation, controls []byte) (int64, error) {
	if c.err != nil {
		return 0, &LostError{Err: c.err}
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	c.serial++
	m := encode(nil, tagSequence, encodeInt(tagInteger, c.serial), operation, controls)
	if _, err := (silence{c.net, c.config.Timeout}).Write(m); err != nil {
		return 0, c.lose(ctx, &LostError{Err: err})
	}
	return c.serial, nil
}

// receive reads the next message, which must be of this request.
func (c *Client) receive(ctx context.Context, id int64) (message, error) {
	m, buf, err := readMessage(c.r, c.buf)
	c.buf = buf
	switch {
	case err != nil:
		if !isProtocol(err) {
			err = &LostError{Err: err}
		}
		return message{}, c.lose(ctx, err)
	case m.id == 0 && m.op == opExtendedResponse: // RFC 4511, section 4.4.1: the server hangs up
		err := m.result()
		if err == nil {
			err = io.EOF
		}
		return message{}, c.lose(ctx, &LostError{Err: err})
	case m.id != id:
		return message{}, c.lose(ctx, broken("an answer to request %d came while %d was under way", m.id, id))
	}
	return m, nil
}

// ask sends a request that has one answer.
func (c *Client) ask(ctx context.Context, operation []byte, answer byte) (message, error) {
	defer c.guard(ctx)()
	id, err := c.send(ctx, operation, nil)
	if err != nil {
		return message{}, err
	}
	m, err := c.receive(ctx, id)
	if err != nil {
		return message{}, err
	}
	if m.op != answer {
		return message{}, c.lose(ctx, broken("operation %#x was answered with %#x", operation[0], m.op))
	}
	return m, nil
}

// Close says goodbye, if that can be said at once, and closes the connection.
func (c *Client) Close() error {
	if c.err != nil {
		return nil
	}
	c.err = net.ErrClosed
	// RFC 4511, section 4.3: it has no answer, and nothing depends on it.
	unbind := encode(nil, tagSequence, encodeInt(tagInteger, c.serial+1), encode(nil, opUnbind))
	silence{c.net, time.Second}.Write(unbind)
	if err := c.net.Close(); err != nil {
		return &core.Error{Op: "ldap.Close", Class: core.Transient, Thing: c.config.address(), Err: err}
	}
	return nil
}

// silence gives every read and write its own time.
type silence struct {
	net.Conn
	timeout time.Duration
}

func (s silence) Read(p []byte) (int, error) {
	if err := s.SetReadDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	return s.Conn.Read(p)
}

func (s silence) Write(p []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	return s.Conn.Write(p)
}
