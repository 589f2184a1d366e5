package dav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/core"
)

// call is one request.
type call struct {
	op string
	// thing that it is about, for errors; "" = the path.
	thing  string
	method string
	at     *url.URL
	// header beside what every request has.
	header http.Header
	body   []byte
	// kind is the Content-Type of the body.
	kind string
	// writes: it changes something. It is sent once and follows no redirect.
	writes bool
	// exact: no compression, because some servers give what is compressed another
	// ETag.
	exact bool
	// wellKnown: the server may say that the account lies on another host.
	wellKnown bool
	// want lists the statuses that are answers; all others are errors.
	want []int
	// arrived is told where the answer comes from, before it is read; nil = nobody
	// needs it.
	arrived func(at *url.URL)
	// read reads the body of an answer; nil = nobody needs it.
	read func(status int, header http.Header, body io.Reader) error
}

// answer to a call.
type answer struct {
	status int
	header http.Header
	// at is where the answer came from, after redirects.
	at *url.URL
}

const (
	// mostRefusal is how much of the body of a refusal is read, in bytes.
	mostRefusal = 64 << 10
	// mostRedirects are followed for one call.
	mostRedirects = 5
	// mostLogins are tried for one request: what it is sent with, what the server
	// asks for instead, a new nonce, and a new password.
	mostLogins = 4
)

// errSilent ends an exchange whose server says nothing for too long.
var errSilent = errors.New("the server does not answer")

// do makes a call: it logs in as the server asks, and follows redirects of reads.
func (c *Client) do(ctx context.Context, what call) (answer, error) {
	if what.thing == "" {
		what.thing = what.at.EscapedPath()
	}
	if err := ctx.Err(); err != nil {
		return answer{}, broken(what, err, false)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return answer{}, broken(what, ctx.Err(), false)
	}
	for redirects := 0; ; redirects++ {
		a, err := c.authorized(ctx, what)
		if err == nil {
			return a, nil
		}
		to, failed := c.redirected(what, err)
		switch {
		case failed != nil:
			return a, failed
		case to == nil:
			return a, err
		case redirects == mostRedirects:
			err.Class, err.Remedy = core.Permanent, "the server sends requests around in a circle"
			return a, err
		}
		what.at = to
	}
}

// redirected tells where a refusal sends a request on; nil = it does not. Method
// and body stay, whatever the status (RFC 6764, section 5, wants it of DAV clients;
// RFC 9110, section 15.4, would make a GET of a 303). The login goes along only to
// where it may be sent anyway.
func (c *Client) redirected(what call, err *core.Error) (*url.URL, error) {
	refusal, is := Refused(err)
	if !is || refusal.Location == "" || what.writes {
		return nil, nil
	}
	switch refusal.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, bad := resolve(what.at, refusal.Location)
	switch {
	case bad != nil:
		err.Err, err.Remedy = bad, ""
		return nil, err
	case to.Scheme == "http" && (what.at.Scheme == "https" || !loopback(to.Hostname()) && !c.config.Insecure):
		err.Remedy = "the redirect leads out of TLS and is not followed"
		return nil, err
	case what.wellKnown: // RFC 6764, section 5: where the account is
		c.origins.extend(what.at, to)
	}
	return to, nil
}

// authorized sends a call with a login, and answers what the server asks for.
func (c *Client) authorized(ctx context.Context, what call) (answer, *core.Error) {
	for try := 1; ; try++ {
		proof, err := c.login.proof(ctx, c, what)
		if err != nil {
			var known *core.Error
			if errors.As(err, &known) {
				return answer{}, known
			}
			return answer{}, broken(what, err, false)
		}
		a, failed := c.send(ctx, what, proof)
		if failed != nil {
			c.login.hide(failed)
		}
		if a.status != http.StatusUnauthorized || try == mostLogins {
			return a, failed
		}
		again, err := c.login.challenged(ctx, c, what, proof, a.header, try == 1)
		if err != nil {
			failed.Err = fmt.Errorf("%w: %w", failed.Err, err)
			c.login.hide(failed)
		}
		if !again {
			if !c.origins.trusts(what.at) && failed != nil {
				failed.Remedy = fmt.Sprintf("the login was not sent to %s, which is another host than that of the account; if it is yours, make it the URL of the account", hostOf(what.at))
			}
			return a, failed
		}
	}
}

// send sends a call once.
func (c *Client) send(ctx context.Context, what call, proof proof) (answer, *core.Error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(c.config.Timeout, func() { cancel(errSilent) })
	defer silence.Stop()
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { sent.Store(true) }})
	fail := func(err error) *core.Error {
		if errors.Is(context.Cause(ctx), errSilent) {
			err = fmt.Errorf("%w within %s", errSilent, c.config.Timeout)
		}
		return broken(what, err, sent.Load())
	}
	request, err := c.request(traced, what, proof)
	if err != nil {
		return answer{}, &core.Error{Op: what.op, Class: core.Permanent, Thing: what.thing, Err: err}
	}
	c.sent.Add(1)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fail(bare(err))
	}
	defer response.Body.Close()
	silence.Stop() // from here on the server may be silent only while it is listened to
	body := &watched{from: response.Body, silence: silence, most: c.config.Timeout}
	a := answer{status: response.StatusCode, header: response.Header, at: what.at}
	c.server.meet(what.at, response.Header)
	c.login.told(what.at, response.Header)

	page := what.writes && a.status == http.StatusOK && strings.Contains(strings.ToLower(response.Header.Get("Content-Type")), "html")
	if page || !slices.Contains(what.want, a.status) { // a gateway that wants a login says 200 to everything
		if a.status < 300 {
			return a, fail(&shapeError{fmt.Sprintf("%d %s (%s) is no answer to %s", a.status, http.StatusText(a.status), printable(response.Header.Get("Content-Type")), what.method)})
		}
		text, _ := io.ReadAll(io.LimitReader(body, mostRefusal)) // as much of it as came
		return a, refused(what, readRefusal(response, text), retryAfter(response.Header, c.config.Now()))
	}
	if what.read == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(body, mostRefusal)) // so that the connection can be used again
		return a, nil
	}
	if what.arrived != nil {
		what.arrived(what.at)
	}
	err = what.read(a.status, response.Header, body)
	if body.err != nil && !errors.Is(err, errStopped) { // the cause of whatever the reader made of it
		err = body.err
	}
	if err != nil {
		if errors.Is(err, errStopped) {
			return a, nil
		}
		return a, fail(err)
	}
	return a, nil
}

// errStopped: who asked needs no more of the answer.
var errStopped = errors.New("stopped")

func (c *Client) request(ctx context.Context, what call, proof proof) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, what.method, what.at.String(), bytes.NewReader(what.body))
	if err != nil {
		return nil, err
	}
	for name, values := range what.header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", c.config.Agent)
	if what.kind != "" {
		request.Header.Set("Content-Type", what.kind)
	}
	if what.exact {
		request.Header.Set("Accept-Encoding", "identity")
	}
	if !what.writes {
		// A kept connection that the server has just closed is not an error: an empty
		// key is not sent, and tells net/http that the request may be sent again.
		request.Header["Idempotency-Key"] = []string{}
	}
	if proof.header != "" {
		request.Header.Set("Authorization", proof.header)
	}
	return request, nil
}

// bare takes the URL out of an error of net/http: Op and Thing say it already.
func bare(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// watched is a body whose server may be silent for so long while it is read, and
// which remembers what broke it.
type watched struct {
	from    io.Reader
	silence *time.Timer
	most    time.Duration
	err     error
}

func (w *watched) Read(p []byte) (int, error) {
	w.silence.Reset(w.most)
	n, err := w.from.Read(p)
	w.silence.Stop()
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
