package directory

import (
	"context"
	"iter"
	"strings"

	"lockstep/core"
	"lockstep/internal/mapping"
	"lockstep/protocol/ldap"
)

// LDAPConfig names a server and what to read of it.
type LDAPConfig struct {
	// Name of the source.
	Name   string
	Server ldap.Config
	// Base DN; it must exist.
	Base  string
	Scope ldap.Scope
	// Filter, which the server evaluates; "" = all entries.
	Filter string
	// Page is how many entries are asked for at a time; 0 = all at once.
	Page uint32
}

// LDAP is a directory on a server (package ldap).
type LDAP struct {
	config LDAPConfig
	client *ldap.Client // nil = not connected
}

var _ Source = (*LDAP)(nil)

// NewLDAP checks a configuration; it does no I/O.
func NewLDAP(config LDAPConfig) (*LDAP, error) {
	if err := ldap.CheckDN(config.Base); err != nil {
		return nil, refused("directory.ldap", config.Name, "", "the base: %w", err)
	}
	if config.Filter != "" {
		if err := ldap.CheckFilter(config.Filter); err != nil {
			return nil, refused("directory.ldap", config.Name, "", "the filter: %w", err)
		}
	}
	return &LDAP{config: config}, nil
}

// Name implements Source.
func (s *LDAP) Name() string { return s.config.Name }

// Close implements Source.
func (s *LDAP) Close() error {
	if s.client == nil {
		return nil
	}
	err := s.client.Close()
	s.client = nil
	return err
}

// connect dials; a connection that has failed is not used again.
func (s *LDAP) connect(ctx context.Context) error {
	if s.client != nil {
		return nil
	}
	client, err := ldap.Dial(ctx, s.config.Server)
	if err == nil {
		s.client = client
	}
	return err
}

// ready connects and makes sure that the base is there: without it, an empty
// answer would look like an empty directory.
func (s *LDAP) ready(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	if s.config.Base == "" {
		return refused("directory.ldap", s.config.Server.Host, s.contexts(ctx), "there is no base to begin at")
	}
	exists, err := s.client.BaseExists(ctx, s.config.Base)
	if err == nil && !exists {
		err = refused("directory.ldap", s.config.Base, "check the base, and what "+s.who()+" may see; "+s.contexts(ctx), "the base is not there")
	}
	return err
}

// contexts is a remedy that names what the server holds.
func (s *LDAP) contexts(ctx context.Context) string {
	root, err := s.client.RootDSE(ctx)
	if err != nil || len(root.NamingContexts) == 0 {
		return "write the base behind the host, as in ldaps://host/dc=example,dc=com"
	}
	return "the server holds " + strings.Join(root.NamingContexts, " and ")
}

// who logs in, for people.
func (s *LDAP) who() string {
	switch {
	case s.config.Server.External:
		return "the certificate's holder"
	case s.config.Server.User == "":
		return "an anonymous reader"
	}
	return s.config.Server.User
}

// Read implements Source: one search, page by page.
func (s *LDAP) Read(ctx context.Context, attributes []string) iter.Seq2[mapping.Entry, error] {
	return func(yield func(mapping.Entry, error) bool) {
		err := s.read(ctx, attributes, yield)
		if err != nil {
			s.Close() // the next read begins anew
			yield(mapping.Entry{}, err)
		}
	}
}

func (s *LDAP) read(ctx context.Context, attributes []string, yield func(mapping.Entry, error) bool) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if len(attributes) == 0 {
		attributes = []string{"1.1"} // none (RFC 4511, section 4.5.1.8)
	}
	search := ldap.Search{Base: s.config.Base, Scope: s.config.Scope, Filter: s.config.Filter, Attributes: attributes, Page: s.config.Page}
	for e, err := range s.client.Search(ctx, search) {
		if err != nil {
			return err
		}
		if !yield(mapping.Entry{Source: s.config.Name, DN: e.DN, Where: legible(e.DN), Attributes: e.Attributes}, nil) {
			s.Close() // in the middle of an answer
			return nil
		}
	}
	return nil
}

// Probe implements Source.
func (s *LDAP) Probe(ctx context.Context) ([]core.Finding, error) {
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	out := []core.Finding{s.protection(), {Name: "login", Value: s.who()}}
	root, err := s.client.RootDSE(ctx)
	if err != nil {
		return out, err
	}
	out = append(out, core.Finding{Name: "server", Value: strings.TrimSpace(root.Vendor + " " + root.Version)},
		core.Finding{Name: "holds", Value: strings.Join(root.NamingContexts, ", ")})
	pages := core.Finding{Name: "pages", Value: "yes"}
	if !root.Pages() {
		pages.Value, pages.Effect = "no", "the directory is read in one answer, which a limit of the server may cut short; then nothing is deleted"
	}
	out = append(out, pages)
	if err := s.ready(ctx); err != nil {
		return append(out, core.Finding{Name: "base", Value: err.Error(), Effect: "nothing of it is read", Bad: true}), nil
	}
	return append(out, core.Finding{Name: "base", Value: s.config.Base}), nil
}

// protection of the connection.
func (s *LDAP) protection() core.Finding {
	switch s.config.Server.TLS {
	case ldap.Implicit:
		return core.Finding{Name: "protection", Value: "TLS from the first byte"}
	case ldap.StartTLS:
		return core.Finding{Name: "protection", Value: "TLS before the login (StartTLS)"}
	}
	f := core.Finding{Name: "protection", Value: "none"}
	if !loopback(s.config.Server.Host) {
		f.Bad, f.Effect = true, "everybody between can read and change everything, the password first: use ldaps:// or StartTLS"
	}
	return f
}
