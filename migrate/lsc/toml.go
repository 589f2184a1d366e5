package lsc

import (
	"fmt"
	"strconv"
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

func (w *writer) set(all ...setting) {
	for _, s := range all {
		for _, c := range s.comments {
			w.comment(c)
		}
		if s.key != "" {
			w.WriteString(s.key + " = " + s.value + "\n")
		}
	}
}

func (w *writer) table(name string) { w.WriteString("\n[" + name + "]\n") }

// visible makes a text from the file fit for a comment.
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
// holds a ", else between ".
func quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "'") && !strings.ContainsFunc(s, unicode.IsControl) {
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
	w.comment(fmt.Sprintf("Made of %s by lockstep import lsc. It holds no password: each account names the file to write it into.", strings.Join(m.files, ", ")))
	w.comment("Then: lockstep config check; lockstep doctor; lockstep plan, which shows what would be done and changes nothing.")
	for _, c := range m.comments {
		w.comment(c)
	}
	if len(m.notes) > 0 {
		w.comment("Not translated, or not quite:")
	}
	for _, u := range m.notes {
		w.comment("- " + u.String())
	}
	for _, c := range m.connections {
		if m.accounts[c] == nil {
			w.comment(fmt.Sprintf("The connection %s (%s:%d) is not used.", shown(c.name), c.file, c.line))
		}
	}
	for _, a := range m.used {
		w.table("accounts." + tableName(a.name))
		w.set(a.settings...)
	}
	for _, l := range m.links {
		m.writeLink(w, l)
	}
	return w.String()
}

func (m *importer) writeLink(w *writer, l *link) {
	section := "links." + tableName(l.name)
	w.table(section)
	w.comment("Tasks: " + l.names() + ".")
	w.set(quoted("left", l.from.name), quoted("right", l.to.name))
	for _, t := range l.tasks {
		for _, c := range t.comments {
			w.comment(c)
		}
	}
	if l.deletes() {
		w.comment("What lsc -c deleted, of people who are gone, stays until you say so: lockstep sync --clean for one run, or deletes = true.")
	}
	w.set(bare("deletes", "false"))
	if users := l.table("users"); users != nil && users.resource.delete {
		w.set(quoted("deletion", "account"))
	}
	w.table(section + ".directory")
	if folded(l.base) != folded(l.tasks[0].from.base) {
		w.set(quoted("base", l.base))
	}
	filter, same := l.filter()
	w.set(quoted("filter", filter), quoted("mail", l.mail), remark(`id = "objectGUID" for Active Directory, "nsUniqueId" for 389 Directory Server.`))
	if page := l.tasks[0].from.page; page > 0 {
		w.set(bare("page", strconv.Itoa(page)))
	}
	for _, t := range l.tasks {
		w.table(section + "." + t.table)
		m.writeResource(w, t, same)
	}
}

// writeResource prints the table of a resource; same = the filter of the link is
// its own.
func (m *importer) writeResource(w *writer, t *task, same bool) {
	r := &t.resource
	w.set(r.settings...)
	switch {
	case t.table == "forwards" && m.options.LocalCopy:
		w.set(bare("local_copy", "true"))
	case t.table == "forwards":
		w.comment("local_copy = true if LSC ran with -Dallow.synchronize.local.copy.forwards=true.")
	case t.table == "contacts" && len(m.options.Domains) > 0:
		var all []string
		for _, d := range m.options.Domains {
			all = append(all, quote(d))
		}
		w.set(bare("domains", "["+strings.Join(all, ", ")+"]"))
	case t.table == "contacts":
		w.comment("domains = [...] if LSC ran with DOMAIN_LIST_TO_SYNCHRONIZE; lockstep takes it from the same variable.")
	}
	if !same {
		w.set(quoted("filter", t.filter.String()))
	}
	if r.when != "" {
		w.set(quoted("when", r.when))
	}
	for _, s := range []struct {
		key string
		on  bool
	}{{"create", r.create}, {"update", r.update}, {"delete", r.delete || t.table == "users"}} {
		if !s.on {
			w.set(bare(s.key, "false"))
		}
	}
}

// tableName prints a name in a header.
func tableName(name string) string {
	if strings.Contains(name, ".") {
		return quote(name)
	}
	return name
}
