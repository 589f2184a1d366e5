package dav

import (
	"strings"
	"testing"
)

// FuzzMultistatus: whatever a server sends is rows or an error, within the limits.
func FuzzMultistatus(f *testing.F) {
	const head = `<?xml version="1.0" encoding="utf-8"?><d:multistatus xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav">`
	for _, seed := range []string{
		head + `<d:response><d:href>/b/a.vcf</d:href><d:propstat><d:prop><d:getetag>"1"</d:getetag><card:address-data>BEGIN:VCARD&#13;
</card:address-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response><d:sync-token>x</d:sync-token></d:multistatus>`,
		head + `<d:response><d:href>/b/a.vcf</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response></d:multistatus>`,
		head + `<d:response><d:href>/b/</d:href><d:status>HTTP/1.1 507 x</d:status><d:error><d:number-of-matches-within-limits/></d:error></d:response></d:multistatus>`,
		`<multistatus xmlns="DAV:"><![CDATA[x]]><!-- c --></multistatus>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><multistatus xmlns="DAV:">&b;</multistatus>`,
		`<html>`, "", "\x00", `<multistatus xmlns="DAV:"><response><href/></response>`,
	} {
		f.Add(seed)
	}
	base, err := ParseURL("https://dav.example.org/b/")
	if err != nil {
		f.Fatal(err)
	}
	limits := Limits{Row: 4096, Rows: 20, Elements: 100, Depth: 10, Beside: 4096}
	f.Fuzz(func(t *testing.T, text string) {
		read := func() (out []string, token string, err error) {
			rows := 0
			token, err = readMultistatus(strings.NewReader(text), limits, func(r row) error {
				if rows++; rows > limits.Rows || len(r.hrefs) == 0 {
					t.Fatalf("%d rows, %d addresses", rows, len(r.hrefs))
				}
				e, named, _, _ := change(base, r)
				if !named {
					return nil
				}
				if e.Name == "" || strings.Contains(e.Name, "/") || UnescapeSegment(e.Name) == ".." || UnescapeSegment(e.Name) == "." {
					t.Fatalf("an item named %q", e.Name)
				}
				if where, again := from(base, Member(base, e.Name)); where != within || again != e.Name {
					t.Fatalf("%q is found as %q", e.Name, again)
				}
				if strings.ContainsAny(e.ETag, "\r\n\x00") {
					t.Fatalf("an ETag %q", e.ETag)
				}
				out = append(out, e.Name+e.ETag)
				return nil
			})
			return out, token, err
		}
		one, token, err := read()
		two, again, errAgain := read()
		if strings.Join(one, " ") != strings.Join(two, " ") || token != again || (err == nil) != (errAgain == nil) {
			t.Fatal("the same answer is understood in two ways")
		}
		if err == nil && !strings.Contains(text, "multistatus") {
			t.Fatalf("%q is taken for a list", text)
		}
	})
}

// FuzzHref: an address is understood in one way, and stays below its host.
func FuzzHref(f *testing.F) {
	for _, seed := range []string{"/b/a", "//b/a", "a%2fb", "%2e%2e/x", "https://h/b/%zz", "../../x", "http://[::1]:8/b/é", "?", "#", "HTTP://", "/b/a%"} {
		f.Add(seed)
	}
	base, err := ParseURL("https://dav.example.org/b/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, href string) {
		u, err := resolve(base, href)
		if err != nil {
			return
		}
		path := u.EscapedPath()
		if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.ContainsAny(path, " \t\r\n?#\\") {
			t.Fatalf("%q has the path %q", href, path)
		}
		for segment := range strings.SplitSeq(path, "/") {
			if s := UnescapeSegment(segment); s == ".." || s == "." {
				t.Fatalf("%q has the path %q", href, path)
			}
		}
		again, err := resolve(base, u.String())
		if err != nil || again.EscapedPath() != path {
			t.Fatalf("%q is %q, and then %v, %v", href, path, again, err)
		}
	})
}

// FuzzChallenges: whatever a server wants is read to its end.
func FuzzChallenges(f *testing.F) {
	for _, seed := range []string{`Digest realm="a", nonce=b, qop="auth,auth-int"`, `Basic`, `Negotiate abc==, Basic realm=x`, `,,=`, `Digest nonce="`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		all := parseChallenges([]string{header})
		if d, _ := bestDigest(all); d != nil {
			out, err := d.answer("GET", "/", "ann", "secret", strings.NewReader(strings.Repeat("r", 16)))
			if err != nil || strings.Contains(out, "secret") && !strings.Contains(header, "secret") {
				t.Fatalf("%q: %v", out, err)
			}
		}
	})
}
