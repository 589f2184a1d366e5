package dav_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/protocol/dav"
)

const (
	book      = `<resourcetype><collection/><C:addressbook/></resourcetype>`
	directory = `<resourcetype><collection/></resourcetype>`
)

// props is a row with properties that are there.
func props(href string, all ...string) string {
	return `<response><href>` + href + `</href><propstat><prop>` + strings.Join(all, "") + `</prop><status>HTTP/1.1 200 OK</status></propstat><propstat><prop><owner/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>`
}

func principal(href string) string {
	return `<current-user-principal><href>` + href + `</href></current-user-principal>`
}

func homes(hrefs ...string) string {
	out := `<C:addressbook-home-set>`
	for _, h := range hrefs {
		out += `<href>` + h + `</href>`
	}
	return out + `</C:addressbook-home-set>`
}

// site answers PROPFIND with the rows of a path and depth; others are not there.
func site(pages map[string][]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rows, there := pages[r.URL.Path+" "+r.Header.Get("Depth")]
		switch {
		case !there:
			w.WriteHeader(404)
		case strings.HasPrefix(rows[0], "-> "):
			w.Header().Set("Location", rows[0][3:])
			w.WriteHeader(301)
		default:
			answer(w, rows...)
		}
	}
}

func discover(c *dav.Client) (string, dav.Place, error) {
	p, err := c.Discover(context.Background(), dav.CardDAV())
	var out []string
	for _, h := range p.Homes {
		out = append(out, h.Path)
	}
	if p.Collection != nil {
		out = append(out, "collection "+p.Collection.URL.Path)
	}
	return strings.Join(out, " "), p, err
}

func TestDiscover(t *testing.T) {
	account := map[string][]string{
		"/p/ann/ 0": {props("/p/ann/", homes("/dav/ann/", "/dav/shared", "/dav/ann/"))},
	}
	for _, o := range []struct {
		name, path string
		pages      map[string][]string
		want       string
		requests   int64
	}{
		{"well-known", "/", map[string][]string{"/.well-known/carddav 0": {"-> /dav/"}, "/dav/ 0": {props("/dav/", directory, principal("/p/ann/"))}}, "/dav/ann/ /dav/shared/", 3},
		{"the root", "/", map[string][]string{"/ 0": {props("/", directory, principal("/p/ann/"))}}, "/dav/ann/ /dav/shared/", 3},
		{"a path below", "/dav/", map[string][]string{"/dav/ 0": {props("/dav/", directory, principal("/p/ann/"))}, "/dav/ 1": {props("/dav/", directory), props("/dav/ann/", directory)}}, "/dav/ann/ /dav/shared/", 3},
		{"a principal", "/p/ann/", nil, "/dav/ann/ /dav/shared/", 1},
		{"a home", "/dav/ann/", map[string][]string{"/dav/ann/ 0": {props("/dav/ann/", directory, principal("/p/ann/"))}, "/dav/ann/ 1": {props("/dav/ann/", directory), props("/dav/ann/friends/", book)}}, "/dav/ann/", 2},
		{"a home without a principal", "/synology/ann", map[string][]string{"/synology/ann 0": {props("/synology/ann/", directory)}, "/synology/ann/ 1": {props("/synology/ann/", directory), props("/synology/ann/friends/", book)}}, "/synology/ann/", 2},
		{"a collection", "/dav/ann/friends", map[string][]string{"/dav/ann/friends 0": {props("/dav/ann/friends/", book, principal("/p/ann/"))}}, "collection /dav/ann/friends/", 1},
		{"a wrong path", "/typo/", map[string][]string{"/ 0": {props("/", directory, principal("/p/ann/"))}}, "/dav/ann/ /dav/shared/", 4},
	} {
		t.Run(o.name, func(t *testing.T) {
			pages := map[string][]string{}
			for _, from := range []map[string][]string{account, o.pages} {
				for k, v := range from {
					pages[k] = v
				}
			}
			s := httptest.NewServer(site(pages))
			defer s.Close()
			c := clientOf(t, dav.Config{URL: s.URL + o.path})
			got, place, err := discover(c)
			if err != nil || got != o.want || c.Requests() != o.requests {
				t.Errorf("%q after %d requests, %v: want %q after %d; %+v", got, c.Requests(), err, o.want, o.requests, place.Trail)
			}
			if len(place.Trail) == 0 {
				t.Error("no trail")
			}
		})
	}
}

func TestDiscoverNothing(t *testing.T) {
	for _, o := range []struct {
		name  string
		site  http.HandlerFunc
		class core.Class
	}{
		{"no dav", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }, core.Permanent},
		{"a web site", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>") }, core.Permanent},
		{"a server that is down", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, core.Transient},
		{"a wrong password", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(401) }, core.Auth},
		{"nobody knows us", func(w http.ResponseWriter, r *http.Request) {
			answer(w, props("/", `<current-user-principal><unauthenticated/></current-user-principal>`))
		}, core.Auth},
		{"a principal of nothing", site(map[string][]string{"/ 0": {props("/", principal("/p/"))}, "/p/ 0": {props("/p/")}}), core.Permanent},
		{"a principal of itself", site(map[string][]string{"/ 0": {props("/", principal("/"))}}), core.Permanent},
		{"no principal there", site(map[string][]string{"/ 0": {props("/", principal("/p/"))}}), core.Permanent},
		{"odd addresses", site(map[string][]string{"/ 0": {props("/", principal("https://:x/"))}}), core.Permanent},
		{"odd homes", site(map[string][]string{"/ 0": {props("/", homes("%2e%2e", ""))}}), core.Permanent},
	} {
		t.Run(o.name, func(t *testing.T) {
			s := httptest.NewServer(o.site)
			defer s.Close()
			_, place, err := discover(clientOf(t, dav.Config{URL: s.URL}))
			wantClass(t, err, o.class)
			if len(place.Homes) != 0 || place.Collection != nil || len(place.Trail) == 0 {
				t.Errorf("%+v", place)
			}
		})
	}
}

// hosts lets several names lead to handlers, over TLS as far as a client can see.
type hosts map[string]http.HandlerFunc

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := h[r.URL.Scheme+"://"+r.URL.Host]
	if handler == nil {
		return nil, errors.New("no such host: " + r.URL.Host)
	}
	w := httptest.NewRecorder()
	handler(w, r)
	out := w.Result()
	out.Request = r
	return out, nil
}

// TestDiscoverOtherHosts: the login goes along to a home on another host only if the
// server names it over TLS and it lies in the same domain.
func TestDiscoverOtherHosts(t *testing.T) {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("the login was sent to %s", r.URL)
		}
		w.WriteHeader(401)
	}
	login := func(then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(401)
				return
			}
			then(w, r)
		}
	}
	for _, o := range []struct {
		name, url, home string
		class           core.Class
	}{
		{"a shard", "https://contacts.example.com/", "https://p42-contacts.example.com:443/1/", 0},
		{"another port", "https://contacts.example.com/", "https://contacts.example.com:8443/1/", 0},
		{"another domain", "https://contacts.example.com/", "https://evil.org/1/", core.Permanent},
		{"out of TLS", "https://contacts.example.com/", "http://p42-contacts.example.com/1/", core.Permanent},
		{"below a country", "https://example.co.uk/", "https://evil.co.uk/1/", core.Permanent},
		{"not over TLS", "http://contacts.example.com/", "https://p42-contacts.example.com/1/", core.Permanent},
	} {
		t.Run(o.name, func(t *testing.T) {
			h := hosts{}
			for _, any := range []string{"https://evil.org", "http://p42-contacts.example.com", "https://evil.co.uk", "https://p42-contacts.example.com"} {
				h[any] = refuse
			}
			if o.class == 0 {
				h["https://p42-contacts.example.com"] = login(site(map[string][]string{"/1/ 1": {props("/1/", directory), props("/1/card/", book)}}))
				h["https://contacts.example.com:8443"] = h["https://p42-contacts.example.com"]
			}
			h[strings.TrimSuffix(o.url, "/")] = login(site(map[string][]string{"/ 0": {props("/", principal("/p/"))}, "/p/ 0": {props("/p/", homes(o.home))}}))
			c := clientOf(t, dav.Config{URL: o.url, Transport: h, Insecure: true})
			_, place, err := discover(c)
			if o.class != 0 {
				wantClass(t, err, o.class)
				return
			}
			if err != nil || len(place.Homes) != 1 {
				t.Fatal(place, err)
			}
			if all, odd, err := c.Children(context.Background(), dav.CardDAV(), place.Homes[0]); err != nil || len(all) != 1 || odd != 0 {
				t.Error(all, odd, err)
			}
		})
	}
	// The well-known path may lead to another host of the domain; any other redirect
	// does not take the login along.
	h := hosts{
		"https://example.com":     login(site(map[string][]string{"/.well-known/carddav 0": {"-> https://dav.example.com/x/"}})),
		"https://dav.example.com": login(site(map[string][]string{"/x/ 0": {props("/x/", homes("/x/ann/"))}})),
		"https://evil.org":        refuse,
	}
	if got, place, err := discover(clientOf(t, dav.Config{URL: "https://example.com", Transport: h})); err != nil || got != "/x/ann/" {
		t.Error(got, place.Trail, err)
	}
	h["https://example.com"] = login(site(map[string][]string{"/.well-known/carddav 0": {"-> https://evil.org/x/"}}))
	_, _, err := discover(clientOf(t, dav.Config{URL: "https://example.com", Transport: h}))
	wantClass(t, err, core.Auth)
	h["https://example.com"] = login(site(map[string][]string{"/ 0": {"-> https://dav.example.com/x/"}}))
	_, _, err = discover(clientOf(t, dav.Config{URL: "https://example.com", Transport: h}))
	wantClass(t, err, core.Auth)
	h["https://example.com"] = login(site(map[string][]string{"/ 0": {"-> http://example.com/"}}))
	_, _, err = discover(clientOf(t, dav.Config{URL: "https://example.com", Transport: h}))
	wantClass(t, err, core.Permanent)
}

func TestDiscoverByDNS(t *testing.T) {
	good := func(w http.ResponseWriter, r *http.Request) { answer(w, props(r.URL.Path, homes("/ann/"))) }
	h := hosts{
		"https://example.com":          func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) },
		"https://b.example.com:8443":   good,
		"https://evil.org":             func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) },
		"https://dead.example.com:444": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) },
	}
	records := []*net.SRV{
		{Target: "later.example.com.", Port: 443, Priority: 9}, {Target: "evil.org.", Port: 443, Priority: 0}, {Target: ".", Priority: 0},
		{Target: "dead.example.com.", Port: 444, Priority: 1, Weight: 9}, {Target: "B.example.com.", Port: 8443, Priority: 1, Weight: 5},
	}
	var asked []string
	config := dav.Config{
		URL: "https://example.com", Transport: h,
		LookupSRV: func(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
			asked = append(asked, service+" "+proto+" "+name)
			return "", records, nil
		},
		LookupTXT: func(_ context.Context, name string) ([]string, error) {
			asked = append(asked, name)
			return []string{"v=1", "path=/cards"}, nil
		},
	}
	got, place, err := discover(clientOf(t, config))
	if err != nil || got != "/ann/" || fmt.Sprint(asked) != "[carddavs tcp example.com _carddavs._tcp.example.com]" {
		t.Error(got, asked, err, place.Trail)
	}
	if !strings.Contains(fmt.Sprint(place.Trail), "evil.org, which is outside of the domain: make https://evil.org/cards the URL") {
		t.Error(place.Trail)
	}
	records = records[1:3]
	_, _, err = discover(clientOf(t, config))
	wantClass(t, err, core.Permanent)
	asked = nil
	config.URL = "https://example.com:443/x"
	config.LookupSRV = func(context.Context, string, string, string) (string, []*net.SRV, error) {
		return "", nil, errors.New("no such host")
	}
	_, _, err = discover(clientOf(t, config))
	wantClass(t, err, core.Permanent)
}

func TestChildren(t *testing.T) {
	rows := []string{
		props("/ann/", directory),
		props("/ann/b/", book, `<displayname> B &amp; Co </displayname><sync-token>t</sync-token><S:getctag>c</S:getctag>`,
			`<supported-report-set><supported-report><report><sync-collection/></report></supported-report><supported-report><report><C:addressbook-multiget/></report></supported-report></supported-report-set>`,
			`<C:supported-address-data><C:address-data-type content-type="text/vcard" version="3.0"/><C:address-data-type content-type="text/vcard" version="4.0"/></C:supported-address-data>`,
			`<C:max-resource-size>1000</C:max-resource-size>`,
			`<current-user-privilege-set><privilege><read/></privilege><privilege><write/></privilege></current-user-privilege-set>`),
		props("/ann/a%20b", book, `<current-user-privilege-set><privilege><read/></privilege><privilege><write-properties/></privilege></current-user-privilege-set>`, `<owner><href>/p/bob/</href></owner>`),
		props("/ann/files/", directory),
		props("/ann/b/", book),
	}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { answer(w, rows...) })
	home := mustURL(t, strings.TrimSuffix(c.URL().String(), "book/"))
	all, odd, err := c.Children(context.Background(), dav.CardDAV(), home)
	if err != nil || odd != 0 || len(all) != 2 {
		t.Fatal(all, odd, err)
	}
	if a := all[0]; a.URL.EscapedPath() != "/ann/a%20b/" || !a.ReadOnly || a.Owner != "/p/bob/" || a.Reports || a.SyncToken != "" {
		t.Errorf("%+v", a)
	}
	if b := all[1]; b.Name != "B & Co" || b.SyncToken != "t" || b.CTag != "c" || !b.Sync || !b.Multiget || !b.Reports || b.ReadOnly || b.MaxSize != 1000 || fmt.Sprint(b.Versions) != "[3.0 4.0]" {
		t.Errorf("%+v", b)
	}
	for _, o := range []struct {
		rows []string
		odd  int
	}{
		{[]string{props("/ann/", directory)}, 0}, {nil, 1}, {[]string{props("/other/x/", book)}, 2}, {[]string{props("/ann/", directory), status("/ann/x/", 403)}, 1},
		{[]string{props("/ann/", directory), props("%2e%2e", book)}, 1},
	} {
		rows = o.rows
		if all, odd, err := c.Children(context.Background(), dav.CardDAV(), home); err != nil || odd != o.odd || len(all) != 0 {
			t.Errorf("%v: %v, %d odd, %v", o.rows, all, odd, err)
		}
	}
	rows = []string{status("/ann/", 403)}
	_, _, err = c.Children(context.Background(), dav.CardDAV(), home)
	wantClass(t, err, core.Permanent)
}
