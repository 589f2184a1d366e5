package james_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/peers/webadmind"
)

// TestOwnQuotas: a limit that the domain or the server has for all is nobody's
// own.
func TestOwnQuotas(t *testing.T) {
	s := real(t)
	ann, bob := s.user(t, "ann"), s.user(t, "bob")
	ok(t, s.client.SetQuota(context.Background(), ann, 7))
	s.put(t, "/quota/domains/"+s.domain+"/size", "99")
	stubs, _ := list(t, s.open(t), element.Quota, "")
	for _, one := range stubs {
		if one.Owner == bob || one.Owner == ann && one.Label != "7 B" {
			t.Errorf("%+v", one)
		}
	}
}

// TestQuotasThatJamesCannotTell: an & in a name fails the page that it is on, and
// the account; nobody else.
func TestQuotasThatJamesCannotTell(t *testing.T) {
	s := fake(t, webadmind.Options{Memory: true})
	const n = 1200
	want := 0
	for i := range n {
		user := fmt.Sprintf("u%04d@example.com", i)
		if i == 700 {
			user = "u0700&co@example.com"
		}
		ok(t, s.fake.AddUser(user, "x"))
		if i%3 == 0 {
			ok(t, s.fake.SetQuota(user, int64(i)))
			want++
		}
	}
	var broken atomic.Bool // all of it
	config := s.config()
	config.URL = proxy(t, s, func(r *http.Request, _ []byte) int {
		q := r.URL.Query()
		offset, _ := strconv.Atoi(q.Get("offset"))
		limit, _ := strconv.Atoi(q.Get("limit"))
		if strings.HasPrefix(r.URL.Path, "/quota/") && (broken.Load() || strings.Contains(r.URL.Path, "&") || offset <= 700 && 700 < offset+limit) {
			return http.StatusInternalServerError
		}
		return 0
	})
	s.fake.Forget()
	stubs, _ := list(t, s.openWith(t, config), element.Quota, "")
	bad := 0
	for _, one := range stubs {
		if one.Bad != "" {
			bad++
			if one.Owner != "u0700&co@example.com" || !strings.Contains(one.Bad, "500") {
				t.Errorf("%+v", one)
			}
		}
	}
	if len(stubs)-bad != want || bad != 1 {
		t.Errorf("%d quotas and %d bad, want %d and 1", len(stubs)-bad, bad, want)
	}
	if asked := len(s.fake.Requests()); asked > 60 {
		t.Errorf("%d requests: %v", asked, s.fake.Counts())
	}
	// A server that fails at all of them is no server without quotas.
	broken.Store(true)
	_, err := s.openWith(t, config).Changes(context.Background(), "quotas", "")
	wantClass(t, err, core.Transient)
}

// TestContactNames: they are read when an address is new, in their turn, and
// without a token.
func TestContactNames(t *testing.T) {
	s := tmail(t)
	const n = 64
	for i := range n {
		ok(t, s.fake.SetContact(fmt.Sprintf("c%d@example.com", i), "Given", fmt.Sprint(i)))
	}
	known := map[core.Ref]core.Stub{}
	pass := func(since core.Token) (stubs []core.Stub, next core.Token, read int) {
		r := s.open(t)
		r.Recall(func([]core.Ref) map[core.Ref]core.Stub { return known })
		s.fake.Forget()
		stubs, next = list(t, r, element.Contact, since)
		for _, one := range stubs {
			known[one.Ref] = one
		}
		return stubs, next, s.fake.Counts()["GET /domains/{domain}/contacts/{local}"]
	}
	_, next, read := pass("")
	if read != n {
		t.Errorf("%d of %d names are read at first", read, n)
	}
	ok(t, s.fake.SetContact("c5@example.com", "Changed", "5"))
	ok(t, s.fake.SetContact("new@example.com", "New", ""))
	ok(t, s.fake.RemoveContact("c6@example.com"))
	seen, all := -1, 0
	for i := range 16 {
		var stubs []core.Stub
		stubs, next, read = pass(next)
		all += read
		if len(stubs) != n {
			t.Fatalf("pass %d: %d contacts", i, len(stubs))
		}
		for _, one := range stubs {
			if one.Owner == "c5@example.com" && one.Label == "Changed 5" && seen < 0 {
				seen = i
			}
			if one.Owner == "new@example.com" && one.Label != "New" {
				t.Errorf("pass %d: %+v", i, one)
			}
		}
	}
	if seen < 0 || all < n || all > n+1 {
		t.Errorf("the change is seen in pass %d; %d names were read", seen, all)
	}
	if _, _, read = pass(""); read != n {
		t.Errorf("%d of %d names are read without a token", read, n)
	}
	// What cannot be read is an error, and not a contact without a name.
	s.fake.SetFaults(webadmind.Script(webadmind.Scripted{Route: "GET /domains/{domain}/contacts/{local}", Fault: webadmind.Fault{Status: 503}}))
	_, err := s.open(t).Changes(context.Background(), "contacts", "")
	wantClass(t, err, core.Transient)
}

// TestContactDomains: only those of the domains that are wanted.
func TestContactDomains(t *testing.T) {
	s := fake(t, webadmind.Options{TMail: true, Domains: []string{"example.com", "example.org", "example.net"}})
	for _, address := range []string{"a@example.com", "b@example.org", "c@example.net"} {
		ok(t, s.fake.SetContact(address, "", ""))
	}
	config := s.config()
	config.Domains = []string{"example.org", "example.net"}
	stubs, _ := list(t, s.openWith(t, config), element.Contact, "")
	if got := show(stubs); got != "domains/example.org/contacts/b = contacts/b@example.org\ndomains/example.net/contacts/c = contacts/c@example.net" {
		t.Error(got)
	}
}

// TestIdentitiesAreFound, many at once, in order, and one that cannot be told
// stops no other.
func TestIdentitiesAreFound(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		var keys []core.Key
		n := 300
		if s.fake == nil {
			n = 5
		}
		for i := range n {
			user := s.user(t, fmt.Sprintf("u%d", i))
			keys = append(keys, core.Key("identities/"+user))
			if i%2 == 0 {
				r := s.open(t)
				_, err := apply(t, r, create(element.Element{Resource: element.Identity, Owner: user, Value: element.Value{Name: fmt.Sprint("User ", i)}}))
				ok(t, err)
			}
		}
		keys = append(keys, "identities/nobody@unknown.example", "users/x@y")
		r := s.open(t)
		i := 0
		for stub, err := range r.Find(context.Background(), "identities", keys) {
			switch {
			case stub.Key != keys[i]:
				t.Fatalf("%d: %s, want %s", i, stub.Key, keys[i])
			case i == n+1:
				wantClass(t, err, core.Permanent)
			case err != nil:
				t.Error(err)
			case i < n && i%2 == 0 && (stub.ID == "" || stub.Label != fmt.Sprint("User ", i)), (i == n || i%2 == 1) && stub.ID != "":
				t.Errorf("%+v", stub)
			}
			i++
		}
		if i != len(keys) {
			t.Errorf("%d of %d are told", i, len(keys))
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for stub, err := range r.Find(ctx, "identities", keys) {
			if err == nil {
				t.Errorf("%+v is told after the end", stub)
			}
		}
	})
}
