package james

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"time"

	"lockstep/format/element"
)

// Config of a replica.
type Config struct {
	// URL of webadmin, "https://james.example.com:8000".
	URL string
	// Roots that certificates are verified with; nil = the system's.
	Roots *x509.CertPool
	// Password gives a JWT or a webadmin password; nil = the server asks for
	// none.
	Password func(context.Context) (string, error)
	// Resources to list beside the accounts, which always are.
	Resources []element.Resource
	// Domains whose contacts are listed; nil = all.
	Domains []string
	// MaxConnections at the same time; 0 = 4.
	MaxConnections int
	// Timeout is how long the server may be silent; 0 = two minutes.
	Timeout time.Duration
	// Now, Random and Sleep come from outside; nil = the real ones. Passwords of
	// new accounts are made from Random.
	Now    func() time.Time
	Random io.Reader
	Sleep  func(context.Context, time.Duration) error
}

func (c Config) withDefaults() Config {
	if c.MaxConnections <= 0 {
		c.MaxConnections = 4
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return c
}
