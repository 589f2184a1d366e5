package lsc

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/migrate/settings"
)

// toml prints the configuration.
func (m *importer) toml() string {
	w := &settings.Writer{}
	w.Comment(fmt.Sprintf("Made of %s by lockstep import lsc. It holds no password: each account names the file to write it into.", strings.Join(m.files, ", ")))
	w.Comment("Then: lockstep config check; lockstep doctor; lockstep plan, which shows what would be done and changes nothing.")
	for _, c := range m.comments {
		w.Comment(c)
	}
	if len(m.notes) > 0 {
		w.Comment("Not translated, or not quite:")
	}
	for _, u := range m.notes {
		w.Comment("- " + u.String())
	}
	for _, c := range m.connections {
		if m.accounts[c] == nil {
			w.Comment(fmt.Sprintf("The connection %s (%s:%d) is not used.", shown(c.name), c.file, c.line))
		}
	}
	for _, a := range m.used {
		w.Table("accounts." + tableName(a.name))
		w.Set(a.settings...)
	}
	for _, l := range m.links {
		m.writeLink(w, l)
	}
	return w.String()
}

func (m *importer) writeLink(w *settings.Writer, l *link) {
	section := "links." + tableName(l.name)
	w.Table(section)
	w.Comment("Tasks: " + l.names() + ".")
	w.Set(settings.Quoted("left", l.from.name), settings.Quoted("right", l.to.name))
	for _, t := range l.tasks {
		for _, c := range t.comments {
			w.Comment(c)
		}
	}
	if l.deletes() {
		w.Comment("What lsc -c deleted, of people who are gone, stays until you say so: lockstep sync --clean for one run, or deletes = true.")
	}
	w.Set(settings.Bare("deletes", "false"))
	if users := l.table("users"); users != nil && users.resource.delete {
		w.Set(settings.Quoted("deletion", "account"))
	}
	w.Table(section + ".directory")
	if folded(l.base) != folded(l.tasks[0].from.base) {
		w.Set(settings.Quoted("base", l.base))
	}
	filter, same := l.filter()
	w.Set(settings.Quoted("filter", filter), settings.Quoted("mail", l.mail), settings.Remark(`id = "objectGUID" for Active Directory, "nsUniqueId" for 389 Directory Server.`))
	if page := l.tasks[0].from.page; page > 0 {
		w.Set(settings.Bare("page", strconv.Itoa(page)))
	}
	for _, t := range l.tasks {
		w.Table(section + "." + t.table)
		m.writeResource(w, t, same)
	}
}

// writeResource prints the table of a resource; same = the filter of the link is
// its own.
func (m *importer) writeResource(w *settings.Writer, t *task, same bool) {
	r := &t.resource
	w.Set(r.settings...)
	switch {
	case t.table == "forwards" && m.options.LocalCopy:
		w.Set(settings.Bare("local_copy", "true"))
	case t.table == "forwards":
		w.Comment("local_copy = true if LSC ran with -Dallow.synchronize.local.copy.forwards=true.")
	case t.table == "contacts" && len(m.options.Domains) > 0:
		var all []string
		for _, d := range m.options.Domains {
			all = append(all, settings.Quote(d))
		}
		w.Set(settings.Bare("domains", "["+strings.Join(all, ", ")+"]"))
	case t.table == "contacts":
		w.Comment("domains = [...] if LSC ran with DOMAIN_LIST_TO_SYNCHRONIZE; lockstep takes it from the same variable.")
	}
	if !same {
		w.Set(settings.Quoted("filter", t.filter.String()))
	}
	if r.when != "" {
		w.Set(settings.Quoted("when", r.when))
	}
	for _, s := range []struct {
		key string
		on  bool
	}{{"create", r.create}, {"update", r.update}, {"delete", r.delete || t.table == "users"}} {
		if !s.on {
			w.Set(settings.Bare(s.key, "false"))
		}
	}
}

// tableName prints a name in a header.
func tableName(name string) string {
	if strings.Contains(name, ".") {
		return settings.Quote(name)
	}
	return name
}
