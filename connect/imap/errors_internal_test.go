package imap

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// TestErrors goes through the table row by row.
func TestErrors(t *testing.T) {
	no := func(code, text string) error {
		return &wire.StatusError{Command: "X", Status: "NO", Code: code, Text: text}
	}
	for _, c := range []struct {
		err   error
		what  purpose
		class core.Class
	}{
		{no("AUTHENTICATIONFAILED", ""), loggingIn, core.Auth},
		{no("AUTHORIZATIONFAILED", ""), reading, core.Auth},
		{no("EXPIRED", ""), loggingIn, core.Auth},
		{no("LOGINDISABLED", ""), loggingIn, core.Auth},
		{no("PRIVACYREQUIRED", ""), loggingIn, core.Auth},
		{no("WEBALERT", ""), loggingIn, core.Auth},
		{no("", "Invalid credentials"), loggingIn, core.Auth},
		{no("UNAVAILABLE", ""), loggingIn, core.Transient},
		{no("", "Too many simultaneous connections"), loggingIn, core.Transient},
		{no("", "Request is throttled. Suggested Backoff Time: 3000 milliseconds"), writing, core.Transient},
		{no("", "Please try again later"), writing, core.Transient},
		{no("UNAVAILABLE", ""), writing, core.Transient},
		{no("INUSE", ""), writing, core.Transient},
		{no("LIMIT", ""), writing, core.Transient},
		{no("SERVERBUG", ""), reading, core.Transient},
		{no("EXPUNGEISSUED", ""), reading, core.Transient},
		{no("TRYCREATE", ""), writing, core.Missing},
		{no("NONEXISTENT", ""), reading, core.Missing},
		{no("ALREADYEXISTS", ""), writing, core.Conflict},
		{no("OVERQUOTA", ""), writing, core.Permanent},
		{no("TOOBIG", ""), writing, core.Permanent},
		{no("CANNOT", ""), writing, core.Permanent},
		{no("NOPERM", ""), reading, core.Permanent},
		{no("CORRUPTION", ""), reading, core.Permanent},
		{no("BADCHARSET", ""), reading, core.Permanent},
		{no("", "no"), reading, core.Transient},
		{no("", "no"), writing, core.Permanent},
		{&wire.StatusError{Status: "BAD"}, reading, core.Permanent},
		{&wire.StatusError{Status: "BYE"}, writing, core.Transient},
		{&wire.LostError{Err: io.EOF}, writing, core.Transient},
		{&wire.LostError{Sent: true, Err: io.EOF}, writing, core.Unknown},
		{&wire.LostError{Sent: true, Err: io.EOF}, reading, core.Transient},
		{&wire.ArgError{Text: "x"}, writing, core.Permanent},
		{&wire.ProtocolError{Text: "x"}, reading, core.Transient},
		{&wire.SecurityError{Text: "x"}, reading, core.Permanent},
		{&wire.SecurityError{Text: "x", Err: errors.New("x509: unknown authority")}, reading, core.Permanent},
		{&wire.SecurityError{Text: "x", Err: io.EOF}, reading, core.Transient},
		{fmt.Errorf("wrapped: %w", no("OVERQUOTA", "")), writing, core.Permanent},
	} {
		if got := core.ClassOf(failure("op", "", c.what, c.err)); got != c.class {
			t.Errorf("%v (%d) is %s, want %s", c.err, c.what, got, c.class)
		}
	}
	var e *core.Error
	for text, want := range map[string]time.Duration{
		"Suggested Backoff Time: 3000 milliseconds": 3 * time.Second,
		"suggested backoff time: 20 Seconds":        20 * time.Second,
		"Suggested Backoff Time: 99999999 seconds":  time.Hour,
		"busy": 0,
	} {
		if errors.As(failure("op", "", reading, no("", text)), &e); e.RetryAfter != want {
			t.Errorf("%q asks for %s, want %s", text, e.RetryAfter, want)
		}
	}
	if failure("op", "", reading, nil) != nil {
		t.Error("nothing is an error")
	}
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		name, path string
		delimiter  byte
	}{{"A/B", "A/B", '/'}, {"A.B/C", "A/B%2FC", '.'}, {"A/B", "A%2FB", 0}, {"50%", "50%25", '/'}, {"%2F", "%252F", '.'}} {
		if got := pathOf(c.name, c.delimiter); got != c.path {
			t.Errorf("pathOf(%q) = %q, want %q", c.name, got, c.path)
		}
		if got, err := nameOf(c.path, c.delimiter); err != nil || got != c.name {
			t.Errorf("nameOf(%q) = %q, %v, want %q", c.path, got, err, c.name)
		}
	}
	for path, delimiter := range map[string]byte{"A.B": '.', "A/B": 0, "A//B": '/', "A%2FB": '/', "": '/'} {
		if name, err := nameOf(path, delimiter); err == nil {
			t.Errorf("nameOf(%q) = %q", path, name)
		}
	}
}

func TestTokens(t *testing.T) {
	for _, p := range []point{{validity: 1, next: 2, mod: 3, count: 4}, {validity: 1, next: 2, count: 4, paging: true, below: 7}} {
		if got, ok := parseToken(p.token()); !ok || got != p {
			t.Errorf("%v comes back as %v", p, got)
		}
	}
	for _, text := range []core.Token{"x", "1:2:3", "0:1:1:1", "1:2:3:4:5:6", "1:2:3:4 "} {
		if p, ok := parseToken(text); ok {
			t.Errorf("%q is read as %v", text, p)
		}
	}
}
