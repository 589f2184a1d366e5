package vcard

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// raw is the value in UTF-8, without quoted-printable, but with its backslashes.
func (p Property) raw() string {
	v := p.Value
	if p.QuotedPrintable() {
		v = unquote(v)
	}
	if set := p.Get("CHARSET"); len(set) > 0 {
		if e, err := htmlindex.Get(set[0]); err == nil {
			if decoded, err := e.NewDecoder().String(v); err == nil {
				v = decoded
			}
		}
	}
	if v == p.Value && utf8.ValidString(v) {
		return v
	}
	if !utf8.ValidString(v) { // no charset, or a wrong one: phones mean this one
		v, _ = charmap.Windows1252.NewDecoder().String(v)
	}
	return strings.Map(func(r rune) rune { // what was encoded may hold anything
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return -1
		}
		return r
	}, v)
}

// unquote decodes quoted-printable; what is none of it stays.
func unquote(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			if c, ok := hexByte(s[i+1], s[i+2]); ok {
				out.WriteByte(c)
				i += 2
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

func hexByte(a, b byte) (byte, bool) {
	digit := func(c byte) int { return strings.IndexByte("0123456789ABCDEF0123456789abcdef", c) }
	x, y := digit(a), digit(b)
	return byte(x%16<<4 | y%16), x >= 0 && y >= 0
}

// Text is the value as text: without encoding and escapes.
func (p Property) Text() string {
	if p.Version == V21 {
		return strings.ReplaceAll(p.raw(), `\;`, ";")
	}
	return Unescape(p.raw())
}

// Components are the parts of a structured value (N, ADR, ORG), as text.
func (p Property) Components() []string { return p.split(';') }

// Members are the values of a list (CATEGORIES, NICKNAME), as text.
func (p Property) Members() []string { return p.split(',') }

func (p Property) split(at byte) []string {
	parts := cutUnescaped(p.raw(), at)
	for i, s := range parts {
		if p.Version == V21 {
			parts[i] = strings.ReplaceAll(s, `\`+string(at), string(at))
		} else {
			parts[i] = Unescape(s)
		}
	}
	return parts
}

// cutUnescaped splits at the separators that no backslash stands before.
func cutUnescaped(s string, sep byte) (parts []string) {
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// Unescape reads the escapes of RFC 6350, section 3.4, and those that programs
// write beside them (\: and \"); a backslash before anything else stays.
func Unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch i++; s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ',', ';', ':', '"':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// Escape writes a text as a value, or a part of one (RFC 6350, section 3.4).
func Escape(s string) string {
	if !strings.ContainsAny(s, "\\,;\r\n") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// Binary returns the bytes that a value holds itself, as base64 or as a data:
// URI (RFC 2397), and their media type in lower case ("image/jpeg"; "" = it
// names none). false = it holds none: it is a reference, or broken.
func (p Property) Binary() (data []byte, media string, ok bool) {
	encoded, media, ok := p.embedded()
	if !ok {
		return nil, "", false
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	return data, media, err == nil
}

// embedded is what Binary decodes, in base64 without blanks.
func (p Property) embedded() (encoded, media string, ok bool) {
	if p.Base64() {
		return strings.Join(strings.Fields(p.Value), ""), p.media(), true
	}
	rest, isData := cutFold(strings.TrimSpace(p.Text()), "data:")
	head, body, comma := strings.Cut(rest, ",")
	if !isData || !comma {
		return "", "", false
	}
	head, is64 := strings.CutSuffix(head, ";base64")
	media, _, _ = strings.Cut(strings.ToLower(head), ";")
	if text, err := url.PathUnescape(body); err == nil {
		body = text
	}
	if !is64 {
		return base64.StdEncoding.EncodeToString([]byte(body)), media, true
	}
	return strings.Join(strings.Fields(body), ""), media, true
}

// media is the type of a value in base64: TYPE=JPEG, a bare JPEG, MEDIATYPE.
func (p Property) media() string {
	for _, t := range p.Get("MEDIATYPE") {
		return strings.ToLower(t)
	}
	for _, t := range append(p.Get("TYPE"), p.Get("")...) {
		t = strings.ToLower(t)
		switch t {
		case "home", "work", "pref", "base64":
			continue
		}
		switch {
		case strings.Contains(t, "/"):
			return t
		case p.Name == "SOUND":
			return "audio/" + t
		case p.Name == "KEY":
			return keyMedia(t)
		}
		return "image/" + t
	}
	return ""
}

func keyMedia(t string) string {
	switch t {
	case "pgp":
		return "application/pgp-keys"
	case "x509":
		return "application/pkix-cert"
	}
	return "application/" + t
}

// cutFold is strings.CutPrefix in any case.
func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
