package config

import (
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/reconcile"
)

const people = "left = \"ldif:/people.ldif\"\nright = \"james+http://localhost/\"\n"

// TestProvisionPolicy: what a provisioning says reaches the policy, and what it
// does not say deletes nothing.
func TestProvisionPolicy(t *testing.T) {
	plain := linkOf(t, people+"[links.work.users]\n[links.work.aliases]\nvalues = \"a\"\n").Policy(noon())
	if plain.Mode != reconcile.Provision || plain.Write != [2]bool{false, true} || plain.Deletes != [2]bool{} || plain.OwnerResource != "users" ||
		plain.GraceSeconds != 7*24*3600 || plain.GracePasses != 2 || plain.Guard != (reconcile.GuardPolicy{Percent: 5, Count: 5}) || plain.Filter != nil {
		t.Errorf("%+v", plain)
	}
	if got := plain.Resources["users"]; got != (reconcile.Resource{Exact: true, NoDelete: true}) {
		t.Errorf("users: %+v", got)
	}
	if got := plain.Resources["aliases"]; got != (reconcile.Resource{Exact: true, Order: 1}) {
		t.Errorf("aliases: %+v", got)
	}
	if len(plain.Resources) != 2 || plain.Protected("a@example.com") {
		t.Errorf("%+v", plain)
	}

	full := load(t, "testdata/good/full.toml")
	staff, _ := full.Link("staff")
	p := staff.Policy(noon())
	if p.Deletes != [2]bool{false, true} || p.GraceSeconds != 36*3600 || p.GracePasses != 3 {
		t.Errorf("%+v", p)
	}
	for id, want := range map[core.CollectionID]reconcile.Resource{
		"users":      {Exact: true, NoCreate: true},
		"aliases":    {Exact: true, NoDelete: true, Order: 1},
		"mappings":   {Exact: true, NeedsOwner: true, Order: 2},
		"forwards":   {NeedsOwner: true, Order: 2},
		"quotas":     {Exact: true, NeedsOwner: true, NoUpdate: true, Order: 2},
		"contacts":   {Exact: true, Order: 2},
		"identities": {CreateOnly: true, NoUpdate: true, NoDelete: true, Order: 3},
	} {
		if got := p.Resources[id]; got != want {
			t.Errorf("%s: %+v, want %+v", id, got, want)
		}
	}
	for address, want := range map[string]bool{
		"admin@example.com": true, "a@ops.example.com": true, "admin@example.org": false, "a@example.com": false, "a@x.ops.example.com": false,
	} {
		if p.Protected(address) != want {
			t.Errorf("%s is protected: %v", address, !want)
		}
	}
}

// TestUnprovisionedUsers: without [users] they are looked at, and never written.
func TestUnprovisionedUsers(t *testing.T) {
	got := linkOf(t, people+"deletes = true\n[links.work.quotas]\nvalue = \"q\"\n").Policy(noon()).Resources["users"]
	if got != (reconcile.Resource{Exact: true, NoCreate: true, NoUpdate: true, NoDelete: true}) {
		t.Errorf("%+v", got)
	}
}

func TestRules(t *testing.T) {
	c := load(t, "testdata/good/full.toml")
	staff, _ := c.Link("staff")
	rules := staff.Rules()
	want := "displayname employeetype initialpassword mailalias mailforward mailprimary mailquotasize objectclass objectguid otherMailbox preferredname sn"
	if got := strings.Join(rules.Attributes(), " "); got != strings.ToLower(want) {
		t.Errorf("%s, want %s", got, want)
	}
	if contacts := rules.Resources[element.Contact]; strings.Join(contacts.Domains, " ") != "example.com example.org" || contacts.Family.String() != "sn" {
		t.Errorf("%+v", contacts)
	}
	if quotas := rules.Resources[element.Quota]; quotas.Unit != 1024 {
		t.Errorf("%+v", quotas)
	}
	sources := staff.Sources()
	if len(sources) != 3 || sources[1].String() != "cert" || sources[2].Account.Address.Path == "" {
		t.Errorf("%v", sources)
	}
	cert := sources[1].Account
	if cert.Auth != AuthExternal || !strings.HasSuffix(cert.Certificate, "testdata/good/client.pem") || !strings.HasSuffix(cert.Key.source(), "testdata/good/client.key\"}") {
		t.Errorf("%+v", cert)
	}
}

// TestScopeNamesTheMapping: another mapping lists again.
func TestScopeNamesTheMapping(t *testing.T) {
	seen := map[string]string{}
	for _, text := range []string{
		"[links.work.users]\n", "[links.work.users]\n[links.work.directory]\nfilter = \"(uid=*)\"\n",
		"[links.work.aliases]\nvalues = \"a\"\n", "[links.work.aliases]\nvalues = \"b\"\n",
	} {
		scope := linkOf(t, people+text).Scope()
		if other, there := seen[scope]; there {
			t.Errorf("%q and %q have one scope", text, other)
		}
		seen[scope] = text
	}
}

// TestAdHocProvision: two addresses make accounts and aliases and take nothing
// away.
func TestAdHocProvision(t *testing.T) {
	c := &Config{env: testEnv, home: "/home/u"}
	l, err := c.AdHoc("ldif:/people.ldif", "james+http://127.0.0.1:8000")
	if err != nil {
		t.Fatal(err)
	}
	p := l.Policy(noon())
	if p.Deletes != [2]bool{} || !p.Resources["aliases"].NoUpdate || p.Resources["users"].NoCreate || len(p.Resources) != 2 {
		t.Errorf("%+v", p.Resources)
	}
	if !l.Right.Account.Password.IsZero() {
		t.Error("a webadmin without a password is asked for one")
	}
	with := &Config{home: "/home/u", env: func(name string) string {
		return map[string]string{"LOCKSTEP_PASSWORD_RIGHT": "token"}[name]
	}}
	if l, err = with.AdHoc("ldif:/people.ldif", "james+http://127.0.0.1:8000"); err != nil || l.Right.Account.Password.IsZero() {
		t.Errorf("the token is not taken: %v", err)
	}
	if _, err := c.AdHoc("james+http://127.0.0.1:8000", "ldif:/people.ldif"); err == nil || !strings.Contains(err.Error(), "name a directory on the left") {
		t.Error(err)
	}
}

// TestDomainsFromTheEnvironment: as other tools take them, where the file says
// none.
func TestDomainsFromTheEnvironment(t *testing.T) {
	read := func(text, list string) (string, Problems) {
		c := &Config{File: "f", home: "/home/u", dir: "/etc", env: func(name string) string {
			return map[string]string{"DOMAIN_LIST_TO_SYNCHRONIZE": list}[name]
		}}
		problems := c.read([]byte("[links.work]\n" + people + text))
		if len(problems) > 0 {
			return "", problems
		}
		contacts, _ := c.Links[0].Provisioned(element.Contact)
		return strings.Join(contacts.Values.Domains, " "), nil
	}
	if got, problems := read("[links.work.contacts]\n", "B.org, a.org,"); got != "a.org b.org" {
		t.Error(got, problems)
	}
	if got, problems := read("[links.work.contacts]\ndomains = [\"c.org\"]\n", "a.org"); got != "c.org" {
		t.Error(got, problems)
	}
	if _, problems := read("[links.work.contacts]\n", "a b"); len(problems) != 1 || !strings.Contains(problems.Error(), `in the environment variable DOMAIN_LIST_TO_SYNCHRONIZE, "a b" is not a domain`) {
		t.Error(problems)
	}
	if got, problems := read("[links.work.users]\n", "a b"); got != "" || problems != nil {
		t.Error(got, problems)
	}
}

func TestGrace(t *testing.T) {
	for text, want := range map[string]time.Duration{"7d": 7 * 24 * time.Hour, "36h": 36 * time.Hour, "0": 0, "0d": 0, "90m": 90 * time.Minute} {
		got, err := parseGrace(text)
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
		if again, err := parseGrace(printGrace(got)); err != nil || again != want {
			t.Errorf("%s prints as %s", text, printGrace(got))
		}
	}
	for _, text := range []string{"", "d", "-1d", "+1d", "1.5d", "-3h", "week", "99999d", "7 d"} {
		if got, err := parseGrace(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}
