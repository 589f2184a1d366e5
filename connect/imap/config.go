package imap

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Config tells where an account is and how it is used. Host, User and Password
// are needed.
type Config struct {
	Host string
	// Port; 0 = 993, or 143 without implicit TLS.
	Port     int
	Security wire.Security
	// CA is a file of certificates that may have signed the server's; "" = the
	// system's. Certificates are always checked.
	CA   string
	User string
	// Password is asked for at each login; it may be a token.
	Password func(ctx context.Context) (string, error)
	// Mechanism of the login; "" = the best with a password.
	Mechanism wire.Mechanism
	// MaxConnections at a time; 0 = 4. One is opened; others only if there is
	// much to do and the server lets it.
	MaxConnections int
	// Shared: the mailboxes of other users and those shared by all are wanted,
	// too (RFC 2342).
	Shared bool
	// Version of the program, told to servers that ask who it is.
	Version string
	// Timeout of a read or write without progress; 0 = 2 min.
	Timeout time.Duration
	// DialTimeout bounds connecting up to the greeting; 0 = 30 s.
	DialTimeout time.Duration
	// Page is how many messages a page of a listing holds; 0 = 2000.
	Page int
	// Batch is how many writes or bodies are under way at a time; 0 = 50.
	Batch int
	// MaxMessage in bytes; 0 = 256 MiB.
	MaxMessage int64
	// Idle are the paths of the mailboxes that are watched where the server has
	// no NOTIFY, five at most; nil = INBOX.
	Idle []string
	// IdleFor is how long a watched connection is silent at most; 0 = 25 min.
	IdleFor time.Duration
	// KeepFor is how long an Account keeps a connection that nobody uses; 0 =
	// 2 min, below 0 = it keeps none.
	KeepFor time.Duration
	// Now is the clock; nil = that of the system.
	Now func() time.Time
	// Hide names capabilities that are not believed.
	Hide []string
	// Dial opens connections; nil = net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (c Config) withDefaults() Config {
	if c.Port == 0 {
		c.Port = 143
		if c.Security == wire.Implicit {
			c.Port = 993
		}
	}
	if c.MaxConnections <= 0 {
		c.MaxConnections = 4
	}
	if c.Page <= 0 {
		c.Page = 2000
	}
	if c.Batch <= 0 {
		c.Batch = 50
	}
	if len(c.Idle) == 0 {
		c.Idle = []string{inbox}
	}
	if c.IdleFor <= 0 {
		c.IdleFor = 25 * time.Minute
	}
	if c.KeepFor == 0 {
		c.KeepFor = 2 * time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.MaxMessage <= 0 {
		c.MaxMessage = 256 << 20
	}
	return c
}

// options of the connection.
func (c Config) options() (wire.Options, error) {
	o := wire.Options{
		Address: net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), ServerName: c.Host, Security: c.Security,
		Timeout: c.Timeout, DialTimeout: c.DialTimeout, Hide: c.Hide, Dial: c.Dial, Limits: wire.Limits{Literal: c.MaxMessage},
	}
	if c.CA == "" {
		return o, nil
	}
	pem, err := os.ReadFile(c.CA)
	if err == nil {
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(pem) {
			err = fmt.Errorf("%s holds no certificate", c.CA)
		}
	}
	if err != nil {
		return o, &core.Error{Op: "imap.open", Class: core.Permanent, Thing: c.CA, Err: err, Remedy: "name a file of certificates in PEM"}
	}
	return o, nil
}
