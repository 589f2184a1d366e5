package directory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/peers/ldapd"
	"lockstep/protocol/ldap"
)

// populate adds people to a server.
func populate(t testing.TB, server *ldapd.Server, n int) {
	t.Helper()
	for i := range n {
		err := server.Add(ldapd.Entry{DN: fmt.Sprintf("uid=u%d,ou=people,%s", i, suffix), Attributes: map[string][]string{
			"objectClass": {"inetOrgPerson"}, "uid": {fmt.Sprintf("u%d", i)}, "cn": {"x"}, "sn": {"x"}, "mail": {fmt.Sprintf("u%d@example.com", i)},
			"mailAlias": {fmt.Sprintf("a%d@example.com", i)},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestFaults: whatever a server does, what was not read completely is not Full,
// and the error says whose directory it is and what to do.
func TestFaults(t *testing.T) {
	three := 3
	for _, c := range []struct {
		name  string
		fault func(ldapd.Ask) ldapd.Fault
		lists int
		text  string
		dials int
	}{
		{"cut in the second page", ldapd.OnPage(2, ldapd.Fault{CutAfter: &three}), 8, "directory.Read corp: not read completely: ldap.Search ou=people," + suffix, 3},
		{"no third page", ldapd.OnPage(3, ldapd.Fault{Drop: true}), 10, "the connection was lost", 3},
		{"a limit", ldapd.OnPage(2, ldapd.Fault{Refuse: &ldapd.Result{Code: 4}, RefuseAfter: 1}), 6, "sizeLimitExceeded", 1},
		{"busy", ldapd.OnPage(1, ldapd.Fault{Refuse: &ldapd.Result{Code: 51}}), 0, "busy", 3},
		{"the same page again", ldapd.OnPage(2, ldapd.Fault{Same: true}), 15, "the same page again", 1},
		{"no pages any more", ldapd.OnPage(2, ldapd.Fault{NoControl: true}), 10, "stopped telling pages", 1},
		{"an entry cut short", ldapd.OnPage(2, ldapd.TwistedEntry()), 5, "is not what LDAP allows", 1},
		{"a huge message", ldapd.OnPage(2, ldapd.HugeMessage(1<<31)), 5, "corp", 1},
		{"ids are hidden", ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: ldapd.Fault{Lost: []string{"entryUUID"}}}), 0, "none of its entries (12) shows entryUUID", 1},
		{"addresses are hidden", ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: ldapd.Fault{Lost: []string{"mail"}}}), 0, "none of its entries (12) has an address in mail", 1},
		{"the login is refused", ldapd.Script(ldapd.Scripted{Request: "BIND", Fault: ldapd.Fault{Refuse: &ldapd.Result{Code: 49}}}), 0, "auth directory.Read corp: not read completely: ldap.Bind", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, source := serve(t, ldapd.Options{})
			populate(t, server, 12)
			r := open(t, rules(t), source(t, "(objectClass=inetOrgPerson)", 5))
			server.SetFaults(c.fault)
			users, full, err := list(r, "users")
			users, text := failed(users)
			if err != nil {
				text = core.ClassOf(err).String() + " " + err.Error()
			}
			if full || len(users) != c.lists || !strings.Contains(text, c.text) {
				t.Errorf("%d users, full %v, %q; want %d and %q", len(users), full, text, c.lists, c.text)
			}
			if strings.Contains(text, "s3cret") {
				t.Errorf("the password is told: %s", text)
			}
			if ever, _ := server.Connections(); ever != c.dials {
				t.Errorf("%d connections, want %d", ever, c.dials)
			}
			server.SetFaults(nil)
			if users, full, err := list(open(t, rules(t), source(t, "", 5)), "users"); len(users) != 13 || !full || err != nil {
				t.Errorf("afterwards: %d users, full %v, %v", len(users), full, err)
			}
		})
	}
}

// TestFaultPasses: a connection that is lost once costs another read, on a new
// connection, and the listing is whole.
func TestFaultPasses(t *testing.T) {
	server, source := serve(t, ldapd.Options{})
	populate(t, server, 12)
	lost := false
	server.SetFaults(func(a ldapd.Ask) ldapd.Fault {
		if a.Request == "SEARCH" && a.Page == 2 && !lost {
			lost = true
			return ldapd.Fault{Drop: true}
		}
		return ldapd.Fault{}
	})
	users, full, err := list(open(t, rules(t), source(t, "(mail=*)", 5)), "users")
	if len(users) != 12 || !full || err != nil || !lost {
		t.Errorf("%d users, full %v, %v", len(users), full, err)
	}
	if ever, _ := server.Connections(); ever != 2 {
		t.Errorf("%d connections, want 2", ever)
	}
}

// TestOneRead: all resources are of one search, for just the attributes that
// the rules read, and nothing else is asked for.
func TestOneRead(t *testing.T) {
	server, source := serve(t, ldapd.Options{})
	populate(t, server, 12)
	r := open(t, rules(t), source(t, "(mail=*)", 5))
	for _, feed := range []core.FeedID{"aliases", "contacts", "forwards", "quotas", "users"} {
		if _, full, err := list(r, feed); !full || err != nil {
			t.Errorf("%s: full %v, %v", feed, full, err)
		}
	}
	searches := server.Searches()
	if len(searches) != 4 || searches[0].Scope != "base" || server.Sent() != 13 { // the base, then three pages
		t.Errorf("%d searches, %d entries", len(searches), server.Sent())
	}
	for _, s := range searches[1:] {
		if got := strings.Join(s.Attributes, " "); got != "entryuuid givenname mail mailalias mailforward mailquotasize sn userpassword" {
			t.Errorf("asks for %s", got)
		}
	}
	if v := server.Violations(); len(v) > 0 {
		t.Errorf("the server complains: %q", v)
	}
}

// TestNoBase: a base that is not there is no empty directory.
func TestNoBase(t *testing.T) {
	server, _ := serve(t, ldapd.Options{})
	address, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var port int
	if _, err := fmt.Sscanf(address, "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	for base, want := range map[string]string{
		"ou=nobody," + suffix: "directory.ldap ou=nobody," + suffix + ": the base is not there (check the base, and what " + reader + " may see; the server holds " + suffix + ")",
		"":                    "there is no base to begin at (the server holds " + suffix + ")",
	} {
		source, err := directory.NewLDAP(directory.LDAPConfig{Name: "corp", Base: base, Server: ldap.Config{
			Host: "127.0.0.1", Port: port, TLS: ldap.Plain, User: reader, Password: func(context.Context) (string, error) { return "s3cret", nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		users, full, err := list(open(t, rules(t), source), "users")
		if users, text := failed(users); full || len(users) > 0 || err != nil || !strings.Contains(text, want) {
			t.Errorf("%q: %d users, full %v, %q, %v", base, len(users), full, text, err)
		}
	}
	for _, c := range []struct {
		config directory.LDAPConfig
		want   string
	}{
		{directory.LDAPConfig{Base: "people"}, "the base: "},
		{directory.LDAPConfig{Base: suffix, Filter: "(mail=*"}, "the filter: "},
	} {
		if _, err := directory.NewLDAP(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.config, err)
		}
	}
}

func TestProbeLDAP(t *testing.T) {
	server, source := serve(t, ldapd.Options{})
	populate(t, server, 3)
	found, err := open(t, rules(t), source(t, "(objectClass=*)", 5)).Probe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, f := range found {
		values[f.Name] = f.Value
	}
	for name, want := range map[string]string{"protection": "TLS from the first byte", "login": reader, "server": "ldapd", "holds": suffix, "pages": "yes",
		"base": "ou=people," + suffix, "entries": "4", "without address": "1", "attributes": "no entry has givenname, mailforward, mailquotasize, userpassword"} {
		if values[name] != want {
			t.Errorf("%s is %q, want %q", name, values[name], want)
		}
	}
	if strings.Contains(fmt.Sprint(found), "s3cret") {
		t.Error("the password is told")
	}
}
