package mbsync

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lockstep/migrate/settings"
)

// account is a login, or a place on this machine.
type account struct {
	name     string
	settings []settings.Setting
	// place tells whether two accounts are the same one.
	place string
	// unusable: no account could be made; it is reported.
	unusable bool
}

func (a *account) add(all ...settings.Setting) { a.settings = append(a.settings, all...) }

// readAccount translates an IMAPAccount.
func (m *importer) readAccount(s *section) {
	if m.byName[s.name] != nil {
		m.note(s.opened, "there are two of this name; this one is left out")
		s.skip()
		return
	}
	a := &account{}
	m.byName[s.name] = a
	m.server(s, a)
}

// skip marks all lines as read: the section is reported.
func (s *section) skip() {
	for _, l := range s.lines {
		l.read = true
	}
}

// server translates what an IMAPAccount says, or an IMAPStore without one.
func (m *importer) server(s *section, a *account) {
	s.all("Timeout") // an answer is waited for as long as the server shows a sign of life
	tunnel, host := s.last("Tunnel"), s.last("Host")
	switch {
	case tunnel != nil:
		m.note(tunnel, "a connection through a command has no equal; nothing is made of this account. Let the tunnel listen on a port of this machine, and write Host localhost and that Port")
		a.unusable = true
	case host == nil:
		m.note(s.opened, "it names no Host; nothing is made of this account")
		a.unusable = true
	case !settings.ValidHost(host.arg()):
		m.note(host, "it is not the name of a host; nothing is made of this account")
		a.unusable = true
	}
	if a.unusable {
		s.skip()
		return
	}
	a.name = m.unique("", s.name)
	m.accounts = append(m.accounts, a)
	a.add(settings.Quoted("type", "imap"), settings.Quoted("host", host.arg()))
	port := m.port(s, a)
	user := m.user(s, a)
	tls := m.tls(s, a, host.arg())
	a.place = strings.ToLower(host.arg()) + " " + cmp.Or(port, map[string]string{"implicit": "993"}[tls], "143") + " " + user
	m.password(s, a)
	m.mechanisms(s, a)
	m.limits(s)
}

func (m *importer) port(s *section, a *account) string {
	l := s.last("Port")
	if l == nil {
		return ""
	}
	n, err := strconv.ParseUint(l.arg(), 10, 16)
	if err != nil || n == 0 {
		m.note(l, "it is no port; the usual one is taken")
		return ""
	}
	port := strconv.FormatUint(n, 10)
	a.add(settings.Bare("port", port))
	return port
}

// user who logs in. One that is not known is written so that it fails.
func (m *importer) user(s *section, a *account) string {
	const unknown = "write-the-login-here"
	user, command := s.last("User"), s.last("UserCmd")
	name := user.arg()
	switch {
	case command != nil:
		m.note(command, "the login is not asked of a command; write it as user")
		name = unknown
	case name == "":
		m.note(s.opened, "it names no User; write the login as user")
		name = unknown
	case !settings.Printable(name):
		m.note(user, "it holds a character that cannot be printed; write the login as user")
		name = unknown
	}
	a.add(settings.Quoted("user", name))
	return name
}

// tls tells how the connection is protected; mbsync uses STARTTLS where nothing
// is said.
func (m *importer) tls(s *section, a *account, host string) string {
	l := s.last("SSLType", "TLSType")
	tls := "starttls"
	switch {
	case l == nil, l.is("STARTTLS"):
	case l.is("IMAPS"):
		tls = "implicit"
	case l.is("None"):
		tls = "none"
	default:
		m.note(l, "it is none of None, STARTTLS and IMAPS; STARTTLS is taken")
	}
	a.add(settings.Quoted("tls", tls))
	certificates, system := s.last("CertificateFile"), s.last("SystemCertificates")
	switch {
	case tls == "none" && !settings.Loopback(host):
		a.add(settings.Bare("insecure", "true", "mbsync speaks to this server without TLS: everybody between sees the password and all mail. Write tls = \"implicit\" or \"starttls\" and remove this line."))
	case tls == "none":
	case certificates != nil && !settings.ValidPath(certificates.arg()):
		m.note(certificates, "the path cannot be used here; write it as ca, in full")
	case certificates != nil:
		a.add(settings.Quoted("ca", certificates.arg(), "These certificates count instead of the system's. Remove the line if they are the system's, or if the server's certificate is signed by one of the system's."))
	case system != nil && system.is("no"):
		m.note(system, "the system's certificates are trusted as long as ca names no others")
	}
	if l := s.last("SSLVersion", "SSLVersions", "TLSVersions"); l != nil && !slices.ContainsFunc(l.args, func(v string) bool {
		return strings.HasSuffix(v, "1.2") || strings.HasSuffix(v, "1.3")
	}) {
		m.note(l, "TLS 1.2 and newer are spoken")
	}
	for _, l := range s.all("ClientCertificate", "ClientKey") {
		m.note(l, "a certificate of the client is not shown to an IMAP server")
	}
	for _, l := range s.all("CipherString") {
		m.note(l, "ciphers are not chosen by hand")
	}
	return tls
}

// password says where it is, and never what it is.
func (m *importer) password(s *section, a *account) {
	file := a.name + ".password"
	clear, command, keychain := s.last("Pass"), s.last("PassCmd"), s.last("UseKeychain")
	write := "write the password into " + file + " beside the configuration and chmod 600 it"
	text := strings.TrimSpace(strings.TrimPrefix(command.arg(), "+"))
	switch {
	case command != nil && len(command.args) > 1:
		m.note(command, "the command is not in quotes; write it as password = { command = \"...\" }")
	case command != nil && (text == "" || !settings.Printable(text)):
		m.note(command, "there is no command that could be run; %s", write)
	case command != nil && settings.Prints(text):
		m.note(command, "the command holds the password itself, which is not printed here; %s, and remove it here", write)
	case command != nil:
		a.add(settings.Bare("password", "{ command = "+settings.Quote(text)+" }"))
		return
	case keychain != nil && keychain.is("yes", "true", "on"):
		m.note(keychain, "write password = { command = \"security find-internet-password -r imap -s HOST -a USER -w\" }")
	case clear != nil:
		m.note(clear, "the password stands in clear, and is not printed here; %s, and remove it here", write)
	default:
		m.note(s.opened, "it has neither Pass nor PassCmd, so mbsync asks for the password; %s", write)
	}
	a.add(settings.Bare("password", "{ file = "+settings.Quote(file)+" }"))
}

// mechanisms translates AuthMechs.
func (m *importer) mechanisms(s *section, a *account) {
	l := s.last("AuthMech", "AuthMechs")
	if l == nil || slices.Contains(l.args, "*") {
		return
	}
	var known []string
	for _, word := range l.args {
		word = strings.ToLower(word)
		if slices.Contains([]string{"scram-sha-256", "plain", "login", "xoauth2", "oauthbearer"}, word) {
			known = append(known, word)
		}
	}
	token := slices.DeleteFunc(slices.Clone(known), func(word string) bool { return !strings.Contains(word, "oauth") })
	switch {
	case len(token) == 1 && len(token) == len(l.args), len(known) == 1 && len(l.args) == 1:
		a.add(settings.Quoted("auth", known[0]))
	case len(token) > 0:
		a.add(settings.Quoted("auth", token[0]))
		m.note(l, "one way to log in can be named, and %s is taken; with a password write another auth, or none", token[0])
	case len(known) == 0:
		m.note(l, "none of these can be used; without auth the safest of SCRAM-SHA-256, PLAIN and LOGIN that the server offers is taken")
	default:
		a.add(settings.Remark("Of the ways to log in that the server offers for a password the safest is taken."))
	}
}

// limits reports what spares a server.
func (m *importer) limits(s *section) {
	for _, l := range s.all("PipelineDepth") {
		m.note(l, "the number of commands on their way has no limit to set; max_connections limits the connections")
	}
	for _, l := range s.all("DisableExtension", "DisableExtensions") {
		m.note(l, "extensions cannot be turned off; lockstep doctor shows which ones the server has")
	}
}
