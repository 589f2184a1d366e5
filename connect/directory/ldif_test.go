package directory_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/internal/mapping"
	"lockstep/protocol/ldap"
)

const people = `version: 1

dn: dc=example,dc=com
objectClass: domain

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit

dn: uid=ann, OU=People,dc=example,dc=com
entryUUID: 00000001-0000-4000-8000-00000000000A
mail: Ann@example.com
givenName:: QW5u
sn;binary: Other
mailAlias: a@example.com
userPassword: s3cret

dn: uid=bob,ou=old,ou=people,dc=example,dc=com
entryUUID: 00000002-0000-4000-8000-000000000000
mail: bob@example.com
employeeType: old

dn: uid=cid,ou=other,dc=example,dc=com
entryUUID: 00000003-0000-4000-8000-000000000000
mail: cid@example.com
`

func TestLDIF(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.ldif")
	write(t, path, people)
	for _, c := range []struct {
		base   string
		scope  ldap.Scope
		filter string
		want   string
	}{
		{"", "", "(mail=*)", "ann bob cid"},
		{"ou=People, dc=example,dc=com", "", "(mail=*)", "ann bob"},
		{"ou=people,dc=example,dc=com", ldap.One, "(mail=*)", "ann"},
		{"uid=ann,ou=people,dc=example,dc=com", ldap.Base, "", "ann"},
		{"", "", "(&(mail=*)(!(employeeType=old)))", "ann cid"}, // an attribute that no rule reads
		{"ou=other,dc=example,dc=com", ldap.Sub, "(mail=ann*)", ""},
	} {
		filter, err := mapping.ParseFilter(c.filter)
		if err != nil {
			t.Fatal(err)
		}
		users, full, err := list(open(t, rules(t), fileSource(t, directory.LDIFConfig{Path: path, Base: c.base, Scope: c.scope, Filter: filter})), "users")
		var names []string
		for _, s := range users {
			names = append(names, strings.TrimSuffix(s.Owner, "@example.com"))
		}
		if got := strings.Join(names, " "); got != c.want || !full || err != nil {
			t.Errorf("%s %s %s: %q, full %v, %v; want %q", c.base, c.scope, c.filter, got, full, err, c.want)
		}
	}
	r := open(t, rules(t), fileSource(t, directory.LDIFConfig{Path: path, Filter: filter(t, "(mail=*)")}))
	users, _, _ := list(r, "users")
	if s := users[0]; s.ID != "corp!00000001-0000-4000-8000-00000000000a" || s.Where != path+":9" {
		t.Errorf("%s is at %s", print(s), s.Where)
	}
	if v, err := body(t, r, users[0].Ref); err != nil || v.Password != "s3cret" {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err := body(t, r, core.Ref{Collection: "contacts", ID: users[0].ID}); err != nil || v.Given != "Ann" || v.Family != "Other" {
		t.Errorf("%+v, %v", v, err)
	}
}

func filter(t testing.TB, text string) mapping.Filter {
	t.Helper()
	f, err := mapping.ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLDIFIncomplete: a file that is not there, or not whole, is no directory
// from which somebody is gone.
func TestLDIFIncomplete(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "people.ldif")
	for _, c := range []struct {
		name   string
		text   string
		config directory.LDIFConfig
		lists  int
		want   string
	}{
		{"a bad record", people + "\ndn: uid=x\nmail:: ???\n\ndn: uid=dan,dc=d\nentryUUID: 00000009-0000-4000-8000-000000000000\nmail: dan@d\n", directory.LDIFConfig{Path: path}, 4,
			"directory.Read corp: not read completely: directory.ldif " + path + ":27: the value of mail is not Base64 (write it after a single colon, if it is plain text)"},
		{"a bad dn", people + "\ndn: nothing\nmail: x@d\n", directory.LDIFConfig{Path: path, Base: "dc=example,dc=com"}, 3, path + `:26: "nothing" is no distinguished name`},
		{"a change", people + "\ndn: uid=ann,ou=people,dc=example,dc=com\nchangetype: delete\n", directory.LDIFConfig{Path: path}, 3, path + ":27: the record changes a directory"},
		{"another base", people, directory.LDIFConfig{Path: path, Base: "dc=example,dc=org"}, 0, "none of its 5 records is at or below dc=example,dc=org (check the base)"},
		{"no file", "", directory.LDIFConfig{Path: filepath.Join(dir, "other.ldif")}, 0, "other.ldif: no such file or directory (write the file, or mount the disk that it is on)"},
		{"no file but a directory", "", directory.LDIFConfig{Path: dir}, 0, "it is no file"},
		{"a search that ended early", people + "\nsearch: 2\nresult: 4 Size limit exceeded\n", directory.LDIFConfig{Path: path}, 3, "ended early (result: 4 Size limit exceeded)"},
	} {
		write(t, path, c.text)
		c.config.Filter = filter(t, "(mail=*)")
		users, full, err := list(open(t, rules(t), fileSource(t, c.config)), "users")
		users, text := failed(users)
		if full || len(users) != c.lists || err != nil || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d users, full %v, %q, %v; want %d and %q", c.name, len(users), full, text, err, c.lists, c.want)
		}
	}
	// A file that is written while it is read is read again.
	write(t, path, people)
	source := fileSource(t, directory.LDIFConfig{Path: path})
	changed := false
	for e, err := range source.Read(context.Background(), []string{"mail"}) {
		if err == nil && e.DN == "dc=example,dc=com" {
			write(t, path+".new", people)
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}
		if err != nil && core.ClassOf(err) != core.Transient || err == nil && e.DN == "" {
			t.Errorf("%+v, %v", e, err)
		}
		changed = changed || err != nil && strings.Contains(err.Error(), "it was changed while it was read")
	}
	if !changed {
		t.Error("nobody notices")
	}
	if _, err := directory.NewLDIF(directory.LDIFConfig{Path: path, Filter: filter(t, "(cn:1.2.3:=x)")}); err == nil || !strings.Contains(err.Error(), `the matching rule "1.2.3" is not known here`) {
		t.Errorf("a filter for servers: %v", err)
	}
	if found, err := source.Probe(context.Background()); err != nil || !strings.Contains(fmt.Sprint(found), path) {
		t.Errorf("%v, %v", found, err)
	}
}

// TestAttackNamesOfEntries: what a directory writes into names stays within its
// place: nothing escapes into another item's ID or a terminal.
func TestAttackNamesOfEntries(t *testing.T) {
	evil := person(1, "mail=a@d", "mailAlias=../../users/b@d", "mailAlias=x\x1b[2J@d", "mailAlias=y!z@d", "givenName=\x1b]0;x\x07", "mailQuotaSize=\x00")
	evil.DN, evil.Where = "uid=\x1b[2J!/%,dc=d", "uid=?"
	evil.Attributes["entryuuid"] = []string{"!x/%"}
	r := rules(t)
	r.ID = parse(t, "first(entryUUID)")
	r.Mail = parse(t, "mail")
	corp := &shelf{name: "corp!/x", entries: []mapping.Entry{evil, person(2, "mail=b@d")}}
	replica := open(t, r, corp)
	seen := map[core.Ref]bool{}
	for _, feed := range []core.FeedID{"users", "aliases", "contacts", "quotas"} {
		stubs, full, err := list(replica, feed)
		if !full || err != nil {
			t.Fatal(err)
		}
		for _, s := range stubs {
			text := print(s) + string(s.Same)
			if seen[s.Ref] || strings.ContainsAny(text, "\x00\x1b\x07") {
				t.Errorf("%q", text)
			}
			seen[s.Ref] = true
			if !strings.HasPrefix(string(s.ID), "corp%21%2Fx!") {
				t.Errorf("%s is outside of its source", s.ID)
			}
			_, err := body(t, replica, s.Ref)
			if (s.Bad == "") != (err == nil) || err != nil && core.ClassOf(err) != core.Permanent {
				t.Errorf("%s: %v", print(s), err)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\x00\x1b\x07") {
				t.Errorf("%q", err)
			}
		}
	}
	if len(seen) != 2+3+2+1 {
		t.Errorf("%d items", len(seen))
	}
}
