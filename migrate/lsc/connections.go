package lsc

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/migrate/settings"
)

// connection is one of <connections>, as it stands there.
type connection struct {
	*element
	file, name string
	// james: webadmin; else a directory.
	james bool
	// page is how many entries to ask for at a time; 0 = it is not said.
	page int
	// binary attributes, in lower case.
	binary []string
	// base DN of the URL.
	base string
}

// account is what a connection becomes.
type account struct {
	name string
	// of is the connection, secret its password.
	of       *connection
	secret   string
	settings []settings.Setting
}

// equal tells whether two accounts are one login at one place.
func (a *account) equal(b *account) bool {
	return a.of.james == b.of.james && a.secret == b.secret && a.said("address") == b.said("address") && a.said("user") == b.said("user")
}

func (a *account) said(key string) string {
	for _, s := range a.settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// readConnections finds the connections; each is translated when a task uses it.
func (m *importer) readConnections(e *element) {
	for _, c := range e.children {
		james := c.is("pluginConnection") && strings.EqualFold(c.attribute("implementationClass"), plugin+"generated.jamesConnectionType")
		switch {
		case c.is("ldapConnection"), james:
			c.read = true
			found := &connection{element: c, file: m.file, name: c.value("name"), james: james}
			m.secret(peek(c, "password"))
			if m.connection(found.name) != nil {
				m.note(c.line, "connection "+shown(found.name), "there are two of this name; the first counts")
				c.skip()
				continue
			}
			m.connections = append(m.connections, found)
		case c.is("pluginConnection"):
			m.note(c.line, "connection "+shown(c.value("name")), "only connections to webadmin of James and TMail and to directories are translated, not %s", shown(c.attribute("implementationClass")))
			c.skip()
		case c.is("databaseConnection"):
			m.note(c.line, "connection "+shown(c.value("name")), "databases are not read; export people as LDIF, which can stand on the left")
			c.skip()
		}
	}
}

// peek is the text of a child that is not yet read.
func peek(e *element, name string) string {
	for _, c := range e.children {
		if c.is(name) {
			return c.text
		}
	}
	return ""
}

// connection finds one by its name; nil = there is none.
func (m *importer) connection(name string) *connection {
	for _, c := range m.connections {
		if c.name == name && c.file == m.file {
			return c
		}
	}
	return nil
}

// account translates a connection when it is first used.
func (m *importer) account(c *connection) *account {
	if a, made := m.accounts[c]; made {
		return a
	}
	a := &account{of: c, secret: peek(c.element, "password")}
	fallback := "directory"
	if c.james {
		fallback = "mail"
	}
	m.file = c.file
	a.name = unique(validName(c.name, fallback), func(name string) bool {
		return slices.ContainsFunc(m.used, func(a *account) bool { return a.name == name })
	})
	if c.james {
		m.webadmin(c, a)
	} else {
		m.directory(c, a)
	}
	if i := slices.IndexFunc(m.used, a.equal); i >= 0 { // another file has it, too
		a = m.used[i]
	} else {
		m.used = append(m.used, a)
	}
	m.accounts[c] = a
	return a
}

// validName makes a name of letters, digits, ".", "-" and "_".
func validName(name, fallback string) string {
	name = strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r)) {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-."); name == "" {
		return fallback
	}
	return name
}

// unique adds a number to a name that is taken.
func unique(name string, taken func(string) bool) string {
	for n, base := 2, name; taken(name); n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}

// place reads the URL of a connection. One that cannot be read becomes a host
// that does not exist (RFC 6761), so that nobody else is asked.
func (m *importer) place(c *connection, schemes ...string) (u *url.URL) {
	what := "url of connection " + shown(c.name)
	e := c.child("url")
	nowhere := &url.URL{Scheme: schemes[0], Host: "directory.invalid", Path: "/"}
	if c.james {
		nowhere.Host = "mail.invalid"
	}
	if e == nil || e.text == "" {
		m.note(c.line, what, "there is none; write the address")
		return nowhere
	}
	first, more, several := strings.Cut(shown(e.text), " ")
	if several {
		m.note(e.textLine, what, "one server is asked; %s is left out", withoutLogin(more))
	}
	u, err := url.Parse(first)
	switch {
	case err != nil || !slices.Contains(schemes, u.Scheme):
		m.note(e.textLine, what, "it is no URL that begins with %s; write the address", strings.Join(schemes, ":// or ")+"://")
		return nowhere
	case u.Hostname() == "":
		m.note(e.textLine, what, "it names no host, which LSC then looks up in DNS; write the address")
		nowhere.Path, nowhere.Scheme = u.Path, u.Scheme
		return nowhere
	case !validHost(u.Hostname()) || u.Port() != "" && !validPort(u.Port()):
		m.note(e.textLine, what, "its host or port is not valid; write the address")
		nowhere.Path, nowhere.Scheme = u.Path, u.Scheme
		return nowhere
	}
	if !settings.Printable(u.Path) {
		m.note(e.textLine, what, "its path holds a character that cannot be printed; write the address")
		u.Path = "/"
	}
	if u.User != nil {
		m.note(e.textLine, what, "it holds a login, which is left out")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		m.note(e.textLine, what, "what follows the ? or # in it is left out")
	}
	return u
}

// withoutLogin hides what could be a password in URLs.
func withoutLogin(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if at := strings.LastIndexByte(word, '@'); at >= 0 {
			scheme, _, _ := strings.Cut(word[:at], "//")
			words[i] = scheme + "//***" + word[at:]
		}
	}
	return strings.Join(words, " ")
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// validHost tells whether a name can be a host or an address.
func validHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == ""
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host != "" && !strings.HasPrefix(host, ".") && !strings.Contains(host, "..") && !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	})
}

// loopback tells whether a host is this machine by its very name.
func loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// hostOf prints the host of a URL, and its port unless it is the usual one.
func hostOf(u *url.URL, usual string) string {
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != usual {
		host += ":" + port
	}
	return host
}

func (a *account) add(s settings.Setting) { a.settings = append(a.settings, s) }

// password says where the secret of a connection is to be put.
func (m *importer) password(c *connection, a *account, what, ending string) {
	e := c.child("password")
	if e == nil || e.text == "" {
		a.add(settings.Remark(fmt.Sprintf("LSC has no %s for it.", what)))
		return
	}
	file := a.name + ending
	a.add(settings.Bare("password", "{ file = "+settings.Quote(file)+" }",
		fmt.Sprintf("The %s stands in clear in %s:%d: write it into %s beside this file, chmod 600 it, and remove it there.", what, m.file, e.textLine, file)))
}
