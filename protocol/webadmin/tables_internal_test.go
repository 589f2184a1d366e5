package webadmin

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/core"
)

// TestRefusals goes through every row of the table, for reads and for writes.
func TestRefusals(t *testing.T) {
	rows := map[int][2]core.Class{ // reading, writing
		400: {core.Permanent, core.Permanent},
		401: {core.Auth, core.Auth},
		403: {core.Auth, core.Permanent},
		404: {core.Missing, core.Missing},
		405: {core.Permanent, core.Permanent},
		408: {core.Transient, core.Unknown},
		409: {core.Permanent, core.Permanent},
		429: {core.Transient, core.Transient},
		500: {core.Transient, core.Unknown},
		501: {core.Permanent, core.Permanent},
		502: {core.Transient, core.Unknown},
		503: {core.Transient, core.Unknown},
		504: {core.Transient, core.Unknown},
		// Not in the table.
		301: {core.Permanent, core.Permanent},
		302: {core.Permanent, core.Permanent},
		418: {core.Permanent, core.Permanent},
		507: {core.Transient, core.Unknown},
		202: {core.Permanent, core.Unknown},
	}
	for _, r := range table() {
		if _, tested := rows[r.status]; !tested {
			t.Errorf("the row of %d is not tested", r.status)
		}
	}
	for status, want := range rows {
		e := &StatusError{Status: status, James: true}
		for i, method := range []string{http.MethodGet, http.MethodPut} {
			if got := refused(call{method: method}, e, 0); got.Class != want[i] {
				t.Errorf("%s, %d: %s, want %s", method, status, got.Class, want[i])
			}
		}
	}
	// A 404 of James' about the route, or of somebody else, says nothing about
	// what was asked for.
	for _, e := range []*StatusError{
		{Status: 404, James: true, Type: "notFound", Message: "GET /domains/contacts/all can not be found"},
		{Status: 404},
	} {
		if got := refused(call{method: http.MethodGet}, e, 0); got.Class != core.Permanent || got.Remedy == "" {
			t.Errorf("%v: %s", e, got.Class)
		}
	}
	if e := (&StatusError{Status: 404, James: true, Message: "Default identity can not be found"}); e.NoRoute() {
		t.Error("an identity that is not there counts as a route that is not there")
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		err         error
		sent        bool
		read, write core.Class
	}{
		{io.ErrUnexpectedEOF, true, core.Transient, core.Unknown},
		{errors.New("connection refused"), false, core.Transient, core.Transient},
		{context.Canceled, true, core.Transient, core.Unknown},
		{context.DeadlineExceeded, false, core.Transient, core.Transient},
		{errSilent, true, core.Transient, core.Unknown},
		{&shapeError{"no JSON"}, true, core.Permanent, core.Unknown},
		{x509.UnknownAuthorityError{}, false, core.Permanent, core.Permanent},
		{errors.New("http: server gave HTTP response to HTTPS client"), false, core.Permanent, core.Permanent},
	} {
		if got := broken(call{method: http.MethodGet}, c.err, c.sent).Class; got != c.read {
			t.Errorf("read, %v: %s, want %s", c.err, got, c.read)
		}
		if got := broken(call{method: http.MethodDelete}, c.err, c.sent).Class; got != c.write {
			t.Errorf("write, %v: %s, want %s", c.err, got, c.write)
		}
	}
}

func TestTokens(t *testing.T) {
	now := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	jwt := func(header, claims string) string {
		enc := base64.RawURLEncoding.EncodeToString
		return enc([]byte(header)) + "." + enc([]byte(claims)) + ".c2ln"
	}
	const rs = `{"alg":"RS256","typ":"JWT"}`
	for _, c := range []struct {
		name, secret string
		is           bool
		wrong        string // part of the error; "" = it is good
	}{
		{"good", jwt(rs, `{"sub":"admin","admin":true,"exp":1795240801}`), true, ""},
		{"good for ever", jwt(rs, `{"sub":"admin","admin":true}`), true, ""},
		{"null date", jwt(rs, `{"sub":"admin","admin":true,"exp":null}`), true, ""},
		{"expired", jwt(rs, `{"sub":"admin","admin":true,"exp":1795240800}`), true, "expired on 2026-11-21"},
		{"expired, with a fraction", jwt(rs, `{"sub":"admin","admin":true,"exp":1.5e9}`), true, "expired"},
		{"not yet", jwt(rs, `{"sub":"admin","admin":true,"nbf":1795240801}`), true, "not good before"},
		{"admin as text", jwt(rs, `{"sub":"admin","admin":"true"}`), true, `"admin" is not true`},
		{"admin false", jwt(rs, `{"sub":"admin","admin":false}`), true, `"admin" is not true`},
		{"no admin", jwt(rs, `{"sub":"admin"}`), true, `"admin" is not true`},
		{"no subject", jwt(rs, `{"admin":true}`), true, `"sub" is missing`},
		{"empty subject", jwt(rs, `{"sub":"","admin":true}`), true, `"sub" is missing`},
		{"subject is a number", jwt(rs, `{"sub":7,"admin":true}`), true, `"sub" is not a string`},
		{"date as text", jwt(rs, `{"sub":"a","admin":true,"exp":"tomorrow"}`), true, `"exp" is not a date`},
		{"huge date", jwt(rs, `{"sub":"a","admin":true,"exp":1e300}`), true, `"exp" is not a date`},
		{"unsigned", jwt(`{"alg":"none"}`, `{"sub":"a","admin":true}`), true, `signed with "none"`},
		{"shared key", jwt(`{"alg":"HS256"}`, `{"sub":"a","admin":true}`), true, `signed with "HS256"`},
		{"claims are no JSON", jwt(rs, `nonsense`), true, "claims are not JSON"},
		{"a password", "correct horse.battery.staple", false, ""},
		{"a password with two dots", "a.b.c", false, ""},
		{"JSON without alg", jwt(`{}`, `{}`), false, ""},
	} {
		token, is := parseToken(c.secret)
		if is != c.is {
			t.Errorf("%s: taken for a token: %v", c.name, is)
			continue
		}
		if !is {
			continue
		}
		remedy, err := token.check(now)
		switch {
		case c.wrong == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong) || remedy == ""):
			t.Errorf("%s: %v (%s), want %q", c.name, err, remedy, c.wrong)
		}
		if err != nil && strings.Contains(err.Error(), c.secret) {
			t.Errorf("%s: the error tells the token", c.name)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "99999999": time.Hour, "soon": 0, "99999999999999999999": 0,
		"Sat, 21 Nov 2026 06:00:30 GMT": 30 * time.Second, "Sat, 21 Nov 2020 06:00:30 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestDecoder(t *testing.T) {
	for _, c := range []struct {
		body string
		want int // elements; -1 = cut off, -2 = another shape
	}{
		{`[]`, 0}, {` [ "a" , "b" ] ` + "\n", 2},
		{``, -1}, {`[`, -1}, {`["a"`, -1}, {`["a",`, -1}, {`["a`, -1},
		{`null`, -2}, {`{}`, -2}, {`"a"`, -2}, {`<html>`, -2}, {`[1]`, -2}, {`["a"}`, -2}, {`["a" "b"]`, -2}, {`[] []`, -2}, {`[]]`, -2}, {`["a"] x`, -2},
		{`["` + strings.Repeat("a", 2*mostElement) + `"]`, -2},
		{`["a"]` + strings.Repeat(" ", 3*mostElement) + "x", -2},
	} {
		n := 0
		d := newDecoder(strings.NewReader(c.body))
		err := array(d, func(string) error { n++; return nil })
		if err == nil {
			err = d.end()
		}
		var shape *shapeError
		switch {
		case err == nil:
		case errors.As(err, &shape):
			n = -2
		default:
			n = -1
		}
		if n != c.want {
			t.Errorf("%.40q: %d, want %d (%v)", c.body, n, c.want, err)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\x1b[31m\x00c": "a b [31m c", "\xff": "?", strings.Repeat("é", 400): strings.Repeat("é", 300) + "...", "\u2028x": "x",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSegments(t *testing.T) {
	for in, want := range map[string]string{
		"a@d": "a@d", "a+b@d": "a%2Bb@d", "%2e": "%252e", "a?b": "a%3Fb", "a#b": "a%23b", "a;b": "a%3Bb", "é": "%C3%A9", "..@d": "..@d", "a&b=c": "a%26b%3Dc",
		"": "", ".": "", "..": "", "a/b": "", `a\b`: "", "a b": "", "a\nb": "", "a\x00b": "", "/": "", "\x7f": "",
	} {
		got, err := segment(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
}
