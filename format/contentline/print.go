package contentline

import (
	"strings"
	"unicode/utf8"
)

// width is how many octets a physical line may have without its line end
// (RFC 6350, 3.2; RFC 5545, 3.1).
const width = 75

// printed writes a new line with these line ends. old: of a vCard 2.1, where a
// fold would add a blank to the value.
func printed(l Line, eol string, old bool) string {
	var head strings.Builder
	if l.Group != "" {
		head.WriteString(l.Group + ".")
	}
	head.WriteString(l.Name)
	for _, p := range l.Params {
		writeParam(&head, p)
	}
	head.WriteByte(':')
	if control(l.Value) >= 0 {
		l.Value = oneLine(l.Value)
	}
	switch {
	case l.QuotedPrintable():
		return softBroken(head.String(), l.Value, eol)
	case old && l.block():
		return head.String() + eol + indented(l.Value, eol) + eol
	case old:
		return head.String() + l.Value + eol
	}
	return fold(head.String()+l.Value, eol)
}

// oneLine keeps a value from becoming two lines, and from what no line may hold.
func oneLine(s string) string {
	s = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// fold breaks a line between runes; what is no UTF-8 is broken between bytes.
func fold(text, eol string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/width*(len(eol)+1) + len(eol))
	for room := width; len(text) > room; room = width - 1 {
		n := room
		for n > room-utf8.UTFMax+1 && !utf8.RuneStart(text[n]) {
			n--
		}
		if !utf8.RuneStart(text[n]) {
			n = room
		}
		b.WriteString(text[:n] + eol + " ")
		text = text[n:]
	}
	b.WriteString(text + eol)
	return b.String()
}

// softBroken breaks a quoted-printable value without splitting an =XX (RFC 2045,
// section 6.7).
func softBroken(head, value, eol string) string {
	var b strings.Builder
	b.WriteString(head)
	for room := width - len(head); len(value) > max(room, 0); room = width {
		n := max(room-1, 0)
		if at := strings.LastIndexByte(value[max(n-2, 0):n], '='); at >= 0 {
			n = max(n-2, 0) + at
		}
		b.WriteString(value[:n] + "=" + eol)
		value = value[n:]
	}
	b.WriteString(value + eol)
	return b.String()
}

// indented is the block of base64 of a vCard 2.1.
func indented(text, eol string) string {
	var b strings.Builder
	for text != "" {
		n := min(len(text), width-1)
		b.WriteString(" " + text[:n] + eol)
		text = text[n:]
	}
	return b.String()
}
