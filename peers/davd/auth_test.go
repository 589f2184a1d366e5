package davd_test

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestBasic: who is revoked is out at once, and in again with a new password.
func TestBasic(t *testing.T) {
	w := newWorld(t, davd.Options{})
	equal(t, "in", w.list(w.book).status, 207)
	w.srv.Revoke("alice")
	r := w.list(w.book)
	equal(t, "revoked", r.status, 401)
	equal(t, "challenge", r.header.Get("WWW-Authenticate"), `Basic realm="davd"`)
	w.srv.AddUser("alice", "other")
	equal(t, "old password", w.list(w.book).status, 401)
	w.auth = func(r *http.Request) { r.SetBasicAuth("alice", "other") }
	equal(t, "new password", w.list(w.book).status, 207)
	w.auth = func(*http.Request) {}
	equal(t, "well-known without a login", w.ask("PROPFIND", "/.well-known/carddav", "", "Depth: 0").status, 301)
	equal(t, "nobody", w.list(w.book).status, 401)
}

// TestBearer: a token lets in its user, until he is revoked.
func TestBearer(t *testing.T) {
	w := newWorld(t, davd.Options{Auth: davd.Bearer})
	if err := w.srv.AddToken("alice", "tok"); err != nil {
		t.Fatal(err)
	}
	r := w.list(w.book)
	equal(t, "password", r.status, 401)
	equal(t, "challenge", r.header.Get("WWW-Authenticate"), `Bearer realm="davd", error="invalid_token"`)
	w.auth = func(r *http.Request) { r.Header.Set("Authorization", "Bearer tok") }
	equal(t, "token", w.list(w.book).status, 207)
	w.srv.Revoke("alice")
	equal(t, "revoked", w.list(w.book).status, 401)
}

// TestDigest: RFC 7616 with both of its hashes, and a nonce that grows old.
func TestDigest(t *testing.T) {
	w := newWorld(t, davd.Options{Auth: davd.Digest})
	equal(t, "Basic", w.list(w.book).status, 401)
	challenge := func(r reply) string {
		m := regexp.MustCompile(`^Digest realm="davd", qop="auth", nonce="(\w+)", algorithm=MD5(, stale=true)?$`).FindStringSubmatch(r.header.Get("WWW-Authenticate"))
		if r.status != 401 || m == nil {
			t.Fatalf("%d %v", r.status, r.header)
		}
		return m[1]
	}
	login := func(nonce, password, algorithm string) {
		w.auth = func(r *http.Request) {
			hash := func(parts ...string) string {
				text := []byte(strings.Join(parts, ":"))
				if algorithm == "SHA-256" {
					sum := sha256.Sum256(text)
					return hex.EncodeToString(sum[:])
				}
				sum := md5.Sum(text)
				return hex.EncodeToString(sum[:])
			}
			uri := r.URL.RequestURI()
			response := hash(hash("alice", "davd", password), nonce, "00000001", "cn", "auth", hash(r.Method, uri))
			r.Header.Set("Authorization", fmt.Sprintf(`Digest username="alice", realm="davd", nonce="%s", uri="%s", response="%s", qop=auth, nc=00000001, cnonce="cn", algorithm=%s`, nonce, uri, response, algorithm))
		}
	}
	nonce := challenge(w.list(w.book))
	login(nonce, "secret", "MD5")
	equal(t, "MD5", w.list(w.book).status, 207)
	login(nonce, "secret", "SHA-256")
	equal(t, "SHA-256", w.list(w.book).status, 207)
	login(nonce, "wrong", "MD5")
	if r := w.list(w.book); r.status != 401 || strings.Contains(r.header.Get("WWW-Authenticate"), "stale") {
		t.Errorf("a wrong password: %d %v", r.status, r.header)
	}
	login("n99999", "secret", "MD5")
	if r := w.list(w.book); r.status != 401 || !strings.Contains(r.header.Get("WWW-Authenticate"), "stale=true") {
		t.Errorf("a nonce of nobody: %d %v", r.status, r.header)
	}
}

// TestTLS: the certificate is of the loopback and of an authority that is told.
func TestTLS(t *testing.T) {
	w := newWorld(t, davd.Options{TLS: true})
	if r := w.list(w.book); r.err == nil {
		t.Error("a client trusts it without its authority")
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(w.srv.CA()) {
		t.Fatal("no authority")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	w.client.Transport = transport
	equal(t, "with it", w.list(w.book).status, 207)
	if davd.New(davd.Options{}).CA() != nil {
		t.Error("plain HTTP has an authority")
	}
}

// TestChunked: no answer tells its length, and all of them arrive whole.
func TestChunked(t *testing.T) {
	w := newWorld(t, davd.Options{Chunked: true})
	w.fill(20)
	for _, r := range []reply{w.list(w.book), w.ask("GET", w.book+"0.vcf", "")} {
		if r.err != nil || r.came.ContentLength != -1 || len(r.came.TransferEncoding) != 1 {
			t.Errorf("%v length %d %v", r.err, r.came.ContentLength, r.came.TransferEncoding)
		}
	}
	equal(t, "rows", len(w.list(w.book).rows(t).Responses), 21)
	equal(t, "body", w.ask("GET", w.book+"0.vcf", "").body, card("u0", "Ann"))
}
