package config

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/core"
)

// Address says where one side of a link is. Addresses are values: equal ones
// are ==.
type Address struct {
	// Type of service; "" = Account names an account instead.
	Type    Type
	Account string
	// Host in lower case and Port, never 0, of a server.
	Host string
	Port int
	TLS  TLS
	// CA is a file with the certificates to trust; "" = the system's.
	CA   string
	User string
	// Path is a folder or file of this machine, the escaped path of a URL, or
	// the base DN of a directory.
	Path string
	// Collection to link alone; "" = all. On this machine its items lie
	// directly in Path (but End.Whole).
	Collection string
}

// Local tells whether the address is on this machine's disk.
func (a Address) Local() bool { return serviceOf(a.Type).file }

// Kinds of item that the address may hold.
func (a Address) Kinds() []core.Kind { return serviceOf(a.Type).kinds }

// Loopback tells whether the host is this machine by its very name: localhost,
// 127.0.0.0/8 or ::1. Names are not looked up.
func (a Address) Loopback() bool {
	if a.Host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(a.Host)
	return err == nil && ip.Unmap().IsLoopback()
}

// CheckPlain refuses a connection without TLS to another machine, unless
// insecure allows it.
func (a Address) CheckPlain(insecure bool) error {
	if a.TLS != Plain || insecure || a.Loopback() {
		return nil
	}
	use := "use tls=implicit or tls=starttls"
	if serviceOf(a.Type).web {
		use = "use " + string(a.Type) + "+https"
	}
	return problem(use+", or set insecure = true in its [accounts.NAME]",
		"%s would send everything to %s unprotected", a, a.Host)
}

// In returns the address with its file names absolute: ~ is home, and others
// are relative to dir.
func (a Address) In(home, dir string) (Address, error) {
	var err error
	if a.Local() {
		if a.Path, err = absolute(a.Path, home, dir); err != nil {
			return Address{}, err
		}
	}
	if a.CA != "" {
		a.CA, err = absolute(a.CA, home, dir)
	}
	return a, err
}

// absolute expands ~ and makes a file name absolute and clean.
func absolute(path, home, dir string) (string, error) {
	rest, tilde := strings.CutPrefix(path, "~")
	switch {
	case tilde && rest != "" && rest[0] != '/':
		return "", problem("write the folder in full", "%s: ~ of another user is not expanded", quote(path))
	case tilde && home == "":
		return "", problem("set HOME, or write the folder in full", "%s: there is no home folder", quote(path))
	case tilde:
		path = home + rest
	case !filepath.IsAbs(path):
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path), nil
}

// spelling of a collection's path where these kinds of item may be: INBOX is
// one folder of mail in any case, and an address book may be called Inbox.
func spelling(kinds []core.Kind, path string) string {
	if slices.Contains(kinds, core.Mail) {
		return inbox(path)
	}
	return path
}

// inbox spells the first level of a collection path: INBOX in any case is INBOX.
func inbox(path string) string {
	first, rest, more := strings.Cut(path, "/")
	switch {
	case !strings.EqualFold(first, "INBOX"):
		return path
	case more:
		return "INBOX/" + rest
	}
	return "INBOX"
}

// collectionPath checks the path of a collection as a user writes it. It gets
// its spelling where the kind is known.
func collectionPath(path string) (string, error) {
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." || name == ".." {
			return "", problem(`write its names joined by "/", none of them empty, "." or ".."`, "%s is not the path of a collection", quote(path))
		}
	}
	return path, printable("collection", path)
}
