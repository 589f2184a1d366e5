package dav_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
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
				p := o.Profile
				h.Traits.UniqueKeys = p.Name == "" || p.Name == davd.Radicale().Name
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

// stranger is a real server, which a person edits with requests of her own.
type stranger struct {
	flavour         flavour
	url, user, word string
	config          dav.Config
	serial          int
}

func (p *stranger) request(t testing.TB, method, path string, body []byte, header ...string) []byte {
	t.Helper()
	req, err := http.NewRequest(method, strings.TrimSuffix(p.url, "/")+path, bytes.NewReader(body))
	must(t, err)
	req.SetBasicAuth(p.user, p.word)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, res.Status)
	}
	return text
}

func (p *stranger) open(t testing.TB) *dav.Replica {
	t.Helper()
	r, err := dav.Open(context.Background(), p.config)
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

func (p *stranger) Open(t *testing.T) core.Replica { return p.open(t) }

func (p *stranger) at(t testing.TB, name string) string {
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

func (p *stranger) path(ref core.Ref) string {
	return (&account{flavour: p.flavour}).path(ref)
}

func (p *stranger) Add(t *testing.T, path string, body []byte, _ core.Key, _ core.Marks) {
	t.Helper()
	p.serial++
	p.request(t, "PUT", fmt.Sprintf("%s%d%s", p.at(t, path), p.serial, p.flavour.wire.Extension), body, "Content-Type", p.flavour.wire.ContentType)
}

func (p *stranger) Remove(t *testing.T, ref core.Ref) {
	t.Helper()
	p.request(t, "DELETE", p.path(ref), nil)
}

func (p *stranger) Move(t *testing.T, ref core.Ref, path string) {
	t.Helper()
	body := p.request(t, "GET", p.path(ref), nil)
	p.Remove(t, ref)
	p.Add(t, path, body, "", "")
}

func (p *stranger) Mark(t *testing.T, _ core.Ref, marks core.Marks) { t.Fatalf("marks %q", marks) }

func (p *stranger) Edit(t *testing.T, ref core.Ref, body []byte) {
	t.Helper()
	p.request(t, "PUT", p.path(ref), body, "Content-Type", p.flavour.wire.ContentType)
}

// realServers are the variables that name them ("URL,USER,PASSWORD"), and whether they
// refuse a second item with a UID. The user has a home there.
func realServers() map[string]bool {
	return map[string]bool{"LOCKSTEP_RADICALE": true, "LOCKSTEP_XANDIKOS": false}
}

// real opens a server that a variable names.
func real(t *testing.T, name string, f flavour) *stranger {
	t.Helper()
	where := strings.Split(os.Getenv(name), ",")
	if len(where) != 3 {
		t.Skipf("NOT RUN against a real server: %s=URL,USER,PASSWORD is not set (peers/real/radicale.sh start DIR prints that of a Radicale)", name)
	}
	p := &stranger{flavour: f, url: where[0], user: where[1], word: where[2]}
	p.config = dav.Config{Flavour: f.wire, URL: p.url, User: p.user, Password: func(context.Context) (string, error) { return p.word, nil }, Describe: f.describe, Digest: digest}
	return p
}

// TestConformanceReal is the same with real servers.
func TestConformanceReal(t *testing.T) {
	for server, unique := range realServers() {
		for kind, f := range flavours() {
			t.Run(server+" "+kind, func(t *testing.T) {
				real(t, server, f)
				h := harness(f, nil)
				h.Traits.UniqueKeys = unique
				h.BadToken = "s20000:http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000"
				suffix := strings.ToLower(rand.Text()[:8])
				h.Paths = [2]string{"One & <two> " + suffix, "Drei%2Fvier " + suffix}
				h.New = func(t *testing.T) replicatest.Peer {
					p := real(t, server, f)
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
}

// TestMoveRadicale: the real one moves an item, and keeps it where its name is taken.
func TestMoveRadicale(t *testing.T) {
	p := real(t, "LOCKSTEP_RADICALE", flavours()["carddav"])
	suffix := strings.ToLower(rand.Text()[:8])
	r := p.open(t)
	var books [2]core.CollectionID
	for i, name := range []string{"From " + suffix, "To " + suffix} {
		c, err := r.CreateCollection(context.Background(), name, core.RoleNone)
		must(t, err)
		t.Cleanup(func() { p.request(t, "DELETE", string(c.ID), nil) })
		books[i] = c.ID
	}
	for i, name := range []string{"1.vcf", "2.vcf"} {
		p.request(t, "PUT", string(books[0])+name, card(i), "Content-Type", "text/vcard")
	}
	p.request(t, "PUT", string(books[1])+"2.vcf", card(3), "Content-Type", "text/vcard")
	_, err := r.Collections(context.Background())
	must(t, err)
	if r.Operations().Move != core.Checked {
		t.Fatal("it is not known to move")
	}
	stubs, _, _, _ := list(t, r, core.FeedID(books[0]), "")
	res, errs := apply(t, r,
		core.Write{Op: core.OpMove, Ref: core.Ref{Collection: books[0], ID: "1"}, To: books[1], If: core.Condition{Rev: stubs["1"].Rev}},
		core.Write{Op: core.OpMove, Ref: core.Ref{Collection: books[0], ID: "2"}, To: books[1]})
	must(t, errs[0])
	wantClass(t, errs[1], core.Conflict)
	there, _, _, _ := list(t, r, core.FeedID(books[1]), "")
	if res[0].Stub.Collection != books[1] || there["1"].Key != uid(0) || there["2"].Key != uid(3) {
		t.Errorf("%+v, %v", res[0], there)
	}
}

// TestFidelityRadicale: what the real one makes of rich items.
func TestFidelityRadicale(t *testing.T) {
	for kind, f := range flavours() {
		p := real(t, "LOCKSTEP_RADICALE", f)
		r := p.open(t)
		c, err := r.CreateCollection(context.Background(), "Fidelity "+strings.ToLower(rand.Text()[:8]), core.RoleNone)
		must(t, err)
		defer p.request(t, "DELETE", string(c.ID), nil)
		findings, err := r.Fidelity(context.Background(), c.ID)
		must(t, err)
		for _, f := range findings {
			t.Logf("%s %s: %s", kind, f.Name, f.Value)
			if f.Bad || !strings.Contains(f.Value, "stored") {
				t.Errorf("%+v", f)
			}
		}
		if stubs, _, _, _ := list(t, r, core.FeedID(c.ID), ""); len(stubs) != 0 {
			t.Errorf("it leaves %v", stubs)
		}
	}
}
