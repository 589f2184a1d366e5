package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"time"

	"lockstep/core"
)

// Mode is how a connection is encrypted.
type Mode uint8

const (
	// Implicit: TLS from the first byte (ldaps://, port 636).
	Implicit Mode = iota
	// StartTLS: TLS before anything else is said (RFC 4511, section 4.14).
	StartTLS
	// Plain: no encryption, for one's own machine.
	Plain
)

// Config of a connection; Host is needed.
type Config struct {
	Host string
	// Port; 0 = 636 for Implicit, else 389.
	Port int
	TLS  Mode
	// Roots that may have signed the server's certificate; nil = those of the
	// system.
	Roots *x509.CertPool
	// ServerName that the certificate must bear; "" = Host.
	ServerName string
	// Certificate of the client, shown if the server asks for one.
	Certificate *tls.Certificate
	// User is the bind DN, or any name that the server takes for one; "" =
	// anonymous.
	User string
	// Password is asked when the connection is encrypted, and once.
	Password func(context.Context) (string, error)
	// External logs in as the holder of Certificate (SASL EXTERNAL, RFC 4513,
	// section 5.2.3).
	External bool
	// Timeout is how long connecting may take, and how long the server may then
	// be silent at any time; 0 = 60 s.
	Timeout time.Duration
}

func (c Config) withDefaults() Config {
	if c.Port == 0 {
		c.Port = 389
		if c.TLS == Implicit {
			c.Port = 636
		}
	}
	if c.ServerName == "" {
		c.ServerName = c.Host
	}
	if c.Timeout <= 0 {
		c.Timeout = 60 * time.Second
	}
	return c
}

func (c Config) address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

func (c Config) tls() *tls.Config {
	t := &tls.Config{ServerName: c.ServerName, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}
	if c.Certificate != nil {
		t.Certificates = []tls.Certificate{*c.Certificate}
	}
	return t
}

// check refuses what would log in as somebody else than was meant, or as
// nobody: a directory shows less to nobody, which would look like deletions.
func (c Config) check() error {
	refuse := func(remedy, text string) error {
		return &core.Error{Op: "ldap.Dial", Class: core.Permanent, Thing: c.Host, Remedy: remedy, Err: errors.New(text)}
	}
	switch {
	case c.Host == "":
		return refuse("name the host of the server", "there is no host")
	case c.Port < 1 || c.Port > 65535:
		return refuse("ports are 1 to 65535", "the port is "+strconv.Itoa(c.Port))
	case c.External && c.TLS == Plain:
		return refuse("use ldaps:// or StartTLS", "a certificate cannot log in without TLS")
	case c.External && c.Certificate == nil:
		return refuse("name certificate and key", "there is no certificate to log in with")
	case c.External && (c.User != "" || c.Password != nil):
		return refuse("take user and password out, or the external login", "a login by certificate has no user and no password")
	case !c.External && c.User == "" && c.Password != nil:
		return refuse("name the user (the bind DN)", "there is a password and no user")
	case !c.External && c.User != "" && c.Password == nil:
		return refuse("set the password", "there is a user and no password")
	}
	return nil
}
