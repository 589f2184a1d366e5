package main

import (
	"sync"
	"testing"

	"lockstep/peers/webadmind"
)

// TestDirectoryUnanswered: a run ends right after a request whose answer it did
// not get, and the directory wishes something else before the next run. What is
// no longer wished goes, but for forwards: that the owner did not make the same one
// meanwhile cannot be proved, and a user's own forward is never deleted.
func TestDirectoryUnanswered(t *testing.T) {
	const (
		putUser       = "PUT /users/{user}"
		putAlias      = "PUT /address/aliases/{owner}/sources/{alias}"
		putForward    = "PUT /address/forwards/{user}/targets/{target}"
		deleteForward = "DELETE /address/forwards/{user}/targets/{target}"
		postMapping   = "POST /mappings/address/{source}/targets/{target}"
		putQuota      = "PUT /quota/users/{user}/size"
	)
	hired := func(all map[string]*person) { all["v01"] = newPerson("v01") }
	left := func(all map[string]*person) { delete(all, "v01") }
	forwards := func(all map[string]*person) { all["u02"].forwards = []string{"new@forwarded.example"} }
	married := func(uid string) func(map[string]*person) {
		return func(all map[string]*person) { all[uid].mail = "married" }
	}
	both := func(first, second func(map[string]*person)) func(map[string]*person) {
		return func(all map[string]*person) { first(all); second(all) }
	}
	for _, c := range []struct {
		name, route  string
		before, then func(map[string]*person)
		// kept, if the request was obeyed.
		kept []string
	}{
		{"an account of somebody who leaves", putUser, hired, left, nil},
		{"an account of somebody whose address changes", putUser, hired, married("v01"), nil},
		{"an alias of somebody who leaves", putAlias, hired, left, nil},
		{"a mapping of somebody who leaves", postMapping, hired, left, nil},
		{"a quota of somebody who leaves", putQuota, hired, left, nil},
		{"a forward of somebody who leaves", putForward, hired, left, nil},
		{"a forward that is no longer wished", putForward, forwards, func(all map[string]*person) { all["u02"].forwards = nil }, []string{"forward u02@$d new@forwarded.example"}},
		{"a forward that another one replaces", putForward, forwards, func(all map[string]*person) { all["u02"].forwards = []string{"third@forwarded.example"} }, []string{"forward u02@$d new@forwarded.example"}},
		{"a forward of somebody whose address changes", putForward, forwards, married("u02"), nil},
		{"a forward that is no longer wished of somebody whose address changes", putForward, forwards,
			both(married("u02"), func(all map[string]*person) { all["u02"].forwards = nil }), []string{"forward married@$d new@forwarded.example"}},
		{"a forward that is wished again", deleteForward, forwards, func(all map[string]*person) { all["u02"].forwards = newPerson("u02").forwards }, nil},
		{"a forward that went of somebody whose address changes", deleteForward, forwards, married("u02"), nil},
	} {
		for name, fault := range map[string]webadmind.Fault{"done": {DropAfter: true}, "not done": {DropBefore: true}} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				t.Parallel()
				s := fakeMailServer(t, webadmind.Options{Memory: true})
				p := newProvisioning(t, s, everything)
				people := staff(6)
				p.people(t, inLDIF(s, people))
				p.sync(t, 0)
				c.before(people)
				p.people(t, inLDIF(s, people))
				var lock sync.Mutex
				over := false
				s.fake.SetFaults(func(a webadmind.Ask) webadmind.Fault {
					lock.Lock()
					defer lock.Unlock()
					switch {
					case over:
						return webadmind.Unauthorized()
					case a.Route == c.route:
						over = true
						return fault
					}
					return webadmind.Fault{}
				})
				p.sync(t, 6)
				s.fake.SetFaults(nil)
				c.then(people)
				p.people(t, inLDIF(s, people))
				p.sync(t, 0)
				want := wishes(people)
				if name == "done" {
					want = append(want, c.kept...)
				}
				s.same(t, want...)
				p.quiet(t, 0)
			})
		}
	}
}
