package imap

import (
	"fmt"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

const inbox = "INBOX"

// pathOf makes the path of a mailbox: its levels joined by "/" (core.Collection).
func pathOf(name string, delimiter byte) string {
	levels := []string{name}
	if delimiter != 0 {
		levels = strings.Split(name, string(rune(delimiter)))
	}
	for i, l := range levels {
		levels[i] = strings.NewReplacer("%", "%25", "/", "%2F").Replace(l)
	}
	return strings.Join(levels, "/")
}

// nameOf makes the name of a mailbox from its path.
func nameOf(path string, delimiter byte) (string, error) {
	levels := strings.Split(path, "/")
	for i, l := range levels {
		l = strings.NewReplacer("%2F", "/", "%2f", "/", "%25", "%").Replace(l)
		if l == "" || delimiter != 0 && strings.IndexByte(l, delimiter) >= 0 {
			return "", &wire.ArgError{Text: fmt.Sprintf("%q cannot be a mailbox here: %q separates the levels of its names", path, string(rune(delimiter)))}
		}
		levels[i] = l
	}
	if delimiter == 0 && len(levels) > 1 {
		return "", &wire.ArgError{Text: fmt.Sprintf("%q cannot be a mailbox here: there is only one level", path)}
	}
	return strings.Join(levels, string(rune(delimiter))), nil
}

// uses pairs the special uses of RFC 6154 with roles.
func uses() map[string]core.Role {
	return map[string]core.Role{
		`\sent`: core.RoleSent, `\drafts`: core.RoleDrafts, `\trash`: core.RoleTrash, `\junk`: core.RoleJunk,
		`\archive`: core.RoleArchive, `\all`: core.RoleAll,
	}
}

// roleOf reads the role from the attributes of a mailbox, in lower case.
func roleOf(attributes []string) core.Role {
	for _, a := range attributes {
		if role, known := uses()[a]; known {
			return role
		}
	}
	return core.RoleNone
}

// useOf returns the special use of a role; "" = it has none.
func useOf(role core.Role) string {
	switch role {
	case core.RoleSent, core.RoleDrafts, core.RoleTrash, core.RoleJunk, core.RoleArchive:
		return `\` + strings.ToUpper(string(role[:1])) + string(role[1:])
	}
	return ""
}
