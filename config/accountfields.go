package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// defaultConnections is what most servers allow one user without complaint.
const defaultConnections = 4

// mostIdle folders are watched one by one: each takes a connection.
const mostIdle = 5

// parts are the pieces that an address can be written in.
type parts struct {
	typ                       Type
	host, user, tls, ca, path string
	port                      int
}

// accountFields is every key of [accounts.NAME].
func accountFields() []field[Account] {
	return slices.Concat(loginFields(), []field[Account]{windowField()}, restrictionFields())
}

// loginFields is where an account is, and how it is reached.
func loginFields() []field[Account] {
	none := func(*Account) string { return "" }
	part := func(to func(*parts) *string) func(setting, *Account) {
		return func(s setting, a *Account) {
			if text, ok := s.text(); ok {
				*to(&a.parts) = text
			}
		}
	}
	return []field[Account]{
		{
			name: "type", takes: strings.Join(typeNames(), ", "), standard: "what address says",
			about:   "The sort of service.",
			example: `"imap"`,
			read: func(s setting, a *Account) {
				if word, ok := s.word(typeNames()...); ok {
					a.parts.typ = Type(word)
				}
			},
			show: func(a *Account) string { return quote(string(a.Address.Type)) },
		},
		{
			name: "address", takes: "an address as on the command line",
			about: "Where it is, in one line: imap://user@host:port/?tls=implicit|starttls|none&ca=FILE, maildir:PATH, vdir:PATH, " +
				"vcf:FILE, ics:FILE, ldif:FILE, carddav+https://, caldav+https://, ldap://, ldaps://, james+https://, each with an optional #collection. " +
				"An @ in the user is %40. In the path of ldap a blank is %20, a ? is %3F and a % is %25. Instead of it, host, port, user, tls, ca and path may be given one by one.",
			example: `"imap://me%40example.org@imap.example.org/"`,
			read: func(s setting, a *Account) {
				text, ok := s.text()
				if !ok {
					return
				}
				var err error
				if a.Address, err = ParseAddress(text); err != nil {
					s.take(err)
				} else if a.Address.Type == "" {
					s.bad("write an address with a scheme, such as imap://", "names another account")
					a.Address = Address{}
				}
			},
			show: func(a *Account) string { return quote(a.Address.String()) },
		},
		{
			name: "host", takes: "a name or an IP address",
			about:   "The server.",
			example: `"imap.example.org"`,
			read:    part(func(p *parts) *string { return &p.host }), show: none,
		},
		{
			name: "port", takes: "a whole number", standard: "the usual one of the type and of tls",
			about:   "The server's port.",
			example: `993`,
			read: func(s setting, a *Account) {
				if n, ok := s.number(1, 65535); ok {
					a.parts.port = n
				}
			},
			show: none,
		},
		{
			name: "user", takes: "a string",
			about:   "The login, as the server wants it; for ldap the DN to bind with. Here an @ is an @.",
			example: `"me@example.org"`,
			read:    part(func(p *parts) *string { return &p.user }), show: none,
		},
		{
			name: "tls", takes: "implicit, starttls, none", standard: "implicit; starttls for ldap, and for imap on port 143",
			about: "How the connection is protected. Certificates are always checked. none is for this machine only, " +
				"unless insecure is set.",
			example: `"implicit"`,
			read: func(s setting, a *Account) {
				if word, ok := s.word(string(Implicit), string(StartTLS), string(Plain)); ok {
					a.parts.tls = word
				}
			},
			show: none,
		},
		{
			name: "ca", takes: "a file name", standard: "the system's certificates",
			about:   "PEM file with the certificates to trust instead of the system's.",
			example: `"~/.config/lockstep/ca.pem"`,
			read:    part(func(p *parts) *string { return &p.ca }), show: none,
		},
		{
			name: "path", takes: "a path",
			about: "The folder of a maildir or vdir, the file of a vcf, ics or ldif, the path in the URL of carddav, caldav and james, " +
				"the base DN of ldap. ~ is your home folder; a relative name starts where this file lies.",
			example: `"~/Mail"`,
			read:    part(func(p *parts) *string { return &p.path }), show: none,
		},
		{
			name: "password", takes: "one of {env = NAME}, {file = FILE}, {command = COMMAND}",
			about: "Where the password is: an environment variable; a file that only you may read; or the first line that a " +
				"shell command prints within 30 seconds. It is read when it is needed, and never written here. For james it is a " +
				"JSON Web Token or the password of webadmin; with auth = \"bearer\" it is the token.",
			example: `{command = "pass show mail/work"}`,
			read:    readPassword,
			show:    func(a *Account) string { return a.Password.source() },
		},
		{
			name: "auth", takes: authNames(), standard: "the safest that the server offers for a password",
			about: "How to log in. For imap scram-sha-256, plain and login; with xoauth2 and oauthbearer the password is a token of the provider, " +
				"mostly printed by a command. For carddav and caldav basic, digest, which never sends the password itself, and bearer, with which " +
				"the password is a token; if nothing is said, the password is sent at once (basic), or by digest where the server asks " +
				"for it. external is for an ldap, carddav or caldav server: certificate and key are the login, and there is no user and no password.",
			example: `"xoauth2"`,
			read: func(s setting, a *Account) {
				word, _ := s.word(strings.Split(authNames(), ", ")...)
				a.Auth = Auth(word)
			},
			show: func(a *Account) string { return quoteText(string(a.Auth)) },
		},
		{
			name: "certificate", takes: "a file name",
			about:   "PEM file with the client certificate that an ldap, carddav or caldav server is shown, with its chain.",
			example: `"client.pem"`,
			read:    func(s setting, a *Account) { a.Certificate, _ = s.file() },
			show:    func(a *Account) string { return quoteText(a.Certificate) },
		},
		{
			name: "key", takes: "a file name",
			about:   "PEM file with the private key of certificate; only you may read it.",
			example: `"client.key"`,
			read: func(s setting, a *Account) {
				if path, ok := s.file(); ok {
					a.Key = Secret{what: "private key", of: s.section, from: fromFile, at: path, env: s.config.env}
				}
			},
			show: func(a *Account) string { return quoteText(a.Key.at) },
		},
		{
			name: "shared", takes: "true, false", standard: "false",
			about: "Sync the folders of other users and shared folders of an imap server, too, under their whole names. Exclude them from " +
				"a link before you turn this off: folders that are no longer there count as deleted.",
			example: `true`,
			read: func(s setting, a *Account) {
				a.Shared, _ = s.truth()
			},
			show: func(a *Account) string {
				if a.Address.Type != IMAP {
					return ""
				}
				return strconv.FormatBool(a.Shared)
			},
		},
		{
			name: "idle", takes: fmt.Sprintf("a list of at most %d folders", mostIdle), standard: `["INBOX"]`,
			about: "Folders of an imap server that are watched for changes, each with a connection of its own, where the server " +
				"cannot tell of all folders at once (NOTIFY). The others are seen when the link is looked at next.",
			example: `["INBOX", "Lists/go"]`,
			read: func(s setting, a *Account) {
				for _, item := range s.list() {
					a.Idle = append(a.Idle, item.data.(string))
				}
				if len(a.Idle) > mostIdle {
					s.bad(fmt.Sprintf("name the %d that matter most", mostIdle), "names %d folders", len(a.Idle))
				}
			},
			show: func(a *Account) string { return quoteList(a.Idle) },
		},
		{
			name: "max_connections", takes: "a whole number", standard: strconv.Itoa(defaultConnections),
			about:   "Connections to the server at a time, for each side of a link. More than one is opened only for much work.",
			example: `8`,
			read: func(s setting, a *Account) {
				if n, ok := s.number(1, 1000); ok {
					a.MaxConnections = n
				}
			},
			show: func(a *Account) string {
				if a.Address.Local() || a.Address.Type == LDAP {
					return ""
				}
				return strconv.Itoa(a.MaxConnections)
			},
		},
		{
			name: "insecure", takes: "true, false", standard: "false",
			about:   "Allow tls = \"none\" and http to another machine: everybody between can read and change everything, the password first.",
			example: `true`,
			read: func(s setting, a *Account) {
				a.Insecure, _ = s.truth()
			},
			show: func(a *Account) string {
				if a.Address.Local() {
					return ""
				}
				return strconv.FormatBool(a.Insecure)
			},
		},
		{
			name: "names", takes: "display, address", standard: `"display"`,
			about: "What the address books or calendars of a carddav or caldav server are called here: as people named them (display), or as " +
				"the last part of their address says (address), which never changes. vdirsyncer does the latter.",
			example: `"address"`,
			read: func(s setting, a *Account) {
				if word, ok := s.word(string(DisplayNames), string(AddressNames)); ok {
					a.Names = Names(word)
				}
			},
			show: func(a *Account) string {
				if !serviceOf(a.Address.Type).dav() {
					return ""
				}
				return quote(string(cmp.Or(a.Names, DisplayNames)))
			},
		},
		{
			name: "layout", takes: "maildir++, nested", standard: "as found; maildir++ for a new tree",
			about: "How a maildir tree stores its folders: maildir++ keeps them beside each other (.Lists.go) with INBOX as the " +
				"root; nested keeps each in its parent's folder (Lists/go).",
			example: `"nested"`,
			read: func(s setting, a *Account) {
				word, _ := s.word(string(MaildirPlusPlus), string(Nested))
				a.Layout = Layout(word)
			},
			show: func(a *Account) string { return quoteText(string(a.Layout)) },
		},
	}
}

// authNames are all ways to log in, as they are written in the file.
func authNames() string {
	var names []string
	for _, s := range services() {
		for _, auth := range s.auths {
			if !slices.Contains(names, string(auth)) {
				names = append(names, string(auth))
			}
		}
	}
	return strings.Join(names, ", ")
}
