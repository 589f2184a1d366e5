package webadmin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/core"
)

// Config of a Client.
type Config struct {
	// URL of webadmin, "https://james.example.com:8000"; a path is kept.
	URL string
	// Roots that certificates are verified with; nil = the system's.
	Roots *x509.CertPool
	// Secret gives the JWT or the webadmin password; nil = the server asks for
	// none. It is called once, before the first request.
	Secret func(context.Context) (string, error)
	// MaxConnections at the same time; 0 = 4.
	MaxConnections int
	// Timeout is how long the server may be silent; 0 = two minutes, since a long
	// list is computed before its first byte is sent.
	Timeout time.Duration
	// Now and Sleep come from outside; nil = the clock.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Client of one webadmin. It may be used from several goroutines.
type Client struct {
	config Config
	base   string // without a slash at the end
	http   *http.Client
	slots  chan struct{}
	sent   atomic.Int64

	login login
	paths decoding
}

// login is the secret, once it was asked for.
type login struct {
	sync.Mutex
	known  bool
	secret string
	token  *Token // nil: a password, or nothing
	err    error
}

// New makes a Client; it does no I/O. The error is Permanent: the URL is none.
func New(config Config) (*Client, error) {
	u, err := url.Parse(config.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &core.Error{Op: "webadmin.New", Class: core.Permanent, Thing: printable(config.URL),
			Err: errors.New("not the URL of a webadmin"), Remedy: "write it as https://HOST:PORT"}
	}
	if config.MaxConnections <= 0 {
		config.MaxConnections = 4
	}
	if config.Timeout <= 0 {
		config.Timeout = 2 * time.Minute
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Sleep == nil {
		config.Sleep = sleep
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: config.Timeout}).DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: config.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: config.Timeout,
		MaxIdleConnsPerHost: config.MaxConnections,
		MaxConnsPerHost:     config.MaxConnections,
		IdleConnTimeout:     config.Timeout,
		// Headers are small; a server that sends more is not a webadmin.
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &Client{
		config: config,
		base:   strings.TrimRight(u.String(), "/"),
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a redirect would carry the secret elsewhere
		}},
		slots: make(chan struct{}, config.MaxConnections),
	}, nil
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Requests tells how many were sent, tries of one call counted each.
func (c *Client) Requests() int64 { return c.sent.Load() }

// Login tells how the client logs in; it is known after the first call. token is
// nil for a password, and secret is false if the server is told nothing.
func (c *Client) Login() (token *Token, secret bool) {
	c.login.Lock()
	defer c.login.Unlock()
	return c.login.token, c.login.secret != ""
}

// authorize asks for the secret, once, and checks it if it is a JWT, so that
// one that is out of date is told before anything is sent.
func (c *Client) authorize(ctx context.Context) (secret string, token bool, err error) {
	l := &c.login
	l.Lock()
	defer l.Unlock()
	if !l.known && c.config.Secret != nil {
		l.secret, l.token, l.err = c.readSecret(ctx)
	}
	l.known = l.err == nil || ctx.Err() == nil
	return l.secret, l.token != nil, l.err
}

func (c *Client) readSecret(ctx context.Context) (string, *Token, error) {
	refuse := func(err error, remedy string) (string, *Token, error) {
		return "", nil, &core.Error{Op: "webadmin.Login", Class: core.Auth, Thing: c.base, Err: err, Remedy: remedy}
	}
	text, err := c.config.Secret(ctx)
	if err != nil {
		return refuse(fmt.Errorf("the password cannot be read: %w", err), "")
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return refuse(errors.New("the password is empty"), "give the account a JWT or the webadmin password")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }):
		return refuse(errors.New("the password holds a character that cannot be sent in a header"), "it is one line of ASCII")
	}
	token, is := parseToken(text)
	if !is {
		return text, nil, nil
	}
	if remedy, err := token.check(c.config.Now()); err != nil {
		return refuse(err, remedy)
	}
	return text, token, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
