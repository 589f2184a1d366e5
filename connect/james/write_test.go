package james_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/peers/webadmind"
	"lockstep/protocol/webadmin"
)

// put makes a raw request, for what the client has no call for.
func (s *server) put(t *testing.T, path, body string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPut, s.url+path, strings.NewReader(body))
	ok(t, err)
	request.Header.Set("Authorization", "Bearer "+s.secret)
	response, err := http.DefaultClient.Do(request)
	ok(t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Fatal(path, response.Status)
	}
}

// create is the write that makes an element.
func create(e element.Element) core.Write {
	s := e.Stub()
	return core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: s.Collection}, If: core.Condition{Absent: true},
		Item: core.Item{Stub: s, Body: io.NopCloser(bytes.NewReader(e.Value.Body()))}}
}

func body(v element.Value) io.ReadCloser { return io.NopCloser(bytes.NewReader(v.Body())) }

// apply makes one write.
func apply(t *testing.T, r core.Replica, w core.Write) (res core.Result, err error) {
	t.Helper()
	answered := false
	for res, err = range r.Apply(context.Background(), slices.Values([]core.Write{w})) {
		answered = true
	}
	if !answered {
		t.Fatal("no result")
	}
	return res, err
}

// TestEachResource makes, changes and removes an element of each, and checks what
// results and listings say of it.
func TestEachResource(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		s.user(t, "ann+x")
		owner := s.at("ann+x")
		for _, e := range []element.Element{
			{Resource: element.User, Owner: s.at("new+y")},
			{Resource: element.Alias, Owner: owner, Name: s.at("nick+z")},
			{Resource: element.Mapping, Owner: owner, Name: "M+1@x.example"},
			{Resource: element.Forward, Owner: owner, Name: "F%1@x.example"},
			{Resource: element.Quota, Owner: owner, Value: element.Value{Bytes: element.Unlimited}},
			{Resource: element.Contact, Owner: owner, Value: element.Value{Given: "Ann", Family: `O'Ther "X"`}},
			{Resource: element.Identity, Owner: owner, Value: element.Value{Name: "Ann Öther"}},
		} {
			if s.fake == nil && e.Resource == element.Contact {
				continue
			}
			r := s.open(t)
			w := create(e)
			res, err := apply(t, r, w)
			ok(t, err)
			if !res.AsSent || res.Stub.Key != e.Key() || res.Stub.Sum != e.Stub().Sum || res.Stub.ID == "" {
				t.Errorf("%s: %+v", e.Key(), res)
			}
			// It is found again as it was told.
			for stub, err := range r.Find(context.Background(), e.Resource.Collection(), []core.Key{e.Key()}) {
				if err != nil || stub != res.Stub {
					t.Errorf("%s: found as %+v, told as %+v, %v", e.Key(), stub, res.Stub, err)
				}
			}
			if e.Resource != element.Identity {
				stubs, _ := list(t, s.open(t), e.Resource, "")
				if !slices.Contains(stubs, res.Stub) {
					t.Errorf("%s: %+v is not listed:\n%s", e.Key(), res.Stub, show(stubs))
				}
			}
			_, err = apply(t, r, create(e))
			wantClass(t, err, core.Conflict)

			if e.Resource == element.Quota || e.Resource == element.Contact {
				value := element.Value{Bytes: 5}
				if e.Resource == element.Contact {
					value = element.Value{Family: "Only"} // the given name is cleared
				}
				sum, _ := value.Sum()
				change := core.Write{Op: core.OpUpdate, Ref: res.Stub.Ref, If: core.Condition{Sum: sum}, Item: core.Item{Body: body(value)}}
				_, err = apply(t, r, change)
				wantClass(t, err, core.Conflict)
				change.If.Sum, change.Item.Body = res.Stub.Sum, body(value)
				res, err = apply(t, r, change)
				ok(t, err)
				if res.Stub.Sum != sum {
					t.Errorf("%s: %+v", e.Key(), res)
				}
			} else {
				_, err = apply(t, r, core.Write{Op: core.OpUpdate, Ref: res.Stub.Ref, Item: core.Item{Body: body(e.Value)}})
				wantClass(t, err, core.Permanent)
			}
			for item, err := range r.Fetch(context.Background(), []core.Ref{res.Stub.Ref}) {
				ok(t, err)
				if sum, _, err := element.Digest(item.Body); err != nil || sum != res.Stub.Sum || item.Stub != res.Stub {
					t.Errorf("%s is read back as %+v, %v", e.Key(), item.Stub, err)
				}
			}
			if e.Resource == element.Identity {
				_, err = apply(t, r, core.Write{Op: core.OpDelete, Ref: res.Stub.Ref})
				wantClass(t, err, core.Permanent)
				continue
			}
			_, err = apply(t, r, core.Write{Op: core.OpDelete, Ref: res.Stub.Ref, If: core.Condition{Sum: "another"}})
			wantClass(t, err, core.Conflict)
			gone := core.Write{Op: core.OpDelete, Ref: res.Stub.Ref, If: core.Condition{Sum: res.Stub.Sum}}
			_, err = apply(t, r, gone)
			ok(t, err)
			_, err = apply(t, r, gone)
			wantClass(t, err, core.Missing)
		}
	})
}

// TestCollisions: what cannot stand beside something else is refused for good,
// with the server's reason, and nothing is changed.
func TestCollisions(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ann := s.user(t, "ann")
		r := s.open(t)
		_, err := apply(t, r, create(element.Element{Resource: element.Alias, Owner: ann, Name: s.at("nick")}))
		ok(t, err)
		_, err = apply(t, r, create(element.Element{Resource: element.User, Owner: s.at("nick")}))
		wantClass(t, err, core.Permanent)
		if !strings.Contains(err.Error(), "alias:") {
			t.Errorf("no reason: %v", err)
		}
		_, err = apply(t, r, create(element.Element{Resource: element.Forward, Owner: s.at("nobody"), Name: ann}))
		wantClass(t, err, core.Missing)
		_, err = apply(t, r, create(element.Element{Resource: element.Quota, Owner: s.at("nobody")}))
		wantClass(t, err, core.Missing)
		_, err = apply(t, r, create(element.Element{Resource: element.Alias, Owner: ann, Name: "x@unknown.example"}))
		wantClass(t, err, core.Permanent)
		for _, w := range []core.Write{
			{Op: core.OpMark, Ref: core.Ref{Collection: "users", ID: core.ID("users/" + ann)}},
			{Op: core.OpDelete, Ref: core.Ref{Collection: "users", ID: "address/aliases/a/sources/b"}},
			{Op: core.OpDelete, Ref: core.Ref{Collection: "nothing", ID: core.ID("users/" + ann)}},
			{Op: core.OpCreate, Ref: core.Ref{Collection: "aliases"}, Item: core.Item{Stub: core.Stub{Key: "users/a@b"}}},
			{Op: core.OpCreate, Ref: core.Ref{Collection: "users"}, Item: core.Item{Stub: core.Stub{Key: "users/"}}},
		} {
			_, err = apply(t, r, w)
			wantClass(t, err, core.Permanent)
		}
	})
}

// TestPasswords: one that is wished is set, else one that nobody knows; one that
// is there is never touched.
func TestPasswords(t *testing.T) {
	s := tmail(t)
	var sent []string
	thief := s.spy(t, &sent)
	config := s.config()
	config.URL = thief
	r := s.openWith(t, config)
	for _, v := range []element.Value{{Password: `wished "é" \`}, {}, {}} {
		_, err := apply(t, r, create(element.Element{Resource: element.User, Owner: fmt.Sprintf("u%d@example.com", len(sent)), Value: v}))
		ok(t, err)
	}
	random := regexp.MustCompile(`^\{"password":"[A-Za-z0-9]{24}"\}$`)
	if len(sent) != 3 || sent[0] != `{"password":"wished \"é\" \\"}` || !random.MatchString(sent[1]) || !random.MatchString(sent[2]) || sent[1] == sent[2] {
		t.Errorf("%q", sent)
	}
	before := len(s.fake.Changes())
	_, err := apply(t, r, create(element.Element{Resource: element.User, Owner: "u0@example.com", Value: element.Value{Password: "other"}}))
	wantClass(t, err, core.Conflict)
	if len(s.fake.Changes()) != before {
		t.Errorf("%v", s.fake.Changes()[before:])
	}
	config.Random = strings.NewReader("not enough")
	_, err = apply(t, s.openWith(t, config), create(element.Element{Resource: element.User, Owner: "x@example.com"}))
	wantClass(t, err, core.Transient)
}

// TestAlphabet: each letter is as likely as any other.
func TestAlphabet(t *testing.T) {
	s := tmail(t)
	var sent []string
	config := s.config()
	config.URL = s.spy(t, &sent)
	all := make([]byte, 0, 31*256) // every byte equally often
	for range 31 {
		for b := range 256 {
			all = append(all, byte(b))
		}
	}
	config.Random = bytes.NewReader(all)
	r := s.openWith(t, config)
	for i := range 31 * 248 / 24 { // 8 of 256 bytes are thrown away
		_, err := apply(t, r, create(element.Element{Resource: element.User, Owner: fmt.Sprintf("u%d@example.com", i)}))
		ok(t, err)
	}
	count := map[rune]int{}
	for _, password := range sent {
		for _, letter := range strings.TrimSuffix(strings.TrimPrefix(password, `{"password":"`), `"}`) {
			count[letter]++
		}
	}
	if len(count) != 62 {
		t.Errorf("%d letters", len(count))
	}
	for letter, n := range count {
		if n < 122 || n > 124 { // 31 * 4, less what is left over
			t.Errorf("%c comes %d times", letter, n)
		}
	}
}

// spy is a proxy that keeps the bodies of writes about users.
func (s *server) spy(t *testing.T, sent *[]string) string {
	t.Helper()
	return proxy(t, s, func(r *http.Request, body []byte) int {
		if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/users/") {
			*sent = append(*sent, string(body))
		}
		return 0
	})
}

// TestOneBadWrite stops no other, and lost answers are known as such.
func TestOneBadWrite(t *testing.T) {
	s := tmail(t)
	s.fake.SetFaults(func(a webadmind.Ask) webadmind.Fault {
		switch {
		case a.Method == http.MethodGet:
		case strings.Contains(a.Path, "before"):
			return webadmind.Fault{DropBefore: true}
		case strings.Contains(a.Path, "after"):
			return webadmind.Fault{DropAfter: true}
		case strings.Contains(a.Path, "busy"):
			return webadmind.Fault{Status: 429, RetryAfter: "7"}
		case strings.Contains(a.Path, "fail"):
			return webadmind.Fault{Status: 500}
		}
		return webadmind.Fault{}
	})
	r := s.open(t)
	want := map[string]core.Class{"before": core.Unknown, "after": core.Unknown, "busy": core.Transient, "fail": core.Unknown, "a": 99, "b": 99, "x/y": core.Permanent}
	var writes []core.Write
	for _, local := range []string{"before", "a", "after", "busy", "fail", "x/y", "b"} {
		w := create(element.Element{Resource: element.User, Owner: local + "@example.com"})
		w.Seq = len(writes)
		writes = append(writes, w)
	}
	n := 0
	for res, err := range r.Apply(context.Background(), slices.Values(writes)) {
		n++
		local, _, _ := strings.Cut(writes[res.Seq].Item.Owner, "@")
		if class := want[local]; class == 99 && err != nil || class != 99 && (err == nil || core.ClassOf(err) != class) {
			t.Errorf("%s: %v", local, err)
		}
	}
	if n != len(writes) {
		t.Errorf("%d results", n)
	}
	if users, _ := s.client.Users(context.Background()); fmt.Sprint(users) != "[a@example.com after@example.com b@example.com]" {
		t.Error(users)
	}
	// A refused login is told as one.
	s.fake.SetFaults(func(a webadmind.Ask) webadmind.Fault { return webadmind.Unauthorized() })
	_, err := apply(t, r, create(element.Element{Resource: element.User, Owner: "c@example.com"}))
	wantClass(t, err, core.Auth)
}

// TestOrder: writes about one owner are made in their order, and what several
// owners share is not written at once.
func TestOrder(t *testing.T) {
	s := tmail(t)
	ctx := context.Background()
	var writes []core.Write
	add := func(w core.Write) { w.Seq = len(writes); writes = append(writes, w) }
	for i := range 20 {
		owner := s.user(t, fmt.Sprintf("u%d", i))
		for j := range 5 {
			add(create(element.Element{Resource: element.Forward, Owner: owner, Name: fmt.Sprintf("f%d@x.example", j)}))
		}
		add(create(element.Element{Resource: element.Alias, Owner: owner, Name: "all@example.com"}))
	}
	for range s.open(t).Apply(ctx, slices.Values(writes)) {
	}
	last := map[string]int{}
	for _, c := range s.fake.Changes() {
		var owner string
		var n int
		if k, _ := fmt.Sscanf(strings.ReplaceAll(c.Element, "/", " "), "address forwards %s targets f%d@x.example", &owner, &n); k == 2 {
			if n != last[owner] {
				t.Errorf("%s: f%d comes as number %d", owner, n, last[owner])
			}
			last[owner]++
		}
	}
	if len(last) != 20 {
		t.Errorf("%d owners", len(last))
	}
	if all, err := s.client.MappingsOf(ctx, "all@example.com"); err != nil || len(all) != 20 {
		t.Errorf("%d owners of an alias, %v", len(all), err)
	}
	// Whoever stops reading stops the writes.
	n := 0
	for range s.open(t).Apply(ctx, slices.Values(writes)) {
		if n++; n == 3 {
			break
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, err := range s.open(t).Apply(cancelled, slices.Values(writes)) {
		if err == nil {
			t.Error("a write is made after the end")
		}
	}
}

// TestLeftForward: what a rename by somebody else leaves behind does not keep
// the old address from becoming an alias.
func TestLeftForward(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := context.Background()
		old, now := s.user(t, "old"), s.user(t, "now")
		ok(t, s.client.AddMapping(ctx, webadmin.Mapping{Source: old, Type: webadmin.Forward, Target: now}))
		ok(t, s.client.DeleteUser(ctx, old))
		r := s.open(t)
		_, err := apply(t, r, create(element.Element{Resource: element.Alias, Owner: now, Name: old}))
		ok(t, err)
		if all, err := s.client.MappingsOf(ctx, old); err != nil || len(all) != 1 || all[0].Type != webadmin.Alias {
			t.Errorf("%v, %v", all, err)
		}
		// But a forward that leads elsewhere is somebody's.
		other := s.user(t, "other")
		ok(t, s.client.AddMapping(ctx, webadmin.Mapping{Source: other, Type: webadmin.Forward, Target: "x@y.example"}))
		ok(t, s.client.DeleteUser(ctx, other))
		_, err = apply(t, r, create(element.Element{Resource: element.Alias, Owner: now, Name: other}))
		wantClass(t, err, core.Permanent)
	})
}
