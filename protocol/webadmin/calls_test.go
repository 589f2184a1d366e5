package webadmin_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/webadmind"
	"lockstep/protocol/webadmin"
)

// each runs a test against the fake in its versions, and against a real James
// where LOCKSTEP_JAMES names one ("URL,DIR", peers/real/james.sh).
func each(t *testing.T, run func(t *testing.T, c *webadmin.Client, real bool)) {
	for _, o := range []webadmind.Options{{Version: webadmind.V38, Memory: true}, {Version: webadmind.V39}, {Version: webadmind.V310, TMail: true}} {
		t.Run(string(o.Version), func(t *testing.T) {
			o.Domains = []string{"example.com", "example.org"}
			s := webadmind.New(o)
			url, err := s.Start("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			c, _ := clientOf(t, url, "pw")
			run(t, c, false)
		})
	}
	t.Run("real", func(t *testing.T) {
		url, dir, set := strings.Cut(os.Getenv("LOCKSTEP_JAMES"), ",")
		if !set {
			t.Skip("no real James: LOCKSTEP_JAMES is not set (peers/real/james.sh start DIR)")
		}
		token, err := os.ReadFile(dir + "/token")
		if err != nil {
			t.Fatal(err)
		}
		c, _ := clientOf(t, url, string(token))
		run(t, c, true)
	})
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// user makes an account that no other test has, and removes it.
func user(t *testing.T, c *webadmin.Client, local string) string {
	t.Helper()
	name := fmt.Sprintf("%s.%s@example.com", local, strings.ToLower(rand.Text()[:8]))
	ok(t, c.CreateUser(context.Background(), name, "x"))
	t.Cleanup(func() { c.DeleteUser(context.Background(), name) })
	return name
}

func TestUsers(t *testing.T) {
	each(t, func(t *testing.T, c *webadmin.Client, _ bool) {
		ctx := context.Background()
		domains, err := c.Domains(ctx)
		ok(t, err)
		if !slices.Contains(domains, "example.com") || !slices.IsSorted(domains) {
			t.Errorf("domains %v", domains)
		}
		ann := user(t, c, "ann+x%y")
		err = c.CreateUser(ctx, strings.ToUpper(ann), "other")
		if e, is := webadmin.Refused(err); !is || e.Status != 409 || e.NoRoute() {
			t.Errorf("an account is made twice: %v", err)
		}
		users, err := c.Users(ctx)
		ok(t, err)
		if !slices.Contains(users, ann) || !slices.IsSorted(users) {
			t.Errorf("users %v", users)
		}
		for name, want := range map[string]bool{ann: true, strings.ToUpper(ann): true, "nobody@example.com": false} {
			if there, err := c.HasUser(ctx, name); err != nil || there != want {
				t.Errorf("%s is there: %v, %v", name, there, err)
			}
		}
		ok(t, c.DeleteUser(ctx, ann))
		ok(t, c.DeleteUser(ctx, ann))
		if there, err := c.HasUser(ctx, ann); err != nil || there {
			t.Errorf("it is still there: %v, %v", there, err)
		}
		wantClass(t, c.CreateUser(ctx, "x@unknown.example", "x"), core.Permanent)
		wantClass(t, c.CreateUser(ctx, "x", "x"), core.Permanent)
	})
}

func TestMappings(t *testing.T) {
	each(t, func(t *testing.T, c *webadmin.Client, _ bool) {
		ctx := context.Background()
		ann, bob := user(t, c, "ann+tag"), user(t, c, "bob")
		nick := strings.Replace(ann, "ann+tag", "nick+name", 1)
		all := []webadmin.Mapping{
			{Source: nick, Type: webadmin.Alias, Target: ann},
			{Source: ann, Type: webadmin.Forward, Target: "Some.One+x@example.net"},
			{Source: ann, Type: webadmin.Forward, Target: ann},
			{Source: ann, Type: webadmin.Address, Target: "A+b%c@example.net"},
		}
		for range 2 { // a second time changes nothing
			for _, m := range all {
				ok(t, c.AddMapping(ctx, m))
			}
		}
		t.Cleanup(func() {
			for _, m := range all {
				c.RemoveMapping(ctx, m)
			}
		})
		listed, err := c.Mappings(ctx)
		ok(t, err)
		for _, m := range all {
			if !slices.Contains(listed, m) {
				t.Errorf("%v is not listed", m)
			}
		}
		own, err := c.MappingsOf(ctx, strings.ToUpper(ann))
		ok(t, err)
		if len(own) != 3 {
			t.Errorf("%s has %v", ann, own)
		}
		if aliases, err := c.Aliases(ctx, ann); err != nil || !slices.Equal(aliases, []string{nick}) {
			t.Errorf("aliases %v, %v", aliases, err)
		}
		if none, err := c.MappingsOf(ctx, "nobody@example.com"); err != nil || len(none) != 0 {
			t.Errorf("nobody has %v, %v", none, err)
		}
		for _, m := range []webadmin.Mapping{
			{Source: "x@unknown.example", Type: webadmin.Alias, Target: ann},
			{Source: "x@example.com", Type: webadmin.Alias, Target: "x@unknown.example"},
			{Source: ann, Type: webadmin.Alias, Target: ann},
			{Source: ann, Type: webadmin.Forward, Target: "none"},
			{Source: "x@unknown.example", Type: webadmin.Address, Target: ann},
		} {
			wantClass(t, c.AddMapping(ctx, m), core.Permanent)
		}
		wantClass(t, c.AddMapping(ctx, webadmin.Mapping{Source: "nobody@example.com", Type: webadmin.Forward, Target: bob}), core.Missing)
		wantClass(t, c.CreateUser(ctx, nick, "x"), core.Permanent) // an alias has the address
		for range 2 {
			for _, m := range all {
				ok(t, c.RemoveMapping(ctx, m))
			}
		}
		if left, err := c.MappingsOf(ctx, ann); err != nil || len(left) != 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

func TestQuotas(t *testing.T) {
	each(t, func(t *testing.T, c *webadmin.Client, real bool) {
		ctx := context.Background()
		for _, local := range []string{"ann", "ann+tag", "ann%41"} {
			ann := user(t, c, local)
			want := func(set bool, size int64) {
				t.Helper()
				q, err := c.Quota(ctx, ann)
				if err != nil || q != (webadmin.Quota{User: ann, Size: size, Set: set}) {
					t.Errorf("%+v, %v, want %d, %v", q, err, size, set)
				}
			}
			want(false, 0)
			for _, size := range []int64{0, 4 << 30, webadmin.Unlimited, 1<<63 - 1} {
				ok(t, c.SetQuota(ctx, ann, size))
				want(true, size)
			}
			if real { // all accounts are listed
				page, err := c.Quotas(ctx, 0, 100000)
				ok(t, err)
				if !slices.Contains(page, webadmin.Quota{User: ann, Size: 1<<63 - 1, Set: true}) {
					t.Errorf("%s is not among %d", ann, len(page))
				}
			}
			ok(t, c.UnsetQuota(ctx, ann))
			ok(t, c.UnsetQuota(ctx, ann))
			want(false, 0)
		}
		wantClass(t, c.SetQuota(ctx, "ann@example.com", -2), core.Permanent)
		wantClass(t, c.SetQuota(ctx, "nobody@example.com", 1), core.Missing)
		wantClass(t, c.UnsetQuota(ctx, "nobody@example.com"), core.Missing)
		_, err := c.Quota(ctx, "nobody@example.com")
		wantClass(t, err, core.Missing)
	})
}

func TestContacts(t *testing.T) {
	each(t, func(t *testing.T, c *webadmin.Client, real bool) {
		ctx := context.Background()
		_, err := c.Contacts(ctx, "")
		if webadmin.NoRoute(err) {
			wantClass(t, err, core.Permanent)
			_, _, err = c.Contact(ctx, "a@example.com")
			wantClass(t, err, core.Permanent) // not: it is not there
			return
		}
		ok(t, err)
		want := func(address, first, surname string, there bool) {
			t.Helper()
			got, is, err := c.Contact(ctx, address)
			if err != nil || is != there || is && got != (webadmin.Contact{Address: address, First: first, Surname: surname}) {
				t.Errorf("%+v, %v, %v", got, is, err)
			}
		}
		ann := "ann+x%y@example.com"
		want(ann, "", "", false)
		ok(t, c.CreateContact(ctx, webadmin.Contact{Address: ann, First: "Änn <&>"}))
		want(ann, "Änn <&>", "", true)
		ok(t, c.SetContact(ctx, webadmin.Contact{Address: ann, Surname: "Other"}))
		want(ann, "", "Other", true)
		ok(t, c.CreateContact(ctx, webadmin.Contact{Address: "bob@example.org"}))
		for domain, names := range map[string]string{"": "[ann+x%y@example.com bob@example.org]", "example.org": "[bob@example.org]", "localhost": "[]"} {
			if got, err := c.Contacts(ctx, domain); err != nil || fmt.Sprint(got) != names {
				t.Errorf("%q: %v, %v", domain, got, err)
			}
		}
		wantClass(t, c.CreateContact(ctx, webadmin.Contact{Address: "a@unknown.example"}), core.Missing)
		for range 2 {
			ok(t, c.DeleteContact(ctx, ann))
		}
		want(ann, "", "", false)
	})
}

func TestIdentities(t *testing.T) {
	each(t, func(t *testing.T, c *webadmin.Client, _ bool) {
		ctx := context.Background()
		ann := user(t, c, "ann+x")
		if i, there, err := c.DefaultIdentity(ctx, ann); there || err != nil {
			t.Errorf("%+v, %v", i, err)
		}
		ok(t, c.CreateIdentity(ctx, ann, webadmin.Identity{Name: `Ann "A" Öther`, Email: ann}))
		if i, there, err := c.DefaultIdentity(ctx, ann); !there || err != nil || i.Name != `Ann "A" Öther` || i.Email != ann {
			t.Errorf("%+v, %v, %v", i, there, err)
		}
	})
}

func TestRename(t *testing.T) {
	each(t, func(t *testing.T, c *webadmin.Client, _ bool) {
		ctx := context.Background()
		if can, err := c.CanRename(ctx); !can || err != nil {
			t.Fatalf("%v, %v", can, err)
		}
		from, to := user(t, c, "old+x"), user(t, c, "new+x")
		target := webadmin.Mapping{Source: from, Type: webadmin.Forward, Target: "Some.One@example.net"}
		ok(t, c.AddMapping(ctx, target))
		ok(t, c.SetQuota(ctx, from, 5))
		id, err := c.Rename(ctx, from, to)
		ok(t, err)
		task, err := c.Await(ctx, id)
		ok(t, err)
		if !task.Completed() || !task.Done() || len(task.Steps) != 0 {
			t.Errorf("%+v", task)
		}
		if q, err := c.Quota(ctx, to); err != nil || q.Size != 5 {
			t.Errorf("%+v, %v", q, err)
		}
		target.Source = to
		if all, err := c.MappingsOf(ctx, to); err != nil || len(all) != 1 || all[0] != target {
			t.Errorf("%v, %v", all, err)
		}
		if all, err := c.MappingsOf(ctx, from); err != nil || len(all) != 1 || all[0] != (webadmin.Mapping{Source: from, Type: webadmin.Forward, Target: to}) {
			t.Errorf("%v, %v", all, err)
		}
		_, err = c.Rename(ctx, "nobody@example.com", to)
		wantClass(t, err, core.Permanent)
		_, err = c.Await(ctx, "00000000-0000-0000-0000-000000000000")
		wantClass(t, err, core.Missing)
		for _, owner := range []string{from, to} {
			all, err := c.MappingsOf(ctx, owner)
			ok(t, err)
			for _, m := range all {
				ok(t, c.RemoveMapping(ctx, m))
			}
		}
	})
}

// TestDecoding: how names in paths are read is found out once, when a name needs
// it.
func TestDecoding(t *testing.T) {
	for version, want := range map[webadmind.Version]bool{webadmind.V38: true, webadmind.V39: false} {
		s := webadmind.New(webadmind.Options{Version: version})
		url, err := s.Start("127.0.0.1:0")
		ok(t, err)
		defer s.Close()
		c, _ := clientOf(t, url, "pw")
		ctx := context.Background()
		_, _ = c.Aliases(ctx, "ann@example.com")
		if n := len(s.Requests()); n != 1 {
			t.Errorf("%d requests for a plain name", n)
		}
		_, _ = c.Aliases(ctx, "ann+x@example.com")
		asked := len(s.Requests())
		_, _ = c.Aliases(ctx, "ann+y@example.com")
		if n := len(s.Requests()); n != asked+1 || asked > 4 {
			t.Errorf("%d, then %d requests", asked, n)
		}
		rewriting, quotas, err := c.DecodesTwice(ctx)
		if err != nil || rewriting != want {
			t.Errorf("%s: %v, %v, %v", version, rewriting, quotas, err)
		}
	}
}

// TestReadOnly: with a password that may only read, all reads work, and a write
// is refused by itself: another may be allowed.
func TestReadOnly(t *testing.T) {
	s := webadmind.New(webadmind.Options{Version: webadmind.V310, Auth: webadmind.Auth{ReadOnly: []string{"look"}, NoDelete: []string{"keep"}}})
	url, err := s.Start("127.0.0.1:0")
	ok(t, err)
	defer s.Close()
	ctx := context.Background()
	c, _ := clientOf(t, url, "look")
	_, err = c.Users(ctx)
	ok(t, err)
	if can, err := c.CanRename(ctx); !can || err != nil {
		t.Errorf("%v, %v", can, err)
	}
	wantClass(t, c.CreateUser(ctx, "a@example.com", "x"), core.Permanent)
	c, _ = clientOf(t, url, "keep")
	ok(t, c.CreateUser(ctx, "a@example.com", "x"))
	wantClass(t, c.DeleteUser(ctx, "a@example.com"), core.Permanent)
	c, _ = clientOf(t, url, "wrong")
	_, err = c.Users(ctx)
	wantClass(t, err, core.Auth)
}

// TestExpiry: a token that ends while it is used is a refused login.
func TestExpiry(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	token, err := webadmind.Admin(key)
	ok(t, err)
	s := webadmind.New(webadmind.Options{Auth: webadmind.Auth{JWT: &key.PublicKey}})
	url, err := s.Start("127.0.0.1:0")
	ok(t, err)
	defer s.Close()
	c, _ := clientOf(t, url, token)
	_, err = c.Users(context.Background())
	ok(t, err)
	s.SetFaults(func(webadmind.Ask) webadmind.Fault { return webadmind.Unauthorized() })
	_, err = c.Users(context.Background())
	wantClass(t, err, core.Auth)
	if e, is := webadmin.Refused(err); !is || e.Status != http.StatusUnauthorized {
		t.Error(err)
	}
}
