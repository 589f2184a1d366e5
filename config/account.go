package config

import (
	"slices"
	"strings"
)

// at returns the line of a key, else that of its section.
func (a *Account) at(key string) int {
	if line, ok := a.lines[key]; ok {
		return line
	}
	return a.lines[""]
}

// says tells whether a key is in the file.
func (a *Account) says(key string) bool { _, ok := a.lines[key]; return ok }

// finish checks what one key alone cannot tell. An account that is broken is
// left without a type.
func (a *Account) finish(r *reader, section string) {
	before := len(r.problems)
	if a.says("address") {
		a.checkAddress(r, section)
	} else {
		a.assemble(r, section)
	}
	if a.Address.Type == "" || len(r.problems) > before {
		a.Address = Address{}
		return
	}
	address, err := a.Address.In(r.config.home, r.config.dir)
	if err != nil {
		a.wrong(r, section, "path", err)
		a.Address = Address{}
		return
	}
	a.Address = address
	if err := a.Address.CheckPlain(a.Insecure); err != nil {
		a.wrong(r, section, "tls", err)
	}
	a.checkUse(r, section)
}

func (a *Account) wrong(r *reader, section, key string, err error) {
	if !a.says(key) {
		key = "address"
	}
	setting{reader: r, value: value{line: a.at(key)}, key: key, section: section}.take(err)
}

// checkAddress refuses what would say the same twice.
func (a *Account) checkAddress(r *reader, section string) {
	for _, key := range []string{"host", "port", "user", "tls", "ca", "path"} {
		switch {
		case !a.says(key):
		case key == "user" && a.Address.User == "": // a DN reads better by itself
			a.Address.User = a.parts.user
		default:
			r.wrong(a.at(key), "remove one of them", "%s in %s is said by address already", key, section)
		}
	}
	if typ := a.Address.Type; typ != "" && a.parts.typ != "" && a.parts.typ != typ {
		r.wrong(a.at("type"), "remove type", "type in %s is %s, but its address is that of %s", section, quote(string(a.parts.typ)), quote(string(typ)))
	}
}

// assemble makes the address from its parts.
func (a *Account) assemble(r *reader, section string) {
	p := a.parts
	switch {
	case !a.says("type"):
		r.wrong(a.at(""), "add type, or address", "%s has neither type nor address", section)
		return
	case p.typ == "":
		return // reported
	}
	s := serviceOf(p.typ)
	need, legal := []string{"host"}, []string{"host", "port", "user", "tls", "ca", "path"}
	switch {
	case s.file:
		need, legal = []string{"path"}, []string{"path"}
	case p.typ == IMAP:
		need, legal = []string{"host", "user"}, []string{"host", "port", "user", "tls", "ca"}
	case p.typ == James:
		legal = []string{"host", "port", "tls", "ca", "path"}
	}
	for _, key := range []string{"host", "port", "user", "tls", "ca", "path"} {
		switch {
		case a.says(key) && !slices.Contains(legal, key):
			r.wrong(a.at(key), "remove it", "%s in %s is of no use for type %s", key, section, quote(string(p.typ)))
		case !a.says(key) && slices.Contains(need, key):
			r.wrong(a.at(""), "add "+key+", or address", "%s has no %s", section, key)
		}
	}
	a.Address = Address{Type: p.typ, Host: p.host, Port: p.port, User: p.user, TLS: TLS(p.tls), CA: p.ca}
	if s.file {
		a.Address.Path = p.path
		return
	}
	if p.host != "" {
		if err := a.Address.checkHost(); err != nil {
			a.wrong(r, section, "host", err)
		} else if err := a.Address.checkServer(); err != nil {
			a.wrong(r, section, "tls", err)
		}
	}
	if err := a.Address.pathFrom(p.path); err != nil {
		a.wrong(r, section, "path", err)
	}
}

// checkUse refuses what has no effect on this type of account.
func (a *Account) checkUse(r *reader, section string) {
	useless := func(key string) {
		if a.says(key) {
			r.wrong(a.at(key), "remove it", "%s in %s is of no use for type %s", key, section, quote(string(a.Address.Type)))
		}
	}
	if a.Address.Type != Maildir {
		useless("layout")
	}
	if a.Address.Type != IMAP {
		useless("shared")
		useless("idle")
	}
	s := serviceOf(a.Address.Type)
	if !slices.Contains(s.auths, AuthExternal) {
		useless("certificate")
		useless("key")
	}
	if s.typ == LDAP {
		useless("max_connections") // there is one
	}
	if !s.dav() {
		useless("names")
	}
	if s.typ != CalDAV {
		useless("window")
	}
	if !s.personal() {
		for _, f := range restrictionFields() {
			useless(f.name)
		}
	}
	if a.Address.Local() {
		useless("password")
		useless("max_connections")
		useless("insecure")
	}
	a.checkLogin(r, section)
	a.checkRestriction(r, section)
	if a.Address.Type == IMAP && a.Address.User == "" && !a.says("user") {
		r.wrong(a.at("address"), "write imap://USER@HOST/, with %40 for an @ in USER", "address in %s names no user", section)
	}
}

// checkLogin refuses ways to log in that do not go together.
func (a *Account) checkLogin(r *reader, section string) {
	s, external := serviceOf(a.Address.Type), a.Auth == AuthExternal
	switch {
	case a.Auth == "":
	case len(s.auths) == 0:
		r.wrong(a.at("auth"), "remove it", "auth in %s is of no use for type %s", section, quote(string(s.typ)))
	case !slices.Contains(s.auths, a.Auth):
		r.wrong(a.at("auth"), "remove it", "auth = %s in %s is not for type %s", quote(string(a.Auth)), section, quote(string(s.typ)))
	case external && a.Certificate == "":
		r.wrong(a.at("auth"), `add certificate = "FILE" and key = "FILE"`, "auth = \"external\" in %s has no certificate to log in with", section)
	case external && (a.Address.User != "" || a.says("password")):
		r.wrong(a.at("auth"), "remove the user and the password, or auth", "auth = \"external\" in %s logs in with the certificate alone", section)
	case a.Auth == AuthToken && !a.says("password"):
		r.wrong(a.at("auth"), `add password = {command = "COMMAND"} that prints the token`, "auth = \"bearer\" in %s has no token", section)
	}
	switch {
	case a.Certificate != "" && a.Key.IsZero():
		r.wrong(a.at("certificate"), `add key = "FILE"`, "certificate in %s has no key", section)
	case !a.Key.IsZero() && a.Certificate == "":
		r.wrong(a.at("key"), `add certificate = "FILE"`, "key in %s has no certificate", section)
	case a.Certificate != "" && a.Address.TLS == Plain:
		r.wrong(a.at("certificate"), "use TLS, or remove it", "certificate in %s is of no use without TLS", section)
	}
	if (s.typ == LDAP || s.dav()) && !external && a.Auth != AuthToken {
		user := "user"
		if s.typ == LDAP {
			user += " = the DN to bind with"
		}
		switch {
		case a.Address.User == "" && a.says("password"):
			r.wrong(a.at("password"), "add "+user+", or remove the password", "password in %s has no user", section)
		case a.Address.User != "" && !a.says("password"):
			r.wrong(a.at(""), "add password = {env|file|command}, or remove the user", "%s has a user and no password", section)
		}
	}
	if s.typ == James && a.Address.User != "" {
		r.wrong(a.at("address"), "remove it from the address; the password or token says who you are", "%s names a user, and webadmin has none", section)
	}
}

// pathFrom takes a path written by itself rather than in an address.
func (a *Address) pathFrom(path string) error {
	switch {
	case serviceOf(a.Type).web && strings.ContainsAny(path, "?#"):
		return problem("write ? as %3F and # as %23", "%s is not the path of a URL", quote(path))
	case serviceOf(a.Type).web:
		return a.parsePath("/" + strings.TrimPrefix(path, "/"))
	}
	a.Path = path
	return nil
}
