package main

import (
	"net"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/ldapd"
	"lockstep/peers/webadmind"
)

// hostileNames are texts that mean something to a filter, a DN or a URL.
func hostileNames() []string {
	return []string{`*)(uid=*`, `*))(|(uid=*`, `a\2a`, "nul\x00byte", `back\slash`, "höstile", `a,dc=x`, `a+b=c`, `#a`, ` lead`, `a/b`, `../users/admin`, `a/../../users/u01`,
		`%2e%2e%2fadmin`, `a%2fb`, `a%252fb`, `a?x=y`, `a#b`, `a;b`, "new\r\nline", `a b`, `"a b"`, `<a>`, "\u202ea", `a@b`, strings.Repeat("x", 300)}
}

// hostile gives a corp a person of each name, whose every address is made of it.
func hostile(t *testing.T, c *corp) {
	t.Helper()
	for i, name := range hostileNames() {
		address := c.server.fill(name + "@$d")
		must(t, c.Add(ldapd.Entry{DN: "uid=h" + uidOf(i) + ",ou=people,dc=example,dc=com", Attributes: map[string][]string{
			"objectClass": {"inetOrgPerson"}, "uid": {name}, "cn": {name}, "sn": {name}, "mail": {address},
			"mailAlias": {c.server.fill("alias." + name + "@$d")}, "otherMailbox": {name + "@mapped.example"}, "mailForward": {name + "@forwarded.example"}, "mailQuotaSize": {name}}}))
	}
}

// TestAttack17 (LDAP filters): whatever entries hold, and whatever is asked about
// at the command line, only the filter of the configuration is ever sent.
func TestAttack17(t *testing.T) {
	s := fakeMailServer(t, webadmind.Options{Memory: true})
	p, c := newCorp(t, s, 3, everything)
	hostile(t, c)
	p.sync(t, 5)
	for _, name := range hostileNames() {
		p.run(t, "explain", name+"@"+s.domain)
		p.run(t, "explain", name)
	}
	asked := 0
	for _, a := range c.Searches() {
		switch {
		case a.Base == "" && a.Scope == "base", a.Scope == "base" && a.Base == "dc=example,dc=com":
		case a.Filter == "(mail=*)" && a.Base == "dc=example,dc=com":
			asked++
		default:
			t.Errorf("a search that nobody configured: %+v", a)
		}
	}
	if asked == 0 {
		t.Error("nothing was searched")
	}
	s.keeps(t, c)
}

// keeps: what good entries wish stands, whatever else does.
func (s *mailServer) keeps(t *testing.T, c *corp) {
	t.Helper()
	got := s.stands(t)
	for _, line := range wishes(c.people) {
		if !slices.Contains(got, s.fill(line)) {
			t.Errorf("there does not stand %s", s.fill(line))
		}
	}
}

// TestAttack18 (DNs, renames in a circle, referrals): names of entries do not
// matter, people who swap addresses lose nothing, and nobody follows a referral.
func TestAttack18(t *testing.T) {
	s := fakeMailServer(t, webadmind.Options{Memory: true})
	p, c := newCorp(t, s, 8, everything)
	p.sync(t, 0)
	for i, dn := range []string{`uid=a\2Cb,ou=people,dc=example,dc=com`, `uid=a\+b\=c+cn=x,ou=people,dc=example,dc=com`, `uid=\#a\ ,ou=people,dc=example,dc=com`, `uid=\22q\22,ou=people,dc=example,dc=com`} {
		one := newPerson("w" + uidOf(i))
		must(t, c.Add(ldapd.Entry{DN: dn, Attributes: one.attributes(s)}))
		c.people[one.uid] = one
	}
	p.sync(t, 0)
	s.same(t, wishes(c.people)...)

	// Two swap their addresses, three go round.
	s.has(t, "forward u01@$d mine@elsewhere.example", "mailbox u01@$d INBOX")
	stood := s.stands(t)
	for from, to := range map[string]string{"u01": "u02", "u02": "u01", "u03": "u04", "u04": "u05", "u05": "u03"} {
		c.people[from].mail = to
	}
	for _, uid := range []string{"u01", "u02", "u03", "u04", "u05"} {
		c.changes(t, c.people[uid])
	}
	p.sync(t, 5).says(t, "u01@"+s.domain)
	for _, line := range stood {
		if strings.HasPrefix(line, "user ") || strings.Contains(line, "mine@") {
			if !slices.Contains(s.stands(t), line) {
				t.Errorf("%q is gone", line)
			}
		}
	}
	for _, uid := range []string{"u01", "u02", "u03", "u04", "u05"} {
		c.people[uid].mail = uid
		c.changes(t, c.people[uid])
	}
	p.sync(t, 0)
	same(t, stood, s.stands(t))

	// A part of the directory lies elsewhere.
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer elsewhere.Close()
	followed := make(chan bool, 1)
	go func() {
		if _, err := elsewhere.Accept(); err == nil {
			followed <- true
		}
	}()
	must(t, c.Add(ldapd.Entry{DN: "ou=elsewhere,dc=example,dc=com", Attributes: map[string][]string{
		"objectClass": {"referral", "extensibleObject"}, "ou": {"elsewhere"}, "ref": {"ldap://" + elsewhere.Addr().String() + "/ou=elsewhere,dc=example,dc=com"}}}))
	c.fire(t, "u08")
	p.sync(t, 5).says(t, "other servers")
	same(t, stood, s.stands(t))
	select {
	case <-followed:
		t.Error("the referral was followed")
	default:
	}
}

// TestAttack19 (paths of webadmin): an address is one segment of a path or is
// refused, and nobody is provisioned in a domain that the server does not manage.
func TestAttack19(t *testing.T) {
	onMailServers(t, func(t *testing.T, s *mailServer) {
		p, c := newCorp(t, s, 3, everything)
		s.has(t, "user admin@$d x")
		hostile(t, c)
		must(t, c.Add(ldapd.Entry{DN: "uid=tenant,ou=people,dc=example,dc=com", Attributes: map[string][]string{
			"uid": {"tenant"}, "mail": {"ann@tenant.invalid"}, "mailAlias": {s.fill("ann@$d")}, "otherMailbox": {s.fill("ann@$d")}}}))
		must(t, c.Add(ldapd.Entry{DN: "uid=u,ou=people,dc=example,dc=com", Attributes: map[string][]string{
			"uid": {"u"}, "mail": {s.fill("u@$d")}, "mailAlias": {"u@tenant.invalid"}}}))
		p.sync(t, 5, "--output", "json").says(t, "tenant.invalid", "does not manage the domain")
		s.keeps(t, c)
		got := s.stands(t)
		for _, line := range got {
			if strings.Contains(line, "tenant.invalid") {
				t.Errorf("somebody else's: %s", line)
			}
		}
		if !slices.Contains(got, s.fill("user admin@$d")) || !slices.Contains(got, s.fill("user u@$d")) {
			t.Errorf("an account is not there: %v", got)
		}
		// What is an address, though it looks like a path, is that very address.
		for _, line := range got {
			if name, is := strings.CutPrefix(line, "user "); is && strings.ContainsAny(name, "/ ;\"\r\n\x00") {
				t.Errorf("an account that is none: %q", name)
			}
		}
		for _, name := range []string{`%2e%2e%2fadmin`, `a%2fb`, `a%252fb`, `a?x=y`, `#a`, `a#b`, `a+b=c`} {
			if !slices.Contains(got, s.fill("user "+name+"@$d")) {
				t.Errorf("%s has no account", name)
			}
			if !slices.Contains(got, s.fill("alias "+name+"@$d alias."+name+"@$d")) {
				t.Errorf("%s has no alias", name)
			}
		}
		if s.fake != nil {
			for _, r := range s.fake.Requests() {
				if r.Route == "" && !strings.HasSuffix(r.Path, "/contacts") { // the test itself asks for those
					t.Errorf("a request without a route: %s %s", r.Method, r.Path)
				}
			}
		}
	})
}

// TestAttack20 (mass deletion): a directory that answers with less than it has
// deletes nothing, however it says so; TestDirectoryGuard is about those that
// say nothing.
func TestAttack20(t *testing.T) {
	zero, three := 0, 3
	for name, f := range map[string]ldapFault{
		"a time limit":               {plan: 5, sync: 5, says: []string{"not read completely"}, breaks: faulty(2, ldapd.Fault{Refuse: &ldapd.Result{Code: 3}})},
		"an administrator's limit":   {plan: 5, sync: 5, says: []string{"not read completely"}, breaks: faulty(2, ldapd.Fault{Refuse: &ldapd.Result{Code: 11}})},
		"a referral":                 {plan: 5, sync: 5, says: []string{"not read completely"}, breaks: faulty(2, ldapd.Fault{Refuse: &ldapd.Result{Code: 10, Referrals: []string{"ldap://127.0.0.1:9/"}}})},
		"rights that are gone":       {plan: 5, sync: 5, says: []string{"not read completely"}, breaks: faulty(2, ldapd.Fault{Refuse: &ldapd.Result{Code: 50}})},
		"an empty page, and no more": {plan: 4, sync: 4, says: []string{"held back"}, breaks: faulty(2, ldapd.Fault{Partial: &zero})},
		"three, and no more":         {plan: 4, sync: 4, says: []string{"held back"}, breaks: faulty(1, ldapd.Fault{Partial: &three})},
		"a bomb":                     {plan: 5, sync: 5, says: []string{"not read completely"}, breaks: faulty(2, ldapd.HugeMessage(0xfffffff0))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.test(t)
		})
	}
}

func faulty(page int, f ldapd.Fault) func(*testing.T, *provisioning, *corp) {
	return func(_ *testing.T, _ *provisioning, c *corp) { c.SetFaults(ldapd.OnPage(page, f)) }
}
