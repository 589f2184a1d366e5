package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"lockstep/peers/ldapd"
)

// TestFrontCountsSearches: each page is one, and a bind is none.
func TestFrontCountsSearches(t *testing.T) {
	dir := ldapd.New(ldapd.Options{Users: map[string]string{reader: readerPassword}})
	defer dir.Close()
	if err := dir.Add(ldapd.Entry{DN: base, Attributes: map[string][]string{"objectClass": {"dcObject", "organization"}, "dc": {"example"}, "o": {"Example"}}}); err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		if err := dir.Add(ldapd.Entry{DN: fmt.Sprintf("uid=u%d,%s", i, base), Attributes: map[string][]string{"objectClass": {"inetOrgPerson"}, "uid": {fmt.Sprint("u", i)}, "cn": {"A"}, "sn": {"B"}}}); err != nil {
			t.Fatal(err)
		}
	}
	at, err := dir.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := startFront(at, "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	conn, err := ldap.DialURL("ldap://" + f.ldapAddress())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Bind(reader, readerPassword); err != nil {
		t.Fatal(err)
	}
	long := "(|(uid=u1)" + strings.Repeat("(cn=nobody)", 3000) + ")"
	for _, c := range []struct {
		filter         string
		page           uint32
		entries, count int
	}{{"(sn=B)", 10, 25, 3}, {"(uid=u7)", 0, 1, 1}, {long, 0, 1, 1}} {
		query := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, c.filter, []string{"uid"}, nil)
		search := conn.Search
		if c.page > 0 {
			search = func(q *ldap.SearchRequest) (*ldap.SearchResult, error) { return conn.SearchWithPaging(q, c.page) }
		}
		found, err := search(query)
		if err != nil || len(found.Entries) != c.entries {
			t.Fatalf("%.20s: %v, %v", c.filter, found, err)
		}
		if n := f.since().Searches; n != c.count {
			t.Errorf("%.20s: %d searches, not %d", c.filter, n, c.count)
		}
	}
}

// TestFrontAndRequests: those that are read are counted by method, and one that
// changes something is alone; those that are not read go through all the same.
func TestFrontAndRequests(t *testing.T) {
	var writing, together atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPut {
			if writing.Add(1) > 1 {
				together.Add(1)
			}
			time.Sleep(time.Millisecond)
			writing.Add(-1)
		} else if writing.Load() > 0 {
			together.Add(1)
		}
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.EscapedPath(), body)
	}))
	defer srv.Close()
	f, err := startFront("127.0.0.1:1", srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for _, reads := range []bool{false, true} {
		f.reads.Store(reads)
		client := &http.Client{Transport: &http.Transport{}}
		var group sync.WaitGroup
		for i := range 40 {
			group.Go(func() {
				method, body := http.MethodGet, ""
				if i%2 == 0 {
					method, body = http.MethodPut, "b"
				}
				r, err := http.NewRequest(method, f.webadminURL()+"/a%2Fb", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				a, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer a.Body.Close()
				if got, _ := io.ReadAll(a.Body); string(got) != method+" /a%2Fb "+body {
					t.Errorf("%s", got)
				}
			})
		}
		group.Wait()
		client.CloseIdleConnections()
		switch so := f.since(); {
		case !reads && so.requests() != 0:
			t.Errorf("unread, and counted: %v", so)
		case reads && (so.Requests["GET"] != 20 || so.Requests["PUT"] != 20):
			t.Errorf("counted: %v", so)
		case reads && together.Load() > 0:
			t.Errorf("%d requests were made while something was changed", together.Load())
		}
		together.Store(0)
	}
}
