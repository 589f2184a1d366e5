package imapd

import (
	"maps"
	"slices"
	"time"
)

// Options say how a server behaves; the zero value is a well-behaved one with
// every extension that AllCapabilities names.
type Options struct {
	// Capabilities is the set of extensions; nil = AllCapabilities().
	Capabilities map[string]bool
	// Delimiter of the hierarchy; "" = "/".
	Delimiter string
	// Prefix of the personal namespace, such as "INBOX." (RFC 2342, section 5).
	Prefix string
	// Others and Shared are the prefixes of the namespaces of other users and of
	// what all share; "" = there is none. Only User methods make mailboxes there.
	Others, Shared string
	// ID is what the server says of itself (RFC 2971, section 3.3).
	ID map[string]string
	// RequireTLS refuses plain-text logins before TLS (LOGINDISABLED).
	RequireTLS bool
	// Preauth is the user that a connection belongs to from its greeting on.
	Preauth string
	// MaxLiteral is the greatest literal taken; 0 = 64 MiB.
	MaxLiteral int
	// MaxLine is the longest command line taken, without literals; 0 = 64 KiB.
	MaxLine int
	// FirstUIDValidity is that of the first mailbox; 0 = 1000001.
	FirstUIDValidity uint32
	// Faults, if any, is asked at every command and at every greeting.
	Faults func(Ask) Fault
	// Now is the clock; nil = a clock that advances one second a question,
	// from 2026-01-01.
	Now func() time.Time
	// Trace, if any, gets every line in both directions, without literals
	// and without what an AUTHENTICATE or a LOGIN holds.
	Trace func(session int, line string)
}

// AllCapabilities returns everything the server can do, but UTF8=ACCEPT,
// LITERAL- (which means less than LITERAL+), APPENDLIMIT and what only Gmail has
// (X-GM-EXT-1). A test takes out what it does not want.
func AllCapabilities() map[string]bool {
	all := []string{"LITERAL+", "SASL-IR", "AUTH=PLAIN", "AUTH=LOGIN", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER", "AUTH=SCRAM-SHA-256",
		"STARTTLS", "ID", "ENABLE", "NAMESPACE", "UIDPLUS", "MOVE", "LIST-EXTENDED", "SPECIAL-USE", "CREATE-SPECIAL-USE", "LIST-STATUS",
		"CONDSTORE", "QRESYNC", "ESEARCH", "MULTIAPPEND", "UNSELECT", "OBJECTID", "IDLE", "NOTIFY", "COMPRESS=DEFLATE", "CHILDREN"}
	set := map[string]bool{}
	for _, c := range all {
		set[c] = true
	}
	return set
}

// Only returns a set of capabilities.
func Only(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

// Without returns AllCapabilities less some.
func Without(names ...string) map[string]bool {
	set := AllCapabilities()
	for _, n := range names {
		delete(set, n)
	}
	return set
}

// With returns AllCapabilities and some more.
func With(names ...string) map[string]bool {
	set := AllCapabilities()
	for _, n := range names {
		set[n] = true
	}
	return set
}

func (o Options) filled() Options {
	if o.Capabilities == nil {
		o.Capabilities = AllCapabilities()
	}
	o.Capabilities = maps.Clone(o.Capabilities)
	if o.Delimiter == "" {
		o.Delimiter = "/"
	}
	if o.ID == nil {
		o.ID = map[string]string{"name": "imapd"}
	}
	if o.MaxLiteral == 0 {
		o.MaxLiteral = 64 << 20
	}
	if o.MaxLine == 0 {
		o.MaxLine = 64 << 10
	}
	if o.FirstUIDValidity == 0 {
		o.FirstUIDValidity = 1000001
	}
	if o.Now == nil {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		o.Now = func() time.Time { now = now.Add(time.Second); return now }
	}
	return o
}

// has says whether an extension is switched on.
func (s *Server) has(capability string) bool { return s.opt.Capabilities[capability] }

// capabilities is the list a session is told at its present state.
func (c *session) capabilities() []string {
	list := []string{"IMAP4rev1"}
	for _, name := range slices.Sorted(maps.Keys(c.srv.opt.Capabilities)) {
		login := len(name) > 5 && name[:5] == "AUTH="
		switch {
		case !c.srv.has(name), c.user == nil && !login && !early(name):
			continue
		case name == "STARTTLS" && (c.secure || c.user != nil): // RFC 3501, section 6.2.1
			continue
		case (login || name == "SASL-IR") && c.user != nil:
			continue
		case login && c.barred():
			continue
		}
		list = append(list, name)
	}
	if c.barred() && c.user == nil {
		list = append(list, "LOGINDISABLED")
	}
	return list
}

// early: offered before the login; the rest is told after it, as Dovecot.
func early(name string) bool {
	return slices.Contains([]string{"SASL-IR", "ID", "ENABLE", "IDLE", "LITERAL+", "LITERAL-", "STARTTLS"}, name)
}

// barred: no login before TLS (RFC 3501, section 6.2.3).
func (c *session) barred() bool { return c.srv.opt.RequireTLS && !c.secure }
