package mbsync

import (
	"fmt"
	"strings"
	"unicode"
)

// setting is key = value, the value as TOML writes it, with comments above it. A
// setting without a key is its comments alone.
type setting struct {
	key, value string
	comments   []string
}

func quoted(key, value string, comments ...string) setting {
	return setting{key, quote(value), comments}
}

func bare(key, value string, comments ...string) setting { return setting{key, value, comments} }

func remark(comments ...string) setting { return setting{comments: comments} }

func list(key string, all []string, comments ...string) setting {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = quote(s)
	}
	return setting{key, "[" + strings.Join(out, ", ") + "]", comments}
}

// writer prints TOML.
type writer struct{ strings.Builder }

// widest is how wide a comment may be, in characters.
const widest = 110

func (w *writer) comment(text string) {
	line := "#"
	for word := range strings.FieldsSeq(visible(text)) {
		if len([]rune(line))+1+len([]rune(word)) > widest && line != "#" {
			w.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	w.WriteString(line + "\n")
}

func (w *writer) table(group, name string, all []setting) {
	if strings.Contains(name, ".") {
		name = quote(name)
	}
	w.WriteString("\n[" + group + "." + name + "]\n")
	for _, s := range all {
		for _, c := range s.comments {
			w.comment(c)
		}
		if s.key != "" {
			w.WriteString(s.key + " = " + s.value + "\n")
		}
	}
}

// visible makes a text from the file fit for a line of its own.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// printable tells whether a configuration can hold a text.
func printable(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }

// quote prints a string: between ' as long as it can stand there as it is and
// holds a " or a \, else between ".
func quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "'") && printable(s) {
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

// toml prints the configuration.
func (m *importer) toml() string {
	w := &writer{}
	w.comment(fmt.Sprintf("Made of %s by lockstep import mbsync. It holds no password.", m.name))
	w.comment("Then: lockstep config check; lockstep doctor; lockstep plan, which shows what would be done and changes nothing.")
	w.comment("Times of arrival are always kept, and what was synced is remembered in the state of each link: CopyArrivalDate, SyncState and FSync need no equal.")
	if len(m.notes) > 0 {
		w.comment("Not translated, or not quite:")
	}
	for _, u := range m.notes {
		w.comment("- " + u.String())
	}
	for _, c := range m.comments {
		w.comment(c)
	}
	for _, a := range m.accounts {
		w.table("accounts", a.name, a.settings)
	}
	for _, s := range m.trees {
		w.table("accounts", s.account.name, s.account.settings)
	}
	for _, l := range m.links {
		w.table("links", l.name, l.settings)
	}
	return w.String()
}
