package james_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/peers/webadmind"
	"lockstep/protocol/webadmin"
)

// server is a webadmin with a domain that nobody else has.
type server struct {
	url    string
	secret string
	domain string
	// fake, if it is one.
	fake *webadmind.Server
	// client edits behind the replica's back.
	client *webadmin.Client
}

func fake(t *testing.T, o webadmind.Options) *server {
	t.Helper()
	s := webadmind.New(o)
	url, err := s.Start("127.0.0.1:0")
	ok(t, err)
	t.Cleanup(func() { s.Close() })
	return (&server{url: url, secret: "pw", domain: "example.com", fake: s}).connect(t)
}

// tmail is a fake with everything.
func tmail(t *testing.T) *server {
	return fake(t, webadmind.Options{Version: webadmind.V38, TMail: true})
}

// real is the James that LOCKSTEP_JAMES names ("URL,DIR", peers/real/james.sh),
// with a new domain; the test is skipped if there is none.
func real(t *testing.T) *server {
	t.Helper()
	url, dir, set := strings.Cut(os.Getenv("LOCKSTEP_JAMES"), ",")
	if !set {
		t.Skip("no real James: LOCKSTEP_JAMES is not set (peers/real/james.sh start DIR)")
	}
	token, err := os.ReadFile(dir + "/token")
	ok(t, err)
	s := &server{url: url, secret: strings.TrimSpace(string(token)), domain: strings.ToLower(rand.Text()) + ".example"}
	request, err := http.NewRequest(http.MethodPut, url+"/domains/"+s.domain, nil)
	ok(t, err)
	request.Header.Set("Authorization", "Bearer "+s.secret)
	response, err := http.DefaultClient.Do(request)
	ok(t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Fatal(response.Status)
	}
	s.connect(t)
	t.Cleanup(func() { s.empty(t) })
	return s
}

func (s *server) connect(t *testing.T) *server {
	t.Helper()
	var err error
	s.client, err = webadmin.New(webadmin.Config{URL: s.url, Secret: s.password})
	ok(t, err)
	t.Cleanup(s.client.Close)
	return s
}

// empty removes all that is in the domain.
func (s *server) empty(t *testing.T) {
	ctx := context.Background()
	mine := func(address string) bool { return strings.HasSuffix(address, "@"+s.domain) }
	mappings, err := s.client.Mappings(ctx)
	ok(t, err)
	for _, m := range mappings {
		if mine(m.Source) {
			ok(t, s.client.RemoveMapping(ctx, m))
		}
	}
	users, err := s.client.Users(ctx)
	ok(t, err)
	for _, user := range users {
		if mine(user) {
			ok(t, s.client.UnsetQuota(ctx, user))
			ok(t, s.client.DeleteUser(ctx, user))
		}
	}
}

func (s *server) password(context.Context) (string, error) { return s.secret, nil }

// config of a replica with everything that the server has.
func (s *server) config() james.Config {
	resources := element.Resources()
	if s.fake == nil {
		resources = slices.DeleteFunc(resources, func(r element.Resource) bool { return r == element.Contact })
	}
	c := james.Config{
		URL: s.url, Password: s.password, Resources: resources, Random: rand.Reader,
		Now:   func() time.Time { return time.Unix(1_795_000_000, 0) },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	if s.fake == nil {
		c.MaxConnections = 1 // the James that keeps everything in memory loses writes that meet
	}
	return c
}

// open makes a replica that was surveyed.
func (s *server) open(t *testing.T) *james.Replica { return s.openWith(t, s.config()) }

func (s *server) openWith(t *testing.T, config james.Config) *james.Replica {
	t.Helper()
	r, err := james.Open(context.Background(), config)
	ok(t, err)
	t.Cleanup(func() { r.Close() })
	_, err = r.Collections(context.Background())
	ok(t, err)
	return r.(*james.Replica)
}

func (s *server) at(local string) string { return local + "@" + s.domain }

// user makes an account.
func (s *server) user(t *testing.T, local string) string {
	t.Helper()
	ok(t, s.client.CreateUser(context.Background(), s.at(local), "x"))
	return s.at(local)
}

// each runs a test against the fake and the real one.
func each(t *testing.T, run func(t *testing.T, s *server)) {
	t.Run("fake", func(t *testing.T) { run(t, tmail(t)) })
	t.Run("real", func(t *testing.T) { run(t, real(t)) })
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantClass(t *testing.T, err error, class core.Class) {
	t.Helper()
	if err == nil || core.ClassOf(err) != class {
		t.Fatalf("got %v, want an error of class %s", err, class)
	}
}

// list reads a collection to its end; since and next are tokens.
func list(t *testing.T, r core.Replica, resource element.Resource, since core.Token) (stubs []core.Stub, next core.Token) {
	t.Helper()
	for {
		d, err := r.Changes(context.Background(), core.FeedID(resource), since)
		ok(t, err)
		if !d.Full {
			t.Fatal("a listing is not full")
		}
		stubs, since = append(stubs, d.Changed...), d.Next
		if !d.More {
			return stubs, since
		}
	}
}

// show prints stubs shortly: ID, Key, label, and what is bad.
func show(stubs []core.Stub) string {
	var out []string
	for _, s := range stubs {
		line := fmt.Sprintf("%s = %s", s.ID, s.Key)
		if s.Label != "" {
			line += " (" + s.Label + ")"
		}
		if s.Bad != "" {
			line += " BAD: " + s.Bad
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
