package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printer writes what a command has to say: text for people, or one JSON
// object a line for programs.
type printer struct {
	w      io.Writer
	json   bool
	colour bool
}

// line prints a line of text; in JSON it prints nothing.
func (p *printer) line(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// text prints a text as it is; in JSON it prints nothing.
func (p *printer) text(s string) {
	if !p.json {
		io.WriteString(p.w, s)
	}
}

// object prints a value as a line of JSON; in text it prints nothing.
func (p *printer) object(v any) {
	if !p.json {
		return
	}
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // an & in an address stays one
	if e.Encode(v) != nil {
		return // plain data always marshals
	}
	p.w.Write(line.Bytes())
}

// style of a piece of text on a terminal, as its SGR number.
type style string

const (
	bold    style = "1"
	dim     style = "2"
	red     style = "31"
	green   style = "32"
	yellow  style = "33"
	blue    style = "34"
	cyan    style = "36"
	unstyle style = "0"
)

func (p *printer) paint(s style, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[" + string(unstyle) + "m"
}

// safe makes text from elsewhere fit for a terminal: what is not printable is
// escaped, so that no message or folder name can move the cursor or turn the
// direction of writing.
func safe(text string) string {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unprintable(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
