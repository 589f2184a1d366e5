package imap_test

import (
	"testing"

	"lockstep/core"
	"lockstep/peers/imapd"
)

// TestRoles: SPECIAL-USE counts; where it says nothing, a well-known name at
// the top, if it is the only one.
func TestRoles(t *testing.T) {
	type box struct {
		path, use string
		want      core.Role
	}
	for name, c := range map[string]struct {
		options imapd.Options
		boxes   []box
	}{
		"names": {imapd.Options{Capabilities: imapd.Without("SPECIAL-USE")}, []box{
			{"Gesendete Objekte", "", core.RoleSent}, {"下書き", "", core.RoleDrafts}, {"corbeille", "", core.RoleTrash},
			{"Work", "", ""}, {"Work/Spam", "", ""}, {"Archives", "", core.RoleArchive}}},
		"the server says":      {imapd.Options{}, []box{{"Sent", "", ""}, {"Outbox", `\Sent`, core.RoleSent}, {"Trash", "", core.RoleTrash}}},
		"two of a name":        {imapd.Options{}, []box{{"Sent", "", ""}, {"Sent Items", "", ""}, {"Spam", "", core.RoleJunk}}},
		"two that are told":    {imapd.Options{}, []box{{"Sent", `\Sent`, core.RoleSent}, {"Gesendet", `\Sent`, core.RoleSent}}},
		"another use":          {imapd.Options{}, []box{{"Trash", `\Junk`, core.RoleJunk}, {"Bin", "", core.RoleTrash}}},
		"below the prefix":     {courier(imapd.Options{}), []box{{"Sent", "", core.RoleSent}, {"INBOX/Drafts", "", ""}}},
		"not told, not needed": {imapd.Options{Capabilities: imapd.Only()}, []box{{"Papelera", "", core.RoleTrash}}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, c.options)
			want := map[string]core.Role{"INBOX": core.RoleInbox}
			for _, b := range c.boxes {
				must(t, a.CreateMailbox(a.name(b.path), imapd.MailboxSettings{Use: b.use}))
				want[b.path] = b.want
			}
			s, err := a.open(t).Collections(t.Context())
			must(t, err)
			for _, col := range s.Collections {
				if col.Role != want[col.Path] {
					t.Errorf("%s is %q, want %q", col.Path, col.Role, want[col.Path])
				}
				delete(want, col.Path)
			}
			if len(want) > 0 {
				t.Errorf("%v are not there", want)
			}
		})
	}
	a := serve(t, courier(imapd.Options{Others: "user."}))
	a.config.Shared = true
	must(t, a.CreateMailbox("user.Sent", imapd.MailboxSettings{}))
	s, err := a.open(t).Collections(t.Context())
	must(t, err)
	for _, c := range s.Collections {
		if c.Role == core.RoleSent {
			t.Errorf("another user's %s got a role", c.Path)
		}
	}
}
