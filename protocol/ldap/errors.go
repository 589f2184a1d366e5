package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"unicode"

	"lockstep/core"
)

// ResultError is an operation that the server did not carry out, or not to its
// end (RFC 4511, section 4.1.9).
type ResultError struct {
	Code int
	// Matched is the DN of the last entry above the base that there is.
	Matched string
	// Text of the server, for people.
	Text string
	// Referrals name the servers to ask instead.
	Referrals []string
}

func (e *ResultError) Error() string {
	s := fmt.Sprintf("the server says %d", e.Code)
	if r, ok := find(e); ok {
		s += " " + r.name
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	if len(e.Referrals) > 0 {
		s += ": it refers to " + strings.Join(e.Referrals, ", ")
	}
	return s
}

// ReferenceError is a search of which parts lie on other servers, which nobody
// asked.
type ReferenceError struct {
	Count int
	// URIs are the first few of them.
	URIs []string
}

func (e *ReferenceError) Error() string {
	return fmt.Sprintf("%d parts lie on other servers, such as %s", e.Count, strings.Join(e.URIs, ", "))
}

// ProtocolError is a server that breaks the protocol, or passes a limit; the
// connection is closed.
type ProtocolError struct {
	Text string
	// TLS: what came begins as TLS does.
	TLS bool
}

func (e *ProtocolError) Error() string { return e.Text }

func broken(format string, args ...any) error {
	return &ProtocolError{Text: fmt.Sprintf(format, args...)}
}

func isProtocol(err error) bool {
	var p *ProtocolError
	return errors.As(err, &p)
}

// SecurityError is a connection that is not as safe as it was to be. No
// password was sent.
type SecurityError struct {
	Text string
	Err  error
}

func (e *SecurityError) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

func (e *SecurityError) Unwrap() error { return e.Err }

// LostError is a connection that ended before the answer did.
type LostError struct{ Err error }

func (e *LostError) Error() string { return "the connection was lost: " + e.Err.Error() }

func (e *LostError) Unwrap() error { return e.Err }

// errLeft ends a connection in the middle of an answer that nobody wants.
func errLeft() error { return errors.New("the answer was not read to its end") }

// plain makes of a server's text one line that does nothing to a terminal.
func plain(text string) string {
	const most = 500
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.TrimRight(text, "\x00\r\n"), "?"))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// purpose of what failed decides what a refusal means.
type purpose uint8

const (
	asking purpose = iota
	binding
	encrypting
	dialing
)

// failure maps an error to its class; at is what it failed on.
func failure(op, at string, what purpose, err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return err
	}
	out := &core.Error{Op: op, Thing: at, Err: err, Class: core.Transient, Remedy: "check host and port, and whether the server runs"}
	var (
		result    *ResultError
		reference *ReferenceError
		security  *SecurityError
		protocol  *ProtocolError
		syntax    *SyntaxError
		lost      *LostError
		timeout   net.Error
	)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && what == asking:
		out.Remedy = ""
	case errors.As(err, &result):
		refuse(out, result, what)
	case errors.As(err, &reference):
		out.Class = core.Permanent
		out.Remedy = "choose a base that the server holds as a whole, or of Active Directory the global catalogue (port 3269)"
	case errors.As(err, &security):
		unsafe(out, security)
	case errors.As(err, &protocol):
		out.Class, out.Remedy = core.Permanent, "is this an LDAP server?"
		if protocol.TLS {
			out.Remedy = "this port speaks TLS from the first byte: use ldaps://"
		}
	case errors.As(err, &syntax):
		out.Class, out.Remedy = core.Permanent, ""
	case errors.As(err, &timeout) && timeout.Timeout():
		out.Remedy = "the server is silent for too long; check host and port, or ask its administrator"
	case errors.As(err, &lost):
		out.Remedy = "it will be tried again"
		if what == encrypting {
			out.Remedy = "check host and port; if this port speaks TLS from the first byte: use ldaps://"
		}
	}
	return out
}

// unsafe tells a certificate that is not believed from a network that failed
// during the handshake.
func unsafe(out *core.Error, err *SecurityError) {
	var (
		record  tls.RecordHeaderError
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		alert   tls.AlertError
		network net.Error
	)
	switch {
	case errors.As(err, &record):
		out.Class, out.Remedy = core.Permanent, "this port does not speak TLS from the first byte: use ldap:// (with StartTLS)"
	case errors.As(err, &unknown):
		out.Class, out.Remedy = core.Permanent, "the certificate's authority is not known: name it with ca"
	case errors.As(err, &host):
		out.Class, out.Remedy = core.Permanent, "the certificate is for another host: use its name in the address"
	case err.Err == nil, errors.As(err, &verify), errors.As(err, &alert), strings.Contains(err.Error(), "tls: "):
		out.Class, out.Remedy = core.Permanent, "the connection would not be safe; check host, port, tls and ca"
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		out.Remedy = "the server does not answer in TLS; check host and port"
	case errors.Is(err, io.EOF):
		out.Remedy = "check host and port; if this port does not speak TLS from the first byte: use ldap:// (with StartTLS)"
	}
}

// refuse looks a result up.
func refuse(out *core.Error, err *ResultError, what purpose) {
	r, ok := find(err)
	if !ok {
		r.class = core.Permanent
	}
	out.Class, out.Remedy = r.class, r.remedy
	switch {
	case what == binding && r.class == core.Permanent:
		out.Class = core.Auth
		if out.Remedy == "" || err.Code == noSuchObject || err.Code == invalidDN {
			out.Remedy = "check the user (the bind DN)"
		}
	case what == encrypting && r.class != core.Transient:
		out.Class, out.Remedy = core.Permanent, "the server offers no StartTLS; use ldaps://"
	}
}
