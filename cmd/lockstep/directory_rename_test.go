package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/webadmind"
)

// TestDirectoryRename: an address changes. The account takes its mailboxes, its
// own forwards and its quota along, under the new name, and the old name is
// free; nothing is deleted and made anew.
func TestDirectoryRename(t *testing.T) {
	onMailServers(t, func(t *testing.T, s *mailServer) {
		p, c := newCorp(t, s, 8, strings.Replace(everything, "deletion = \"account\"\n", "", 1)+"[links.staff.identities]\n")
		p.sync(t, 0)
		s.has(t, "mailbox u02@$d INBOX", "mailbox u02@$d Archive", "forward u02@$d mine@elsewhere.example")
		before := s.mailboxes(t, "u02@$d")
		if len(before) != 2 {
			t.Fatalf("mailboxes %v", before)
		}
		c.people["u02"].mail = "married"
		c.changes(t, c.people["u02"])
		p.ends(t, 3, "plan", "staff").says(t, "u02@"+s.domain+" -> married@")
		p.sync(t, 0)
		same(t, before, s.mailboxes(t, "married@$d"))
		var identities []string
		for _, one := range c.people {
			identities = append(identities, "identity "+one.mail+"@$d \""+one.uid+"\" 0")
		}
		s.same(t, wishes(c.people, append(identities, "forward married@$d mine@elsewhere.example")...)...)
		p.quiet(t, 0)

		// A name that somebody has who leaves, and an alias that becomes a name.
		c.fire(t, "u03")
		c.people["u04"].mail = "u03"
		c.people["u04"].aliases = []string{"alias.u03@$d"}
		c.people["u05"].mail = "alias.u05"
		c.people["u05"].aliases = []string{"u05@$d"}
		c.changes(t, c.people["u04"])
		c.changes(t, c.people["u05"])
		p.configure(t, c.account("dc=example,dc=com", "?ca=ca.pem"), everything)
		p.sync(t, 0)
		p.sync(t, 0)
		s.sameBut(t, "identity ", wishes(c.people, "forward married@$d mine@elsewhere.example")...)
		p.quiet(t, 0)
	})
}

// sameBut is same, apart from lines that begin so.
func (s *mailServer) sameBut(t *testing.T, begin string, want ...string) {
	t.Helper()
	for i := range want {
		want[i] = s.fill(want[i])
	}
	same(t, want, slices.DeleteFunc(s.stands(t), func(line string) bool { return strings.HasPrefix(line, begin) }))
}

// mailboxes of an account, by name.
func (s *mailServer) mailboxes(t *testing.T, user string) (out []string) {
	t.Helper()
	var all []struct{ MailboxName string }
	s.read(t, "/users/"+segment(s.fill(user), 1)+"/mailboxes", &all)
	for _, m := range all {
		out = append(out, m.MailboxName)
	}
	slices.Sort(out)
	return out
}

// TestDirectoryRenameAgain: a rename that was cut off anywhere is carried on.
func TestDirectoryRenameAgain(t *testing.T) { renamesAgain(t, nil, nil) }

// TestDirectoryRenameAndChange is the same for somebody of whom everything else
// changes at the same time, or before the rename is carried on.
func TestDirectoryRenameAndChange(t *testing.T) {
	change := func(one *person) {
		one.forwards = []string{"other@forwarded.example"}
		one.mappings = []string{"other@mapped.example"}
		one.aliases = []string{"other.u02@$d"}
		one.quota = 0
	}
	t.Run("at once", func(t *testing.T) { renamesAgain(t, change, nil) })
	t.Run("before it is carried on", func(t *testing.T) { renamesAgain(t, nil, change) })
}

// renamesAgain breaks renames off; meanwhile and then change the person, too.
func renamesAgain(t *testing.T, meanwhile, then func(*person)) {
	if testing.Short() {
		t.Skip("40 renames take half a minute")
	}
	routes := []string{"PUT /users/{user}", "POST /users/{user}/rename/{new}", "GET /tasks/{task}/await", "GET /address/aliases/{owner}",
		"PUT /address/aliases/{owner}/sources/{alias}", "DELETE /address/aliases/{owner}/sources/{alias}",
		"POST /mappings/address/{source}/targets/{target}", "DELETE /mappings/address/{source}/targets/{target}",
		"DELETE /users/{user}", "DELETE /address/forwards/{user}/targets/{target}"}
	for _, route := range routes {
		for name, f := range map[string]webadmind.Fault{"before": {DropBefore: true}, "after": {DropAfter: true}, "500": {Status: http.StatusInternalServerError}, "401": webadmind.Unauthorized()} {
			t.Run(route[strings.LastIndex(route, " ")+1:]+" "+route[:3]+" "+name, func(t *testing.T) {
				t.Parallel()
				s := fakeMailServer(t, webadmind.Options{Memory: true})
				p := newProvisioning(t, s, everything)
				people := staff(6)
				p.people(t, inLDIF(s, people))
				p.sync(t, 0)
				s.has(t, "mailbox u02@$d INBOX", "forward u02@$d mine@elsewhere.example")
				people["u02"].mail = "married"
				if meanwhile != nil {
					meanwhile(people["u02"])
				}
				p.people(t, inLDIF(s, people))
				s.fake.SetFaults(onceAt(route, f))
				exit := p.run(t, "sync", "staff").exit
				s.fake.SetFaults(nil)
				if name == "401" && exit != 6 {
					t.Errorf("a refused login ended with %d", exit)
				}
				if then != nil {
					then(people["u02"])
					p.people(t, inLDIF(s, people))
				}
				p.sync(t, 0)
				want := wishes(people, "forward married@$d mine@elsewhere.example")
				for i := range want {
					want[i] = s.fill(want[i])
				}
				if left := s.fill("forward u02@$d married@$d"); slices.Contains(s.stands(t), left) {
					// James made it, and the old account went before it: what comes to the
					// old address still arrives. Nothing tells any more whose it is.
					if !strings.HasPrefix(route, "DELETE /users/") && !strings.HasPrefix(route, "DELETE /address/forwards/") {
						t.Errorf("there is still a %s", left)
					}
					want = append(want, left)
				}
				if left := s.fill("forward married@$d u02@forwarded.example"); !slices.Contains(want, left) && slices.Contains(s.stands(t), left) {
					// It moved along while nobody knew whether it was deleted, or where the
					// account was; that its owner did not make it anew cannot be proved.
					if then == nil && !strings.HasPrefix(route, "DELETE /address/forwards/") || then != nil && name != "401" {
						t.Errorf("there is still a %s", left)
					}
					want = append(want, left)
				}
				s.same(t, want...)
				if got := s.mailboxes(t, "married@$d"); !slices.Contains(got, "INBOX") {
					t.Errorf("mailboxes %v", got)
				}
				p.quiet(t, 0)
			})
		}
	}
}

// onceAt gives a fault at the first request of a route from now on that is not
// the question whether there are renames.
func onceAt(route string, f webadmind.Fault) func(webadmind.Ask) webadmind.Fault {
	once := webadmind.Once(route, f)
	return func(a webadmind.Ask) webadmind.Fault {
		if strings.HasPrefix(a.Path, "/users/a@localhost/rename/") {
			return webadmind.Fault{}
		}
		return once(a)
	}
}
