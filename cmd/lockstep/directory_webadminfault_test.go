package main

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/peers/webadmind"
)

// webadminFault is something that goes wrong with a mail server that has
// accounts. Nothing is deleted because of it, plan and sync say what is wrong,
// and when it is over the next sync brings everything to what the directory
// wishes.
type webadminFault struct {
	name   string
	faults []webadmind.Scripted
	// plan and sync are the exit codes; -1 = no plan is made.
	plan, sync int
	says       []string
	// most is how long the server may be silent; 0 = as the program has it.
	most time.Duration
	// left is what stays of somebody who is gone, as the server said that it was
	// gone, too: nobody knows any more that it was ours.
	left []string
	// slow: it waits between tries.
	slow bool
}

func webadminFaults() []webadminFault {
	const (
		users, mappings, quotas = "GET /users", "GET /mappings", "GET /quota/users"
		putUser                 = "PUT /users/{user}"
		putAlias                = "PUT /address/aliases/{owner}/sources/{alias}"
		deleteAlias             = "DELETE /address/aliases/{owner}/sources/{alias}"
	)
	cut := 60
	always := func(route string, f webadmind.Fault) []webadmind.Scripted {
		return []webadmind.Scripted{{Route: route, Fault: f}}
	}
	status := func(code int) webadmind.Fault { return webadmind.Fault{Status: code} }
	return []webadminFault{
		{name: "a login that ends in the middle", faults: []webadmind.Scripted{{Route: putAlias, N: 2, On: true, Fault: webadmind.Unauthorized()}, {Route: users, N: 2, On: true, Fault: webadmind.Unauthorized()}},
			plan: -1, sync: 6, says: []string{"401"}},
		{name: "a login that may not", faults: always(users, status(http.StatusForbidden)), plan: 6, sync: 6, says: []string{"403"}},
		{name: "409 for an alias", faults: always(putAlias, status(http.StatusConflict)), plan: -1, sync: 5, says: []string{"409"}},
		{name: "409 for an account", faults: always(putUser, status(http.StatusConflict)), plan: -1, sync: 5, says: []string{"v01@", "409"}},
		{name: "400 for an alias", faults: always(putAlias, status(http.StatusBadRequest)), plan: -1, sync: 5, says: []string{"400"}},
		{name: "500 once for an alias", faults: []webadmind.Scripted{{Route: putAlias, N: 1, Fault: status(http.StatusInternalServerError)}}, plan: -1, sync: 0},
		{name: "500 always for an alias", faults: always(putAlias, status(http.StatusInternalServerError)), plan: -1, sync: 1, says: []string{"500"}},
		{name: "503 always for an account", faults: always(putUser, status(http.StatusServiceUnavailable)), plan: -1, sync: 1, says: []string{"503"}},
		{name: "a lost answer", faults: []webadmind.Scripted{{Route: putAlias, N: 1, Fault: webadmind.Fault{DropAfter: true}}, {Route: deleteAlias, N: 1, Fault: webadmind.Fault{DropAfter: true}},
			{Route: putUser, N: 1, Fault: webadmind.Fault{DropAfter: true}}}, plan: -1, sync: 0},
		{name: "a lost request", faults: []webadmind.Scripted{{Route: putAlias, N: 1, Fault: webadmind.Fault{DropBefore: true}}, {Route: putUser, N: 1, Fault: webadmind.Fault{DropBefore: true}}}, plan: -1, sync: 0},
		{name: "no answer to a question", faults: always(quotas, webadmind.Fault{Hang: true}), plan: 5, sync: 5, says: []string{"cannot list quotas", "the server does not answer"}, most: 200 * time.Millisecond, slow: true},
		{name: "no answer to a write", faults: []webadmind.Scripted{{Route: putAlias, N: 1, Fault: webadmind.Fault{Hang: true}}}, plan: -1, sync: 0, most: 400 * time.Millisecond},
		{name: "accounts that break off", faults: always(users, webadmind.Fault{Cut: &cut}), plan: -1, sync: 5, says: []string{"cannot list users", "stays until"}, slow: true},
		{name: "mappings that break off", faults: always(mappings, webadmind.Fault{Cut: &cut}), plan: -1, sync: 5, says: []string{"cannot list aliases", "stays until"}, slow: true},
		{name: "quotas that break off", faults: always(quotas, webadmind.Fault{Cut: &cut}), plan: -1, sync: 5, says: []string{"cannot list quotas", "stays until"}, slow: true},
		{name: "accounts that are said to be none", faults: always(users, webadmind.Fault{Empty: true}), plan: 3, sync: 1, says: []string{"v01@"},
			left: []string{"user u05@$d", "quota u05@$d 1073741824"}},
		{name: "mappings that are said to be none", faults: always(mappings, webadmind.Fault{Empty: true}), plan: 3, sync: 1, says: []string{"v01@"},
			left: []string{"alias u05@$d alias.u05@$d", "mapping u05@$d u05@mapped.example", "forward u05@$d u05@forwarded.example"}},
		{name: "a page that is not what it should be", faults: always(users, webadmind.Fault{Rewrite: func([]byte) []byte { return []byte("<html>maintenance</html>") }}), plan: 5, sync: 5, says: []string{"/users"}},
	}
}

func TestWebadminFaults(t *testing.T) {
	for _, f := range webadminFaults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.test(t)
		})
	}
}

func (f webadminFault) test(t *testing.T) {
	t.Helper()
	if f.slow && testing.Short() {
		t.Skip("it takes some ten seconds")
	}
	s := fakeMailServer(t, webadmind.Options{Memory: true})
	p := newProvisioning(t, s, everything)
	if f.slow || f.most > 0 {
		p.open = impatient(s, f.most)
	}
	people := staff(20)
	p.people(t, inLDIF(s, people))
	s.has(t, "user admin@$d x", "forward admin@$d mine@elsewhere.example")
	p.sync(t, 0)
	admins := []string{"user admin@$d", "forward admin@$d mine@elsewhere.example"}
	s.same(t, wishes(people, admins...)...)
	before := s.stands(t)

	delete(people, "u05")
	people["v01"] = newPerson("v01")
	people["u06"].aliases = []string{"other.u06@$d"}
	people["u08"].quota = 5
	p.people(t, inLDIF(s, people))
	changed := []string{s.fill("alias u06@$d alias.u06@$d"), s.fill("quota u08@$d 1073741824")}
	gone := newPerson("u05").wishes()
	for i := range gone {
		gone[i] = s.fill(gone[i])
	}

	s.fake.Forget()
	s.fake.SetFaults(webadmind.Script(f.faults...))
	if f.plan >= 0 {
		p.ends(t, f.plan, "plan", "staff").says(t, f.says...)
		if asked := writesOf(s.fake); len(asked) > 0 {
			t.Errorf("a plan has written: %v", asked)
		}
		s.fake.Forget()
	}
	p.sync(t, f.sync).says(t, f.says...)
	s.fake.SetFaults(nil)
	after := s.stands(t)
	for _, line := range before {
		if !slices.Contains(after, line) && !slices.Contains(changed, line) && !slices.Contains(gone, line) {
			t.Errorf("%q is gone", line)
		}
	}

	p.sync(t, 0)
	s.same(t, wishes(people, append(admins, f.left...)...)...)
	p.quiet(t, 0)
}

// impatient opens a mail server that may be silent for so long only (0 = as long
// as it likes), and is asked again at once.
func impatient(s *mailServer, most time.Duration) func(context.Context, config.End, all.Options) (core.Replica, core.Traits, error) {
	return func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		replica, traits, err := all.Open(ctx, end, o)
		if err != nil || end.Account.Address.Type != config.James {
			return replica, traits, err
		}
		c := james.Config{URL: s.url, Password: func(context.Context) (string, error) { return s.token, nil }, Timeout: most, Sleep: func(context.Context, time.Duration) error { return nil }}
		for _, r := range o.Link.Resources {
			c.Resources = append(c.Resources, r.Of)
		}
		if err := replica.Close(); err != nil {
			return nil, traits, err
		}
		replica, err = james.Open(ctx, c)
		return replica, traits, err
	}
}

// TestWebadminLogin: a token that has ended, one that is no administrator's and
// none at all are told from each other before anything is read or written.
func TestWebadminLogin(t *testing.T) {
	onMailServers(t, func(t *testing.T, s *mailServer) {
		p := newProvisioning(t, s, everything)
		people := staff(3)
		p.people(t, inLDIF(s, people))
		good := s.tokenFile
		text, err := os.ReadFile(good)
		must(t, err)
		must(t, os.WriteFile(p.path("forged"), append(slices.Clone(text[:len(text)-9]), "AAAAAAAA"...), 0o600))
		for _, c := range []struct {
			file string
			says []string
		}{
			{s.expired, []string{"expired"}},
			{s.user, []string{"admin"}},
			{p.path("forged"), []string{"401"}},
		} {
			s.tokenFile = c.file
			p.configure(t, `address = "ldif:`+p.ldif()+`"`, everything)
			for _, command := range []string{"plan", "sync"} {
				got := p.ends(t, 6, command, "staff").says(t, c.says...)
				secret, err := os.ReadFile(c.file)
				must(t, err)
				if strings.Contains(got.text+got.errs, strings.TrimSpace(string(secret))) {
					t.Errorf("%s says the token", command)
				}
			}
		}
		s.same(t)
		s.tokenFile = good
		p.configure(t, `address = "ldif:`+p.ldif()+`"`, everything)
		p.sync(t, 0)
		s.same(t, wishes(people)...)
	})
}
