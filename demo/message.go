package demo

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// message of the sample.
type message struct {
	// name is the Message-ID without its brackets; "" = it has none.
	name string
	// folder where it is, by the names of folder.go.
	folder string
	// marks as core spells them.
	marks []string
	// at is when it was received.
	at time.Time
	// body as it is on the wire: with CRLF line ends.
	body []byte
}

// envelope is what the header of a message says.
type envelope struct {
	name, from, to, subject string
	at                      time.Time
	// refs are the names of the messages of its thread, the first one first.
	refs []string
	more []field
}

// field of a header.
type field struct{ name, value string }

// compose writes a message (RFC 5322, section 3.6).
func compose(e envelope, p part) []byte {
	fields := []field{
		{"Date", e.at.Format(time.RFC1123Z)}, {"From", people(e.from)}, {"To", people(e.to)}, {"Subject", encodedWords(e.subject)},
	}
	if e.to == "" {
		fields = slices.Delete(fields, 2, 3)
	}
	if e.name != "" {
		fields = append(fields, field{"Message-ID", "<" + e.name + ">"})
	}
	if n := len(e.refs); n > 0 {
		fields = append(fields, field{"In-Reply-To", "<" + e.refs[n-1] + ">"}, field{"References", "<" + strings.Join(e.refs, ">\r\n <") + ">"})
	}
	fields = append(fields, e.more...)
	fields = append(fields, field{"MIME-Version", "1.0"})
	return part{slices.Concat(fields, p.header), p.body}.bytes()
}

// people writes a list of addresses; their names may be in any language.
func people(list string) string {
	all, err := mail.ParseAddressList(list)
	if err != nil {
		return list
	}
	var out []string
	for _, a := range all {
		out = append(out, a.String())
	}
	return folded(strings.Join(out, ", "))
}

// encodedWords writes text for a header (RFC 2047): in base64 where little of
// it is ASCII.
func encodedWords(text string) string {
	other := 0
	for _, r := range text {
		if r >= 0x80 {
			other++
		}
	}
	coder := mime.QEncoding
	if other*3 > len([]rune(text)) {
		coder = mime.BEncoding
	}
	return folded(coder.Encode("utf-8", text))
}

// folded begins a new line before each encoded word but the first.
func folded(value string) string { return strings.ReplaceAll(value, "?= =?", "?=\r\n =?") }

// crlf gives text the line ends of the wire.
func crlf(text []byte) []byte { return bytes.ReplaceAll(toLF(text), []byte("\n"), []byte("\r\n")) }

// toLF gives text the line ends of files.
func toLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
