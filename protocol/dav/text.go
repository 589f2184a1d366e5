package dav

import (
	"strings"
	"unicode"
)

// mostText of a server that is put into an error, in bytes.
const mostText = 200

// printable makes a server's text fit for an error: one short line without control
// characters.
func printable(s string) string {
	if len(s) > 4*mostText {
		s = s[:4*mostText]
	}
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(s) <= mostText {
		return s
	}
	cut := mostText
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "..."
}
