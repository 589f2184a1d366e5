package webadmin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/core"
)

// call is one request.
type call struct {
	op string
	// thing that it is about, for errors.
	thing        string
	method, path string
	// json or text of a write; nil = no body.
	json, text []byte
	// want lists the statuses that are answers; all others are errors. A 404 is
	// an answer only if James says it about a route that it has.
	want []int
	// list reads a body of any length; nil = the body is short.
	list func(*decoder) error
	// secret that must not be in an error, beside the login's.
	secret string
}

func (c call) writes() bool { return c.method != http.MethodGet && c.method != http.MethodHead }

// answer to a call.
type answer struct {
	status int
	body   []byte
}

const (
	// mostBody is how long a short body may be, in bytes.
	mostBody = 1 << 20
	// tries of a read, and the pause before the second; it doubles.
	tries      = 3
	firstPause = 500 * time.Millisecond
	// mostPause is how long a read waits by itself because the server asks for
	// it; the engine waits longer.
	mostPause = 30 * time.Second
)

// read makes a call that changes nothing. What a busy server or a broken
// connection refuses is asked again, a few times. A 500 is asked again once: it
// may be a database that was slow, but at some names James always fails. A server
// that was silent has been waited for long enough.
func (c *Client) read(ctx context.Context, what call) (answer, error) {
	pause := firstPause
	for try := 1; ; try++ {
		a, err := c.exchange(ctx, what)
		if err == nil || err.Class != core.Transient || ctx.Err() != nil || try == tries || err.RetryAfter > mostPause || errors.Is(err, errSilent) {
			return a, asError(err)
		}
		if refused, is := Refused(err); is && refused.Status == http.StatusInternalServerError && try == 2 {
			return a, err
		}
		if c.config.Sleep(ctx, max(pause, err.RetryAfter)) != nil {
			return a, err
		}
		pause *= 2
	}
}

// write makes a call that changes something. It is sent once.
func (c *Client) write(ctx context.Context, what call) (answer, error) {
	a, err := c.exchange(ctx, what)
	return a, asError(err)
}

// asError keeps a nil *core.Error from becoming an error that is not nil.
func asError(err *core.Error) error {
	if err == nil {
		return nil
	}
	return err
}

// errSilent ends an exchange whose server says nothing for too long.
var errSilent = errors.New("the server does not answer")

// exchange sends a call and reads its answer.
func (c *Client) exchange(ctx context.Context, what call) (answer, *core.Error) {
	if err := ctx.Err(); err != nil {
		return answer{}, broken(what, err, false)
	}
	secret, token, err := c.authorize(ctx)
	if err != nil {
		var known *core.Error
		if errors.As(err, &known) {
			return answer{}, known
		}
		return answer{}, broken(what, err, false)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return answer{}, broken(what, ctx.Err(), false)
	}
	a, failed := c.send(ctx, what, secret, token)
	if failed != nil {
		hide(failed, secret, what.secret)
	}
	return a, failed
}

func (c *Client) send(ctx context.Context, what call, secret string, token bool) (answer, *core.Error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(c.config.Timeout, func() { cancel(errSilent) })
	defer silence.Stop()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { sent.Store(true) }})
	fail := func(err error) *core.Error {
		if errors.Is(context.Cause(ctx), errSilent) {
			err = fmt.Errorf("%w within %s", errSilent, c.config.Timeout)
		}
		return broken(what, err, sent.Load())
	}

	request, err := c.request(ctx, what, secret, token)
	if err != nil {
		return answer{}, &core.Error{Op: what.op, Class: core.Permanent, Thing: what.thing, Err: err}
	}
	c.sent.Add(1)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fail(bare(err))
	}
	defer response.Body.Close()
	body := &watched{from: response.Body, alive: func() { silence.Reset(c.config.Timeout) }}
	a := answer{status: response.StatusCode}

	if !slices.Contains(what.want, a.status) || a.status >= 400 {
		text, _ := io.ReadAll(io.LimitReader(body, 64<<10)) // as much of it as came
		if a.status == http.StatusNotFound && body.err != nil {
			return a, fail(body.err) // whose 404 it is cannot be told
		}
		refusal := readRefusal(response, text)
		if slices.Contains(what.want, a.status) && (refusal.James && !refusal.NoRoute() || a.status != http.StatusNotFound) {
			return a, nil
		}
		return a, refused(what, refusal, retryAfter(response.Header, c.config.Now()))
	}
	switch {
	case what.list != nil:
		if !isJSON(response) {
			return a, fail(&shapeError{"the answer is no JSON"})
		}
		err = what.list(newDecoder(body))
	case what.method == http.MethodHead || a.status == http.StatusNoContent:
	default:
		if a.body, err = io.ReadAll(io.LimitReader(body, mostBody+1)); err == nil && len(a.body) > mostBody {
			err = &shapeError{fmt.Sprintf("the answer is longer than %d bytes", mostBody)}
		}
	}
	if body.err != nil { // the cause of whatever the reader made of it
		err = body.err
	}
	if err != nil {
		return a, fail(err)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, what call, secret string, token bool) (*http.Request, error) {
	body, kind := what.json, "application/json"
	if what.text != nil {
		body, kind = what.text, "text/plain"
	}
	request, err := http.NewRequestWithContext(ctx, what.method, c.base+what.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "lockstep")
	if what.writes() {
		// Without a type James 3.8 takes a body for a form, and sees none.
		request.Header.Set("Content-Type", kind)
	}
	if secret != "" {
		request.Header.Set("Authorization", "Bearer "+secret)
		if !token {
			// Older servers know the password by this header only.
			request.Header.Set("Password", secret)
		}
	}
	return request, nil
}

// bare takes the URL out of an error of net/http: Op and Thing say it already.
func bare(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// hide takes secrets out of an error: a server or a proxy may repeat what it was
// sent.
func hide(err *core.Error, secrets ...string) {
	text := err.Err.Error()
	for _, secret := range secrets {
		if secret == "" || !strings.Contains(text, secret) {
			continue
		}
		text = strings.ReplaceAll(text, secret, "***")
		if refused, is := Refused(err); is {
			refused.Message = strings.ReplaceAll(refused.Message, secret, "***")
			refused.Details = strings.ReplaceAll(refused.Details, secret, "***")
			refused.Location = strings.ReplaceAll(refused.Location, secret, "***")
			refused.Type = strings.ReplaceAll(refused.Type, secret, "***")
			continue
		}
		err.Err = errors.New(text)
	}
}

// watched is a body that tells when something comes, and remembers what broke
// it.
type watched struct {
	from  io.Reader
	alive func()
	err   error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if n > 0 {
		w.alive()
	}
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
