package all

import (
	"context"
	"crypto/tls"
	"net"

	"lockstep/config"
	"lockstep/connect/dav"
	"lockstep/core"
	"lockstep/format/ical"
	wire "lockstep/protocol/dav"
)

// openDAV prepares an account of address books or calendars.
func openDAV(ctx context.Context, end config.End, traits core.Traits, o Options) (core.Replica, error) {
	c, err := davConfig(ctx, end.Account, traits)
	if err != nil {
		return nil, err
	}
	if o.Kept != nil {
		account, err := o.Kept.davAccount(end.Account, c)
		if err != nil {
			return nil, err
		}
		return account.Open(), nil
	}
	replica, err := dav.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return replica, nil
}

// davConfig says what an account means to the connector.
func davConfig(ctx context.Context, account *config.Account, traits core.Traits) (dav.Config, error) {
	flavour, kind := wire.CardDAV(), core.Contact
	if account.Address.Type == config.CalDAV {
		flavour, kind = wire.CalDAV(), core.Event
	}
	c := dav.Config{
		Flavour: flavour, URL: urlOf(account.Address), User: account.Address.User, Insecure: account.Insecure,
		ByAddress: account.Names == config.AddressNames, Describe: personalOf(kind).describe, WithUID: personalOf(kind).withUID, Digest: traits.Digest, MaxConnections: account.MaxConnections, Version: version(),
		LookupSRV: net.DefaultResolver.LookupSRV, LookupTXT: net.DefaultResolver.LookupTXT,
	}
	if account.Window != (config.Since{}) {
		c.Oldest, c.Ends = account.Window.Cutoff, ical.Ends
	}
	switch account.Auth {
	case config.AuthBasic:
		c.Method = wire.Basic
	case config.AuthDigest:
		c.Method = wire.Digest
	case config.AuthToken:
		c.Method = wire.Bearer
	}
	if !account.Password.IsZero() {
		c.Password = account.Password.Resolve
	}
	var err error
	if c.Roots, err = rootsOf(account.Address.CA); err != nil {
		return c, err
	}
	certificate, err := certificateOf(ctx, account)
	if certificate != nil {
		c.Certificates = []tls.Certificate{*certificate}
	}
	return c, err
}
