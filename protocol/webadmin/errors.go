package webadmin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
)

// StatusError is a refusal: the status, and what James says about it.
type StatusError struct {
	Status int
	// Type is James' word for it: InvalidArgument, WrongState, notFound...
	Type string
	// Message and Details in James' words, made printable and short.
	Message, Details string
	// James: the body was one of James' own, not some proxy's.
	James bool
	// Location of a redirect, without its query.
	Location string
}

func (e *StatusError) Error() string {
	s := strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	switch {
	case e.Location != "":
		s += " to " + e.Location
	case e.Message != "":
		s += ": " + e.Message
	case !e.James:
		s += ", which is not how webadmin puts it"
	}
	if e.Details != "" && e.Details != e.Message {
		s += " (" + e.Details + ")"
	}
	return s
}

// NoRoute tells whether the server has no such route: then it says which one it
// could not find, and a 404 tells nothing about what was asked for.
func (e *StatusError) NoRoute() bool {
	_, path, _ := strings.Cut(e.Message, " ")
	return e.Status == http.StatusNotFound && e.James && strings.HasPrefix(path, "/") && strings.HasSuffix(path, "can not be found")
}

// Refused returns the refusal that an error is about, if it is about one.
func Refused(err error) (*StatusError, bool) {
	var e *StatusError
	return e, errors.As(err, &e)
}

// NoRoute tells whether an error says that the server has no such route.
func NoRoute(err error) bool {
	e, is := Refused(err)
	return is && e.NoRoute()
}

// row of the table that classes refusals.
type row struct {
	status         int
	reading, write core.Class
	remedy         string
}

// table of refusals. A write that was answered by 500, 502, 503 or 504 may have
// been carried out: James answers 500 in mid-way too, and the others are what a
// proxy says when the answer is lost.
func table() []row {
	const (
		login = "check the password of the account: a JWT whose claim admin is true, or a webadmin password"
		level = "the password may not do this: it is read-only, or may not delete"
	)
	return []row{
		{http.StatusBadRequest, core.Permanent, core.Permanent, ""},
		{http.StatusUnauthorized, core.Auth, core.Auth, login},
		{http.StatusForbidden, core.Auth, core.Permanent, level}, // of a write: others may be allowed
		{http.StatusNotFound, core.Missing, core.Missing, ""},
		{http.StatusMethodNotAllowed, core.Permanent, core.Permanent, "check the URL of the account"},
		{http.StatusRequestTimeout, core.Transient, core.Unknown, ""},
		{http.StatusConflict, core.Permanent, core.Permanent, ""},
		{http.StatusTooManyRequests, core.Transient, core.Transient, ""},
		{http.StatusInternalServerError, core.Transient, core.Unknown, "James' log tells more"},
		{http.StatusNotImplemented, core.Permanent, core.Permanent, ""},
		{http.StatusBadGateway, core.Transient, core.Unknown, ""},
		{http.StatusServiceUnavailable, core.Transient, core.Unknown, ""},
		{http.StatusGatewayTimeout, core.Transient, core.Unknown, ""},
	}
}

// refused classes a refusal. What no row names: a redirect and any other 4xx are
// Permanent, and what is no refusal at all is as unclear as a 500.
func refused(what call, e *StatusError, retryAfter time.Duration) *core.Error {
	out := &core.Error{Op: what.op, Thing: what.thing, Err: e, RetryAfter: retryAfter, Class: core.Permanent}
	rows := table()
	i := slices.IndexFunc(rows, func(r row) bool { return r.status == e.Status })
	switch {
	case e.NoRoute(), e.Status == http.StatusNotFound && !e.James:
		out.Remedy = "this webadmin has no such route; check the URL of the account and the version of the server"
	case i >= 0:
		out.Class, out.Remedy = rows[i].reading, rows[i].remedy
		if what.writes() {
			out.Class = rows[i].write
		}
	case e.Status >= 300 && e.Status < 400:
		out.Remedy = "redirects are not followed, since the password would go with them; set the URL that it leads to"
	case (e.Status < 300 || e.Status >= 500) && what.writes():
		out.Class = core.Unknown
	case e.Status >= 500:
		out.Class = core.Transient
	}
	return out
}

// broken classes an exchange without an answer. sent: some of the request has
// left, so that a write may have been carried out.
func broken(what call, err error, sent bool) *core.Error {
	out := &core.Error{Op: what.op, Thing: what.thing, Err: err, Class: core.Transient}
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		unknown     x509.UnknownAuthorityError
		shape       *shapeError
	)
	switch {
	case errors.As(err, &shape):
		out.Class, out.Remedy = core.Permanent, "is the URL that of webadmin?"
		if what.writes() {
			out.Class = core.Unknown
		}
	case errors.As(err, &certificate), errors.As(err, &unknown):
		out.Class, out.Remedy = core.Permanent, "the connection would not be safe; check the host of the URL, and ca"
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		out.Class, out.Remedy = core.Permanent, "this port does not speak TLS: check host and port"
	case sent && what.writes():
		out.Class = core.Unknown
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case !sent:
		out.Remedy = "check host and port, and whether webadmin is running"
	}
	return out
}

// shapeError: an answer that is not what webadmin sends.
type shapeError struct{ text string }

func (e *shapeError) Error() string { return e.text }

// readRefusal reads the body of a refusal.
func readRefusal(response *http.Response, body []byte) *StatusError {
	e := &StatusError{Status: response.StatusCode}
	var says struct {
		StatusCode int    `json:"statusCode"`
		Type       string `json:"type"`
		Message    string `json:"message"`
		Details    string `json:"details"`
	}
	if response.Request.Method == http.MethodHead {
		e.James = isJSON(response)
	} else if json.Unmarshal(body, &says) == nil && says.StatusCode == response.StatusCode {
		e.James, e.Type, e.Message, e.Details = true, printable(says.Type), printable(says.Message), printable(says.Details)
	} else if e.Status == http.StatusUnauthorized {
		e.Message = printable(string(body)) // James says it in plain text
	}
	if location, err := response.Location(); err == nil && e.Status >= 300 && e.Status < 400 {
		location.RawQuery, location.Fragment, location.User = "", "", nil
		e.Location = printable(location.String())
	}
	return e
}

func isJSON(r *http.Response) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// printable makes text of a server fit for a terminal and a log: one line, no
// control characters, not long.
func printable(s string) string {
	const most = 300
	s = strings.ToValidUTF8(s, "?")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 }), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "..."
	}
	return s
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
