package dav

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"lockstep/core"
)

// Config of a Client. URL is needed.
type Config struct {
	// URL to begin with: of the server, a principal, a home or a collection.
	URL string
	// User and Password of the login; Password gives a token for Bearer. It is
	// asked for before the first request, and again when the server refuses what it
	// gave. nil = there is none.
	User     string
	Password func(context.Context) (string, error)
	// Method of the login; "" = Basic, and what the server asks for instead.
	Method Method
	// Insecure: http is allowed beyond this machine, because a person said so.
	Insecure bool
	// Roots that certificates are verified with; nil = the system's.
	Roots *x509.CertPool
	// Certificates of the client, for servers that ask for one.
	Certificates []tls.Certificate
	// MaxConnections at the same time; 0 = 4.
	MaxConnections int
	// Timeout is how long the server may be silent; 0 = two minutes, since a long
	// list is computed before its first byte is sent.
	Timeout time.Duration
	Limits  Limits
	// LookupSRV and LookupTXT ask the DNS, as those of net.Resolver do; nil = it is
	// not asked.
	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	// Transport of requests; nil = one of its own. It follows no redirects.
	Transport http.RoundTripper
	// Now is the clock, and Random what a Digest login needs; nil = the system's.
	Now    func() time.Time
	Random io.Reader
	// Agent is what the program calls itself; "" = "lockstep".
	Agent string
}

// Client of one account. It may be used from several goroutines.
type Client struct {
	config  Config
	start   *url.URL
	http    *http.Client
	slots   chan struct{}
	sent    atomic.Int64
	origins origins
	login   login
	server  server
}

// New makes a Client; it does no I/O. The error is Permanent: the URL is none, or
// not safe.
func New(config Config) (*Client, error) {
	u, err := ParseURL(config.URL)
	remedy := "write it as https://HOST/PATH"
	if err == nil && u.Scheme == "http" && !config.Insecure && !loopback(u.Hostname()) {
		err, remedy = errors.New("everybody between would read the password and all items"), "use https"
	}
	if err != nil {
		return nil, &core.Error{Op: "dav.New", Class: core.Permanent, Thing: printable(config.URL), Err: err, Remedy: remedy}
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
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if config.Agent == "" {
		config.Agent = "lockstep"
	}
	config.Limits = config.Limits.withDefaults()
	transport := config.Transport
	if transport == nil {
		transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: config.Timeout}).DialContext,
			TLSClientConfig:     &tls.Config{RootCAs: config.Roots, Certificates: config.Certificates, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: config.Timeout,
			MaxIdleConnsPerHost: config.MaxConnections,
			MaxConnsPerHost:     config.MaxConnections,
			IdleConnTimeout:     config.Timeout,
			// Headers are small; a server that sends more is no DAV server.
			MaxResponseHeaderBytes: 64 << 10,
		}
	}
	c := &Client{
		config: config,
		start:  u,
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // request.go decides where a request goes
		}},
		slots: make(chan struct{}, config.MaxConnections),
	}
	c.origins.add(u)
	return c, nil
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Requests tells how many were sent, redirects and logins counted each.
func (c *Client) Requests() int64 { return c.sent.Load() }

// URL that the client began with.
func (c *Client) URL() *url.URL { return c.start }
