package config

import (
	"slices"

	"lockstep/core"
)

// Type is a sort of service that an account can be at.
type Type string

const (
	IMAP    Type = "imap"
	Maildir Type = "maildir"
	Vdir    Type = "vdir"
	// VCF and ICS are files that hold many contacts or events.
	VCF     Type = "vcf"
	ICS     Type = "ics"
	CardDAV Type = "carddav"
	CalDAV  Type = "caldav"
	LDAP    Type = "ldap"
	LDIF    Type = "ldif"
	James   Type = "james"
)

// TLS is how a connection is protected.
type TLS string

const (
	// Implicit: TLS from the first byte.
	Implicit TLS = "implicit"
	// StartTLS: in the clear until both sides agree to begin TLS, which is
	// required before anything else is said.
	StartTLS TLS = "starttls"
	// Plain: no protection; see Address.CheckPlain.
	Plain TLS = "none"
)

// service is what differs from type to type.
type service struct {
	typ Type
	// kinds of item that it may hold.
	kinds []core.Kind
	// file: a folder or file of this machine.
	file bool
	// bundle: a file of many items, which is only read.
	bundle bool
	// directory: of entries, which are only read.
	directory bool
	// web: spoken over HTTP; implicit TLS or none, and a path in the URL.
	web bool
	// auths are the ways to log in that can be chosen.
	auths []Auth
	// ports by default: with implicit TLS, and otherwise.
	tlsPort, port int
}

func services() []service {
	sasl := []Auth{AuthScram, AuthPlain, AuthLogin, AuthXOAuth, AuthBearer}
	http := []Auth{AuthBasic, AuthDigest, AuthToken, AuthExternal}
	return []service{
		{typ: IMAP, kinds: []core.Kind{core.Mail}, auths: sasl, tlsPort: 993, port: 143},
		{typ: Maildir, kinds: []core.Kind{core.Mail}, file: true},
		{typ: Vdir, kinds: []core.Kind{core.Contact, core.Event}, file: true},
		{typ: VCF, kinds: []core.Kind{core.Contact}, file: true, bundle: true},
		{typ: ICS, kinds: []core.Kind{core.Event}, file: true, bundle: true},
		{typ: CardDAV, kinds: []core.Kind{core.Contact}, web: true, auths: http, tlsPort: 443, port: 80},
		{typ: CalDAV, kinds: []core.Kind{core.Event}, web: true, auths: http, tlsPort: 443, port: 80},
		{typ: LDAP, kinds: []core.Kind{core.Entry}, directory: true, auths: []Auth{AuthExternal}, tlsPort: 636, port: 389},
		{typ: LDIF, kinds: []core.Kind{core.Entry}, directory: true, file: true},
		{typ: James, kinds: []core.Kind{core.Entry}, web: true, tlsPort: 443, port: 80},
	}
}

// serviceOf returns the zero service for an unknown type.
func serviceOf(t Type) service {
	all := services()
	if i := slices.IndexFunc(all, func(s service) bool { return s.typ == t }); i >= 0 {
		return all[i]
	}
	return service{}
}

// dav tells whether a service is one of CardDAV and CalDAV.
func (s service) dav() bool { return s.typ == CardDAV || s.typ == CalDAV }

// personal tells whether a service holds contacts or calendars.
func (s service) personal() bool {
	return slices.Contains(s.kinds, core.Contact) || slices.Contains(s.kinds, core.Event)
}

func typeNames() []string {
	var names []string
	for _, s := range services() {
		names = append(names, string(s.typ))
	}
	return names
}

func (s service) defaultPort(t TLS) int {
	if t == Implicit {
		return s.tlsPort
	}
	return s.port
}

// defaultTLS is what holds when nothing is said: always protected. A port
// that is for StartTLS by custom is taken to be that.
func (s service) defaultTLS(port int) TLS {
	if s.typ == LDAP && port != s.tlsPort || s.typ == IMAP && port == s.port {
		return StartTLS
	}
	return Implicit
}

// scheme is the beginning of an address.
type scheme struct {
	name string
	typ  Type
	// tls that the scheme stands for; "" = the query says it, or the default.
	tls TLS
}

func schemes() []scheme {
	return []scheme{
		{name: "imap", typ: IMAP}, {name: "imaps", typ: IMAP, tls: Implicit},
		{name: "maildir", typ: Maildir}, {name: "vdir", typ: Vdir},
		{name: "vcf", typ: VCF}, {name: "ics", typ: ICS},
		{name: "carddav+https", typ: CardDAV, tls: Implicit}, {name: "carddav+http", typ: CardDAV, tls: Plain},
		{name: "caldav+https", typ: CalDAV, tls: Implicit}, {name: "caldav+http", typ: CalDAV, tls: Plain},
		{name: "ldap", typ: LDAP}, {name: "ldaps", typ: LDAP, tls: Implicit},
		{name: "ldif", typ: LDIF},
		{name: "james+https", typ: James, tls: Implicit}, {name: "james+http", typ: James, tls: Plain},
	}
}
