package config

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
)

// FolderMap tells which collections a link pairs; it is a reconcile.Mapper.
// What is in scope is decided by the left path, so both sides agree on it,
// and Map is one-to-one: what it says of one side holds backwards.
type FolderMap struct {
	link *Link
	// only is the one path of each side if an address names a collection.
	only   [2]string
	single bool
}

// Mapper returns the folder map of the link.
func (l *Link) Mapper() *FolderMap {
	m := &FolderMap{link: l}
	left, right := l.Left.Alone(), l.Right.Alone()
	switch {
	case left == "" && right == "":
		return m
	case right == "":
		right = rename(l.Map, core.Left, left)
	case left == "":
		left = rename(l.Map, core.Right, right)
	}
	m.only, m.single = [2]string{left, right}, true
	return m
}

// ByRole tells whether collections of equal role are paired.
func (m *FolderMap) ByRole() bool { return m.link.Roles && !m.single }

// Map returns the path that a side's collection has on the other side; false
// = it is not synced, and why.
func (m *FolderMap) Map(side core.Side, c core.Collection) (path string, synced bool, why string) {
	here := spelling([]core.Kind{m.link.Kind}, c.Path)
	if c.Feed == "" && !c.Lazy {
		return "", false, "it holds no items and cannot be opened"
	}
	if m.single {
		if here != m.only[side] {
			return "", false, fmt.Sprintf("only %s is linked", quote(m.only[side]))
		}
		return m.only[side.Other()], true, ""
	}
	there := rename(m.link.Map, side, here)
	if back := rename(m.link.Map, side.Other(), there); back != here {
		return "", false, fmt.Sprintf("%s on the %s is the partner of %s by map in %s", quote(there), side.Other(), quote(back), m.link.place())
	}
	left := here
	if side == core.Right {
		left = there
	}
	if why := m.outside(left, c.Role); why != "" {
		return "", false, why
	}
	return there, true, ""
}

// outside tells why a collection is not in scope; "" = it is.
func (m *FolderMap) outside(left string, role core.Role) string {
	matches := func(p Pattern) bool { return p.Match(left, role) }
	if i := slices.IndexFunc(m.link.Exclude, matches); i >= 0 {
		return fmt.Sprintf("excluded by exclude = %s in %s", quote(m.link.Exclude[i].text), m.link.place())
	}
	if len(m.link.Folders) > 0 && !slices.ContainsFunc(m.link.Folders, matches) {
		why := "not named by folders in " + m.link.place()
		if role != core.RoleNone && m.link.Roles {
			why += fmt.Sprintf("; %s there names it by its role", quote(`\`+strings.ToUpper(string(role[:1]))+string(role[1:])))
		}
		return why
	}
	if role == core.RoleAll && !slices.ContainsFunc(m.link.Folders, func(p Pattern) bool { return p.Names() && matches(p) }) {
		return "it shows every message a second time; to sync it all the same, name it without * in folders of " + m.link.place()
	}
	return ""
}

// place names the link's table for people.
func (l *Link) place() string {
	if l.adHoc {
		return "the link"
	}
	return "links." + l.Name
}

// rename maps a path of one side to the other: by the longest entry of the
// map that is the path or lies above it.
func rename(pairs []PathPair, from core.Side, path string) string {
	best, to := "", path
	for _, pair := range pairs {
		ends := [2]string{pair.Left, pair.Right}
		mine, other := ends[from], ends[from.Other()]
		rest, below := strings.CutPrefix(path, mine)
		if below && (rest == "" || rest[0] == '/') && len(mine) > len(best) {
			best, to = mine, other+rest
		}
	}
	return to
}
