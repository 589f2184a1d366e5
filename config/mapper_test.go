package config

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/core"
	"lockstep/reconcile"
)

// linkOf makes the first link of a configuration with these keys.
func linkOf(t *testing.T, keys string) *Link {
	t.Helper()
	c, err := loadText(t, "[accounts.server]\naddress = \"imap://me@imap.example.org/\"\n[links.work]\n"+keys)
	if err != nil {
		t.Fatal(err)
	}
	return c.Links[0]
}

// TestNoInboxButOfMail: only mail has one INBOX in any case.
func TestNoInboxButOfMail(t *testing.T) {
	for keys, want := range map[string]string{
		ends: "INBOX", "left = \"vdir:/a\"\nright = \"carddav+https://dav.example.org/\"": "Inbox",
		"left = \"vdir:/a#Inbox\"\nright = \"carddav+https://dav.example.org/#Inbox\"":           "Inbox",
		"left = \"vdir:/a\"\nright = \"caldav+https://dav.example.org/\"\nmap = {inbox = \"x\"}": "Inbox",
		"left = \"vdir:/a\"\nright = \"caldav+https://dav.example.org/\"\nmap = {Inbox = \"x\"}": "x",
	} {
		if path, synced, why := linkOf(t, keys).Mapper().Map(core.Left, folder("Inbox", core.RoleNone)); !synced || path != want {
			t.Errorf("%s: %q %s", keys, path, why)
		}
	}
}

const ends = "left = \"server\"\nright = \"maildir:/m\"\n"

func folder(path string, role core.Role) core.Collection {
	return core.Collection{ID: core.CollectionID(path), Path: path, Role: role, Feed: core.FeedID(path)}
}

func TestFolderMap(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		side       core.Side
		path       string
		role       core.Role
		want       string // path, or "-" and why
	}{
		{"all by default", ends, core.Left, "a/b", core.RoleNone, "a/b"},
		{"inbox has one spelling", ends, core.Left, "Inbox/a", core.RoleNone, "INBOX/a"},
		{"all mail is left out", ends, core.Left, "[Gmail]/All Mail", core.RoleAll,
			"-it shows every message a second time; to sync it all the same, name it without * in folders of links.work"},
		{"all mail is left out of a pattern", ends + `folders = ["[Gmail]/*"]`, core.Left, "[Gmail]/All Mail", core.RoleAll, "-it shows"},
		{"all mail by name", ends + `folders = ["[Gmail]/All Mail"]`, core.Left, "[Gmail]/All Mail", core.RoleAll, "[Gmail]/All Mail"},
		{"all mail by role", ends + `folders = ["\\All"]`, core.Left, "[Gmail]/All Mail", core.RoleAll, "[Gmail]/All Mail"},
		{"excluded", ends + `exclude = ["Trash", "Junk*"]`, core.Left, "Junk mail", core.RoleNone, `-excluded by exclude = "Junk*" in links.work`},
		{"excluded on the right too", ends + `exclude = ["Junk*"]`, core.Right, "Junk", core.RoleNone, `-excluded by exclude = "Junk*" in links.work`},
		{"excluded by role", ends + `exclude = ["\\Junk"]`, core.Right, "Spam", core.RoleJunk, `-excluded by exclude = "\\Junk" in links.work`},
		{"not named", ends + `folders = ["INBOX"]`, core.Left, "a", core.RoleNone, "-not named by folders in links.work"},
		{"not named, with a role", ends + `folders = ["INBOX", "Sent"]`, core.Right, "Sent Items", core.RoleSent,
			`-not named by folders in links.work; "\\Sent" there names it by its role`},
		{"exclude beats folders", ends + `folders = ["a/*"]` + "\n" + `exclude = ["a/b"]`, core.Left, "a/b", core.RoleNone, `-excluded`},
		{"mapped", ends + `map = {Lists = "Post/Lists"}`, core.Left, "Lists", core.RoleNone, "Post/Lists"},
		{"mapped below", ends + `map = {Lists = "Post/Lists"}`, core.Left, "Lists/go", core.RoleNone, "Post/Lists/go"},
		{"mapped backwards", ends + `map = {Lists = "Post/Lists"}`, core.Right, "Post/Lists/go", core.RoleNone, "Lists/go"},
		{"a prefix of a name is not above it", ends + `map = {Lists = "Post"}`, core.Left, "Listserver", core.RoleNone, "Listserver"},
		{"the longest entry counts", ends + `map = {"a" = "x", "a/b" = "y"}`, core.Left, "a/b/c", core.RoleNone, "y/c"},
		{"swapped", ends + `map = {"a" = "b", "b" = "a"}`, core.Left, "b/c", core.RoleNone, "a/c"},
		{"the map took its partner", ends + `map = {"a" = "b"}`, core.Left, "b", core.RoleNone, `-"b" on the right is the partner of "a" by map in links.work`},
		{"the map left it alone", ends + `map = {"a" = "b"}`, core.Right, "a", core.RoleNone, `-"a" on the left is the partner of "b" by map in links.work`},
		{"scope is by the left path", ends + "folders = [\"Lists/**\"]\nmap = {Lists = \"Post\"}", core.Right, "Post/go", core.RoleNone, "Lists/go"},
		{"out of scope by the left path", ends + "folders = [\"Post/**\"]\nmap = {Lists = \"Post\"}", core.Right, "Post/go", core.RoleNone, "-not named"},
		{"one collection, both named", "left = \"server#Lists/go\"\nright = \"maildir:/m/go#go\"", core.Left, "Lists/go", core.RoleNone, "go"},
		{"one collection, backwards", "left = \"server#Lists/go\"\nright = \"maildir:/m/go#go\"", core.Right, "go", core.RoleNone, "Lists/go"},
		{"one collection, another", "left = \"server#Lists/go\"\nright = \"maildir:/m/go#go\"", core.Left, "INBOX", core.RoleInbox, `-only "Lists/go" is linked`},
		{"one collection, left named", "left = \"server#Lists/go\"\nright = \"maildir:/m\"", core.Right, "Lists/go", core.RoleNone, "Lists/go"},
		{"one collection, left named, others", "left = \"server#Lists/go\"\nright = \"maildir:/m\"", core.Right, "a", core.RoleNone, "-only"},
		{"one collection, mapped", "left = \"server#Lists/go\"\nright = \"maildir:/m\"\nmap = {Lists = \"L\"}", core.Left, "Lists/go", core.RoleNone, "L/go"},
		{"one collection, right named, mapped", "left = \"server\"\nright = \"maildir:/m#L/go\"\nmap = {Lists = \"L\"}", core.Left, "Lists/go", core.RoleNone, "L/go"},
		{"one collection is named explicitly", "left = \"server#all\"\nright = \"maildir:/m#all\"", core.Left, "all", core.RoleAll, "all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, synced, why := linkOf(t, c.keys).Mapper().Map(c.side, folder(c.path, c.role))
			wantWhy, out := strings.CutPrefix(c.want, "-")
			switch {
			case synced == out, synced && (path != c.want || why != ""), out && (path != "" || !strings.HasPrefix(why, wantWhy)):
				t.Errorf("%q %v %q, want %q", path, synced, why, c.want)
			}
		})
	}
}

func TestFolderMapContract(t *testing.T) {
	l := linkOf(t, ends)
	var m reconcile.Mapper = l.Mapper()
	if !m.ByRole() || linkOf(t, ends+"roles = false").Mapper().ByRole() || linkOf(t, "left = \"server#a\"\nright = \"maildir:/m\"").Mapper().ByRole() {
		t.Error("by role unless roles = false or one collection is named")
	}
	noFeed := folder("[Gmail]", core.RoleNone)
	noFeed.Feed = ""
	if _, synced, why := m.Map(core.Left, noFeed); synced || why == "" {
		t.Error("what has no feed cannot be opened")
	}
	noFeed.Lazy = true
	if _, synced, _ := m.Map(core.Left, noFeed); !synced {
		t.Error("what is lazy needs no feed")
	}
}

// TestFolderMapOneToOne: what Map says of one side holds backwards, for any
// map that the configuration accepts.
func TestFolderMapOneToOne(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "b", "c", "a/a", "a/b", "b/a", "b/b", "c/a", "INBOX", "inbox/a", "INBOX/b", "a/b/c"})
	rapid.Check(t, func(t *rapid.T) {
		l := &Link{Name: "x", Roles: true, Kind: core.Mail}
		used := [2]map[string]bool{{}, {}}
		for range rapid.IntRange(0, 4).Draw(t, "entries") {
			p := PathPair{Left: inbox(name.Draw(t, "left")), Right: inbox(name.Draw(t, "right"))}
			if used[0][p.Left] || used[1][p.Right] {
				continue
			}
			used[0][p.Left], used[1][p.Right] = true, true
			l.Map = append(l.Map, p)
		}
		m := l.Mapper()
		side := core.Side(rapid.IntRange(0, 1).Draw(t, "side"))
		path := name.Draw(t, "path")
		there, synced, why := m.Map(side, folder(path, core.RoleNone))
		if !synced {
			if why == "" {
				t.Fatal("no reason is given")
			}
			return
		}
		back, again, why := m.Map(side.Other(), folder(there, core.RoleNone))
		if !again || back != inbox(path) {
			t.Fatalf("%q maps to %q, and that to %q (%v %q) by %v", path, there, back, again, why, l.Map)
		}
	})
}
