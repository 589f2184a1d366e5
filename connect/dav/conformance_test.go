package dav_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"lockstep/connect/dav"
	"lockstep/core"
	"lockstep/peers/davd"
	"lockstep/replicatest"
)

func harness(f flavour, peer func(t *testing.T) replicatest.Peer) replicatest.Harness {
	return replicatest.Harness{
		New:      peer,
		Traits:   core.Traits{UniqueKeys: true, Digest: digest},
		Paths:    [2]string{"Friends & <Family>", "Büro%2F100%25"},
		Item:     func(n int) ([]byte, core.Key) { return f.item(n), uid(n) },
		BadToken: "s20000:urn:nobody-gave-this-out",
	}
}

// TestConformance runs the suite of the contract against every sort of server that the
// one in this process can be.
func TestConformance(t *testing.T) {
	worlds := map[string]davd.Options{
		"ctag":         {Profile: davd.Profile{Name: "ctag", Changes: davd.CTag}},
		"nothing":      {Profile: davd.Profile{Name: "nothing", Changes: davd.Nothing}},
		"pages":        {Profile: davd.Profile{PageSize: 3}},
		"no ETags":     {Profile: davd.Profile{NoETag: true}},
		"other names":  {Profile: davd.Profile{OtherNames: true}},
		"other escape": {Profile: davd.Profile{OtherSpelling: true, OwnRow: true, InitialGone: true}},
		"raw text":     {Profile: davd.Profile{RawText: true, DefaultNamespace: true}},
		"digest":       {Auth: davd.Digest},
		"TLS":          {TLS: true, Chunked: true},
	}
	for _, p := range davd.Profiles() {
		name := p.Name
		if name == "" {
			name = "the letter"
		}
		worlds[name] = davd.Options{Profile: p, TLS: p.Shards}
	}
	for kind, f := range flavours() {
		for name, o := range worlds {
			t.Run(kind+" "+name, func(t *testing.T) {
				h := harness(f, nil)
				// Some take a second item with the UID of another; what came since the list
				// is found all the same (absent_test.go).
				h.Traits.UniqueKeys = o.Profile.Name == "" || o.Profile.SameUID.Condition != ""
				h.New = func(t *testing.T) replicatest.Peer {
					a := serve(t, f, o, "Friends & <Family>", "Büro/100%")
					a.books[h.Paths[1]] = a.books["Büro/100%"]
					return a
				}
				replicatest.Run(t, h)
			})
		}
	}
}

// radicale is the real one: a person edits it with requests of her own.
type radicale struct {
	flavour         flavour
	url, user, word string
	config          dav.Config
	home            string
	books           map[string]string
	serial          int
}

func (p *radicale) request(t testing.TB, method, path string, body []byte, header ...string) {
	t.Helper()
	req, err := http.NewRequest(method, strings.TrimSuffix(p.url, "/")+path, bytes.NewReader(body))
	must(t, err)
	req.SetBasicAuth(p.user, p.word)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	res.Body.Close()
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, res.Status)
	}
}

func (p *radicale) open(t testing.TB) *dav.Replica {
	t.Helper()
	r, err := dav.Open(context.Background(), p.config)
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

func (p *radicale) Open(t *testing.T) core.Replica { return p.open(t) }

func (p *radicale) at(t testing.TB, name string) string {
	t.Helper()
	survey, err := p.open(t).Collections(context.Background())
	must(t, err)
	for _, c := range survey.Collections {
		if c.Path == name {
			return string(c.ID)
		}
	}
	t.Fatalf("there is no %s", name)
	return ""
}

func (p *radicale) path(ref core.Ref) string {
	return (&account{flavour: p.flavour}).path(ref)
}

func (p *radicale) Add(t *testing.T, path string, body []byte, _ core.Key, _ core.Marks) {
	t.Helper()
	p.serial++
	p.request(t, "PUT", fmt.Sprintf("%s%d%s", p.at(t, path), p.serial, p.flavour.wire.Extension), body, "Content-Type", p.flavour.wire.ContentType)
}

func (p *radicale) Remove(t *testing.T, ref core.Ref) {
	t.Helper()
	p.request(t, "DELETE", p.path(ref), nil)
}

func (p *radicale) Move(t *testing.T, ref core.Ref, path string) {
	t.Helper()
	p.serial++
	to := fmt.Sprintf("%s%s%d%s", strings.TrimSuffix(p.url, "/"), p.at(t, path), p.serial, p.flavour.wire.Extension)
	p.request(t, "MOVE", p.path(ref), nil, "Destination", to)
}

func (p *radicale) Mark(t *testing.T, _ core.Ref, marks core.Marks) { t.Fatalf("marks %q", marks) }

func (p *radicale) Edit(t *testing.T, ref core.Ref, body []byte) {
	t.Helper()
	p.request(t, "PUT", p.path(ref), body, "Content-Type", p.flavour.wire.ContentType)
}

// real opens the Radicale that LOCKSTEP_RADICALE names ("URL,USER,PASSWORD"), where
// the user has a home without a collection of this flavour.
func real(t *testing.T, f flavour) *radicale {
	t.Helper()
	where := strings.Split(os.Getenv("LOCKSTEP_RADICALE"), ",")
	if len(where) != 3 {
		t.Skip("NOT RUN against a real server: LOCKSTEP_RADICALE=URL,USER,PASSWORD is not set (peers/real/radicale.sh start DIR prints it)")
	}
	p := &radicale{flavour: f, url: where[0], user: where[1], word: where[2]}
	p.config = dav.Config{Flavour: f.wire, URL: p.url, User: p.user, Password: func(context.Context) (string, error) { return p.word, nil }, Describe: f.describe, Digest: digest}
	return p
}

// TestConformanceRadicale is the same with a real server.
func TestConformanceRadicale(t *testing.T) {
	for kind, f := range flavours() {
		t.Run(kind, func(t *testing.T) {
			real(t, f)
			h := harness(f, nil)
			h.BadToken = "s20000:http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000"
			suffix := strings.ToLower(rand.Text()[:8])
			h.Paths = [2]string{"One & <two> " + suffix, "Drei%2F100%25 " + suffix}
			h.New = func(t *testing.T) replicatest.Peer {
				p := real(t, f)
				r := p.open(t)
				for _, path := range h.Paths { // by the replica itself
					c, err := r.CreateCollection(context.Background(), path, core.RoleNone)
					must(t, err)
					t.Cleanup(func() { p.request(t, "DELETE", string(c.ID), nil) })
				}
				return p
			}
			replicatest.Run(t, h)
		})
	}
}
