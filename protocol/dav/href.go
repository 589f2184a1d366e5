package dav

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// ParseURL reads the URL of an account or a collection. The error says what is
// wrong with it.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("it is no URL")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Hostname() == "":
		return nil, errors.New("it is not an http or https URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("it holds a user, a query or a fragment")
	}
	return at(u, u.EscapedPath())
}

// at is a path on the host of a URL, in its one canonical form.
func at(host *url.URL, escaped string) (*url.URL, error) {
	canonical, ok := canonicalPath(escaped)
	if !ok {
		return nil, errors.New("its path leads outside of itself")
	}
	path, err := url.PathUnescape(canonical)
	if err != nil {
		return nil, err
	}
	return &url.URL{Scheme: host.Scheme, Host: hostOf(host), Path: path, RawPath: canonical}, nil
}

// hostOf is the host with its port, in small letters and without a port that is
// the standard one.
func hostOf(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, port)
}

// resolve reads an href (RFC 4918, section 14.7). Servers write one path with
// different escapes, with two slashes at the beginning, and with the host by
// which a proxy knows them; the canonical form makes one of all these.
func resolve(base *url.URL, href string) (*url.URL, error) {
	href = strings.TrimSpace(href)
	host, rest := base, href
	if scheme, after, is := strings.Cut(href, "://"); is && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")) {
		authority, path, _ := strings.Cut(after, "/")
		authority, _, _ = strings.Cut(authority, "?")
		u, err := url.Parse(strings.ToLower(scheme) + "://" + authority)
		if err != nil || u.Hostname() == "" || u.User != nil {
			return nil, errors.New("the server names an address that is none: " + printable(href))
		}
		host, rest = u, "/"+path
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	switch {
	case rest == "":
		return nil, errors.New("the server names an empty address")
	case strings.HasPrefix(rest, "/"):
		rest = "/" + strings.TrimLeft(rest, "/")
	default:
		dir := base.EscapedPath()
		rest = dir[:strings.LastIndexByte(dir, '/')+1] + rest
	}
	u, err := at(host, rest)
	if err != nil {
		return nil, errors.New("the server names an address that is none: " + printable(href))
	}
	return u, nil
}

// canonicalPath takes dot segments out of a path and gives every segment its one
// escaped form. false: it leads above the root, or hides dots in escapes.
func canonicalPath(escaped string) (string, bool) {
	var out []string
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch s {
		case ".", "..":
			if s == ".." {
				if len(out) == 0 {
					return "", false
				}
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
			continue
		case "":
			if !last {
				continue // two slashes are one
			}
		}
		plain := unescape(s)
		if plain == "." || plain == ".." {
			return "", false
		}
		out = append(out, EscapeSegment(plain))
	}
	return "/" + strings.Join(out, "/"), true
}

// unescape reads percent escapes; what is none stands for itself.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if b, err := url.PathUnescape(s[i : i+3]); err == nil && len(b) == 1 {
				out = append(out, b[0])
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// EscapeSegment writes a name as one segment of a path: what RFC 3986 (section
// 3.3) lets stand there stands, all else is escaped.
func EscapeSegment(name string) string {
	const hex, stands = "0123456789ABCDEF", "-._~!$&'()*+,;=:@"
	var out strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(stands, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(hex[c>>4])
		out.WriteByte(hex[c&15])
	}
	return out.String()
}

// UnescapeSegment reads a segment of a path.
func UnescapeSegment(segment string) string { return unescape(segment) }

// Directory is the address of a collection with the slash at its end.
func Directory(u *url.URL) *url.URL {
	path := u.EscapedPath()
	if strings.HasSuffix(path, "/") {
		return u
	}
	out := *u
	out.Path, out.RawPath = u.Path+"/", path+"/"
	return &out
}

// Member is the address of an item or a collection directly below a collection;
// segment is escaped already.
func Member(collection *url.URL, segment string) *url.URL {
	dir := Directory(collection)
	out := *dir
	out.Path, out.RawPath = dir.Path+unescape(segment), dir.EscapedPath()+segment
	return &out
}

// place tells where an address is, seen from a collection.
type place uint8

const (
	elsewhere place = iota
	itself
	within // an item directly in it
	below  // a collection directly in it
)

// from finds an address in a collection by its path: behind a proxy servers name
// hosts that nobody else knows. segment is the last one, escaped.
func from(collection, u *url.URL) (where place, segment string) {
	dir, path := Directory(collection).EscapedPath(), u.EscapedPath()
	if path == dir || path+"/" == dir {
		return itself, ""
	}
	rest, under := strings.CutPrefix(path, dir)
	name, collected := strings.CutSuffix(rest, "/")
	switch {
	case !under || name == "" || strings.Contains(name, "/"):
		return elsewhere, ""
	case collected:
		return below, name
	}
	return within, name
}
