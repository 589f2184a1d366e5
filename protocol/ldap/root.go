package ldap

import (
	"context"
	"slices"

	goldap "github.com/go-ldap/ldap/v3"
)

// RootDSE is what a server tells of itself (RFC 4512, section 5.1). What it
// does not tell is empty; lists are sorted.
type RootDSE struct {
	// Vendor and Version, for people.
	Vendor, Version string
	// NamingContexts are the suffixes that the server holds.
	NamingContexts []string
	// Default naming context (Active Directory).
	Default    string
	Controls   []string
	Extensions []string
	SASL       []string
}

// Pages tells whether the server knows pages (RFC 2696).
func (r *RootDSE) Pages() bool { return slices.Contains(r.Controls, oidPages) }

// StartTLS tells whether the server says that it can; many do not say so once
// TLS is there.
func (r *RootDSE) StartTLS() bool { return slices.Contains(r.Extensions, oidStartTLS) }

const (
	// oidSync is the control of RFC 4533: the server keeps contextCSN.
	oidSync = "1.3.6.1.4.1.4203.1.9.1.1"
	// oidActiveDirectory is a capability (MS-ADTS, section 3.1.1.3.4.3).
	oidActiveDirectory = "1.2.840.113556.1.4.800"
)

// RootDSE asks the server what it is, once.
func (c *Client) RootDSE(ctx context.Context) (*RootDSE, error) {
	if c.root != nil {
		return c.root, nil
	}
	e, found, err := c.entry(ctx, "", "objectClass", "vendorName", "vendorVersion", "namingContexts", "defaultNamingContext",
		"supportedControl", "supportedExtension", "supportedSASLMechanisms", "supportedCapabilities")
	if err != nil {
		return nil, failure("ldap.RootDSE", c.config.address(), asking, err)
	}
	if !found {
		e = Entry{}
	}
	list := func(name string) []string {
		out := []string{}
		for _, v := range e.Attributes[name] {
			out = append(out, plain(v))
		}
		slices.Sort(out)
		return out
	}
	first := func(name string) string {
		for _, v := range list(name) {
			return v
		}
		return ""
	}
	r := &RootDSE{Vendor: first("vendorname"), Version: first("vendorversion"), NamingContexts: list("namingcontexts"),
		Default: first("defaultnamingcontext"), Controls: list("supportedcontrol"), Extensions: list("supportedextension"),
		SASL: list("supportedsaslmechanisms")}
	switch {
	case r.Vendor != "":
	case slices.Contains(list("supportedcapabilities"), oidActiveDirectory):
		r.Vendor = "Active Directory"
	case slices.Contains(list("objectclass"), "OpenLDAProotDSE"):
		r.Vendor = "OpenLDAP"
	}
	c.root = r
	return r, nil
}

// suffix returns the naming context that holds a DN; "" = the server tells of
// none.
func (r *RootDSE) suffix(dn string) string {
	below, err := goldap.ParseDN(dn)
	if err != nil {
		return ""
	}
	best, depth := "", 0
	for _, context := range r.NamingContexts {
		d, err := goldap.ParseDN(context)
		if err == nil && len(d.RDNs) > depth && (d.EqualFold(below) || d.AncestorOfFold(below)) {
			best, depth = context, len(d.RDNs)
		}
	}
	return best
}
