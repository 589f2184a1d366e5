package imap

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"unicode"

	"github.com/xdg-go/scram"
)

// Mechanism of a login.
type Mechanism string

const (
	// Best takes the safest way with a password that the server offers: SCRAM,
	// PLAIN, then LOGIN.
	Best        Mechanism = ""
	Scram       Mechanism = "SCRAM-SHA-256"
	Plain       Mechanism = "PLAIN"
	Login       Mechanism = "LOGIN"
	XOAuth2     Mechanism = "XOAUTH2"     // the password is a token
	OAuthBearer Mechanism = "OAUTHBEARER" // RFC 7628; the password is a token
)

// Token tells whether the password is a token.
func (m Mechanism) Token() bool { return m == XOAuth2 || m == OAuthBearer }

// Login logs in and asks for the capabilities again: they differ after it.
func (c *Conn) Login(ctx context.Context, user, password string, how Mechanism) error {
	before := c.caps
	how, err := choose(before, how)
	if err != nil {
		return err
	}
	c.caps = nil // those that come with the answer count
	if err := c.login(ctx, before, user, password, how); err != nil {
		c.setCaps(before)
		return err
	}
	c.mechanism = how
	if c.caps == nil {
		return c.Capability(ctx)
	}
	return nil
}

// choose finds the strongest mechanism that a password is enough for, or checks
// that the one that is wanted is offered.
func choose(caps map[string]bool, how Mechanism) (Mechanism, error) {
	offered := func(m Mechanism) bool {
		return caps["AUTH="+string(m)] || m == Login && !caps["LOGINDISABLED"] // RFC 9051, section 6.2.3
	}
	if how == Best {
		how = Login
		for _, m := range []Mechanism{Plain, Scram} {
			if offered(m) {
				how = m
			}
		}
	}
	if !offered(how) {
		return how, notOffered(how, caps)
	}
	return how, nil
}

func (c *Conn) login(ctx context.Context, caps map[string]bool, user, password string, how Mechanism) error {
	if how == Login && !caps["AUTH=LOGIN"] {
		return c.do(ctx, &Command{name: "LOGIN"}, String(user), String(password))
	}
	steps, err := sasl(how, user, password, c.options.Address)
	if err != nil {
		return err
	}
	return c.authenticate(ctx, how, caps["SASL-IR"], steps)
}

// notOffered tells which logins there are; nothing was sent.
func notOffered(how Mechanism, caps map[string]bool) error {
	err := &MechanismError{Mechanism: how}
	for _, name := range slices.Sorted(maps.Keys(caps)) {
		if m, is := strings.CutPrefix(name, "AUTH="); is {
			err.Offered = append(err.Offered, Mechanism(m))
		}
	}
	if caps["LOGINDISABLED"] && len(err.Offered) == 0 {
		return &StatusError{Command: "LOGIN", Status: "NO", Code: "LOGINDISABLED", Text: "the server takes no password here"}
	}
	if !caps["LOGINDISABLED"] && !slices.Contains(err.Offered, Login) {
		err.Offered = append(err.Offered, Login) // by the LOGIN command
	}
	return err
}

// step answers a challenge.
type step func(challenge string) (string, error)

// sasl makes the steps of a mechanism; the first may be sent at once if the
// mechanism begins with the client.
func sasl(how Mechanism, user, password, address string) ([]step, error) {
	say := func(text string) step { return func(string) (string, error) { return text, nil } }
	if strings.ContainsRune(user+password, 0) {
		return nil, &ArgError{"a user name or password with a NUL byte cannot be sent"}
	}
	if (how == XOAuth2 || how == OAuthBearer) && strings.ContainsRune(user+password, 1) { // it ends a field
		return nil, &ArgError{"a user name or token with a control character cannot be sent"}
	}
	switch how {
	case Plain: // RFC 4616
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
		prove := func(challenge string) (string, error) {
			if n := iterations(challenge); n > mostIterations {
				return "", broken("the server wants %d rounds of hashing; at most %d are done", n, mostIterations)
			}
			return talk.Step(challenge)
		}
		return []step{next, prove, func(challenge string) (string, error) {
			answer, err := talk.Step(challenge)
			if err == nil && !talk.Valid() {
				err = broken("the server does not prove that it knows the password")
			}
			return answer, err
		}}, nil
	}
	return nil, &ArgError{fmt.Sprintf("no login by %q", string(how))}
}

// mostIterations of a SCRAM login: some seconds.
const mostIterations = 5_000_000

// iterations that a server's first message asks for (RFC 5802, section 5.1).
func iterations(challenge string) (n uint64) {
	for field := range strings.SplitSeq(challenge, ",") {
		if text, is := strings.CutPrefix(field, "i="); is {
			if _, err := fmt.Sscanf(text, "%d", &n); err != nil {
				return 0 // the library refuses it
			}
		}
	}
	return n
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
	c.continued, c.challenge = false, ""
	c.start(ctx, cmd, args...)
	defer c.guard(ctx)()
	used := 0
	var gaveUp error
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
			if gaveUp == nil {
				gaveUp = err
			}
		}
		if _, err := c.w.WriteString(answer + "\r\n"); err != nil {
			c.lose(ctx, err)
		}
	}
	var refused *StatusError
	switch {
	case gaveUp != nil && cmd.err == nil:
		return gaveUp
	case gaveUp != nil:
		return fmt.Errorf("%w; %w", gaveUp, cmd.err)
	case errors.As(cmd.err, &refused) && how.Token() && c.challenge != "":
		refused.Text += " " + reason(c.challenge) // RFC 7628, section 3.2.2
	}
	if how == Scram && cmd.err == nil && used < len(steps) {
		return broken("the server does not prove that it knows the password")
	}
	return cmd.err
}

// reason makes a challenge that tells why a token was refused fit to be shown.
func reason(challenge string) string {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(challenge))
	if err != nil {
		return ""
	}
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(raw), ""))
	return text[:min(len(text), 300)]
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
