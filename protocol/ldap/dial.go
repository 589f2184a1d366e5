package ldap

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
)

// Dial connects, encrypts and logs in. Auth: the login is refused. Permanent:
// the configuration cannot work, or the connection would not be safe; no
// password was sent.
func Dial(ctx context.Context, config Config) (*Client, error) {
	c := &Client{config: config.withDefaults()}
	if err := c.config.check(); err != nil {
		return nil, err
	}
	address := c.config.address()
	short, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(short, "tcp", address)
	if err != nil {
		return nil, failure("ldap.Dial", address, dialing, err)
	}
	if c.config.TLS == Implicit {
		if raw, err = c.encrypt(short, raw); err != nil {
			return nil, failure("ldap.Dial", address, dialing, err)
		}
	}
	c.attach(raw)
	if c.config.TLS == StartTLS {
		if err := c.startTLS(short); err != nil {
			c.lose(ctx, err)
			return nil, failure("ldap.StartTLS", address, encrypting, err)
		}
	}
	if err := c.bind(ctx); err != nil {
		c.lose(ctx, err)
		return nil, failure("ldap.Bind", c.who(), binding, err)
	}
	return c, nil
}

// encrypt makes TLS of a connection; it closes it if that fails.
func (c *Client) encrypt(ctx context.Context, raw net.Conn) (net.Conn, error) {
	t := tls.Client(raw, c.config.tls())
	if err := t.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, &SecurityError{Text: "no safe connection to " + c.config.ServerName, Err: err}
	}
	return t, nil
}

// startTLS does what RFC 4511, section 4.14, and RFC 4513, section 3.1.5, ask
// for: nothing that was received before TLS is believed or kept.
func (c *Client) startTLS(ctx context.Context) error {
	m, err := c.ask(ctx, encode(nil, opExtended, encodeText(0x80, oidStartTLS)), opExtendedResponse)
	if err != nil {
		return err
	}
	if err := m.result(); err != nil {
		return err
	}
	if n := c.r.Buffered(); n > 0 {
		return &SecurityError{Text: fmt.Sprintf("%d bytes came before TLS that pretend to have come after it", n)}
	}
	safe, err := c.encrypt(ctx, c.net)
	if err != nil {
		return err
	}
	c.attach(safe)
	return nil
}
