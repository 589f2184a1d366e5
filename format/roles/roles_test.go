package roles

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lockstep/core"
)

// TestOneRoleEach: no name stands for two roles or twice for one, and none is
// empty or more than one level.
func TestOneRoleEach(t *testing.T) {
	seen := map[string]core.Role{}
	for role, names := range Names() {
		for name := range strings.SplitSeq(names, "|") {
			if other, twice := seen[fold(name)]; twice {
				t.Errorf("%q stands for %s and %s", name, other, role)
			}
			seen[fold(name)] = role
			if name == "" || name != strings.TrimSpace(name) || strings.ContainsAny(name, "/.%") || !utf8.ValidString(name) {
				t.Errorf("%q cannot be a name here", name)
			}
		}
	}
}

func TestOf(t *testing.T) {
	table := NewTable()
	for name, want := range map[string]core.Role{
		"Sent": core.RoleSent, "SENT ITEMS": core.RoleSent, "Gesendete Objekte": core.RoleSent, "Messages envoyés": core.RoleSent,
		"Posta inviata": core.RoleSent, "Verzonden": core.RoleSent, "Отправленные": core.RoleSent, "已发送": core.RoleSent, "送信済み": core.RoleSent,
		"Enviados": core.RoleSent, norm.NFD.String("entwürfe"): core.RoleDrafts, "Corbeille": core.RoleTrash, "Спам": core.RoleJunk, "Archiv": core.RoleArchive,
		"Inbox": core.RoleNone, "": core.RoleNone, "Sent/2026": core.RoleNone, "Presents": core.RoleNone,
	} {
		if got := table.Of(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
