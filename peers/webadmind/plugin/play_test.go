package plugin_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/peers/webadmind"
	"lockstep/peers/webadmind/plugin"
)

func people(n int) (out []plugin.Entry) {
	for i := range n {
		out = append(out, plugin.Entry{Mail: fmt.Sprintf("u%d@example.com", i), Given: "Ann", Family: fmt.Sprint(i), Quota: "1000",
			Aliases: []string{fmt.Sprintf("a%d+x@example.com", i), fmt.Sprintf("b%d@example.com", i)}, Mappings: []string{"m@example.net"}, Forwards: []string{"f@example.net"}})
	}
	return out
}

func begin(t *testing.T) (*webadmind.Server, string) {
	t.Helper()
	srv := webadmind.New(webadmind.Options{TMail: true, Version: webadmind.V310})
	url, err := srv.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv, url
}

// TestRuns: the requests of a first run, of one without changes, and of one with
// some; and the server counts the same.
func TestRuns(t *testing.T) {
	srv, url := begin(t)
	var searches atomic.Int64
	p := plugin.Player{URL: url, Contacts: true, Clean: true, Search: func(context.Context, string) error { searches.Add(1); return nil }}
	entries := people(10)
	look := map[string]int{"HEAD users": 10, "GET aliases": 10, "HEAD mappings": 10, "GET mappings": 10, "GET forwards": 10, "GET quotas": 10, "GET identities": 10, "GET contacts": 10}
	clean := map[string]int{"GET users": 1, "GET aliases": 1, "GET mappings": 1, "GET forwards": 1, "GET quotas": 1, "GET identities": 1, "GET contacts": 1}
	for _, c := range []struct {
		name    string
		edit    func()
		more    map[string]int
		changes int
	}{
		// Mappings are read again before they are changed.
		{"first", func() {}, map[string]int{"PUT users": 10, "PUT aliases": 20, "GET mappings": 10, "POST mappings": 10, "PUT forwards": 10, "PUT quotas": 10, "POST identities": 10, "POST contacts": 10}, 80},
		{"no change", func() {}, nil, 0},
		{"some", func() {
			entries[0].Aliases = entries[0].Aliases[:1]
			entries[1].Aliases = nil
			entries[2].Quota = ""
			entries[3].Quota = "-1"
			entries[4].Mappings = []string{"n@example.net"}
			entries[5].Forwards = []string{"f@example.net", "g@example.net", entries[5].Mail}
			entries[6].Family = "Else"
			if err := srv.AddForward(entries[7].Mail, "own@example.net"); err != nil {
				t.Fatal(err)
			}
		}, map[string]int{"GET aliases": 2, "DELETE aliases": 3, "DELETE quotas": 1, "PUT quotas": 1, "GET mappings": 1, "POST mappings": 1, "DELETE mappings": 1, "GET forwards": 2, "PUT forwards": 1, "PUT contacts": 1}, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.edit()
			srv.Forget()
			searches.Store(0)
			got, err := p.Play(context.Background(), entries)
			if err != nil {
				t.Fatal(err)
			}
			want, total := map[string]int{}, 0
			for _, m := range []map[string]int{look, clean, c.more} {
				for k, n := range m {
					want[k] += n
					total += n
				}
			}
			if !maps.Equal(got.Requests, want) || got.Total != total || got.Changes != c.changes || got.Failed != 0 {
				t.Errorf("%+v, want %v", got, want)
			}
			// One for all entries and one for each in 7 resources, and one for each that
			// the server lists.
			if all := 7 + 70 + 70; got.Searches > all || got.Searches < all-1 || int(searches.Load()) != got.Searches {
				t.Errorf("%d searches, %d made", got.Searches, searches.Load())
			}
			served := 0
			for _, n := range srv.Counts() {
				served += n
			}
			if served != total || len(srv.Changes()) != c.changes {
				t.Errorf("the server counts %d requests and %d changes", served, len(srv.Changes()))
			}
		})
	}
}

// TestFailures: an entry that fails does not stop the run.
func TestFailures(t *testing.T) {
	srv, url := begin(t)
	entries := people(3)
	entries[1].Mail = "u1@elsewhere.net"
	got, err := plugin.Play(context.Background(), url, "unused", entries)
	// Its account, aliases, forwards and quota.
	if err != nil || got.Failed != 4 || got.Requests["GET contacts"] != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if truth := strings.Join(srv.Truth(), "\n"); !strings.Contains(truth, "quota/users/u2@example.com/size=1000") {
		t.Error(truth)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := plugin.Play(ctx, url, "", entries); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := plugin.Play(context.Background(), "junk", "", entries); err == nil {
		t.Error("junk is a URL")
	}
}
