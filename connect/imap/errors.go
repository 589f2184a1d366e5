package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// row of the table that classes refusals: the first that fits counts.
type row struct {
	code   string // response code; "" = any
	text   string // part of the text, in lower case; "" = any
	class  core.Class
	remedy string
}

// table of refusals (RFC 9051, section 7.1; RFC 5530; RFC 7889). What no row
// names is Transient for reads and Permanent for writes that were refused.
func table() []row {
	const login = "check the user name and the password"
	return []row{
		{code: "AUTHENTICATIONFAILED", class: core.Auth, remedy: login},
		{code: "AUTHORIZATIONFAILED", class: core.Auth, remedy: login},
		{code: "EXPIRED", class: core.Auth, remedy: "the password has expired"},
		{code: "LOGINDISABLED", class: core.Auth, remedy: "use tls"},
		{code: "PRIVACYREQUIRED", class: core.Auth, remedy: "use tls"},
		{code: "WEBALERT", class: core.Auth, remedy: "the provider wants a login by browser"},
		{text: "suggested backoff time", class: core.Transient},
		{text: "throttl", class: core.Transient},
		{text: "too many", class: core.Transient},
		{text: "try again", class: core.Transient},
		{code: "UNAVAILABLE", class: core.Transient},
		{code: "INUSE", class: core.Transient},
		{code: "LIMIT", class: core.Transient},
		{code: "SERVERBUG", class: core.Transient},
		{code: "EXPUNGEISSUED", class: core.Transient},
		{code: "TRYCREATE", class: core.Missing},
		{code: "NONEXISTENT", class: core.Missing},
		{code: "ALREADYEXISTS", class: core.Conflict},
		{code: "OVERQUOTA", class: core.Permanent, remedy: "make room on the server"},
		{code: "TOOBIG", class: core.Permanent, remedy: "the server takes no message of this size"},
		{code: "CANNOT", class: core.Permanent},
		{code: "NOPERM", class: core.Permanent, remedy: "the account may not do this"},
		{code: "CORRUPTION", class: core.Permanent, remedy: "the server's administrator has to mend it"},
		{code: "BADCHARSET", class: core.Permanent},
	}
}

// purpose of a command decides what an unexplained failure means.
type purpose uint8

const (
	reading purpose = iota
	writing
	loggingIn
)

// failure maps an error of the wire to its class; thing is what it failed on.
func failure(op, thing string, what purpose, err error) error {
	if err == nil {
		return nil
	}
	var known *core.Error
	if errors.As(err, &known) {
		return err
	}
	out := &core.Error{Op: op, Thing: thing, Err: err, Class: core.Transient}
	var (
		status   *wire.StatusError
		lost     *wire.LostError
		arg      *wire.ArgError
		security *wire.SecurityError
		greeting *wire.GreetingError
		record   tls.RecordHeaderError
		method   *wire.MechanismError
	)
	switch {
	case errors.As(err, &method):
		out.Class, out.Remedy = core.Auth, loginRemedy(method)
	case errors.As(err, &greeting) && greeting.TLS:
		out.Class, out.Remedy = core.Permanent, "this port speaks TLS from the first byte: use ?tls=implicit"
	case errors.As(err, &greeting):
		out.Remedy = "check host and port"
		if !greeting.Encrypted {
			out.Remedy += "; if this port speaks TLS from the first byte: use ?tls=implicit"
		}
	case errors.As(err, &record):
		out.Class, out.Remedy = core.Permanent, "this port does not speak TLS from the first byte: use ?tls=starttls"
	case errors.As(err, &lost):
		if what == writing && lost.Sent {
			out.Class = core.Unknown
		}
		if errors.As(err, &status) {
			out.RetryAfter = backoff(status.Text)
		}
	case errors.As(err, &arg):
		out.Class = core.Permanent
	case errors.As(err, &security):
		if security.Err == nil || errors.As(err, &status) || certificate(security.Err) {
			out.Class, out.Remedy = core.Permanent, "the connection would not be safe; check host, port, tls and ca"
		} else {
			out.Remedy = "check host and port"
		}
	case errors.As(err, &status):
		refused(out, status, what)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	}
	return out
}

// loginRemedy tells which login would do.
func loginRemedy(err *wire.MechanismError) string {
	token := slices.ContainsFunc(err.Offered, wire.Mechanism.Token)
	password := slices.ContainsFunc(err.Offered, func(m wire.Mechanism) bool { return m == wire.Plain || m == wire.Login || m == wire.Scram })
	switch {
	case token && !password:
		return `the server wants a token: set auth = "xoauth2" or "oauthbearer" in the account, and let password give the token`
	case password && err.Mechanism.Token():
		return "remove auth from the account to log in with a password"
	}
	return "set auth in the account to what the server offers"
}

// refused looks a refusal up.
func refused(out *core.Error, status *wire.StatusError, what purpose) {
	out.RetryAfter = backoff(status.Text)
	text := strings.ToLower(status.Text)
	for _, r := range table() {
		if (r.code == "" || r.code == status.Code) && strings.Contains(text, r.text) {
			out.Class, out.Remedy = r.class, r.remedy
			return
		}
	}
	switch {
	case status.Status == "BYE":
	case what == loggingIn && status.Status == "NO":
		out.Class, out.Remedy = core.Auth, "check the user name and the password"
	case what == writing || status.Status == "BAD":
		out.Class = core.Permanent
	}
}

// certificate tells a certificate that is not believed from a network that
// failed during the handshake.
func certificate(err error) bool {
	text := err.Error()
	return strings.Contains(text, "x509:") || strings.Contains(text, "certificate") || strings.Contains(text, "tls: ")
}

// backoff reads the pause that a throttling server asks for.
func backoff(text string) time.Duration {
	m := regexp.MustCompile(`(?i)suggested backoff time: *([0-9]{1,8}) *(milliseconds|seconds)?`).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // digits only
	unit := time.Millisecond
	if strings.EqualFold(m[2], "seconds") {
		unit = time.Second
	}
	return min(time.Duration(n)*unit, time.Hour)
}

func missing(op, thing string) error {
	return &core.Error{Op: op, Class: core.Missing, Thing: thing}
}
