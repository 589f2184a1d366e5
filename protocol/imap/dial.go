package imap

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
)

// Dial connects, encrypts and reads the greeting and the capabilities. It does
// not log in.
func Dial(ctx context.Context, options Options) (*Conn, error) {
	o := options.withDefaults()
	short, cancel := context.WithTimeout(ctx, o.DialTimeout)
	defer cancel()
	raw, err := o.Dial(short, "tcp", o.Address)
	if err != nil {
		return nil, &LostError{Err: err}
	}
	c := &Conn{options: o, prefix: rand.Text()[:4], enabled: map[string]bool{}}
	if o.Security == Implicit {
		if raw, err = c.encrypt(short, raw); err != nil {
			return nil, err
		}
	}
	c.attach(raw)
	if err := c.open(short); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Conn) attach(raw net.Conn) {
	c.net, c.slow = raw, &slowConn{Conn: raw, timeout: c.options.Timeout}
	c.w = bufio.NewWriterSize(c.slow, c.options.Buffer)
	c.r = newReader(c.slow, c.options.Limits, c.options.Buffer)
}

// encrypt makes TLS of a connection; it closes it if that fails.
func (c *Conn) encrypt(ctx context.Context, raw net.Conn) (net.Conn, error) {
	t := tls.Client(raw, &tls.Config{ServerName: c.options.ServerName, RootCAs: c.options.Roots, MinVersion: tls.VersionTLS12})
	if err := t.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, &SecurityError{Text: "no safe connection to " + c.options.ServerName, Err: err}
	}
	return t, nil
}

// open reads the greeting (RFC 9051, section 7.1) and, if asked to, starts TLS.
func (c *Conn) open(ctx context.Context) error {
	stop := c.guard(ctx)
	err := c.readGreeting(ctx)
	stop()
	if err != nil {
		return err
	}
	if c.options.Security == StartTLS {
		if err := c.startTLS(ctx); err != nil {
			return err
		}
	}
	if c.caps == nil {
		return c.Capability(ctx)
	}
	return nil
}

func (c *Conn) readGreeting(ctx context.Context) error {
	encrypted := c.options.Security == Implicit
	if b := c.r.peek(); c.r.err == nil && b != '*' {
		// Records of TLS begin with 21, an alert, or 22, the handshake (RFC
		// 8446, section 5.1).
		return &GreetingError{TLS: b == 21 || b == 22, Encrypted: encrypted}
	}
	for c.greeting == "" {
		if err := c.read(); err != nil {
			c.lose(ctx, err)
			return &GreetingError{Err: c.err, Encrypted: encrypted}
		}
		if c.greeting == "" && c.continued {
			return broken("the server does not greet")
		}
	}
	switch c.greeting {
	case "OK":
		return nil
	case "PREAUTH":
		if c.options.Security == StartTLS { // TLS can no longer be asked for
			return &SecurityError{Text: "the server says PREAUTH before TLS"}
		}
		return nil
	case "BYE":
		return c.bye
	}
	return broken("the server greets with %s", c.greeting)
}

// startTLS does what RFC 9051, sections 6.2.1 and 11.1, ask for: nothing that
// was received before TLS is believed or kept.
func (c *Conn) startTLS(ctx context.Context) error {
	if c.caps == nil {
		if err := c.Capability(ctx); err != nil {
			return err
		}
	}
	if !c.caps["STARTTLS"] {
		return &SecurityError{Text: "the server offers no STARTTLS"}
	}
	if err := c.do(ctx, &Command{name: "STARTTLS"}); err != nil {
		return &SecurityError{Text: "STARTTLS is refused", Err: err}
	}
	if n := c.r.br.Buffered(); n > 0 {
		return &SecurityError{Text: fmt.Sprintf("%d bytes came before TLS that pretend to have come after it", n)}
	}
	safe, err := c.encrypt(ctx, c.net)
	if err != nil {
		return err
	}
	c.attach(safe)
	c.caps, c.mailbox, c.bye, c.continued = nil, nil, nil, false
	return nil
}

// Capability asks what the server can do.
func (c *Conn) Capability(ctx context.Context) error {
	if err := c.do(ctx, &Command{name: "CAPABILITY"}); err != nil {
		return err
	}
	if c.caps == nil {
		return broken("the server does not tell its capabilities")
	}
	return nil
}

// Capabilities lists them, for people.
func (c *Conn) Capabilities() (out []string) {
	for name := range c.caps {
		out = append(out, name)
	}
	return out
}
