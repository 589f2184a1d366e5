package config

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
)

// Restriction is what may not become of an account's contacts and events. The
// zero Restriction is none.
type Restriction struct {
	// NoMerge: an item is never joined with one that the other side has by itself
	// under the same UID; equal ones are the same item. It includes NoUpload.
	NoMerge bool
	// NoUpload: no link carries an item to another login, neither directly nor
	// through a directory of this machine.
	NoUpload bool
	// NoBackup: items are part of no backup and no export.
	NoBackup bool
}

// restrictionFields is what an account's items are not to be used for.
func restrictionFields() []field[Account] {
	allow := func(to func(*Restriction) *bool) func(setting, *Account) {
		return func(s setting, a *Account) {
			if yes, ok := s.truth(); ok {
				*to(&a.Restriction) = !yes
			}
		}
	}
	show := func(of func(Restriction) bool) func(*Account) string {
		return func(a *Account) string {
			if !serviceOf(a.Address.Type).personal() {
				return ""
			}
			return fmt.Sprint(!of(a.Restriction))
		}
	}
	return []field[Account]{
		{
			name: "uploadable", takes: "true, false", standard: "true; false where mergeable is",
			about: "false: the contacts and events of this account reach no other server. A link that would carry them to one is refused, and so is one " +
				"that begins at a directory to which another link brings them.",
			example: `false`,
			read:    allow(func(r *Restriction) *bool { return &r.NoUpload }),
			show:    show(func(r Restriction) bool { return r.NoUpload }),
		},
		{
			name: "mergeable", takes: "true, false", standard: "true",
			about: "false: an item of this account is never joined with another one. If both ends have an item of the same UID from the beginning, and they " +
				"differ, both stay as they are and are reported; equal ones are the same. It also means uploadable = false.",
			example: `false`,
			read:    allow(func(r *Restriction) *bool { return &r.NoMerge }),
			show:    show(func(r Restriction) bool { return r.NoMerge }),
		},
		{
			name: "backup", takes: "true, false", standard: "true",
			about:   "false: the items of this account may be no part of a backup or an export.",
			example: `false`,
			read:    allow(func(r *Restriction) *bool { return &r.NoBackup }),
			show:    show(func(r Restriction) bool { return r.NoBackup }),
		},
	}
}

// checkRestriction completes what one key says by what it includes.
func (a *Account) checkRestriction(r *reader, section string) {
	if !a.Restriction.NoMerge {
		return
	}
	if a.says("uploadable") && !a.Restriction.NoUpload {
		r.wrong(a.at("uploadable"), "remove one of them", "uploadable = true in %s contradicts mergeable = false, which keeps items from other servers", section)
	}
	a.Restriction.NoUpload = true
}

// leak is a link that would carry items of a restricted account to a server.
type leak struct {
	link    *Link
	to      core.Side
	account *Account
	// by are the links that bring the items to where this link takes them from,
	// in order.
	by []*Link
}

// text says what is wrong, beginning with a verb, and remedy what to do.
func (k leak) text() string {
	way := ""
	for _, l := range k.by {
		way += ", by way of " + l.place()
	}
	return fmt.Sprintf("is a server, and would get items of account %s, which has uploadable = false%s", quote(k.account.Name), way)
}

func (k leak) remedy() string {
	if len(k.by) > 0 {
		return "keep the items of that account in a directory that no link with another server begins at"
	}
	return "link that account with directories of this machine only"
}

// leaks finds the links that carry items of a restricted account to another
// login, whichever way they take. Directories are compared by their paths (a
// symbolic link is not followed): one that holds another shares its items.
func leaks(accounts []*Account, links []*Link) (found []leak) {
	for _, a := range accounts {
		if !a.Restriction.NoUpload {
			continue
		}
		for _, kind := range a.Address.Kinds() {
			found = append(found, leaksOf(a, kind, links)...)
		}
	}
	return found
}

func leaksOf(a *Account, kind core.Kind, links []*Link) (found []leak) {
	type reached struct {
		at Address
		by []*Link
	}
	type way struct {
		link *Link
		to   core.Side
	}
	todo := []reached{{at: a.Address}}
	seen := map[way]bool{}
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		for _, l := range links {
			for side, end := range l.Ends() {
				to := core.Side(side).Other()
				there := l.Ends()[to].Account.Address
				if l.Kind != kind || seen[way{l, to}] || !l.writes()[to] || !sameHolder(end.Account.Address, from.at) {
					continue
				}
				seen[way{l, to}] = true
				switch {
				case there.Local():
					todo = append(todo, reached{at: there, by: append(slices.Clone(from.by), l)})
				case !sameHolder(there, a.Address):
					found = append(found, leak{link: l, to: to, account: a, by: from.by})
				}
			}
		}
	}
	return found
}

// restrictionAt is what holds for an address that is written out: what the
// accounts at the same place say.
func (c *Config) restrictionAt(address Address) (all Restriction) {
	for _, a := range c.Accounts {
		if a.Address.Type != "" && sameHolder(a.Address, address) {
			all.NoMerge = all.NoMerge || a.Restriction.NoMerge
			all.NoUpload = all.NoUpload || a.Restriction.NoUpload
			all.NoBackup = all.NoBackup || a.Restriction.NoBackup
		}
	}
	return all
}

// sameHolder tells whether what is at one address may be at the other: the same
// login, or directories of which one is or holds the other.
func sameHolder(a, b Address) bool {
	if a.Local() != b.Local() {
		return false
	}
	if !a.Local() {
		return a.Type == b.Type && a.Host == b.Host && a.Port == b.Port && a.User == b.User
	}
	within := func(path, folder string) bool {
		return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
	}
	return within(a.Path, b.Path) || within(b.Path, a.Path)
}
