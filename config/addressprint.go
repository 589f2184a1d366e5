package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// String prints the address so that ParseAddress reads it back.
func (a Address) String() string { return a.print(false) }

// Normalised identifies the place, and so the state of an ad-hoc link: with
// an explicit port, without how it is reached (TLS, CA). Call it on what In
// returned, so that paths are absolute.
func (a Address) Normalised() string { return a.print(true) }

func (a Address) print(identity bool) string {
	s := serviceOf(a.Type)
	var b strings.Builder
	switch {
	case a.Type == "":
		b.WriteString(a.Account)
	case s.file:
		b.WriteString(string(a.Type) + ":" + strings.NewReplacer("#", "%23", "%", "%25").Replace(a.Path))
	default:
		a.printURL(&b, s, identity)
	}
	if a.Collection != "" {
		b.WriteString("#" + escape(a.Collection, "/!$&'()*+,;=:@?"))
	}
	return b.String()
}

func (a Address) printURL(b *strings.Builder, s service, identity bool) {
	name, fixed := a.scheme()
	if identity && a.Type == LDAP {
		name = string(LDAP)
	}
	b.WriteString(name + "://")
	if a.User != "" {
		b.WriteString(escape(a.User, "!$&'()*+,;=") + "@")
	}
	if strings.Contains(a.Host, ":") {
		b.WriteString("[" + a.Host + "]")
	} else {
		b.WriteString(a.Host)
	}
	port := 0
	if identity || a.Port != s.defaultPort(a.TLS) {
		port = a.Port
		b.WriteString(":" + strconv.Itoa(port))
	}
	switch {
	case s.web:
		b.WriteString(a.Path)
	default:
		b.WriteString("/" + escape(a.Path, "!$&'()*+,;=:@/"))
	}
	if identity {
		return
	}
	mark := "?"
	if !fixed && a.TLS != s.defaultTLS(port) {
		b.WriteString(mark + "tls=" + string(a.TLS))
		mark = "&"
	}
	if a.CA != "" {
		b.WriteString(mark + "ca=" + escape(a.CA, "/!$'()*,;:@~"))
	}
}

// scheme returns how the address begins, and whether that fixes its TLS.
func (a Address) scheme() (name string, fixed bool) {
	switch {
	case a.Type == LDAP && a.TLS == Implicit:
		return "ldaps", true
	case serviceOf(a.Type).web && a.TLS == Plain:
		return string(a.Type) + "+http", true
	case serviceOf(a.Type).web:
		return string(a.Type) + "+https", true
	}
	return string(a.Type), false
}

// escape percent-encodes all but letters, digits, -._~ and what keep names.
func escape(text, keep string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._~", r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range utf8.AppendRune(nil, r) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
