package lsc

import (
	"fmt"
	"slices"
	"strings"
)

// link is what tasks with the same ends and owners become together.
type link struct {
	name     string
	from, to *account
	base     string
	mail     string
	tasks    []*task
}

// makeLinks puts each task into the first link of its ends, its base and its
// addresses that has not got its resource yet. Where the filters of a link
// differ, each is evaluated here; one that cannot be has a link of its own.
func (m *importer) makeLinks() {
	for _, t := range m.tasks {
		from, to := m.account(t.from), m.account(t.to)
		t.base = below(t.base, t.from.base)
		i := slices.IndexFunc(m.links, func(l *link) bool { return l.from == from && l.to == to && l.takes(t) })
		if i < 0 {
			m.links = append(m.links, &link{name: m.linkName(t.base), from: from, to: to, base: t.base, mail: t.mail})
			i = len(m.links) - 1
		}
		m.links[i].tasks = append(m.links[i].tasks, t)
	}
	for _, c := range m.connections {
		if m.accounts[c] == nil {
			c.skip()
		}
	}
	for _, l := range m.links {
		slices.SortStableFunc(l.tasks, func(a, b *task) int {
			return slices.Index(tables(), a.table) - slices.Index(tables(), b.table)
		})
	}
}

func (l *link) takes(t *task) bool {
	return folded(l.base) == folded(t.base) && sameAddress(l.mail, t.mail) &&
		!slices.ContainsFunc(l.tasks, func(other *task) bool {
			return other.table == t.table || (other.elsewhere || t.elsewhere) && !other.filters(t)
		})
}

// filters tells whether two tasks have one filter.
func (t *task) filters(other *task) bool {
	return strings.EqualFold(t.filter.String(), other.filter.String())
}

// sameAddress compares what addresses come from; the case of an attribute's name
// means nothing.
func sameAddress(a, b string) bool {
	return a == b || strings.EqualFold(a, b) && !strings.Contains(a, "(")
}

// linkName is the first name of a base DN: people for ou=people,dc=example.
func (m *importer) linkName(base string) string {
	first, _, _ := strings.Cut(base, ",")
	_, name, _ := strings.Cut(first, "=")
	return unique(validName(strings.TrimSpace(name), "directory"), func(name string) bool {
		return slices.ContainsFunc(m.links, func(l *link) bool { return l.name == name })
	})
}

// filter of a link: that of all its tasks, or all that any of them matches. same
// = the tasks need none of their own.
func (l *link) filter() (text string, same bool) {
	var all []string
	for _, t := range l.tasks {
		if f := t.filter.String(); !slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, f) }) {
			all = append(all, f)
		}
	}
	if len(all) == 1 {
		return all[0], true
	}
	return "(|" + strings.Join(all, "") + ")", false
}

// table finds the task of a resource; nil = there is none.
func (l *link) table(name string) *task {
	for _, t := range l.tasks {
		if t.table == name {
			return t
		}
	}
	return nil
}

// deletes tells whether lsc -c deleted anything of these tasks.
func (l *link) deletes() bool {
	return slices.ContainsFunc(l.tasks, func(t *task) bool { return t.table != "identities" && t.resource.delete })
}

// names of the tasks, for a comment.
func (l *link) names() string {
	var all []string
	for _, t := range l.tasks {
		all = append(all, fmt.Sprintf("%s (%s:%d)", shown(t.name), t.file, t.line))
	}
	return strings.Join(all, ", ")
}
