package config

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseAddress reads an address as written on the command line or in a file:
// imap://user@host:port/?tls=implicit|starttls|none&ca=FILE, imaps://,
// maildir:PATH, vdir:PATH, vcf:FILE, ics:FILE, ldif:FILE, carddav+https://,
// caldav+https://, james+https://, ldap://, ldaps://, or the name of an account;
// each with an optional #collection. Everything is percent-decoded, but in a PATH of this
// machine only %23 (#) and %25 (%) are.
//
// No error shows a password that somebody wrote into an address.
func ParseAddress(text string) (Address, error) {
	if err := printable("address", text); err != nil {
		return Address{}, problem("", "the address holds a character that cannot be printed")
	}
	body, fragment, named := strings.Cut(text, "#")
	var a Address
	if named && fragment == "" {
		return Address{}, problem("write a collection after the #, or remove it", "%s names no collection", masked(text))
	}
	if named {
		collection, err := url.PathUnescape(fragment)
		if err != nil {
			return Address{}, problem("write % as %25", "the collection in %s is not percent-encoded", masked(text))
		}
		if a.Collection, err = collectionPath(collection); err != nil {
			return Address{}, err
		}
	}
	name, rest, colon := strings.Cut(body, ":")
	if !colon {
		if err := accountName(body); err != nil {
			return Address{}, err
		}
		a.Account = body
		return a, nil
	}
	if err := a.parseBody(name, rest); err != nil {
		p := asProblem(err)
		p.Text = masked(body) + ": " + p.Text
		return Address{}, p
	}
	a.Collection = spelling(a.Kinds(), a.Collection)
	return a, nil
}

// parseBody reads an address with a scheme.
func (a *Address) parseBody(name, rest string) error {
	var names []string
	for _, s := range schemes() {
		names = append(names, s.name)
		if !strings.EqualFold(name, s.name) {
			continue
		}
		a.Type = s.typ
		if serviceOf(s.typ).file {
			return a.parseFile(rest)
		}
		return a.parseURL(s, rest)
	}
	return problem(didYouMean(name, names), "no known form of address")
}

func accountName(name string) error {
	switch {
	case validName(name):
		return nil
	case name == "":
		return problem("write an address, such as maildir:PATH, or the name of an account", "there is no address")
	case strings.ContainsAny(name, `/\~`) || strings.HasPrefix(name, "."):
		return problem(`write "maildir:`+name+`" or "vdir:`+name+`"`, "%s is neither the name of an account nor an address", quote(name))
	}
	return problem("names are made of letters, digits, '.', '-' and '_'", "%s is not the name of an account", masked(name))
}

// validName tells whether accounts and links may be called so.
func validName(name string) bool {
	return name != "" && name[0] != '.' && name[0] != '-' && !strings.ContainsFunc(name, func(r rune) bool {
		return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	})
}

func (a *Address) parseFile(path string) error {
	if host, ok := strings.CutPrefix(path, "//"); ok {
		path = host
		if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "~") {
			return problem("write "+string(a.Type)+":PATH", "it names a host, but is a path of this machine")
		}
	}
	if path == "" {
		return problem("write "+string(a.Type)+":PATH", "there is no path")
	}
	if path[0] == '/' {
		path = "/" + strings.TrimLeft(path, "/")
	}
	a.Path = strings.NewReplacer("%23", "#", "%25", "%").Replace(path)
	return nil
}

// printable refuses control characters and broken UTF-8.
func printable(what, text string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return problem("", "the %s holds a character that cannot be printed", what)
	}
	return nil
}

// masked is an address for an error: what could be a password is ***, and
// parameters are left out.
func masked(text string) string {
	start := 0
	if i := strings.Index(text, "://"); i >= 0 {
		start = i + len("://")
	} else if i := strings.IndexByte(text, ':'); i >= 0 {
		start = i
	}
	if strings.HasPrefix(text[start:], "[") {
		start += max(strings.IndexByte(text[start:], ']'), 0)
	}
	if at := strings.LastIndexByte(text, '@'); at > start {
		if colon := strings.IndexByte(text[start:at], ':'); colon >= 0 {
			text = text[:start+colon+1] + "***" + text[at:]
		}
	}
	body, _, query := strings.Cut(text, "?")
	if query {
		body += "?..."
	}
	return quote(body)
}
