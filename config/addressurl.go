package config

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// parseURL reads what follows the colon of a server's address.
func (a *Address) parseURL(s scheme, rest string) error {
	form := s.name + "://user@host:port/"
	rest, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return problem("write "+form, "there is no // after the scheme")
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	host := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user := authority[:at]
		host = authority[at+1:]
		if strings.Contains(user, ":") {
			return problem(`remove it, and give it as password = {env|file|command} in [accounts.NAME] or as LOCKSTEP_PASSWORD_LEFT or LOCKSTEP_PASSWORD_RIGHT (a ":" of a user name is %3A)`,
				"there is a password")
		}
		var err error
		if a.User, err = url.PathUnescape(user); err != nil {
			return problem("write % as %25 and @ as %40", "the user is not percent-encoded")
		}
	}
	if err := a.parseHost(host); err != nil {
		return err
	}
	if err := a.parseQuery(s, query); err != nil {
		return err
	}
	return a.parsePath(path)
}

func (a *Address) parseHost(text string) error {
	host, port := text, ""
	if end := strings.LastIndexByte(text, ']'); strings.HasPrefix(text, "[") && end > 0 {
		host, port = text[1:end], text[end+1:]
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() || ip.Zone() != "" {
			return problem("write an IPv6 address in brackets, without a zone", "the host is not valid")
		}
	} else if i := strings.IndexByte(text, ':'); i >= 0 {
		host, port = text[:i], text[i:]
	}
	if port != "" {
		n, err := strconv.ParseUint(strings.TrimPrefix(port, ":"), 10, 16)
		if err != nil || n == 0 {
			return problem("write a port from 1 to 65535 after the host, and an IPv6 address in brackets", "the port is not valid")
		}
		a.Port = int(n)
	}
	a.Host = host
	return a.checkHost()
}

// checkHost also brings the host into its one spelling.
func (a *Address) checkHost() error {
	a.Host = strings.TrimSuffix(strings.ToLower(a.Host), ".")
	if a.Host == "" {
		return problem("", "there is no host")
	}
	if strings.HasPrefix(a.Host, ".") || strings.HasSuffix(a.Host, ".") || strings.Contains(a.Host, "..") {
		return problem("check its dots", "%s is not the name of a host", quote(a.Host))
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil && ip.Zone() == "" {
		a.Host = ip.String()
		return nil
	}
	if strings.ContainsFunc(a.Host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	}) {
		return problem("write a host name or an IP address alone; letters beyond a to z go in the xn-- form", "the host is not valid")
	}
	return nil
}

// parseQuery reads the parameters and settles TLS and port.
func (a *Address) parseQuery(s scheme, query string) error {
	known := []string{"tls", "ca"}
	seen := map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		key, escaped, _ := strings.Cut(part, "=")
		value, err := url.PathUnescape(escaped)
		_, again := seen[key]
		switch {
		case key != "tls" && key != "ca":
			return problem(didYouMean(key, known), "unknown parameter %s", quote(key))
		case again:
			return problem("write it once", "the parameter %s is there twice", key)
		case err != nil || value == "" || printable(key, value) != nil:
			return problem("write % as %25", "the parameter %s has no valid value", key)
		}
		seen[key] = value
	}
	a.CA, a.TLS = seen["ca"], TLS(seen["tls"])
	if a.TLS != "" && s.tls != "" && a.TLS != s.tls {
		return problem("leave tls out", "tls=%s contradicts %s://", a.TLS, s.name)
	}
	if a.TLS == "" {
		a.TLS = s.tls
	}
	return a.checkServer()
}

// checkServer checks what belongs to a server and fills in the defaults.
func (a *Address) checkServer() error {
	s := serviceOf(a.Type)
	if a.TLS == "" {
		a.TLS = s.defaultTLS(a.Port)
	}
	if a.TLS != Implicit && a.TLS != StartTLS && a.TLS != Plain {
		return problem(didYouMean(string(a.TLS), []string{"implicit", "starttls", "none"}), "tls=%s is unknown", quote(string(a.TLS)))
	}
	if s.web && a.TLS == StartTLS {
		return problem("use "+string(a.Type)+"+https", "there is no StartTLS over HTTP")
	}
	if a.CA != "" && a.TLS == Plain {
		return problem("remove ca, or use TLS", "ca is of no use without TLS")
	}
	if a.Port == 0 {
		a.Port = s.defaultPort(a.TLS)
	}
	return printable("user", a.User)
}

// parsePath reads what lies between the host and the query.
func (a *Address) parsePath(path string) error {
	decoded, err := url.PathUnescape(path)
	if err != nil || printable("path", decoded) != nil {
		return problem("write % as %25", "the path is not percent-encoded")
	}
	switch {
	case serviceOf(a.Type).web:
		a.Path = path
		if path == "" {
			a.Path = "/"
		}
	case a.Type == LDAP:
		a.Path = strings.TrimPrefix(decoded, "/")
	case path != "" && path != "/":
		return problem("to name one folder write #FOLDER at the end", "there is a path after the host")
	}
	return nil
}
