package james_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/peers/webadmind"
	"lockstep/protocol/webadmin"
)

// TestListing: what others made is listed in our spelling of Keys and in the
// server's spelling of IDs, once each, and what is not ours is left out.
func TestListing(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := context.Background()
		ann, bob := s.user(t, "ann"), s.user(t, "Bob+Tag")
		Ann := s.at("Ann")
		for _, m := range []webadmin.Mapping{
			{Source: s.at("nick"), Type: webadmin.Alias, Target: Ann}, // as an old tool wrote it
			{Source: s.at("both"), Type: webadmin.Alias, Target: Ann},
			{Source: s.at("both"), Type: webadmin.Alias, Target: ann},
			{Source: s.at("both"), Type: webadmin.Alias, Target: strings.ToLower(bob)},
			{Source: ann, Type: webadmin.Forward, Target: "Some.One@Other.example"},
			{Source: ann, Type: webadmin.Forward, Target: ann},
			{Source: strings.ToLower(bob), Type: webadmin.Address, Target: "x+y@other.example"},
		} {
			ok(t, s.client.AddMapping(ctx, m))
		}
		ok(t, s.client.SetQuota(ctx, strings.ToLower(bob), 4<<30))
		r := s.open(t)
		for resource, want := range map[element.Resource]string{
			element.User:    "users/ann@D = users/ann@D\nusers/bob+tag@D = users/bob+tag@D",
			element.Alias:   "address/aliases/Ann@D/sources/nick@D = aliases/ann@D/nick@D\naddress/aliases/ann@D/sources/both@D = aliases/ann@D/both@D\naddress/aliases/bob+tag@D/sources/both@D = aliases/bob+tag@D/both@D",
			element.Forward: "address/forwards/ann@D/targets/Some.One@other.example = forwards/ann@D/Some.One@other.example\naddress/forwards/ann@D/targets/ann@D = forwards/ann@D/ann@D",
			element.Mapping: "mappings/address/bob+tag@D/targets/x+y@other.example = mappings/bob+tag@D/x+y@other.example",
			element.Quota:   "quota/users/bob+tag@D/size = quotas/bob+tag@D (4 GiB)",
		} {
			stubs, _ := list(t, r, resource, "")
			mine := slices.DeleteFunc(stubs, func(x core.Stub) bool { return element.Domain(x.Owner) != s.domain })
			if got := strings.ReplaceAll(show(mine), s.domain, "D"); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", resource, got, want)
			}
		}
		// Removed in both spellings.
		ref := core.Ref{Collection: "aliases", ID: core.ID("address/aliases/" + ann + "/sources/" + s.at("both"))}
		for res, err := range r.Apply(ctx, slices.Values([]core.Write{{Seq: 7, Op: core.OpDelete, Ref: ref}})) {
			if err != nil || res.Seq != 7 {
				t.Errorf("%+v, %v", res, err)
			}
		}
		left, err := s.client.MappingsOf(ctx, s.at("both"))
		if err != nil || len(left) != 1 || left[0].Target != strings.ToLower(bob) {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

// TestStrangeNames: what is no address to us is listed as Bad, and never hides
// another.
func TestStrangeNames(t *testing.T) {
	s := tmail(t)
	s.fake.SetFaults(func(a webadmind.Ask) webadmind.Fault {
		rewrite := func(body string) webadmind.Fault {
			return webadmind.Fault{Rewrite: func([]byte) []byte { return []byte(body) }}
		}
		switch a.Route {
		case "GET /users":
			return rewrite(`[{"username":"a/b@example.com"},{"username":"admin"},{"username":" ann@example.com"},{"username":"ann@example.com"},{"username":"Ann@example.com"},{"username":"é@example.com"},{"username":""}]`)
		case "GET /mappings":
			return rewrite(`{"ann@example.com":[{"type":"Forward","mapping":"\"q q\"@x.example"},{"type":"Forward","mapping":"f@X.example"},{"type":"Address","mapping":"regex"},
				{"type":"Group","mapping":"g@example.com"},{"type":"Regex","mapping":".*:x@y"},{"type":"Error","mapping":"550 no"},{"type":"Alias","mapping":"*@example.com"}],
				"@example.com":[{"type":"Domain","mapping":"example.org"},{"type":"Address","mapping":"all@example.com"}]}`)
		}
		return webadmind.Fault{}
	})
	r := s.open(t)
	for resource, want := range map[element.Resource]string{
		element.User: `users/ = users/ BAD: an empty address
users/ ann@example.com = users/ ann@example.com BAD: an address that begins or ends with a blank
users/a/b@example.com = users/a/b@example.com BAD: "a/b@example.com" is not an address
users/admin = users/admin BAD: "admin" has no domain
users/ann@example.com = users/ann@example.com
users/é@example.com = users/é@example.com BAD: "é@example.com" is not an address`,
		element.Forward: `address/forwards/ann@example.com/targets/"q q"@x.example = forwards/ann@example.com/"q q"@x.example BAD: "\"q q\"@x.example" is not an address
address/forwards/ann@example.com/targets/f@X.example = forwards/ann@example.com/f@x.example`,
		element.Mapping: `mappings/address/@example.com/targets/all@example.com = mappings/@example.com/all@example.com BAD: "@example.com" is not an address
mappings/address/ann@example.com/targets/regex = mappings/ann@example.com/regex BAD: "regex" has no domain`,
		element.Alias: "address/aliases/*@example.com/sources/ann@example.com = aliases/*@example.com/ann@example.com",
	} {
		stubs, _ := list(t, r, resource, "")
		if got := show(stubs); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", resource, got, want)
		}
	}
}

// TestPages: a listing in pages names all, and one that was broken off is begun
// again.
func TestPages(t *testing.T) {
	s := tmail(t)
	const n = 4321
	for i := range n {
		ok(t, s.fake.AddUser(fmt.Sprintf("u%d@example.com", i), "x"))
	}
	r := s.open(t)
	stubs, next := list(t, r, element.User, "")
	if len(stubs) != n || !slices.IsSortedFunc(stubs, func(a, b core.Stub) int { return a.Ref.Compare(b.Ref) }) {
		t.Fatalf("%d of %d are listed", len(stubs), n)
	}
	if again, after := list(t, r, element.User, next); len(again) != n || after == next {
		t.Errorf("%d of %d are listed again, token %s", len(again), n, after)
	}
	d, err := r.Changes(context.Background(), "users", "")
	ok(t, err)
	if !d.More {
		t.Fatal("one page holds all")
	}
	for _, bad := range []core.Token{d.Next, "1+", "+1", "x", "1+0", "-1", "1+99999"} {
		_, err = s.open(t).Changes(context.Background(), "users", bad)
		wantClass(t, err, core.Resync)
	}
	_, err = r.Changes(context.Background(), "identities", "")
	wantClass(t, err, core.Missing)
}

// TestAttack20Incomplete: what cannot be listed to its end is an error, never a
// shorter list; a refused login stops everything.
func TestAttack20Incomplete(t *testing.T) {
	cut := 9
	for name, c := range map[string]struct {
		fault webadmind.Fault
		class core.Class
	}{
		"cut":          {webadmind.Fault{Cut: &cut}, core.Transient},
		"dropped":      {webadmind.Fault{DropBefore: true}, core.Transient},
		"500":          {webadmind.Fault{Status: 500}, core.Transient},
		"503":          {webadmind.Fault{Status: 503}, core.Transient},
		"404":          {webadmind.Fault{Status: 404, Body: "<h1>404</h1>"}, core.Permanent},
		"401":          {webadmind.Unauthorized(), core.Auth},
		"login page":   {webadmind.Fault{Status: 200, Body: "<html>"}, core.Permanent},
		"other object": {webadmind.Fault{Rewrite: func([]byte) []byte { return []byte(`{"error":[{"type":1}]}`) }}, core.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			s := tmail(t)
			ann := s.user(t, "ann")
			ok(t, s.client.SetQuota(context.Background(), ann, 5))
			ok(t, s.fake.AddForward(ann, "x@y.example"))
			ok(t, s.fake.SetContact(ann, "Ann", ""))
			r := s.open(t)
			s.fake.SetFaults(func(webadmind.Ask) webadmind.Fault { return c.fault })
			for _, resource := range []element.Resource{element.User, element.Alias, element.Forward, element.Mapping, element.Quota, element.Contact} {
				d, err := r.Changes(context.Background(), core.FeedID(resource), "")
				if len(d.Changed) > 0 || d.Full {
					t.Errorf("%s is listed as %v", resource, d)
				}
				wantClass(t, err, c.class)
			}
			for stub, err := range r.Find(context.Background(), "identities", []core.Key{"identities/ann@example.com"}) {
				if stub.ID != "" || stub.Key == "" {
					t.Errorf("%+v", stub)
				}
				wantClass(t, err, c.class)
			}
			_, err := r.Collections(context.Background())
			if name != "cut" { // a domain list is short
				wantClass(t, err, c.class)
			}
		})
	}
}

// TestResources: only what is enabled is listed, and what the server has no
// routes for says so, and only that.
func TestResources(t *testing.T) {
	s := fake(t, webadmind.Options{})
	config := s.config()
	config.Resources = []element.Resource{element.Contact, element.Alias}
	r := s.openWith(t, config)
	survey, err := r.Collections(context.Background())
	ok(t, err)
	var names []string
	for _, c := range survey.Collections {
		names = append(names, c.Path)
	}
	if got := fmt.Sprint(names); got != "[users aliases contacts]" || !survey.Complete {
		t.Errorf("%s, %v", got, survey.Complete)
	}
	_, err = r.Changes(context.Background(), "quotas", "")
	wantClass(t, err, core.Missing)
	_, err = r.Changes(context.Background(), "contacts", "")
	wantClass(t, err, core.Permanent)
	var e *core.Error
	if !errors.As(err, &e) || !strings.Contains(e.Remedy, "TMail") {
		t.Errorf("no remedy: %v", err)
	}
	list(t, r, element.Alias, "")
	config.Resources = []element.Resource{"mailing lists"}
	_, err = james.Open(context.Background(), config)
	wantClass(t, err, core.Permanent)
	config.Resources, config.URL = nil, "nowhere"
	_, err = james.Open(context.Background(), config)
	wantClass(t, err, core.Permanent)
}

// TestQuietPass counts the requests of a pass over many accounts without any
// change: a few lists, pages of quotas, and a sixteenth of the contacts.
func TestQuietPass(t *testing.T) {
	for name, memory := range map[string]bool{"all in the lists": true, "a search engine that knows half": false} {
		t.Run(name, func(t *testing.T) {
			const n = 1000
			s := fake(t, webadmind.Options{TMail: true, Memory: memory})
			for i := range n {
				user := fmt.Sprintf("u%d@example.com", i)
				ok(t, s.fake.AddUser(user, "x"))
				ok(t, s.fake.AddAlias(user, "alias."+user))
				ok(t, s.fake.AddForward(user, "x@y.example"))
				ok(t, s.fake.SetQuota(user, int64(i)))
				ok(t, s.fake.SetContact(user, "Given", fmt.Sprint(i)))
				if i%2 == 0 {
					ok(t, s.fake.AddMailbox(user, "INBOX"))
				}
			}
			known := map[core.Ref]core.Stub{}
			pass := func() (listed int) {
				r := s.open(t)
				r.Recall(func(refs []core.Ref) map[core.Ref]core.Stub { return known })
				for _, resource := range []element.Resource{element.User, element.Alias, element.Forward, element.Mapping, element.Quota, element.Contact} {
					since := core.Token("")
					if len(known) > 0 {
						since = "1"
					}
					stubs, _ := list(t, r, resource, since)
					listed += len(stubs)
					for _, one := range stubs {
						if was, again := known[one.Ref]; again && was != one {
							t.Errorf("%+v became %+v", was, one)
						}
					}
					for _, one := range stubs {
						known[one.Ref] = one
					}
				}
				return listed
			}
			first := pass()
			s.fake.Forget()
			if second := pass(); second != first || first != 5*n {
				t.Fatalf("%d elements, then %d", first, second)
			}
			want := 5 + n/1000 + n/16 + n/40 // the last for chance in the sixteenth
			if !memory {
				want += n / 2
			}
			if asked := len(s.fake.Requests()); asked > want {
				t.Errorf("%d requests, want %d at most: %v", asked, want, s.fake.Counts())
			}
			if writes := slices.ContainsFunc(s.fake.Requests(), func(r webadmind.Request) bool {
				return r.Method != http.MethodGet && r.Route != "POST /users/{user}/rename/{new}"
			}); writes || len(s.fake.Changes()) > 0 {
				t.Errorf("a listing writes: %v", s.fake.Changes())
			}
		})
	}
}
