package james_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/peers/webadmind"
)

// probe prints what doctor would.
func probe(t *testing.T, config james.Config) string {
	t.Helper()
	r, err := james.Open(context.Background(), config)
	ok(t, err)
	t.Cleanup(func() { r.Close() })
	findings, err := r.(core.Prober).Probe(context.Background())
	ok(t, err)
	var out strings.Builder
	for _, f := range findings {
		bad := ""
		if f.Bad {
			bad = " (!)"
		}
		fmt.Fprintf(&out, "%s: %s%s | %s\n", f.Name, f.Value, bad, f.Effect)
	}
	return out.String()
}

func wantLines(t *testing.T, got string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(got, line) {
			t.Errorf("no %q in\n%s", line, got)
		}
	}
}

func TestProbe(t *testing.T) {
	s := tmail(t)
	ok(t, s.fake.AddUser("ann@example.com", "x"))
	ok(t, s.fake.AddMailbox("ann@example.com", "INBOX"))
	ok(t, s.fake.AddUser("bob@example.com", "x"))
	ok(t, s.fake.SetContact("ann@example.com", "Ann", ""))
	ok(t, s.fake.AddUser("gone@example.com", "x"))
	ok(t, s.fake.AddForward("gone@example.com", "x@y.example"))
	ok(t, s.fake.AddForward("gone@example.com", "z@y.example"))
	ok(t, s.fake.RemoveUser("gone@example.com"))
	s.fake.Forget()
	got := probe(t, s.config())
	wantLines(t, got,
		"protection: none | \n", "login: webadmin password |", "domains: example.com, localhost |",
		"names in paths: decoded twice, as James up to 3.8 does |", "accounts: 2 |",
		"left behind: forwards of 1 addresses without an account | no account can be made there until they are removed: gone@example.com\n",
		"quotas: the lists name 1 of 2 accounts | a pass asks for the other 1 one by one\n",
		"contacts: 1 |", "identities: yes |", "rename: yes |", "writes: read again right before |")
	if len(s.fake.Changes()) > 0 {
		t.Errorf("doctor changes %v", s.fake.Changes())
	}

	s = fake(t, webadmind.Options{Version: webadmind.V39, Domains: []string{}})
	config := s.config()
	config.Password, config.Domains = nil, []string{"example.org"}
	wantLines(t, probe(t, config),
		"login: none (!) | whoever reaches this port may change everything", "names in paths: decoded once, as James 3.9 and later do",
		"domains: localhost (!) | contacts are wanted in domains that the server does not manage: example.org",
		"left behind: nothing", "contacts: not on this server: only TMail has domain contacts (!) | take the contacts table out of the link")
}

// TestProbeLogins: a token tells when it ends; one that has ended stops the probe.
func TestProbeLogins(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	now := time.Unix(1_795_000_000, 0)
	s := fake(t, webadmind.Options{Auth: webadmind.Auth{JWT: &key.PublicKey}, Now: func() time.Time { return now }})
	for _, c := range []struct {
		exp  int64
		want string
	}{
		{0, "login: JWT of admin, an administrator | it never expires"},
		{now.Unix() + 86400*100, "login: JWT of admin, an administrator, until 2027-02-26 | \n"},
		{now.Unix() + 3600*50, "login: JWT of admin, an administrator, until 2026-11-20 (!) | it expires in 50 hours"},
	} {
		claims := map[string]any{"sub": "admin", "admin": true}
		if c.exp != 0 {
			claims["exp"] = c.exp
		}
		s.secret, err = webadmind.Token(key, claims)
		ok(t, err)
		wantLines(t, probe(t, s.config()), c.want)
	}
	s.secret, err = webadmind.Token(key, map[string]any{"sub": "admin", "admin": true, "exp": now.Unix() - 1})
	ok(t, err)
	r, err := james.Open(context.Background(), s.config())
	ok(t, err)
	defer r.Close()
	_, err = r.(core.Prober).Probe(context.Background())
	wantClass(t, err, core.Auth)
	if strings.Contains(err.Error(), s.secret) || !strings.Contains(err.Error(), "expired") {
		t.Error(err)
	}
}

// TestProbeReal prints what doctor says of a real James.
func TestProbeReal(t *testing.T) {
	s := real(t)
	wantLines(t, probe(t, s.config()), "names in paths: decoded twice", "rename: yes", "identities: yes", "contacts: not on this server: only TMail has domain contacts | ")
}

// TestAttack19Provisioning: an address that could lead elsewhere changes nothing,
// whichever way it comes.
func TestAttack19Provisioning(t *testing.T) {
	s := tmail(t)
	ok(t, s.fake.AddUser("victim@example.com", "x"))
	truth := fmt.Sprint(s.fake.Truth())
	r := s.open(t)
	for _, name := range []string{"a/../victim@example.com", "%2e%2e/victim@example.com", "..", "%2e", "victim@example.com?force", "victim@example.com#", "a\nb@example.com", "", "/", "victim@example.com/identities"} {
		for _, collection := range []core.CollectionID{"users", "aliases", "forwards", "mappings", "quotas", "contacts"} {
			refs := []core.Ref{{Collection: collection, ID: core.ID("users/" + name)}, {Collection: collection, ID: core.ID("quota/users/" + name + "/size")},
				{Collection: collection, ID: core.ID("domains/example.com/contacts/" + name)}, {Collection: collection, ID: core.ID("address/forwards/victim@example.com/targets/" + name)}}
			for _, ref := range refs {
				if _, err := apply(t, r, core.Write{Op: core.OpDelete, Ref: ref}); err == nil {
					t.Errorf("%v is deleted", ref)
				}
				for item, err := range r.Fetch(context.Background(), []core.Ref{ref}) {
					if err == nil {
						t.Errorf("%v is read as %+v", ref, item.Stub)
					}
				}
			}
			for _, key := range []string{"users/" + name, "aliases/victim@example.com/" + name, "aliases/" + name + "/x@example.com", "quotas/" + name, "contacts/" + name} {
				w := core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: collection}, Item: core.Item{Stub: core.Stub{Key: core.Key(key)}}}
				if _, err := apply(t, r, w); err == nil && fmt.Sprint(s.fake.Truth()) != truth {
					t.Errorf("%s in %s is made: %v", key, collection, s.fake.Truth())
				}
			}
		}
	}
	if now := fmt.Sprint(s.fake.Truth()); now != truth {
		t.Errorf("%s became %s", truth, now)
	}
}
