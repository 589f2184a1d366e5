package dav

import "strings"

// normalETag gives an ETag the one form in which it is compared and sent: quoted,
// and without W/. Servers write one ETag in a list without quotes and in a header
// with them, and proxies that compress make it a weak one; a weak one never holds
// in If-Match (RFC 9110, section 13.1.1). What stands between the quotes is opaque.
// "" = there is none.
func normalETag(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "W/") || strings.HasPrefix(text, "w/") {
		text = text[2:]
	}
	inner := text
	if len(text) >= 2 && strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
		inner = text[1 : len(text)-1]
	}
	if inner == "" || strings.ContainsFunc(inner, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' }) {
		return "" // nothing that a header can bear
	}
	return `"` + inner + `"`
}
