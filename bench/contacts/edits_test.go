package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestEdits: as many cards change on each side, and what is wanted after it is
// what both have together.
func TestEdits(t *testing.T) {
	cards := makeCards(leastCards, seed)
	want, err := snapCards(cards)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{dir: t.TempDir()}
	c := &chain{bench: &bench{server: s, http: http.DefaultClient}, tool: &tool{user: "alice"}, vdir: t.TempDir(), want: want}
	far := s.book(c.book())
	for _, dir := range []string{c.vdir, far} {
		if err := writeCards(dir, cards); err != nil {
			t.Fatal(err)
		}
	}
	// A server that keeps its cards where Radicale does.
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := filepath.Join(far, filepath.Base(r.URL.Path))
		user, pass, _ := r.BasicAuth()
		if filepath.Dir(r.URL.Path) != "/alice/contacts" || user != "alice" || pass != password {
			t.Errorf("%s %s as %s", r.Method, r.URL, user)
		}
		var body bytes.Buffer
		switch r.Method {
		case http.MethodGet:
			http.ServeFile(w, r, file)
		case http.MethodPut:
			if _, err := body.ReadFrom(r.Body); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(file, body.Bytes(), 0o600); err != nil {
				t.Error(err)
			}
		}
	}))
	defer web.Close()
	if s.port, err = strconv.Atoi(web.URL[len("http://127.0.0.1:"):]); err != nil {
		t.Fatal(err)
	}
	after, err := c.edit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []struct {
		name    string
		dir     string
		changed int
	}{{"vdir", c.vdir, edited}, {"server", far, edited}} {
		got, err := snap(side.dir)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := want.differs(got), after.differs(got); a != side.changed || b != edited || got.count() != leastCards {
			t.Errorf("%s: %d cards changed, %d are not as wanted, of %d", side.name, a, b, got.count())
		}
	}
	if n := want.differs(after); n != 2*edited || after.count() != leastCards {
		t.Errorf("%d cards are edited, of %d", n, after.count())
	}
}
