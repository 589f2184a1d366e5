package imapd

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func base64UTF7() *base64.Encoding {
	return base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)
}

// encodeName writes a name in modified UTF-7 (RFC 3501, section 5.1.3).
func encodeName(name string) string {
	var b strings.Builder
	var units []uint16
	flush := func() {
		if len(units) == 0 {
			return
		}
		var raw []byte
		for _, u := range units {
			raw = append(raw, byte(u>>8), byte(u))
		}
		b.WriteString("&" + base64UTF7().EncodeToString(raw) + "-")
		units = nil
	}
	for _, r := range name {
		if r < ' ' || r > '~' {
			units = utf16.AppendRune(units, r)
			continue
		}
		flush()
		if b.WriteRune(r); r == '&' {
			b.WriteByte('-')
		}
	}
	flush()
	return b.String()
}

// decodeName reads modified UTF-7; false = it is not the one right spelling.
func decodeName(text string) (string, bool) {
	var b strings.Builder
	for rest := text; rest != ""; {
		plain, after, coded := strings.Cut(rest, "&")
		if b.WriteString(plain); !coded {
			break
		}
		code, tail, ended := strings.Cut(after, "-")
		if !ended {
			return "", false
		}
		rest = tail
		if code == "" {
			b.WriteByte('&')
			continue
		}
		raw, err := base64UTF7().DecodeString(code)
		if err != nil || len(raw)%2 != 0 {
			return "", false
		}
		var units []uint16
		for i := 0; i < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		b.WriteString(string(utf16.Decode(units)))
	}
	name := b.String()
	return name, utf8.ValidString(name) && encodeName(name) == text
}

// canonical spells INBOX, alone or as a parent, in upper case (RFC 3501,
// section 5.1).
func (s *Server) canonical(name string) string {
	first, rest, more := strings.Cut(name, s.opt.Delimiter)
	if !strings.EqualFold(first, "INBOX") {
		return name
	}
	if !more {
		return "INBOX"
	}
	return "INBOX" + s.opt.Delimiter + rest
}

// matches fits a name to a LIST pattern: % stops at the delimiter, * does not
// (RFC 3501, section 6.3.8). It takes at most len(pattern)*len(name) steps.
func matches(pattern, name, delimiter string) bool {
	reach := make([]bool, len(name)+1)
	reach[0] = true
	for i := range len(pattern) {
		next := make([]bool, len(name)+1)
		for j, ok := range reach {
			switch p := pattern[i]; {
			case p == '*':
				next[j] = ok || j > 0 && next[j-1]
			case p == '%':
				next[j] = ok || j > 0 && next[j-1] && name[j-1:j] != delimiter
			case ok && j < len(name) && name[j] == p:
				next[j+1] = true
			}
		}
		reach = next
	}
	return reach[len(name)]
}

// quoted spells a string as a quoted string, or as a literal where it must.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
