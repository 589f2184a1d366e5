package contentline

import (
	"strings"
	"unicode/utf8"
)

// Refold folds those lines of a body anew whose folds stand within a letter. Parse
// understands them, but a program that decodes before it unfolds spoils the letter, and
// RFC 6350 (section 3.2) wants its octets together. All other lines keep their bytes,
// and so does a body that Parse refuses.
func Refold(body []byte) []byte {
	var b strings.Builder
	changed := false
	for l, err := range Lines(string(body)) {
		if err != nil {
			return body
		}
		raw := refolded(l)
		changed = changed || raw != l.Raw
		b.WriteString(raw)
	}
	if !changed {
		return body
	}
	return []byte(b.String())
}

// refolded is the line as it stands, or folded between letters.
func refolded(l Line) string {
	var text strings.Builder
	within, first, last := false, "", ""
	for rest := l.Raw; rest != ""; {
		content, size := cut(rest)
		last, rest = rest[len(content):size], rest[size:]
		if text.Len() == 0 {
			first = last
		} else if folded(content) {
			content = content[1:]
			within = within || content != "" && !utf8.RuneStart(content[0])
		}
		text.WriteString(content)
	}
	// Of a vCard 2.1 the blank of a fold is part of the value, and soft line breaks are no folds.
	if !within || !utf8.ValidString(text.String()) || !strings.HasSuffix(text.String(), l.Value) {
		return l.Raw
	}
	return strings.TrimSuffix(fold(text.String(), first), first) + last
}
