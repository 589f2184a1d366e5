package ldap

import (
	"context"
	"errors"

	"lockstep/core"
)

// who logs in, for people.
func (c *Client) who() string {
	switch {
	case c.config.External:
		return "by certificate at " + c.config.address()
	case c.config.User == "":
		return "anonymously at " + c.config.address()
	}
	return c.config.User + " at " + c.config.address()
}

// bind logs in (RFC 4511, section 4.2). A connection that never did is
// anonymous.
func (c *Client) bind(ctx context.Context) error {
	name, login := "", encode(nil, 0xa3, encodeText(tagOctets, "EXTERNAL"), encodeText(tagOctets, ""))
	if !c.config.External {
		if c.config.User == "" {
			return nil
		}
		password, err := c.config.Password(ctx)
		if err != nil {
			return &core.Error{Op: "ldap.Bind", Class: core.Auth, Thing: c.who(), Remedy: "check where the password comes from", Err: err}
		}
		// RFC 4513, section 5.1.2: many servers take an empty password for an
		// anonymous login, and say that it succeeded.
		if password == "" {
			return &core.Error{Op: "ldap.Bind", Class: core.Auth, Thing: c.who(), Remedy: "check where the password comes from",
				Err: errors.New("the password is empty")}
		}
		name, login = c.config.User, encodeText(0x80, password)
	}
	m, err := c.ask(ctx, encode(nil, opBind, encodeInt(tagInteger, 3), encodeText(tagOctets, name), login), opBindResponse)
	if err != nil {
		return err
	}
	return m.result()
}
