package james_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/peers/webadmind"
	"lockstep/protocol/webadmin"
)

// renamed is the write that gives old another name.
func renamed(old, to string) core.Write {
	e := element.Element{Resource: element.User, Owner: to}
	return core.Write{Op: core.OpRename, Ref: core.Ref{Collection: "users", ID: core.ID("users/" + old)},
		If: core.Condition{Absent: true}, Item: core.Item{Stub: core.Stub{Key: e.Key(), Owner: to}}}
}

// furnish gives an account one of everything.
func furnish(t *testing.T, s *server, local string) (user string) {
	t.Helper()
	ctx := context.Background()
	user = s.user(t, local)
	upper := strings.ToUpper(local[:1]) + local[1:]
	for _, m := range []webadmin.Mapping{
		{Source: s.at("nick." + local), Type: webadmin.Alias, Target: user},
		{Source: s.at("spelt." + local), Type: webadmin.Alias, Target: s.at(upper)},
		{Source: user, Type: webadmin.Forward, Target: "Some.One+x@other.example"},
		{Source: user, Type: webadmin.Forward, Target: user},
		{Source: user, Type: webadmin.Address, Target: "box@other.example"},
	} {
		ok(t, s.client.AddMapping(ctx, m))
	}
	ok(t, s.client.SetQuota(ctx, user, 4<<30))
	ok(t, s.client.CreateIdentity(ctx, user, webadmin.Identity{Name: "Old", Email: user}))
	return user
}

// holds prints what a server holds about some local parts.
func (s *server) holds(t *testing.T, locals ...string) string {
	t.Helper()
	ctx := context.Background()
	var out []string
	r := s.open(t)
	for _, resource := range []element.Resource{element.User, element.Alias, element.Forward, element.Mapping, element.Quota} {
		stubs, _ := list(t, r, resource, "")
		for _, one := range stubs {
			if slices.Contains(locals, strings.TrimSuffix(one.Owner, "@"+s.domain)) {
				out = append(out, strings.ReplaceAll(string(one.ID), s.domain, "D")+" "+one.Label)
			}
		}
	}
	for _, local := range locals {
		if i, there, err := s.client.DefaultIdentity(ctx, s.at(local)); err != nil {
			t.Error(err)
		} else if there {
			out = append(out, "identity of "+local+": "+i.Name)
		}
	}
	return strings.Join(out, "\n")
}

const afterRename = `users/new@D 
address/aliases/new@D/sources/nick.old@D 
address/aliases/new@D/sources/spelt.old@D 
address/forwards/new@D/targets/Some.One+x@other.example 
address/forwards/new@D/targets/new@D 
mappings/address/new@D/targets/box@other.example 
quota/users/new@D/size 4 GiB
identity of old: Old`

func TestRename(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		old := furnish(t, s, "old")
		friend := s.user(t, "friend")
		ok(t, s.client.AddMapping(context.Background(), webadmin.Mapping{Source: friend, Type: webadmin.Forward, Target: old}))
		r := s.open(t)
		if r.Operations().Rename != core.Checked {
			t.Fatal("it cannot rename")
		}
		var before []core.Stub
		for _, resource := range []element.Resource{element.Alias, element.Forward, element.Mapping, element.Quota} {
			stubs, _ := list(t, r, resource, "")
			for _, one := range stubs {
				if one.Owner == old {
					before = append(before, one)
				}
			}
		}
		res, err := apply(t, r, renamed(old, s.at("new")))
		ok(t, err)
		if want := core.ID("users/" + s.at("new")); res.Stub.ID != want || res.Stub.Owner != s.at("new") || !res.AsSent {
			t.Errorf("%+v", res)
		}
		if got := s.holds(t, "old", "new"); got != afterRename {
			t.Errorf("%s\nwant\n%s", got, afterRename)
		}
		if got := s.holds(t, "friend"); got != "users/friend@D \naddress/forwards/friend@D/targets/old@D " {
			t.Errorf("somebody else's things changed: %s", got)
		}
		// Follow told where everything would be.
		now := map[core.Ref]core.Key{}
		for _, resource := range []element.Resource{element.Alias, element.Forward, element.Mapping, element.Quota} {
			stubs, _ := list(t, s.open(t), resource, "")
			for _, one := range stubs {
				now[one.Ref] = one.Key
			}
		}
		for _, one := range before {
			ref, key, follows := r.Follow(one, s.at("new"))
			if !follows || now[ref] != key {
				t.Errorf("%s follows to %s, %s (%v)", one.Key, ref.ID, key, follows)
			}
		}
		for _, key := range []core.Key{"contacts/a@d", "identities/a@d", "nonsense"} {
			if _, _, follows := r.Follow(core.Stub{Key: key}, "b@d"); follows {
				t.Errorf("%s follows", key)
			}
		}
		_, err = apply(t, s.open(t), renamed(old, s.at("newer")))
		wantClass(t, err, core.Missing)
	})
}

// TestRenameOntoSomebody: neither another's account nor another's alias is taken,
// and nothing is changed.
func TestRenameOntoSomebody(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		old, other := furnish(t, s, "old"), furnish(t, s, "other")
		before := s.holds(t, "old", "other")
		_, err := apply(t, s.open(t), renamed(old, other))
		wantClass(t, err, core.Conflict)
		_, err = apply(t, s.open(t), renamed(old, s.at("nick.other")))
		wantClass(t, err, core.Permanent)
		_, err = apply(t, s.open(t), renamed(old, "x@unknown.example"))
		wantClass(t, err, core.Permanent)
		_, err = apply(t, s.open(t), renamed(s.at("nobody"), s.at("new")))
		wantClass(t, err, core.Missing)
		if after := s.holds(t, "old", "other", "new", "nobody"); after != before {
			t.Errorf("%s\nbecame\n%s", before, after)
		}
	})
}

// TestRenameBrokenOff breaks a rename at every request and at every step of its
// task, goes on as the engine does, and wants the same end as without a break.
func TestRenameBrokenOff(t *testing.T) {
	broken := 0
	for total := 1; ; total++ {
		reached := false
		for name, fault := range map[string]webadmind.Fault{
			"request lost": {DropBefore: true}, "answer lost": {DropAfter: true}, "500": {Status: 500},
			"forwards fail": {FailStep: "ForwardUsernameChangeTaskStep"}, "mailboxes fail": {FailStep: "MailboxUsernameChangeTaskStep"}, "quota fails": {FailStep: "QuotaUsernameChangeTaskStep"},
		} {
			s := tmail(t)
			old := furnish(t, s, "old")
			ok(t, s.fake.AddMailbox(old, "INBOX"))
			r := s.open(t)
			s.fake.Forget()
			var hit atomic.Bool
			s.fake.SetFaults(func(a webadmind.Ask) webadmind.Fault {
				// Reads are tried again: all of them from here on fail.
				if a.Total != total && !(a.Total > total && a.Method != "PUT" && a.Method != "POST" && a.Method != "DELETE" && fault.FailStep == "") {
					return webadmind.Fault{}
				}
				if a.Total == total {
					hit.Store(true)
				}
				return fault
			})
			_, err := apply(t, r, renamed(old, s.at("new")))
			s.fake.SetFaults(nil)
			if err != nil {
				broken++
			}
			reached = hit.Load() || reached
			goOn(t, s, fmt.Sprintf("request %d, %s, %v", total, name, err), err, old, s.at("new"))
		}
		if !reached {
			break
		}
	}
	t.Logf("%d renames were broken off", broken)
	if broken < 30 {
		t.Errorf("only %d renames were broken off", broken)
	}
}

// goOn plans again by what stands, until the rename is done.
func goOn(t *testing.T, s *server, what string, err error, old, to string) {
	t.Helper()
	ctx := context.Background()
	begun := err == nil || core.ClassOf(err) == core.Unknown
	for try := 0; ; try++ {
		oldThere, err1 := s.client.HasUser(ctx, old)
		newThere, err2 := s.client.HasUser(ctx, to)
		ok(t, err1)
		ok(t, err2)
		if !oldThere && newThere {
			break
		}
		if newThere && !begun {
			t.Fatalf("%s: nothing was changed, it says, but the new account is there", what)
		}
		if try == 3 {
			t.Fatalf("%s: it does not come to its end: %v", what, err)
		}
		w := renamed(old, to)
		w.If.Absent = !newThere
		_, err = apply(t, s.open(t), w)
		begun = true
	}
	got := s.holds(t, "old", "new")
	// Broken off at the very last step, the forward of James' stays. It stands in
	// nobody's way.
	if left := "address/forwards/old@D/targets/new@D "; strings.Contains(got, left) {
		_, err := apply(t, s.open(t), create(element.Element{Resource: element.Alias, Owner: to, Name: old}))
		ok(t, err)
		got = strings.ReplaceAll(s.holds(t, "old", "new"), "\naddress/aliases/new@D/sources/old@D ", "")
	}
	if got != afterRename {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, afterRename)
	}
	if truth := fmt.Sprint(s.fake.Truth()); !strings.Contains(truth, "users/new@example.com/mailboxes/INBOX") {
		t.Errorf("%s: the mailbox is not there: %s", what, truth)
	}
}

// TestRenamesInTurn: a name that one rename frees is taken by the next.
func TestRenamesInTurn(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		var writes []core.Write
		for i := range 4 {
			s.user(t, fmt.Sprintf("u%d", i))
		}
		for i := 3; i >= 0; i-- {
			w := renamed(s.at(fmt.Sprintf("u%d", i)), s.at(fmt.Sprintf("u%d", i+1)))
			w.Seq = len(writes)
			writes = append(writes, w)
		}
		for _, err := range s.open(t).Apply(context.Background(), slices.Values(writes)) {
			ok(t, err)
		}
		if got := s.holds(t, "u0", "u1", "u2", "u3", "u4"); got != "users/u1@D \nusers/u2@D \nusers/u3@D \nusers/u4@D " {
			t.Error(got)
		}
	})
}

// TestNoRename: a server without the route says so before anything is planned.
func TestNoRename(t *testing.T) {
	s := tmail(t)
	s.fake.SetFaults(webadmind.Script(webadmind.Scripted{Route: "POST /users/{user}/rename/{new}",
		Fault: webadmind.Fault{Status: 404, Body: `{"statusCode":404,"type":"notFound","message":"POST /users/a@localhost/rename/b@localhost can not be found","details":null}`}}))
	if ops := s.open(t).Operations(); ops.Rename != core.Unsupported || ops.Create != core.Checked || ops.Update != core.Reread || ops.Delete != core.Checked || !ops.AsSent {
		t.Errorf("%+v", ops)
	}
}

// TestPasswordOfRenamed: it is set if the write brings one.
func TestPasswordOfRenamed(t *testing.T) {
	s := tmail(t)
	old := s.user(t, "old")
	var sent []string
	config := s.config()
	config.URL = s.spy(t, &sent)
	w := renamed(old, "new@example.com")
	w.Item.Body = body(element.Value{Password: "wished"})
	_, err := apply(t, s.openWith(t, config), w)
	ok(t, err)
	if len(sent) != 1 || sent[0] != `{"password":"wished"}` {
		t.Errorf("%q", sent)
	}
}

func TestVet(t *testing.T) {
	s := tmail(t)
	r := s.open(t)
	for _, c := range []struct {
		e    element.Element
		fine bool
	}{
		{element.Element{Resource: element.User, Owner: "a@example.com"}, true},
		{element.Element{Resource: element.User, Owner: "a@unknown.example"}, false},
		{element.Element{Resource: element.Alias, Owner: "a@example.com", Name: "b@localhost"}, true},
		{element.Element{Resource: element.Alias, Owner: "a@example.com", Name: "b@unknown.example"}, false},
		{element.Element{Resource: element.Alias, Owner: "a@unknown.example", Name: "b@example.com"}, false},
		{element.Element{Resource: element.Mapping, Owner: "a@example.com", Name: "b@unknown.example"}, true},
		{element.Element{Resource: element.Mapping, Owner: "a@unknown.example", Name: "b@example.com"}, false},
		{element.Element{Resource: element.Forward, Owner: "a@example.com", Name: "b@unknown.example"}, true},
		{element.Element{Resource: element.Contact, Owner: "a@unknown.example"}, false},
		{element.Element{Resource: element.Quota, Owner: "a@example.com"}, true},
		{element.Element{Resource: element.Identity, Owner: "a@unknown.example"}, true},
	} {
		w := create(c.e)
		if err := r.Vet(w); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.e.Key(), err)
		} else if err != nil {
			wantClass(t, err, core.Permanent)
		}
		// What stands may go, whatever its domain.
		if err := r.Vet(core.Write{Op: core.OpDelete, Ref: w.Ref}); err != nil {
			t.Error(err)
		}
	}
	config := s.config()
	config.Domains = []string{"example.com"}
	for domain, fine := range map[string]bool{"example.com": true, "localhost": false} {
		if err := s.openWith(t, config).Vet(create(element.Element{Resource: element.Contact, Owner: "a@" + domain})); (err == nil) != fine {
			t.Errorf("a contact in %s: %v", domain, err)
		}
	}
	if err := r.Vet(renamed("a@example.com", "b@unknown.example")); core.ClassOf(err) != core.Permanent {
		t.Error(err)
	}
	unsurveyed, err := james.Open(context.Background(), s.config())
	ok(t, err)
	if err := unsurveyed.(core.Vetter).Vet(create(element.Element{Resource: element.User, Owner: "a@unknown.example"})); err != nil {
		t.Errorf("it vets without having looked: %v", err)
	}
}

func TestExplain(t *testing.T) {
	s := tmail(t)
	r := s.open(t)
	for _, c := range []struct {
		e                      element.Element
		create, update, delete string
	}{
		{element.Element{Resource: element.User, Owner: "a@d"}, "PUT /users/a@d", "PUT /users/a@d", "DELETE /users/a@d"},
		{element.Element{Resource: element.Alias, Owner: "a@d", Name: "b+c@d"}, "PUT /address/aliases/a@d/sources/b+c@d", "PUT /address/aliases/a@d/sources/b+c@d", "DELETE /address/aliases/a@d/sources/b+c@d"},
		{element.Element{Resource: element.Mapping, Owner: "a@d", Name: "b@e"}, "POST /mappings/address/a@d/targets/b@e", "PUT /mappings/address/a@d/targets/b@e", "DELETE /mappings/address/a@d/targets/b@e"},
		{element.Element{Resource: element.Forward, Owner: "a@d", Name: "b@e"}, "PUT /address/forwards/a@d/targets/b@e", "PUT /address/forwards/a@d/targets/b@e", "DELETE /address/forwards/a@d/targets/b@e"},
		{element.Element{Resource: element.Quota, Owner: "a@d"}, "PUT /quota/users/a@d/size", "PUT /quota/users/a@d/size", "DELETE /quota/users/a@d/size"},
		{element.Element{Resource: element.Contact, Owner: "a@d"}, "POST /domains/d/contacts", "PUT /domains/d/contacts/a", "DELETE /domains/d/contacts/a"},
		{element.Element{Resource: element.Identity, Owner: "a@d"}, "POST /users/a@d/identities", "PUT /users/a@d/identities", "DELETE /users/a@d/identities"},
	} {
		w := create(c.e)
		if got := r.Explain(w); got != c.create {
			t.Errorf("%s: %s", c.e.Key(), got)
		}
		ref, _, _ := r.Follow(c.e.Stub(), c.e.Owner) // the handle of an element in our spelling
		if ref.ID == "" {
			continue
		}
		if got := r.Explain(core.Write{Op: core.OpUpdate, Ref: ref}); got != c.update {
			t.Errorf("%s: %s", c.e.Key(), got)
		}
		if got := r.Explain(core.Write{Op: core.OpDelete, Ref: ref}); got != c.delete {
			t.Errorf("%s: %s", c.e.Key(), got)
		}
	}
	if got := r.Explain(renamed("a@d", "b@d")); got != "POST /users/a@d/rename/b@d?action=rename" {
		t.Error(got)
	}
	if got := r.Explain(core.Write{Op: core.OpDelete, Ref: core.Ref{Collection: "users", ID: "nothing"}}); got != "" {
		t.Error(got)
	}
}
