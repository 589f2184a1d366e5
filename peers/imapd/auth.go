package imapd

import (
	"encoding/base64"
	"strings"
)

// SetToken lets an account log in with a bearer token too (XOAUTH2,
// OAUTHBEARER); "" = no longer.
func (u *User) SetToken(token string) {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	u.token = token
}

// SetPassword changes a password.
func (u *User) SetPassword(password string) {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	u.password = password
}

// login: LOGIN (RFC 3501, section 6.2.3).
func (c *session) login(p *parser) answer {
	p.sp()
	name := p.astring()
	p.sp()
	password := p.astring()
	if !p.end() {
		return answer{}
	}
	if c.barred() {
		return no("[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.")
	}
	return c.admit(c.srv.users[name], func(u *User) bool { return u.password == password })
}

// admit logs in; the caller holds the lock. RFC 5530, section 3 has the code.
func (c *session) admit(u *User, right func(*User) bool) answer {
	if u == nil || !right(u) {
		return no("[AUTHENTICATIONFAILED] Authentication failed.")
	}
	c.user = u
	if c.asked { // a client that asks is told untagged, as Dovecot
		c.out.line("* CAPABILITY %s", strings.Join(c.capabilities(), " "))
		return ok("Logged in")
	}
	return ok("[CAPABILITY %s] Logged in", strings.Join(c.capabilities(), " "))
}

// authenticate: AUTHENTICATE (RFC 3501, section 6.2.2), with an initial
// response where SASL-IR is on (RFC 4959).
func (c *session) authenticate(p *parser) answer {
	p.sp()
	mechanism := p.keyword()
	initial, given := "", p.try(" ")
	if given {
		initial = p.span("base64", func(b byte) bool { return b > ' ' && b < 0x7f })
	}
	if given && !c.srv.has("SASL-IR") {
		p.fail("initial response without SASL-IR")
	}
	if !p.end() {
		return answer{}
	}
	if !c.srv.has("AUTH=" + mechanism) {
		return no("Unsupported authentication mechanism.")
	}
	if c.barred() {
		return no("[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.")
	}
	d := &dialogue{c: c, p: p, initial: initial, given: given}
	switch mechanism {
	case "PLAIN":
		return d.plain()
	case "LOGIN":
		return d.loginWords()
	case "SCRAM-SHA-256":
		return d.scram()
	}
	return d.bearer(mechanism)
}

// dialogue is one SASL exchange.
type dialogue struct {
	c       *session
	p       *parser
	initial string
	given   bool
}

// step sends a challenge and reads the response; false = it is over.
func (d *dialogue) step(challenge string) (string, bool) {
	text := d.initial
	if !d.given {
		d.c.out.line("%s", strings.TrimSuffix("+ "+base64.StdEncoding.EncodeToString([]byte(challenge)), "\r\n"))
		if d.c.flush(Fault{}) != nil {
			d.c.closing = true
			return "", false
		}
		line, err := d.c.readLine()
		if err != nil {
			d.c.closing = true
			return "", false
		}
		if fault := badLine(line); fault != "" {
			d.p.fail("%s", fault)
			return "", false
		}
		text = strings.TrimSuffix(line, "\r\n")
	}
	d.given = false
	if text == "*" {
		d.p.bad = "authentication given up"
		return "", false
	}
	if text == "=" { // RFC 4959, section 3: an empty initial response
		text = ""
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil { // RFC 3501, section 6.2.2
		d.p.fail("not base64")
		return "", false
	}
	return string(raw), true
}

func (d *dialogue) admit(name string, right func(*User) bool) answer {
	d.c.srv.mu.Lock()
	defer d.c.srv.mu.Unlock()
	return d.c.admit(d.c.srv.users[name], right)
}

// plain: RFC 4616.
func (d *dialogue) plain() answer {
	text, more := d.step("")
	if !more {
		return answer{}
	}
	words := strings.Split(text, "\x00")
	if len(words) != 3 || words[0] != "" && words[0] != words[1] {
		return no("[AUTHENTICATIONFAILED] Authentication failed.")
	}
	return d.admit(words[1], func(u *User) bool { return u.password == words[2] })
}

// loginWords: the LOGIN mechanism, which has no RFC.
func (d *dialogue) loginWords() answer {
	name, more := d.step("Username:")
	if !more {
		return answer{}
	}
	password, more := d.step("Password:")
	if !more {
		return answer{}
	}
	return d.admit(name, func(u *User) bool { return u.password == password })
}

// bearer: XOAUTH2, and OAUTHBEARER (RFC 7628, section 3.1).
func (d *dialogue) bearer(mechanism string) answer {
	text, more := d.step("")
	if !more {
		return answer{}
	}
	name, token, good := xoauth2(text)
	last := ""
	if mechanism == "OAUTHBEARER" {
		name, token, good = oauthBearer(text)
		last = "\x01"
	}
	if !good {
		d.p.fail("an initial response that is not %s", mechanism)
		return answer{}
	}
	a := d.admit(name, func(u *User) bool { return u.token != "" && u.token == token })
	if a.status == "OK" {
		return a
	}
	// RFC 7628, section 3.2.3: the error is a challenge, and the client
	// answers it before the command fails.
	switch final, more := d.step(`{"status":"401","schemes":"bearer","scope":"mail"}`); {
	case !more && d.c.closing:
		return answer{}
	case !more || final != last:
		d.p.bad = ""
		d.p.fail("%q as the answer to the error", final)
		return answer{}
	}
	return a
}

// xoauth2 takes user=NAME^Aauth=Bearer TOKEN^A^A apart.
func xoauth2(text string) (name, token string, good bool) {
	text, good1 := strings.CutPrefix(text, "user=")
	text, good2 := strings.CutSuffix(text, "\x01\x01")
	name, token, good3 := strings.Cut(text, "\x01auth=Bearer ")
	return name, token, good1 && good2 && good3 && !strings.Contains(token, "\x01")
}

// oauthBearer takes a GS2 header and pairs of keys and values apart.
func oauthBearer(text string) (name, token string, good bool) {
	text, good1 := strings.CutPrefix(text, "n,a=")
	text, good2 := strings.CutSuffix(text, "\x01\x01")
	name, pairs, good3 := strings.Cut(text, ",\x01")
	name = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(name)
	for pair := range strings.SplitSeq(pairs, "\x01") {
		key, value, is := strings.Cut(pair, "=")
		if !is || key == "auth" && !strings.HasPrefix(value, "Bearer ") {
			return "", "", false
		}
		if key == "auth" {
			token = strings.TrimPrefix(value, "Bearer ")
		}
	}
	return name, token, good1 && good2 && good3 && token != ""
}
