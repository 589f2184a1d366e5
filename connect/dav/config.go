package dav

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Config tells where an account is and what it holds. Flavour, URL and Describe are
// needed.
type Config struct {
	// Flavour is wire.CardDAV() or wire.CalDAV().
	Flavour wire.Flavour
	// URL of the server, a principal, a home, or a single collection. That of the home
	// itself takes the fewest requests.
	URL string
	// User, Password and Method of the login, as the wire client has them.
	User     string
	Password func(context.Context) (string, error)
	Method   wire.Method
	// Insecure: http is allowed beyond this machine, because a person said so.
	Insecure bool
	// Roots that certificates are verified with; nil = the system's.
	Roots *x509.CertPool
	// Certificates of the client.
	Certificates []tls.Certificate
	// ByAddress: a collection's path is the last segment of its address, instead of its
	// display name. It is not renamed then.
	ByAddress bool
	// Describe tells the UID of a body ("" = it has none) and a short name of it for
	// people. The error says why it is not one item that may be synced, and where.
	Describe func(body []byte) (uid, label string, err error)
	// WithUID gives a body that has no UID one; nil = it is written as it is.
	WithUID func(body []byte, uid string) ([]byte, error)
	// Oldest is where the window begins, by the time now: items that were over before are
	// left out (window.go); nil = there is no window. Ends tells when all is over that a
	// body says, or false; it is needed for a window.
	Oldest func(now time.Time) time.Time
	Ends   func(body []byte) (time.Time, bool)
	// Digest is that of the kind's core.Traits; nil = no Sums are told, and what has no
	// ETag cannot be changed.
	Digest func(body io.Reader) (core.Sum, int64, error)
	// MaxConnections at the same time, and so writes and reads; 0 = 4.
	MaxConnections int
	// Timeout is how long the server may be silent; 0 = two minutes.
	Timeout time.Duration
	// MaxSize in bytes of an item; larger ones are listed as bad, unread; 0 = 64 MiB.
	MaxSize int64
	// Page is how many items a page of a listing holds; 0 = 1000.
	Page int
	// FullAfter is the span of time, whole days, in each of which everything is listed
	// once; 0 = a week.
	FullAfter time.Duration
	// KeepMemory and KeepFile are how many bytes of bodies are kept for the rest of a
	// pass, in memory and then in an unnamed temporary file; what goes beyond is read
	// again. 0 = 512 KiB and 4 GiB.
	KeepMemory, KeepFile int64
	// LookupSRV and LookupTXT ask the DNS, as those of net.Resolver do; nil = it is
	// not asked.
	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	// Transport of requests; nil = the wire client's own.
	Transport http.RoundTripper
	// Now is the clock, and Random makes logins and names unique; nil = the system's.
	Now    func() time.Time
	Random io.Reader
	// Version of the program, told to servers; "" = none.
	Version string
}

func (c Config) withDefaults() Config {
	if c.MaxConnections <= 0 {
		c.MaxConnections = 4
	}
	if c.MaxSize <= 0 {
		c.MaxSize = 64 << 20
	}
	if c.Page <= 0 {
		c.Page = 1000
	}
	if c.FullAfter <= 0 {
		c.FullAfter = 7 * 24 * time.Hour
	}
	if c.KeepMemory <= 0 {
		c.KeepMemory = 512 << 10
	}
	if c.KeepFile <= 0 {
		c.KeepFile = 4 << 30
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// client of the account.
func (c Config) client() (*wire.Client, error) {
	agent := "lockstep"
	if c.Version != "" {
		agent += "/" + c.Version
	}
	return wire.New(wire.Config{
		URL: c.URL, User: c.User, Password: c.Password, Method: c.Method, Insecure: c.Insecure, Roots: c.Roots, Certificates: c.Certificates,
		MaxConnections: c.MaxConnections, Timeout: c.Timeout, Limits: wire.Limits{Row: c.MaxSize + 1<<20}, LookupSRV: c.LookupSRV, LookupTXT: c.LookupTXT,
		Transport: c.Transport, Now: c.Now, Random: c.Random, Agent: agent,
	})
}
