package all

import (
	"context"
	"net"
	"net/url"
	"strconv"

	"lockstep/config"
	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/format/element"
)

// openJames prepares a mail server that is provisioned over webadmin.
func openJames(ctx context.Context, end config.End, o Options) (core.Replica, error) {
	c, err := jamesConfig(end.Account, provisioning(o))
	if err != nil {
		return nil, err
	}
	replica, err := james.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return replica, nil
}

// jamesConfig says what an account and a link mean to the connector.
func jamesConfig(account *config.Account, l *config.Link) (james.Config, error) {
	roots, err := rootsOf(account.Address.CA)
	c := james.Config{URL: urlOf(account.Address), Roots: roots, MaxConnections: account.MaxConnections}
	if !account.Password.IsZero() {
		c.Password = account.Password.Resolve
	}
	for _, r := range l.Resources {
		c.Resources = append(c.Resources, r.Of)
	}
	if contacts, there := l.Provisioned(element.Contact); there {
		c.Domains = contacts.Values.Domains
	}
	return c, err
}

// urlOf is where a server that speaks HTTP answers.
func urlOf(a config.Address) string {
	u := url.URL{Scheme: "https", Host: net.JoinHostPort(a.Host, strconv.Itoa(a.Port))}
	if a.TLS == config.Plain { // config allows it to loopback, or where it is called insecure
		u.Scheme = "http"
	}
	text := u.String()
	if a.Path != "/" {
		text += a.Path // as it was written, with its escapes
	}
	return text
}

// provisioning is the link that an end is opened for, or one with nothing said.
func provisioning(o Options) *config.Link {
	if o.Link != nil {
		return o.Link
	}
	return config.StandardProvisioning()
}
