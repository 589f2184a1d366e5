package webadmind

import (
	"crypto/rsa"
	"slices"
	"time"
)

// Options say how a server behaves; the zero value is James 3.8 with a
// database, without a login, and with the domains localhost and example.com.
type Options struct {
	// Version of James; "" = V38.
	Version Version
	// TMail adds the routes of domain contacts.
	TMail bool
	// Memory behaves as the memory product of James 3.8.1: aliases and groups
	// are taken at addresses that have an account. The list of quotas has all
	// accounts; without Memory it has those that hold mail, as an index has.
	Memory bool
	// Auth is who may ask; the zero value lets everybody in.
	Auth Auth
	// Domains that are managed; nil = example.com. localhost always is.
	Domains []string
	// MappingLimit is how long a chain of mappings may be; 0 = 10.
	MappingLimit int
	// Now is the clock; nil = time.Now.
	Now func() time.Time
}

// Auth of requests; health checks need none.
type Auth struct {
	// JWT is the key that tokens are checked with (RS256); nil = no tokens.
	JWT *rsa.PublicKey
	// Passwords in a header "Password" (from 3.9), or as a bearer (from 3.10).
	Passwords []string
	// ReadOnly passwords may only GET and HEAD, NoDelete ones not DELETE (from
	// 3.10); else 403.
	ReadOnly, NoDelete []string
}

// Version of James.
type Version string

const (
	V38 Version = "3.8"
	V39 Version = "3.9"
	// V310 is what came after 3.9, TMail of 2026 included.
	V310 Version = "3.10"
)

func versions() []Version { return []Version{V38, V39, V310} }

// from tells whether the server is of version v or later.
func (s *Server) from(v Version) bool {
	return slices.Index(versions(), s.opt.Version) >= slices.Index(versions(), v)
}

func (o Options) filled() Options {
	if o.Version == "" {
		o.Version = V38
	}
	if !slices.Contains(versions(), o.Version) {
		panic("webadmind: there is no version " + string(o.Version))
	}
	if o.Domains == nil {
		o.Domains = []string{"example.com"}
	}
	if o.MappingLimit == 0 {
		o.MappingLimit = 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}
