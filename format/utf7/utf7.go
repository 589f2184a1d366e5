// Package utf7 is modified UTF-7 (RFC 3501, section 5.1.3), in which IMAP
// servers and Maildir++ folders spell their names. It does no I/O. Start with
// Encode.
package utf7

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// alphabet is the alphabet of modified UTF-7 (RFC 3501, section 5.1.3).
func alphabet() *base64.Encoding {
	return base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)
}

// Encode writes a mailbox name in modified UTF-7 (RFC 3501, section 5.1.3).
func Encode(name string) string {
	var b strings.Builder
	var units []uint16
	flush := func() {
		if len(units) == 0 {
			return
		}
		raw := make([]byte, 0, 2*len(units))
		for _, u := range units {
			raw = append(raw, byte(u>>8), byte(u))
		}
		b.WriteString("&" + alphabet().EncodeToString(raw) + "-")
		units = units[:0]
	}
	for _, r := range name {
		switch {
		case r < ' ' || r > '~':
			units = utf16.AppendRune(units, r)
		case r == '&':
			flush()
			b.WriteString("&-")
		default:
			flush()
			b.WriteRune(r)
		}
	}
	flush()
	return b.String()
}

// Decode reads a mailbox name in modified UTF-7. false = the text is not
// the one form that Encode writes, so that the name it stands for would be
// sent back as another.
func Decode(text string) (string, bool) {
	var b strings.Builder
	for rest := text; rest != ""; {
		plain, code, shifted := strings.Cut(rest, "&")
		b.WriteString(plain)
		if !shifted {
			break
		}
		code, after, ended := strings.Cut(code, "-")
		if !ended {
			return "", false
		}
		rest = after
		if code == "" {
			b.WriteByte('&')
			continue
		}
		raw, err := alphabet().DecodeString(code)
		if err != nil || len(raw)%2 != 0 {
			return "", false
		}
		units := make([]uint16, 0, len(raw)/2)
		for i := 0; i < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		b.WriteString(string(utf16.Decode(units)))
	}
	name := b.String()
	return name, utf8.ValidString(name) && Encode(name) == text
}
