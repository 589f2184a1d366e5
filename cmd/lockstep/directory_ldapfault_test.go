package main

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/ldapd"
	"lockstep/peers/webadmind"
)

// ldapFault is something that goes wrong with a directory. Nothing is ever
// deleted because of it, plan and sync say what is wrong, and when it is over
// the next sync brings everything to what the directory wishes.
type ldapFault struct {
	name string
	// breaks makes it go wrong.
	breaks func(t *testing.T, p *provisioning, c *corp)
	// plan and sync are the exit codes.
	plan, sync int
	says       []string
}

func ldapFaults() []ldapFault {
	script := func(faults func(ldapd.Ask) ldapd.Fault) func(*testing.T, *provisioning, *corp) {
		return func(_ *testing.T, _ *provisioning, c *corp) { c.SetFaults(faults) }
	}
	two, none := 2, 0
	configured := func(base, query string) func(*testing.T, *provisioning, *corp) {
		return func(t *testing.T, p *provisioning, c *corp) { p.configure(t, c.account(base, query), everything) }
	}
	return []ldapFault{
		{"cut in the middle of a page", script(ldapd.OnPage(3, ldapd.Fault{CutAfter: &two})), 5, 5, []string{"not read completely", "lost"}},
		{"a limit in the middle", script(ldapd.OnPage(3, ldapd.Fault{Refuse: &ldapd.Result{Code: 4}, RefuseAfter: 2})), 5, 5, []string{"not read completely", "size"}},
		{"busy", script(ldapd.OnPage(2, ldapd.Fault{Refuse: &ldapd.Result{Code: 51}})), 5, 5, []string{"not read completely", "busy"}},
		{"the same page again", script(ldapd.OnPage(2, ldapd.Fault{Same: true})), 5, 5, []string{"not read completely"}},
		{"an entry that is twisted", script(ldapd.OnPage(2, ldapd.TwistedEntry())), 5, 5, []string{"not read completely"}},
		{"a base that is not there", configured("ou=nowhere,dc=example,dc=com", "?ca=ca.pem"), 5, 5, []string{"ou=nowhere,dc=example,dc=com", "the base is not there"}},
		{"a base with nobody below", configured("ou=nobody,dc=example,dc=com", "?ca=ca.pem"), 4, 4, []string{"held back"}},
		{"nobody, and it says that this is all", script(ldapd.OnPage(1, ldapd.Fault{Partial: &none})), 4, 4, []string{"held back"}},
		{"two people, and it says that they are all", script(ldapd.OnPage(1, ldapd.Fault{Partial: &two})), 4, 4, []string{"held back"}},
		{"an attribute that the reader may not see any more", script(ldapd.OnPage(1, ldapd.Fault{Lost: []string{"mailAlias"}})), 4, 4, []string{"held back"}},
		{"an authority that nobody knows", configured("dc=example,dc=com", ""), 5, 5, []string{"certificate"}},
		{"a password that is wrong", func(t *testing.T, p *provisioning, _ *corp) {
			must(t, os.WriteFile(p.path("reader"), []byte("wr0ng"), 0o600))
		}, 6, 6, []string{readerDN}},
	}
}

func TestDirectoryFaults(t *testing.T) {
	for _, f := range ldapFaults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.test(t)
		})
	}
}

// TestDirectoryLosesAttributes: rights that are taken from the reader are no
// wish to take away what the attributes gave.
func TestDirectoryLosesAttributes(t *testing.T) {
	for name, exit := range map[string][2]int{"mailAlias": {4, 4}, "otherMailbox": {4, 4}, "mailForward": {4, 4}, "mailQuotaSize": {4, 4}, "mail": {5, 5}, "entryUUID": {5, 5}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ldapFault{name: name, plan: exit[0], sync: exit[1], breaks: func(_ *testing.T, _ *provisioning, c *corp) {
				c.SetFaults(func(ldapd.Ask) ldapd.Fault { return ldapd.Fault{Lost: []string{name}} })
			}}.test(t)
		})
	}
}

func (f ldapFault) test(t *testing.T) {
	t.Helper()
	s := fakeMailServer(t, webadmind.Options{Memory: true})
	p, c := newCorp(t, s, 20, everything)
	s.has(t, "user admin@$d x", "forward admin@$d mine@elsewhere.example")
	p.sync(t, 0)
	s.has(t, "forward u05@$d mine@elsewhere.example", "forward u07@$d mine@elsewhere.example")
	admins := []string{"user admin@$d", "forward admin@$d mine@elsewhere.example"}
	s.same(t, wishes(c.people, append(admins, "forward u05@$d mine@elsewhere.example", "forward u07@$d mine@elsewhere.example")...)...)
	before := s.stands(t)

	c.fire(t, "u05")
	c.hire(t, newPerson("v01"))
	c.people["u06"].aliases = []string{"other.u06@$d"}
	c.changes(t, c.people["u06"])
	f.breaks(t, p, c)
	s.fake.Forget()
	p.ends(t, f.plan, "plan", "staff").says(t, f.says...)
	if asked := writesOf(s.fake); len(asked) > 0 {
		t.Errorf("a plan has written: %v", asked)
	}
	got := p.sync(t, f.sync).says(t, f.says...)
	if strings.Contains(got.text+got.errs, "s3cret") || strings.Contains(got.text+got.errs, "wr0ng") {
		t.Errorf("it says the password:\n%s%s", got.text, got.errs)
	}
	after := s.stands(t)
	for _, line := range before {
		if !slices.Contains(after, line) && line != s.fill("alias u06@$d alias.u06@$d") {
			t.Errorf("%q is gone", line)
		}
	}

	c.SetFaults(nil)
	must(t, os.WriteFile(p.path("reader"), []byte("s3cret"), 0o600))
	p.configure(t, c.account("dc=example,dc=com", "?ca=ca.pem"), everything)
	p.sync(t, 0)
	s.same(t, wishes(c.people, append(admins, "forward u07@$d mine@elsewhere.example")...)...)
	p.quiet(t, 0)
}

// writesOf are the requests that were to change something; one only asks whether
// the server has a route, and is refused.
func writesOf(s *webadmind.Server) (out []string) {
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.Path, "/users/a@localhost/rename/") {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}
