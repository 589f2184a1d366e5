package dav

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"lockstep/core"
)

// Method of a login.
type Method string

const (
	// Auto is Basic with the first request, and Digest where the server wants that.
	Auto   Method = ""
	Basic  Method = "basic"
	Digest Method = "digest"
	Bearer Method = "bearer"
)

// login is the password, once it was asked for, and what servers want to see of it.
type login struct {
	mu       sync.Mutex
	known    bool
	password string
	// digests holds the last challenge of each origin that wants a Digest.
	digests map[string]*digest
	// used is the method that was last sent, for doctor.
	used Method
}

// proof is what one request is sent with.
type proof struct {
	// header is the Authorization; "" = none.
	header   string
	method   Method
	password string
	// nonce of a digest.
	nonce string
}

// proof makes the Authorization of a request: none where the login may not be
// sent, and none as long as only a challenge tells how.
func (l *login) proof(ctx context.Context, c *Client, what call) (proof, error) {
	if c.config.Password == nil || !c.origins.trusts(what.at) {
		return proof{}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.known {
		password, err := c.askPassword(ctx)
		if err != nil {
			return proof{}, err
		}
		l.password, l.known = password, true
	}
	p := proof{password: l.password}
	d := l.digests[originOf(what.at)]
	switch {
	case c.config.Method == Bearer:
		p.method, p.header = Bearer, "Bearer "+l.password
	case d != nil:
		header, err := d.answer(what.method, what.at.RequestURI(), c.config.User, l.password, c.config.Random)
		if err != nil {
			return proof{}, err
		}
		p.method, p.header, p.nonce = Digest, header, d.nonce
	case c.config.Method == Digest:
	default: // the path is trusted, so it is TLS, this machine, or what a person allowed
		p.method, p.header = Basic, "Basic "+basic(c.config.User, l.password)
	}
	if p.method != "" {
		l.used = p.method
	}
	return p, nil
}

func basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// askPassword asks for the password and checks what can be sent.
func (c *Client) askPassword(ctx context.Context) (string, error) {
	refuse := func(err error, remedy string) (string, error) {
		return "", &core.Error{Op: "dav.Login", Class: core.Auth, Thing: c.start.Host, Err: err, Remedy: remedy}
	}
	password, err := c.config.Password(ctx)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	control := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
	}
	password = strings.TrimRight(password, "\r\n")
	switch {
	case err != nil:
		return refuse(fmt.Errorf("the password cannot be read: %w", err), "")
	case password == "":
		return refuse(errors.New("the password is empty"), "give the account a password")
	case control(password) || control(c.config.User):
		return refuse(errors.New("the user or the password holds a control character"), "it is one line")
	case c.config.Method != Bearer && strings.Contains(c.config.User, ":"): // RFC 7617, section 2
		return refuse(errors.New("the user name holds a colon"), "")
	case c.config.Method == Bearer && strings.ContainsFunc(password, func(r rune) bool { return r <= ' ' || r > '~' }):
		return refuse(errors.New("the token holds a character that cannot be sent"), "it is one word of ASCII")
	}
	return password, nil
}

// challenged takes a 401: again tells whether another try makes sense. first: it is
// the answer to the first try, whose nonce may be an old one.
func (l *login) challenged(ctx context.Context, c *Client, what call, sent proof, header http.Header, first bool) (again bool, err error) {
	if c.config.Password == nil || !c.origins.trusts(what.at) {
		return false, nil
	}
	challenges := parseChallenges(header.Values("WWW-Authenticate"))
	l.mu.Lock()
	defer l.mu.Unlock()
	origin := originOf(what.at)
	if c.config.Method == Auto || c.config.Method == Digest {
		d, unusable := bestDigest(challenges)
		now := l.digests[origin]
		switch {
		case d != nil && sent.method == Digest && now != nil && now.nonce != sent.nonce:
			return true, nil // another request was told a newer one meanwhile
		case d != nil && (sent.method != Digest || d.stale || first):
			if l.digests == nil {
				l.digests = map[string]*digest{}
			}
			l.digests[origin] = d
			return true, nil
		case d == nil && c.config.Method == Digest:
			if unusable == nil {
				unusable = errors.New("the server offers no Digest login")
			}
			return false, unusable
		}
	}
	if sent.method == Basic && len(challenges) > 0 && !slices.ContainsFunc(challenges, func(c challenge) bool { return c.scheme == "basic" }) {
		var offers []string
		for _, c := range challenges {
			offers = append(offers, printable(c.scheme))
		}
		return false, fmt.Errorf("the server offers logins by %s only", strings.Join(offers, ", "))
	}
	if sent.header == "" {
		return false, nil
	}
	// The password may have been changed, or a token renewed, since it was read. It
	// is asked for once more, by one request; the others see what that found.
	if l.password != sent.password {
		return true, nil
	}
	password, err := c.askPassword(ctx)
	if err != nil || password == l.password {
		return false, err
	}
	l.password = password
	return true, nil
}

// told takes what a server says after a login that worked: the next nonce.
func (l *login) told(at *url.URL, header http.Header) {
	info := header.Get("Authentication-Info")
	if info == "" {
		return
	}
	next := parseParams(info)["nextnonce"]
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.digests[originOf(at)]; d != nil && next != "" {
		d.nonce, d.count = next, 0
	}
}

// hide takes what was sent to log in out of an error: a server may repeat it.
func (l *login) hide(err *core.Error) {
	l.mu.Lock()
	password := l.password
	l.mu.Unlock()
	if password == "" {
		return
	}
	clean := func(s string) string {
		s = strings.ReplaceAll(s, password, "***")
		for _, word := range strings.Fields(s) {
			if plain, e := base64.StdEncoding.DecodeString(strings.Trim(word, `"'<>(),;`)); e == nil && strings.Contains(string(plain), password) {
				s = strings.ReplaceAll(s, word, "***")
			}
		}
		return s
	}
	refusal, is := Refused(err)
	if !is {
		if text := err.Err.Error(); clean(text) != text {
			err.Err = errors.New(clean(text))
		}
		return
	}
	refusal.Message, refusal.Location = clean(refusal.Message), clean(refusal.Location)
	for i := range refusal.Conditions {
		refusal.Conditions[i].Name = clean(refusal.Conditions[i].Name)
	}
}

// LoginMethod tells how the client logs in; "" = it has not yet, or nobody asks.
func (c *Client) LoginMethod() Method {
	c.login.mu.Lock()
	defer c.login.mu.Unlock()
	return c.login.used
}
