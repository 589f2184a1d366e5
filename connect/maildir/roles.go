package maildir

import (
	"strings"

	"lockstep/core"
	"lockstep/format/roles"
)

// roleName is what a folder's name says about its role; of two folders with
// one role the lower rank has it.
type roleName struct {
	role core.Role
	rank int
}

// wellKnown names, the usual ones first. A Maildir has no place for roles: the
// name is all there is.
func wellKnown() map[core.Role]string {
	return roles.Names()
}

// roleNames indexes the table by folded name.
func roleNames() map[string]roleName {
	out := map[string]roleName{}
	for role, names := range wellKnown() {
		for rank, name := range strings.Split(names, "|") {
			out[foldName(name)] = roleName{role, rank}
		}
	}
	return out
}

// rolesOf gives each role to at most one folder: at the top, below INBOX, or
// where a copy of a Gmail account keeps them.
func (r *Replica) rolesOf(t *tree) map[core.CollectionID]core.Role {
	out := map[core.CollectionID]core.Role{}
	best := map[core.Role]roleName{}
	holder := map[core.Role]core.CollectionID{}
	for _, p := range t.places {
		if p.id == inbox {
			out[p.id] = core.RoleInbox
			continue
		}
		parent, name, below := strings.Cut(string(p.id), "/")
		rank := 0
		switch {
		case !below:
			name = parent
		case parent == inbox:
			rank = 1000
		case parent == "[Gmail]", parent == "[Google Mail]":
			rank = 2000
		default:
			continue
		}
		if r.roles == nil { // it is large, and a tree with an INBOX only needs none
			r.roles = roleNames()
		}
		found, known := r.roles[foldName(name)]
		found.rank += rank
		if now, taken := best[found.role]; known && (!taken || found.rank < now.rank) {
			best[found.role], holder[found.role] = found, p.id
		}
	}
	for role, id := range holder {
		out[id] = role
	}
	return out
}
