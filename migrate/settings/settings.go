// Package settings writes our configuration for the importers: tables of keys
// with the comments that say where each came from. It prints what it is given,
// and never reads a configuration. Start with Writer; accept.go tells what can
// be printed.
package settings

import (
	"fmt"
	"strings"
	"unicode"
)

// Setting is key = value, the value as TOML writes it, with comments above it. A
// setting without a key is its comments alone.
type Setting struct {
	Key, Value string
	Comments   []string
}

// Quoted is a setting whose value is a string.
func Quoted(key, value string, comments ...string) Setting {
	return Setting{key, Quote(value), comments}
}

// Bare is a setting whose value stands as it is: a number, a word, a table.
func Bare(key, value string, comments ...string) Setting { return Setting{key, value, comments} }

// Remark is comments alone.
func Remark(comments ...string) Setting { return Setting{Comments: comments} }

// List is a setting whose value is a list of strings.
func List(key string, all []string, comments ...string) Setting {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = Quote(s)
	}
	return Setting{key, "[" + strings.Join(out, ", ") + "]", comments}
}

// Writer collects the text of a configuration.
type Writer struct{ strings.Builder }

// widest is how wide a comment may be, in characters.
const widest = 110

// Comment writes a comment, in as many lines as it needs.
func (w *Writer) Comment(text string) {
	line := "#"
	for word := range strings.FieldsSeq(Visible(text)) {
		if len([]rune(line))+1+len([]rune(word)) > widest && line != "#" {
			w.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	w.WriteString(line + "\n")
}

// Table begins a table, of which the name is already as TOML writes it.
func (w *Writer) Table(name string) { w.WriteString("\n[" + name + "]\n") }

// Set writes settings.
func (w *Writer) Set(all ...Setting) {
	for _, s := range all {
		for _, c := range s.Comments {
			w.Comment(c)
		}
		if s.Key != "" {
			w.WriteString(s.Key + " = " + s.Value + "\n")
		}
	}
}

// Visible makes a text from elsewhere fit for a line of its own.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// Printable tells whether a configuration can hold a text.
func Printable(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }

// Quote prints a string: between ' as long as it can stand there as it is and
// holds a " or a \, else between ".
func Quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "'") && Printable(s) {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
