package ldapd

import (
	"strings"
	"time"
)

// Options say how a server behaves; the zero value is a well-behaved one that
// holds dc=example,dc=com and shows it to everybody who has logged in.
type Options struct {
	// Suffixes that the server holds; none = dc=example,dc=com.
	Suffixes []string
	// Users log in with these passwords, by DN, beside the entries that have a
	// userPassword.
	Users map[string]string
	// Certificates log in by SASL EXTERNAL: from the common name of a client's
	// certificate (ClientCertificate makes one) to the DN that it stands for.
	Certificates map[string]string
	// Anonymous may read without a login.
	Anonymous bool
	// RequireTLS refuses everything but StartTLS before TLS.
	RequireTLS bool
	// NoStartTLS, NoPages and NoSync take away what the root DSE then does not
	// name: StartTLS, the control of RFC 2696, and contextCSN (whose mark in the
	// root DSE is the control of RFC 4533; the control itself does nothing here
	// either way).
	NoStartTLS, NoPages, NoSync bool
	// OneCookie gives every page the same cookie, and keeps by itself where the
	// connection's search is, as 389 Directory Server does.
	OneCookie bool
	// Limits by DN; "" = for all others.
	Limits map[string]Limit
	// Range is how many values of an attribute are sent at a time, as Active
	// Directory does; 0 = all.
	Range int
	// Hidden attributes are shown to nobody; nil = userPassword.
	Hidden []string
	// Vendor in the root DSE.
	Vendor string
	// Faults, if any, is asked at every request.
	Faults func(Ask) Fault
	// Now is the clock; nil = one that advances a second at every change, from
	// 2026-01-01.
	Now func() time.Time
}

// Limit of what one account gets; 0 = no limit.
type Limit struct {
	// Size of an answer without pages, in entries.
	Size int
	// Paged is how many entries a search may give in all its pages.
	Paged int
}

func (o Options) filled() Options {
	if len(o.Suffixes) == 0 {
		o.Suffixes = []string{"dc=example,dc=com"}
	}
	if o.Hidden == nil {
		o.Hidden = []string{"userPassword"}
	}
	if o.Vendor == "" {
		o.Vendor = "ldapd"
	}
	if o.Now == nil {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		o.Now = func() time.Time { now = now.Add(time.Second); return now }
	}
	users := map[string]string{}
	for dn, password := range o.Users {
		users[key(dn)] = password
	}
	o.Users = users
	limits := map[string]Limit{}
	for dn, l := range o.Limits {
		limits[key(dn)] = l
	}
	o.Limits = limits
	hidden := []string{}
	for _, name := range o.Hidden {
		hidden = append(hidden, strings.ToLower(name))
	}
	o.Hidden = hidden
	return o
}

// limit of an account.
func (o Options) limit(who string) Limit {
	if l, ok := o.Limits[who]; ok {
		return l
	}
	return o.Limits[""]
}
