package imap

import (
	"context"
	"crypto/x509"
	"net"
	"time"
)

// Security is how a connection is encrypted.
type Security uint8

const (
	// Implicit: TLS from the first byte (port 993, RFC 8314).
	Implicit Security = iota
	// StartTLS: TLS before anything else is said (RFC 9051, section 6.2.1).
	StartTLS
	// None: no encryption, for one's own machine.
	None
)

// Options of a connection; Address is needed.
type Options struct {
	// Address is host:port.
	Address string
	// ServerName that the certificate must bear; "" = the host of Address.
	ServerName string
	Security   Security
	// Roots that may have signed the certificate; nil = those of the system.
	Roots *x509.CertPool
	// Dial opens the connection; nil = net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// DialTimeout bounds connecting, the TLS handshake, the greeting and the
	// capabilities, together; 0 = 30 s.
	DialTimeout time.Duration
	// Timeout is how long a read or write may make no progress; 0 = 2 min.
	Timeout time.Duration
	// Hide names capabilities that are not believed, for tests and for servers
	// that do badly what they say they can do.
	Hide   []string
	Limits Limits
	// Buffer in bytes of each direction; 0 = 32 KiB. A connection that only
	// waits needs little.
	Buffer int
}

// Limits of what a server may send; 0 = the standard.
type Limits struct {
	// Line in bytes, outside literals; 64 KiB.
	Line int
	// Search is the line of a search result, which names all messages; 16 MiB.
	Search int
	// Literal in bytes; 256 MiB.
	Literal int64
	// Text is all literals of one response that are held in memory (names, a
	// header); 256 KiB.
	Text int64
	// Depth of lists within lists; 64.
	Depth int
	// Tokens of one response; 1,000,000.
	Tokens int
	// Mailboxes of one LIST; 200,000.
	Mailboxes int
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, standard int) {
		if *v <= 0 {
			*v = standard
		}
	}
	set(&l.Line, 64<<10)
	set(&l.Search, 16<<20)
	set(&l.Depth, 64)
	set(&l.Tokens, 1_000_000)
	set(&l.Mailboxes, 200_000)
	if l.Literal <= 0 {
		l.Literal = 256 << 20
	}
	if l.Text <= 0 {
		l.Text = 256 << 10
	}
	return l
}

func (o Options) withDefaults() Options {
	if o.ServerName == "" {
		if host, _, err := net.SplitHostPort(o.Address); err == nil {
			o.ServerName = host
		}
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = 30 * time.Second
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Minute
	}
	if o.Buffer <= 0 {
		o.Buffer = 32 << 10
	}
	o.Limits = o.Limits.withDefaults()
	return o
}
