package all

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"slices"

	"lockstep/config"
	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/protocol/ldap"
)

// openDirectory prepares directories that are read together.
func openDirectory(ctx context.Context, end config.End, o Options) (core.Replica, error) {
	l := provisioning(o)
	c := directory.Config{Rules: l.Rules()}
	for _, one := range slices.Concat([]config.End{end}, o.Also) {
		source, err := sourceOf(ctx, one, l.Directory)
		if err != nil {
			return nil, err
		}
		c.Sources = append(c.Sources, source)
	}
	replica, err := directory.Open(c)
	if err != nil {
		return nil, err
	}
	return replica, nil
}

// sourceOf is one directory.
func sourceOf(ctx context.Context, end config.End, d config.Directory) (directory.Source, error) {
	if end.Account.Address.Type == config.LDIF {
		return directory.NewLDIF(directory.LDIFConfig{
			Name: end.String(), Path: end.Account.Address.Path, Base: d.Base, Scope: scopeOf(d.Scope), Filter: d.Filter,
		})
	}
	c, err := ldapConfig(ctx, end, d)
	if err != nil {
		return nil, err
	}
	return directory.NewLDAP(c)
}

// ldapConfig says what an account and a link mean to the connector.
func ldapConfig(ctx context.Context, end config.End, d config.Directory) (directory.LDAPConfig, error) {
	account := end.Account
	a := account.Address
	c := directory.LDAPConfig{Name: end.String(), Base: d.Base, Scope: scopeOf(d.Scope), Filter: d.Filter.String(), Page: uint32(d.Page)}
	if c.Base == "" {
		c.Base = a.Path
	}
	c.Server = ldap.Config{Host: a.Host, Port: a.Port, TLS: ldap.StartTLS, User: a.User, External: account.Auth == config.AuthExternal}
	switch a.TLS {
	case config.Implicit:
		c.Server.TLS = ldap.Implicit
	case config.Plain:
		c.Server.TLS = ldap.Plain // config allows it to loopback, or where it is called insecure
	}
	if !account.Password.IsZero() {
		c.Server.Password = account.Password.Resolve
	}
	var err error
	if c.Server.Roots, err = rootsOf(a.CA); err != nil {
		return c, err
	}
	c.Server.Certificate, err = certificateOf(ctx, account)
	return c, err
}

func scopeOf(s config.SearchScope) ldap.Scope {
	switch s {
	case config.ScopeOne:
		return ldap.One
	case config.ScopeBase:
		return ldap.Base
	}
	return ldap.Sub
}

// certificateOf reads the client certificate of an account; nil = it has none.
func certificateOf(ctx context.Context, account *config.Account) (*tls.Certificate, error) {
	if account.Certificate == "" {
		return nil, nil
	}
	key, err := account.Key.Resolve(ctx)
	if err != nil {
		return nil, err
	}
	refused := func(err error) error {
		return &core.Error{Op: "certificate", Class: core.Permanent, Thing: account.Certificate, Err: err, Remedy: "name a certificate in PEM, with the key that belongs to it"}
	}
	chain, err := os.ReadFile(account.Certificate)
	if err != nil {
		return nil, refused(err)
	}
	pair, err := tls.X509KeyPair(chain, []byte(key))
	if err != nil { // it says what is wrong with either, and shows neither
		return nil, refused(errors.New(err.Error()))
	}
	return &pair, nil
}
