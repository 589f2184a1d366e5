package vcard

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Canonical is the form in which two values of a property are compared, whatever
// the versions of their cards. "" = the property says nothing.
func (p Property) Canonical() string {
	var inner strings.Builder
	for _, l := range p.Inner {
		inner.WriteString("\n" + l.Name + ":" + l.Value)
	}
	return p.canonical() + inner.String()
}

func (p Property) canonical() string {
	switch formOf(p.Name) {
	case phone:
		return canonicalPhone(p.Text())
	case date:
		if len(p.Get("VALUE")) > 0 && strings.EqualFold(p.Get("VALUE")[0], "text") {
			return CanonicalText(p.Text())
		}
		return canonicalDate(p.Text(), strings.Join(p.Get("X-APPLE-OMIT-YEAR"), ""))
	case binary:
		encoded, _, holds := p.embedded()
		data, _, ok := p.Binary()
		switch {
		case holds && (!ok || len(data) == 0):
			return encoded // broken, or nothing
		case ok:
			sum := sha256.Sum256(data)
			return "sha256:" + hex.EncodeToString(sum[:])
		}
	case structured:
		parts := p.Components()
		for i, part := range parts {
			parts[i] = guarded(CanonicalText(part), ";")
		}
		return strings.TrimRight(strings.Join(parts, ";"), ";")
	case list:
		var members []string
		for _, m := range p.Members() {
			if m = CanonicalText(m); m != "" {
				members = append(members, guarded(m, ","))
			}
		}
		return strings.Join(members, ",")
	case position: // RFC 6350, 6.5.2, and RFC 2426, 3.4.2
		v, _ := cutFold(CanonicalText(p.Text()), "geo:")
		return strings.ReplaceAll(v, ";", ",")
	}
	v := CanonicalText(p.Text())
	switch CanonicalName(p.Name) {
	case "EMAIL":
		v, _ = cutFold(v, "mailto:")
		if local, host, ok := strings.Cut(v, "@"); ok {
			v = local + "@" + strings.ToLower(host)
		}
	case "MEMBER", "RELATED":
		if uid, is := cutFold(v, "urn:uuid:"); is {
			v = strings.ToLower(uid)
		}
	case "KIND", "LANG", "CLASS":
		v = strings.ToLower(v)
	case "X-ABLABEL":
		v = strings.TrimSuffix(strings.TrimPrefix(v, "_$!<"), ">!$_")
	}
	return v
}

// guarded is a text in which a separator stands behind a backslash.
func guarded(s, sep string) string {
	if !strings.ContainsAny(s, `\`+sep) {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, sep, `\`+sep).Replace(s)
}

// CanonicalText is a text in NFC (UAX 15), without blanks around it, its lines
// ended by LF.
func CanonicalText(s string) string {
	if strings.Contains(s, "\r") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	return norm.NFC.String(strings.TrimSpace(s))
}

// canonicalPhone drops what people put between digits (RFC 3966, 5.1.1).
func canonicalPhone(s string) string {
	s = CanonicalText(s)
	if number, isURI := cutFold(s, "tel:"); isURI {
		s = number
		if decoded, err := url.PathUnescape(s); err == nil {
			s = decoded
		}
	}
	if strings.IndexFunc(s, unicode.IsDigit) < 0 {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Dash, r), unicode.Is(unicode.Cf, r), strings.ContainsRune(".()/", r):
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	if strings.Contains(s, "ext") {
		s = strings.NewReplacer(";ext=", "x", "extension", "x", "ext", "x").Replace(s)
	}
	return s
}

// canonicalDate drops what ISO 8601 lets one leave out, and midnight. A year
// that is to be omitted is.
func canonicalDate(s, omit string) string {
	day, clock, timed := strings.Cut(strings.ToUpper(CanonicalText(s)), "T")
	if !dateLike(day) {
		return CanonicalText(s)
	}
	if omit != "" {
		if rest, is := strings.CutPrefix(day, omit); is {
			day = "--" + strings.TrimPrefix(rest, "-")
		}
	}
	lead := ""
	for strings.HasPrefix(day, "-") {
		lead, day = lead+"-", day[1:]
	}
	if len(day) != len("1980-05") { // which is no 198005
		day = strings.ReplaceAll(day, "-", "")
	}
	day = lead + day
	clock = strings.ReplaceAll(clock, ":", "")
	if !timed || strings.TrimRight(strings.TrimSuffix(clock, "Z"), "0") == "" {
		return day
	}
	return day + "T" + clock
}

func dateLike(s string) bool {
	return s == "" || strings.Trim(s, "0123456789-") == "" && strings.Trim(s, "-") != ""
}
