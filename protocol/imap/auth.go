package imap

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"strings"

	"github.com/xdg-go/scram"
)

// Mechanism of a login.
type Mechanism string

const (
	// Best takes the safest way with a password that the server offers.
	Best        Mechanism = ""
	Scram       Mechanism = "SCRAM-SHA-256"
	Plain       Mechanism = "PLAIN"
	Login       Mechanism = "LOGIN"
	XOAuth2     Mechanism = "XOAUTH2"     // the password is a token
	OAuthBearer Mechanism = "OAUTHBEARER" // RFC 7628; the password is a token
)

// Login logs in and asks for the capabilities again: they differ after it.
func (c *Conn) Login(ctx context.Context, user, password string, how Mechanism) error {
	before := c.caps
	c.caps = nil // those that come with the answer count
	err := c.login(ctx, before, user, password, how)
	if err != nil {
		c.setCaps(before)
		return err
	}
	if c.caps == nil {
		return c.Capability(ctx)
	}
	return nil
}

func (c *Conn) login(ctx context.Context, caps map[string]bool, user, password string, how Mechanism) error {
	if how == Best {
		how = Login
		for _, m := range []Mechanism{Plain, Scram} {
			if caps["AUTH="+string(m)] {
				how = m
			}
		}
	}
	if how == Login && !caps["AUTH=LOGIN"] {
		if caps["LOGINDISABLED"] { // RFC 9051, section 6.2.3
			return &StatusError{Command: "LOGIN", Status: "NO", Code: "LOGINDISABLED", Text: "the server takes no password here"}
		}
		return c.do(ctx, &Command{name: "LOGIN"}, String(user), String(password))
	}
	steps, err := sasl(how, user, password, c.options.Address)
	if err != nil {
		return err
	}
	return c.authenticate(ctx, how, caps["SASL-IR"], steps)
}

// step answers a challenge.
type step func(challenge string) (string, error)

// sasl makes the steps of a mechanism; the first may be sent at once if the
// mechanism begins with the client.
func sasl(how Mechanism, user, password, address string) ([]step, error) {
	say := func(text string) step { return func(string) (string, error) { return text, nil } }
	switch how {
	case Plain: // RFC 4616
		if strings.ContainsRune(user+password, 0) {
			return nil, &ArgError{"a user name or password with a NUL byte cannot be sent"}
		}
		return []step{say("\x00" + user + "\x00" + password)}, nil
	case Login:
		return []step{nil, say(user), say(password)}, nil
	case XOAuth2:
		return []step{say("user=" + user + "\x01auth=Bearer " + password + "\x01\x01"), say("")}, nil
	case OAuthBearer:
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user)
		return []step{say("n,a=" + name + ",\x01host=" + host + "\x01port=" + port + "\x01auth=Bearer " + password + "\x01\x01"), say("\x01")}, nil
	case Scram: // RFC 7677; the server proves that it knows the password, too
		client, err := scram.SHA256.NewClient(user, password, "")
		if err != nil {
			return nil, &ArgError{"the user name or password cannot be used with SCRAM"}
		}
		talk := client.NewConversation()
		next := func(challenge string) (string, error) { return talk.Step(challenge) }
		return []step{next, next, func(challenge string) (string, error) {
			answer, err := talk.Step(challenge)
			if err == nil && !talk.Valid() {
				err = broken("the server does not prove that it knows the password")
			}
			return answer, err
		}}, nil
	}
	return nil, &ArgError{fmt.Sprintf("no login by %q", string(how))}
}

// authenticate carries a SASL dialogue out (RFC 9051, section 6.2.2).
func (c *Conn) authenticate(ctx context.Context, how Mechanism, initial bool, steps []step) error {
	cmd := &Command{name: "AUTHENTICATE"}
	args := []Arg{Atom(string(how))}
	switch {
	case steps[0] == nil: // the server begins
		steps = steps[1:]
	case initial: // SASL-IR, RFC 4959
		first, err := steps[0]("")
		if err != nil {
			return err
		}
		text := base64.StdEncoding.EncodeToString([]byte(first))
		if text == "" {
			text = "="
		}
		args = append(args, words(text))
		steps = steps[1:]
	}
	c.continued = false
	c.start(ctx, cmd, args...)
	defer c.guard(ctx)()
	used := 0
	for !cmd.ended {
		if err := c.w.Flush(); err != nil {
			c.lose(ctx, err)
			break
		}
		for !cmd.ended && !c.continued {
			if err := c.read(); err != nil {
				c.lose(ctx, err)
			} else if c.bye != nil {
				c.lose(ctx, c.bye)
			}
		}
		if cmd.ended {
			break
		}
		c.continued = false
		answer, err := answerTo(c.challenge, steps, used)
		used++
		if err != nil {
			answer = "*" // ends the dialogue
		}
		if _, err := c.w.WriteString(answer + "\r\n"); err != nil {
			c.lose(ctx, err)
		}
	}
	if how == Scram && cmd.err == nil && used < len(steps) {
		return broken("the server does not prove that it knows the password")
	}
	return cmd.err
}

func answerTo(challenge string, steps []step, used int) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(challenge))
	if err != nil {
		return "", err
	}
	if used >= len(steps) {
		return "", broken("the server asks for more than there is to say")
	}
	answer, err := steps[used](string(raw))
	return base64.StdEncoding.EncodeToString([]byte(answer)), err
}
