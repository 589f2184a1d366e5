package dav

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lockstep/core"
)

// TestTable: every row of the table of refusals, for reads and for writes.
func TestTable(t *testing.T) {
	for _, r := range table() {
		for _, writes := range []bool{false, true} {
			e := &StatusError{Status: r.status}
			if r.condition != "" {
				e.Status, e.Conditions = 418, []Condition{{Name: r.condition}}
			}
			want := r.reading
			if writes {
				want = r.write
			}
			got := refused(call{op: "x", writes: writes}, e, 0)
			if got.Class != want || got.Remedy != r.remedy {
				t.Errorf("%q %d, writes %v: %s (%s), want %s", r.condition, r.status, writes, got.Class, got.Remedy, want)
			}
		}
	}
	for _, c := range []struct {
		status      int
		read, write core.Class
	}{
		{301, core.Permanent, core.Permanent}, {418, core.Permanent, core.Permanent}, {402, core.Permanent, core.Permanent},
		{505, core.Transient, core.Unknown}, {599, core.Transient, core.Unknown},
		{500, core.Transient, core.Unknown}, {503, core.Transient, core.Unknown}, {429, core.Transient, core.Transient},
		{423, core.Transient, core.Transient}, {412, core.Conflict, core.Conflict}, {401, core.Auth, core.Auth},
		{404, core.Missing, core.Missing}, {507, core.Permanent, core.Permanent},
	} {
		if got := refused(call{}, &StatusError{Status: c.status}, 0).Class; got != c.read {
			t.Errorf("%d of a read is %s, want %s", c.status, got, c.read)
		}
		if got := refused(call{writes: true}, &StatusError{Status: c.status}, 0).Class; got != c.write {
			t.Errorf("%d of a write is %s, want %s", c.status, got, c.write)
		}
	}
	// A condition tells more than the status that it comes with.
	for _, status := range []int{403, 409, 412, 500, 507} {
		if got := refused(call{writes: true}, &StatusError{Status: status, Conditions: []Condition{{Name: "no-uid-conflict"}}}, 0).Class; got != core.Conflict {
			t.Errorf("no-uid-conflict with %d is %s", status, got)
		}
	}
}

// TestTooLarge: which refusals prove that an item has too many bytes.
func TestTooLarge(t *testing.T) {
	for _, c := range []struct {
		status     int
		condition  string
		retryAfter time.Duration
		want       bool
	}{
		{413, "", 0, true}, {413, "", time.Hour, false}, {413, "max-resource-size", time.Hour, true},
		{403, "max-resource-size", 0, true}, {507, "max-resource-size", 0, true}, {409, "max-resource-size", 0, true},
		{507, "", 0, false}, {507, "quota-not-exceeded", 0, false}, {403, "", 0, false}, {400, "", 0, false}, {507, "number-of-matches-within-limits", 0, false},
	} {
		e := &StatusError{Status: c.status}
		if c.condition != "" {
			e.Conditions = []Condition{{Name: c.condition}}
		}
		if got := refused(call{writes: true}, e, c.retryAfter); core.TooLarge(got) != c.want {
			t.Errorf("%d %s, Retry-After %s: %v", c.status, c.condition, c.retryAfter, !c.want)
		}
		if core.TooLarge(refused(call{}, e, c.retryAfter)) {
			t.Errorf("%d %s of a read is about the size of what is written", c.status, c.condition)
		}
	}
}

func TestRefusalBodies(t *testing.T) {
	request, _ := http.NewRequest("PUT", "https://dav.example.org/b/x.vcf", nil)
	for body, want := range map[string]string{
		`<?xml version="1.0"?><D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><C:no-uid-conflict><D:href>/b/other.vcf</D:href></C:no-uid-conflict></D:error>`:         "409 Conflict: no-uid-conflict",
		`<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\DAV\Exception\Conflict</s:exception><s:message>not&#7;valid</s:message></d:error>`:                "", // no XML character
		`<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\DAV\Exception\Conflict</s:exception><s:message>The data is not valid</s:message><s:x/></d:error>`: "409 Conflict (The data is not valid)",
		`<html><body>error</body></html>`:  "409 Conflict",
		`<error xmlns="DAV:"><one/><two/>`: "409 Conflict", // without its end
		`<error xmlns="DAV:"><max-resource-size xmlns="urn:ietf:params:xml:ns:carddav"/><x/></error>`: "409 Conflict: max-resource-size, x",
		`<!DOCTYPE error [<!ENTITY a "aaaa">]><error xmlns="DAV:"><x/></error>`:                       "409 Conflict",
	} {
		got := readRefusal(&http.Response{StatusCode: 409, Request: request}, []byte(body)).Error()
		if want == "" {
			want = "409 Conflict"
		}
		if got != want {
			t.Errorf("%s\nis %q, want %q", body, got, want)
		}
	}
	e := readRefusal(&http.Response{StatusCode: 409, Request: request}, []byte(`<error xmlns="DAV:"><no-uid-conflict xmlns="urn:ietf:params:xml:ns:carddav"><href xmlns="DAV:"> /b/o.vcf </href></no-uid-conflict></error>`))
	if len(e.Conditions) != 1 || len(e.Conditions[0].Hrefs) != 1 || e.Conditions[0].Hrefs[0] != "/b/o.vcf" {
		t.Errorf("%+v", e)
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		err    error
		sent   bool
		read   core.Class
		writes core.Class
	}{
		{io.ErrUnexpectedEOF, true, core.Transient, core.Unknown},
		{io.ErrUnexpectedEOF, false, core.Transient, core.Transient},
		{errCutOff, true, core.Transient, core.Unknown},
		{&shapeError{"x"}, true, core.Permanent, core.Unknown},
		{errors.New("http: server gave HTTP response to HTTPS client"), false, core.Permanent, core.Permanent},
	} {
		if got := broken(call{}, c.err, c.sent).Class; got != c.read {
			t.Errorf("%v of a read is %s, want %s", c.err, got, c.read)
		}
		if got := broken(call{writes: true}, c.err, c.sent).Class; got != c.writes {
			t.Errorf("%v of a write is %s, want %s", c.err, got, c.writes)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, " 5 ": 5 * time.Second, "-1": 0, "999999999": time.Hour, "soon": 0,
		"Fri, 20 Nov 2026 12:00:30 GMT": 30 * time.Second, "Fri, 20 Nov 2026 11:00:00 GMT": 0, "Fri, 20 Nov 2027 12:00:00 GMT": time.Hour,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestHrefs(t *testing.T) {
	base, err := ParseURL("https://Dav.Example.org:443/dav/me@x.org/book/")
	if err != nil {
		t.Fatal(err)
	}
	if base.String() != "https://dav.example.org/dav/me@x.org/book/" {
		t.Error(base)
	}
	for href, want := range map[string]string{
		"/dav/me@x.org/book/a.vcf":                        "within a.vcf",
		"/dav/me%40x.org/book/a.vcf":                      "within a.vcf",
		"/dav/me%40x.org/book/%61.vcf":                    "within a.vcf",
		" /dav/me@x.org/book/a.vcf\n":                     "within a.vcf",
		"//dav/me@x.org/book/a.vcf":                       "within a.vcf",
		"/dav//me@x.org/book//a.vcf":                      "within a.vcf",
		"https://dav.example.org/dav/me@x.org/book/a.vcf": "within a.vcf",
		"http://internal:8080/dav/me@x.org/book/a.vcf":    "within a.vcf",
		"HTTPS://dav.example.org:443/dav/me@x.org/book/a": "within a",
		"a.vcf":                                       "within a.vcf",
		"./a.vcf":                                     "within a.vcf",
		"/dav/me@x.org/book/x/../a.vcf":               "within a.vcf",
		"/dav/me@x.org/book/a%2Fb":                    "within a%2Fb",
		"/dav/me@x.org/book/a%2fb":                    "within a%2Fb",
		"/dav/me@x.org/book/a b":                      "within a%20b",
		"/dav/me@x.org/book/a%zz":                     "within a%25zz",
		"/dav/me@x.org/book/é":                        "within %C3%A9",
		"/dav/me@x.org/book/%c3%a9":                   "within %C3%A9",
		"/dav/me@x.org/book/a%25":                     "within a%25",
		"/dav/me@x.org/book/a%00":                     "within a%00",
		"/dav/me@x.org/book/a+b":                      "within a+b",
		"/dav/me@x.org/book/":                         "itself",
		"/dav/me@x.org/book":                          "itself",
		"https://dav.example.org/dav/me%40x.org/book": "itself",
		"/dav/me@x.org/book/sub/":                     "below sub",
		"/dav/me@x.org/book/sub/a.vcf":                "elsewhere",
		"/dav/me@x.org/books/a.vcf":                   "elsewhere",
		"/dav/me@x.org/Book/a.vcf":                    "elsewhere",
		"../other/a.vcf":                              "elsewhere",
		"/":                                           "elsewhere",
		"/../../etc":                                  "error",
		"/dav/me@x.org/book/%2e%2e":                   "error",
		"/dav/me@x.org/book/%2E%2e/a":                 "error",
		"":                                            "error",
		"   ":                                         "error",
		"#x":                                          "error",
		"http://":                                     "error",
		"https://user:secret@dav.example.org/dav/book/a.vcf": "error",
	} {
		u, err := resolve(base, href)
		got := "error"
		if err == nil {
			where, name := from(base, u)
			got = strings.TrimSpace([]string{"elsewhere", "itself", "within", "below"}[where] + " " + name)
		} else if strings.Contains(err.Error(), "secret") && !strings.Contains(href, "secret") {
			t.Error(err)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", href, got, want)
		}
		if err == nil { // what is understood is stable
			again, err := resolve(base, u.EscapedPath())
			if err != nil || again.EscapedPath() != u.EscapedPath() {
				t.Errorf("%q is %q, then %v, %v", href, u.EscapedPath(), again, err)
			}
		}
	}
	for _, name := range []string{"a.vcf", "a%2Fb", "%C3%A9", "a%00", "a%25zz"} {
		u := Member(base, name)
		if where, got := from(base, u); where != within || got != name || !strings.HasSuffix(u.String(), "/"+name) {
			t.Errorf("%s becomes %s (%s)", name, got, u)
		}
	}
}

func TestParseURL(t *testing.T) {
	for _, bad := range []string{"", "x", "ftp://x/", "https://", "https://:443/", "https://u:p@h/", "https://h/?q", "https://h/#f", "https://h/%2e%2e/", "https://h/../", "http//h", "https://h:x/"} {
		if u, err := ParseURL(bad); err == nil {
			t.Errorf("%q is taken as %s", bad, u)
		}
	}
	for text, want := range map[string]string{"https://H": "https://h/", "https://h:443/a": "https://h/a", "http://h:80": "http://h/", "https://[::1]:8443/a/": "https://[::1]:8443/a/", "https://[::1]/": "https://[::1]/"} {
		u, err := ParseURL(text)
		if err != nil || u.String() != want {
			t.Errorf("%q is %v, %v, want %s", text, u, err, want)
		}
	}
}

func TestRelated(t *testing.T) {
	for _, c := range []struct {
		host, other string
		want        bool
	}{
		{"contacts.icloud.com", "p42-contacts.icloud.com", true}, {"icloud.com", "p42-contacts.icloud.com", true},
		{"dav.example.org", "cloud.example.org", true}, {"dav.example.org", "example.org.evil.org", false},
		{"dav.example.org", "evilexample.org", false}, {"dav.example.org", "evil.org", false}, {"example.org", "example.org", true},
		{"www.example.co.uk", "dav.example.co.uk", true}, {"example.co.uk", "evil.co.uk", false}, {"example.co.uk", "dav.example.co.uk", true},
		{"example.com.au", "evil.com.au", false}, {"example.org", "evil.org", false}, {"localhost", "evil.localhost", false},
		{"127.0.0.1", "1.0.0.1", false}, {"127.0.0.1", "x.0.0.1", false}, {"[::1]", "x", false}, {"org", "evil.org", false}, {"a..org", "b..org", false},
		{"DAV.Example.org.", "cloud.example.ORG", true},
	} {
		if got := related(c.host, c.other); got != c.want {
			t.Errorf("%s and %s: %v, want %v", c.host, c.other, got, c.want)
		}
	}
}

// TestETags: whatever a server writes, one ETag has one form.
func TestETags(t *testing.T) {
	for text, want := range map[string]string{
		`"a"`: `"a"`, `a`: `"a"`, `W/"a"`: `"a"`, ` "a" `: `"a"`, `"a-gzip"`: `"a-gzip"`, ``: ``, `""`: ``, `"`: ``, `"a"b"`: ``, "a\nb": ``,
		`W/a`: `"a"`, `"W/a"`: `"W/a"`, `"é"`: `"é"`, `'a'`: `"'a'"`,
	} {
		if got := normalETag(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	for text, want := range map[string]string{
		"BEGIN\nEND\n": "BEGIN\r\nEND\r\n", "\n    BEGIN\nEND\n   ": "BEGIN\r\nEND\r\n", "BEGIN\r\nEND\r\n": "BEGIN\r\nEND\r\n",
		"BEGIN\nEND": "BEGIN\r\nEND", "A\n\tb\nC\n": "A\r\n\tb\r\nC\r\n", "": "", "A \n": "A \r\n", "A ": "A ",
	} {
		if got := string(lines([]byte(text))); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestDigestVectors: the examples of RFC 7616, section 3.9.1, and RFC 2617, section
// 3.5.
func TestDigestVectors(t *testing.T) {
	const uri, user, password = "/dir/index.html", "Mufasa", "Circle of Life"
	for _, c := range []struct {
		d            digest
		cnonce, want string
		password     string
	}{
		{digest{realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm: "MD5", qop: "auth"}, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "8ca523f5e9506fed4657c9700eebdbec", password},
		{digest{realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm: "SHA-256", qop: "auth"}, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", password},
		{digest{realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", qop: "auth"}, "0a4f113b", "6629fae49393a05397450978507c4ef1", "Circle Of Life"},
	} {
		if got := c.d.response("GET", uri, user, c.password, "00000001", c.cnonce); got != c.want {
			t.Errorf("%s: %s, want %s", c.d.algorithm, got, c.want)
		}
	}
}

func TestChallenges(t *testing.T) {
	all := parseChallenges([]string{`Negotiate, Basic realm="a, \"b\"", charset="UTF-8", Digest realm=x , nonce="n=1,2", qop="auth,auth-int",algorithm=SHA-256, stale=TRUE`, `Bearer`})
	if len(all) != 4 || all[0].scheme != "negotiate" || all[1].params["realm"] != `a, "b"` || all[1].params["charset"] != "UTF-8" ||
		all[2].params["realm"] != "x" || all[2].params["nonce"] != "n=1,2" || all[3].scheme != "bearer" {
		t.Errorf("%+v", all)
	}
	d, unusable := bestDigest(all)
	if d == nil || unusable != nil || d.algorithm != "SHA-256" || d.qop != "auth" || !d.stale {
		t.Errorf("%+v, %v", d, unusable)
	}
	d, _ = bestDigest(parseChallenges([]string{`Digest nonce=a, algorithm=MD5`, `Digest nonce=b, algorithm=SHA-256, qop=auth`, `Digest nonce=c`}))
	if d == nil || d.nonce != "b" {
		t.Errorf("the strongest is not taken: %+v", d)
	}
	for _, bad := range []string{`Digest nonce=a, algorithm=SHA3`, `Digest nonce=a, qop=auth-int`, `Digest realm=a`} {
		if d, unusable := bestDigest(parseChallenges([]string{bad})); d != nil || unusable == nil {
			t.Errorf("%s: %+v, %v", bad, d, unusable)
		}
	}
	for _, odd := range []string{"", ",", "=", "=a", `"`, `Digest nonce="`, "a b c", strings.Repeat(",", 1000), `Basic realm="\`, "(x)"} {
		parseChallenges([]string{odd}) // ends
	}
}

func TestQuirks(t *testing.T) {
	for _, c := range []struct {
		url    string
		header http.Header
		token  string
		want   string
	}{
		{"https://x.org/", http.Header{"Server": {"Xandikos/0.2.8"}}, "", "Xandikos"},
		{"https://x.org/", http.Header{"Server": {"Apache"}, "X-Davical-Version": {"DAViCal/1.1.12"}}, "", "DAViCal"},
		{"https://x.org/", http.Header{"Server": {"Cyrus-HTTP/3.6.1-Debian Cyrus-SASL/2.1.28"}}, "data:x", "Cyrus"},
		{"https://x.org/", http.Header{"X-Sabre-Version": {"4.4.0"}}, "", "SabreDAV (Nextcloud, ownCloud, Baikal)"},
		{"https://x.org/", http.Header{"Server": {"Apache"}}, "http://sabre.io/ns/sync/12", "SabreDAV (Nextcloud, ownCloud, Baikal)"},
		{"https://x.org/", http.Header{"Server": {"WSGIServer/0.2 CPython/3.11.2"}}, "http://radicale.org/ns/sync/ab", "Radicale"},
		{"https://x.org/", http.Header{"Server": {"Python/3.11 aiohttp/3.8.4"}}, "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "Xandikos"},
		{"https://p42-contacts.icloud.com/", nil, "", "iCloud"},
		{"https://noticloud.com/", nil, "", ""},
		{"https://x.org/", http.Header{"Server": {"nginx"}}, "urn:x", ""},
	} {
		u, _ := url.Parse(c.url)
		if got, known := recognise(u, c.header, c.token); got.Server != c.want || known != (c.want != "") {
			t.Errorf("%s %v is %q", c.url, c.header, got.Server)
		}
		s := server{}
		s.meet(u, c.header)
		s.meetToken(u, c.token)
		if s.quirks.Server != c.want {
			t.Errorf("%s %v %s: met as %q", c.url, c.header, c.token, s.quirks.Server)
		}
	}
}
