package lsc

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/migrate/settings"
)

// directory translates an ldapConnection.
func (m *importer) directory(c *connection, a *account) {
	u := m.place(c, "ldap", "ldaps")
	c.base = strings.TrimPrefix(u.Path, "/")
	startTLS := truth(c.value("tlsActivated"))
	usual, tls := "389", ""
	clear := u.Scheme == "ldap" && !startTLS
	switch {
	case u.Scheme == "ldaps":
		usual = "636"
	case clear:
		tls = "?tls=none"
	case u.Port() == "636": // which would be taken for ldaps
		tls = "?tls=starttls"
	}
	a.add(settings.Quoted("address", u.Scheme+"://"+hostOf(u, usual)+"/"+escape(c.base)+tls))
	m.login(c, a)
	if clear && !loopback(u.Hostname()) {
		a.add(settings.Bare("insecure", "true",
			"LSC reads this directory without TLS: everybody between sees the login and can change what is read. Remove ?tls=none and insecure to use StartTLS, or write ldaps://."))
	}
	m.reading(c)
}

// truth reads an xsd:boolean.
func truth(text string) bool { return text == "true" || text == "1" }

// login says who reads the directory. A login that cannot be translated is
// written so that it fails: an anonymous one could see less than LSC did.
func (m *importer) login(c *connection, a *account) {
	what := "authentication of connection " + shown(c.name)
	line, way := c.line, "SIMPLE"
	if e := c.child("authentication"); e != nil && e.text != "" {
		line, way = e.textLine, e.text
	}
	user, secret := c.value("username"), peek(c.element, "password")
	switch {
	case way == "NONE", way == "SIMPLE" && (user == "" || secret == ""): // RFC 4513, section 5.1: both are anonymous
		a.add(settings.Remark("LSC reads it without a login."))
		if e := c.child("password"); e != nil && e.text != "" {
			a.add(settings.Remark(fmt.Sprintf("A password that is not used stands in clear in %s:%d.", m.file, e.textLine)))
		}
		return
	case !settings.Printable(user):
		m.note(line, "username of connection "+shown(c.name), "it holds a character that cannot be printed; write the bind DN")
		user = "cn=write-the-bind-dn-here"
	case way != "SIMPLE":
		m.note(line, what, "%s is not translated, so the login is to be written: a bind DN with its password, or auth = \"external\" with a certificate and its key", shown(way))
		if user == "" {
			user = "cn=write-the-bind-dn-here"
		}
	}
	a.add(settings.Quoted("user", user))
	m.password(c, a, "password", ".password")
	if secret == "" {
		a.add(settings.Bare("password", "{ file = "+settings.Quote(a.name+".password")+" }"))
	}
}

// reading takes note of how entries are asked for.
func (m *importer) reading(c *connection) {
	what := func(name string) string { return name + " of connection " + shown(c.name) }
	if e := c.child("pageSize"); e != nil {
		if n, err := strconv.Atoi(e.text); err == nil && n > 0 {
			c.page = min(n, mostPage)
		}
	}
	if e := c.child("referral"); e != nil && e.text == "FOLLOW" {
		m.note(e.textLine, what("referral"), "referrals are told of, not followed; add the other directory to left")
	}
	if e := c.child("derefAliases"); e != nil && e.text != "" && e.text != "NEVER" {
		m.note(e.textLine, what("derefAliases"), "aliases of the directory are not followed")
	}
	if e := c.child("version"); e != nil && e.text == "VERSION_2" {
		m.note(e.textLine, what("version"), "LDAP version 3 is spoken")
	}
	c.binary = lowered(texts(c.strings("binaryAttributes")))
	// Of no effect here: entries are put in order after they are read, and
	// nothing is written to a directory.
	for _, name := range []string{"factory", "saslMutualAuthentication", "saslQop", "sortedBy", "recursiveDelete", "relaxRules"} {
		c.child(name)
	}
}

// mostPage is the largest page that the configuration takes.
const mostPage = 100_000

func lowered(all []string) []string {
	all = slices.Clone(all)
	for i, s := range all {
		all[i] = strings.ToLower(s)
	}
	return all
}

// webadmin translates a pluginConnection to James.
func (m *importer) webadmin(c *connection, a *account) {
	u := m.place(c, "https", "http")
	usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	path := (&url.URL{Path: u.Path}).EscapedPath()
	a.add(settings.Quoted("address", "james+"+u.Scheme+"://"+hostOf(u, usual)+"/"+strings.TrimPrefix(path, "/")))
	c.child("username") // which the plugin does not use either
	m.password(c, a, "token", ".token")
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		a.add(settings.Bare("insecure", "true",
			"LSC speaks to webadmin without TLS: everybody between sees the token and can do all that it allows. Put TLS before webadmin, write james+https:// and remove insecure."))
	}
}

// escape percent-encodes a DN for an address.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._~!$&'()*+,;=:@/", r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range utf8.AppendRune(nil, r) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
