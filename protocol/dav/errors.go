package dav

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
)

// StatusError is a refusal: the status, and what the server says about it.
type StatusError struct {
	Status int
	// Conditions that do not hold, as far as the server names them.
	Conditions []Condition
	// Message in the server's words, made printable and short.
	Message string
	// Location of a redirect, without its query.
	Location string
}

func (e *StatusError) Error() string {
	s := strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	for i, c := range e.Conditions {
		if i == 0 {
			s += ": " + c.Name
		} else {
			s += ", " + c.Name
		}
	}
	switch {
	case e.Location != "":
		s += " to " + e.Location
	case e.Message != "":
		s += " (" + e.Message + ")"
	}
	return s
}

// Has tells whether the server names a condition.
func (e *StatusError) Has(name string) bool {
	return slices.ContainsFunc(e.Conditions, func(c Condition) bool { return c.Name == name })
}

// Refused returns the refusal that an error is about, if it is about one.
func Refused(err error) (*StatusError, bool) {
	var e *StatusError
	return e, errors.As(err, &e)
}

// IsOdd tells whether an error is about an answer that is not WebDAV, or cannot be
// read: a page of HTML, invalid XML.
func IsOdd(err error) bool {
	var e *shapeError
	return errors.As(err, &e)
}

// refusalRow of the table that classes refusals.
type refusalRow struct {
	condition string
	status    int
	// reading and write are the classes for either sort of request.
	reading, write core.Class
	remedy         string
}

// table of refusals: the first row that fits counts; a condition tells more than a
// status. A write that was answered by 500, 502, 503 or 504 may have been carried
// out: the last three are what a proxy says when the answer is lost.
func table() []refusalRow {
	both := func(condition string, class core.Class, remedy string) refusalRow {
		return refusalRow{condition: condition, reading: class, write: class, remedy: remedy}
	}
	on := func(status int, reading, write core.Class, remedy string) refusalRow {
		return refusalRow{status: status, reading: reading, write: write, remedy: remedy}
	}
	const (
		room    = "make room on the server"
		right   = "the account may not do this here; its owner can allow it"
		invalid = "mend the item: the server takes it for invalid"
		login   = "check the user name and the password; many services want a password of its own for each program"
		where   = "check the URL of the account"
	)
	return []refusalRow{
		both("valid-sync-token", core.Resync, ""),
		both("no-uid-conflict", core.Conflict, ""),
		both("unique-scheduling-object-resource", core.Conflict, ""),
		both("resource-must-be-null", core.Conflict, ""),
		both("need-privileges", core.Permanent, right),
		both("lock-token-submitted", core.Transient, "another program has locked it"),
		both("no-conflicting-lock", core.Transient, "another program has locked it"),
		both("quota-not-exceeded", core.Permanent, room),
		both("sufficient-disk-space", core.Permanent, room),
		both("valid-address-data", core.Permanent, invalid),
		both("valid-calendar-data", core.Permanent, invalid),
		both("valid-calendar-object-resource", core.Permanent, invalid),
		both("supported-address-data", core.Permanent, "the server does not take this version of vCard"),
		both("supported-calendar-data", core.Permanent, "the server does not take this sort of calendar data"),
		both("supported-calendar-component", core.Permanent, "this calendar does not take this sort of item"),
		both("max-resource-size", core.Permanent, "it is larger than the server takes: make it smaller (a photo?)"),
		both("number-of-matches-within-limits", core.Permanent, "the server does not list as many at once"),
		both("supported-report", core.Permanent, ""),
		on(http.StatusBadRequest, core.Permanent, core.Permanent, ""),
		on(http.StatusUnauthorized, core.Auth, core.Auth, login),
		on(http.StatusForbidden, core.Permanent, core.Permanent, right),
		on(http.StatusNotFound, core.Missing, core.Missing, ""),
		on(http.StatusMethodNotAllowed, core.Permanent, core.Permanent, where),
		on(http.StatusRequestTimeout, core.Transient, core.Unknown, ""),
		on(http.StatusConflict, core.Permanent, core.Conflict, ""),
		on(http.StatusGone, core.Missing, core.Missing, ""),
		on(http.StatusPreconditionFailed, core.Conflict, core.Conflict, ""),
		on(http.StatusRequestEntityTooLarge, core.Permanent, core.Permanent, "it is larger than the server takes"),
		on(http.StatusLocked, core.Transient, core.Transient, "another program has locked it"),
		on(http.StatusTooEarly, core.Transient, core.Transient, ""),
		on(http.StatusTooManyRequests, core.Transient, core.Transient, ""),
		on(http.StatusInternalServerError, core.Transient, core.Unknown, "the server's log tells more"),
		on(http.StatusNotImplemented, core.Permanent, core.Permanent, ""),
		on(http.StatusBadGateway, core.Transient, core.Unknown, ""),
		on(http.StatusServiceUnavailable, core.Transient, core.Unknown, ""),
		on(http.StatusGatewayTimeout, core.Transient, core.Unknown, ""),
		on(http.StatusInsufficientStorage, core.Permanent, core.Permanent, room),
		on(http.StatusNetworkAuthenticationRequired, core.Transient, core.Transient, "this network wants a login in a browser first"),
	}
}

// refused classes a refusal. What no row names: a redirect and any other 4xx are
// Permanent, and what is no refusal at all is as unclear as a 500.
func refused(what call, e *StatusError, retryAfter time.Duration) *core.Error {
	out := &core.Error{Op: what.op, Thing: what.thing, Err: e, RetryAfter: retryAfter, Class: core.Permanent}
	out.TooLarge = what.writes && tooLarge(e, retryAfter)
	for _, r := range table() {
		if r.condition != "" && e.Has(r.condition) || r.condition == "" && r.status == e.Status {
			out.Class, out.Remedy = r.reading, r.remedy
			if what.writes {
				out.Class = r.write
			}
			return out
		}
	}
	switch {
	case e.Status >= 300 && e.Status < 400:
		out.Remedy = "set the URL that it leads to"
	case (e.Status < 300 || e.Status >= 500) && what.writes:
		out.Class = core.Unknown
	case e.Status >= 500:
		out.Class = core.Transient
	}
	return out
}

// tooLarge tells whether a refusal proves that an item has too many bytes (RFC 6352,
// section 6.3.2.1; RFC 4791, section 5.3.2.1; RFC 9110, section 15.5.14). A 413 with a
// Retry-After is over then, and so is a 507, which is about the room that is left (RFC
// 4918, section 11.5): neither proves it.
func tooLarge(e *StatusError, retryAfter time.Duration) bool {
	return e.Has("max-resource-size") || e.Status == http.StatusRequestEntityTooLarge && retryAfter == 0
}

// broken classes an exchange without an answer. sent: some of the request has
// left, so that a write may have been carried out.
func broken(what call, err error, sent bool) *core.Error {
	out := &core.Error{Op: what.op, Thing: what.thing, Err: err, Class: core.Transient}
	var (
		known       *core.Error
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		unknown     x509.UnknownAuthorityError
		shape       *shapeError
	)
	switch {
	case errors.As(err, &known): // of who reads the answer
		return known
	case errors.As(err, &shape):
		out.Class, out.Remedy = core.Permanent, "is the URL that of a CardDAV or CalDAV server?"
		if what.writes {
			out.Class = core.Unknown
		}
	case errors.As(err, &certificate), errors.As(err, &unknown):
		out.Class, out.Remedy = core.Permanent, "the connection would not be safe; check the host of the URL, and ca"
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		out.Class, out.Remedy = core.Permanent, "this port does not speak TLS: check host and port"
	case sent && what.writes:
		out.Class = core.Unknown
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case !sent:
		out.Remedy = "check host and port, and whether the server is running"
	}
	return out
}

// shapeError: an answer that is not what a DAV server sends.
type shapeError struct{ text string }

func (e *shapeError) Error() string { return e.text }

// readRefusal understands the body of a refusal (RFC 4918, section 16).
func readRefusal(response *http.Response, body []byte) *StatusError {
	e := &StatusError{Status: response.StatusCode}
	if bytes.Contains(body, []byte("error")) {
		limits := Limits{}.withDefaults()
		x := newXMLReader(bytes.NewReader(body), limits)
		x.beside()
		if root, err := x.root(); err == nil && root.Name == dav("error") {
			if n, err := x.tree(root, 1); err == nil {
				e.take(n)
			}
		}
	}
	if location, err := response.Location(); err == nil && e.Status >= 300 && e.Status < 400 {
		location.RawQuery, location.Fragment, location.User = "", "", nil
		e.Location = printable(location.String())
	}
	return e
}

// take reads conditions; SabreDAV puts its message beside them, and its name for
// the error, which is no condition.
func (e *StatusError) take(n *node) {
	for _, c := range n.children {
		switch {
		case c.name.Local == "message":
			e.Message = printable(c.line())
		case c.name.Space == "http://sabredav.org/ns":
		default:
			e.Conditions = append(e.Conditions, Condition{Name: printable(c.name.Local), Hrefs: c.hrefs()})
		}
	}
}

// retryAfter reads the pause that a server asks for: seconds or a date (RFC
// 9110, section 10.2.3), an hour at most.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	d := time.Duration(0)
	if n, err := strconv.Atoi(text); err == nil {
		d = time.Duration(min(n, 3600)) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(now)
	}
	return max(min(d, time.Hour), 0)
}
