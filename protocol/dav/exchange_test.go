package dav_test

import (
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/protocol/dav"
)

const secret = "s3cret-of-ann"

// serve starts a server, and a client whose URL is that of its book.
func serve(t *testing.T, handler http.HandlerFunc) *dav.Client {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return clientOf(t, dav.Config{URL: s.URL + "/ann/book/"})
}

func clientOf(t *testing.T, config dav.Config) *dav.Client {
	t.Helper()
	if config.User == "" {
		config.User = "ann"
	}
	if config.Password == nil {
		config.Password = func(context.Context) (string, error) { return secret, nil }
	}
	c, err := dav.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// answer writes a multistatus.
func answer(w http.ResponseWriter, rows ...string) {
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.WriteHeader(http.StatusMultiStatus)
	io.WriteString(w, head+strings.Join(rows, "")+`</multistatus>`)
}

const head = `<?xml version="1.0" encoding="UTF-8"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/">`

// item is a row of a listing.
func item(href, etag string) string {
	return `<response><href>` + href + `</href><propstat><prop><getetag>` + etag + `</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>`
}

// card is a row of a multiget.
func card(href, etag, data string) string {
	return `<response><href>` + href + `</href><propstat><prop><getetag>` + etag + `</getetag><C:address-data>` + data + `</C:address-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>`
}

func status(href string, code int) string {
	return fmt.Sprintf(`<response><href>%s</href><status>HTTP/1.1 %d Whatever</status></response>`, href, code)
}

func list(c *dav.Client) (map[string]string, error) {
	all := map[string]string{}
	err := c.List(context.Background(), dav.CardDAV(), c.URL(), func(e dav.Entry) error {
		all[e.Name] = e.ETag
		return nil
	})
	return all, err
}

func wantClass(t *testing.T, err error, class core.Class) {
	t.Helper()
	if err == nil || core.ClassOf(err) != class {
		t.Errorf("want an error of class %s, got %v", class, err)
	}
}

func wantMap(t *testing.T, got map[string]string, want ...string) {
	t.Helper()
	if len(got) != len(want)/2 {
		t.Errorf("got %v, want %v", got, want)
	}
	for i := 0; i < len(want); i += 2 {
		if v, is := got[want[i]]; !is || v != want[i+1] {
			t.Errorf("%s is %q, want %q (of %v)", want[i], v, want[i+1], got)
		}
	}
}

func TestPreemptiveBasic(t *testing.T) {
	var seen atomic.Value
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		seen.Store(user + ":" + password)
		answer(w, item("/ann/book/", ""))
	})
	if _, err := list(c); err != nil || seen.Load() != "ann:"+secret || c.Requests() != 1 || c.LoginMethod() != dav.Basic {
		t.Errorf("%v, %v, %d requests, %s", err, seen.Load(), c.Requests(), c.LoginMethod())
	}
}

// TestPlainTextBeyondThisMachine: case P8.
func TestPlainTextBeyondThisMachine(t *testing.T) {
	_, err := dav.New(dav.Config{URL: "http://dav.example.org/"})
	wantClass(t, err, core.Permanent)
	for _, ok := range []string{"http://localhost:1/", "http://127.0.0.1/", "http://[::1]/", "https://dav.example.org/"} {
		if _, err := dav.New(dav.Config{URL: ok}); err != nil {
			t.Error(err)
		}
	}
	if _, err := dav.New(dav.Config{URL: "http://dav.example.org/", Insecure: true}); err != nil {
		t.Error(err)
	}
}

func TestBadCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, err := list(clientOf(t, dav.Config{URL: s.URL + "/"}))
	wantClass(t, err, core.Permanent)
}

// digestServer lets in who proves to know the password, by an arithmetic of its own.
func digestServer(t *testing.T, then http.HandlerFunc, nonces func(n int) string) http.HandlerFunc {
	var mu sync.Mutex
	asked, current, used := 0, "", map[string]bool{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		h := r.Header.Get("Authorization")
		params := map[string]string{}
		for part := range strings.SplitSeq(strings.TrimPrefix(h, "Digest "), ", ") {
			k, v, _ := strings.Cut(part, "=")
			params[k] = strings.Trim(v, `"`)
		}
		sum := func(s string) string { b := md5.Sum([]byte(s)); return hex.EncodeToString(b[:]) }
		want := sum(sum("ann:dav:"+secret) + ":" + current + ":" + params["nc"] + ":" + params["cnonce"] + ":auth:" + sum(r.Method+":"+r.URL.RequestURI()))
		stale := ""
		if strings.HasPrefix(h, "Digest ") && params["response"] == want && current != "" {
			if used[params["nonce"]+params["nc"]] {
				t.Errorf("the count %s of a nonce is used twice", params["nc"])
			}
			used[params["nonce"]+params["nc"]] = true
			if next := nonces(asked); next == current {
				then(w, r)
				return
			}
			stale = ", stale=true"
		}
		current = nonces(asked)
		asked++
		w.Header().Add("WWW-Authenticate", `Digest realm="dav", nonce="`+current+`", qop="auth", opaque="o"`+stale)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func TestDigest(t *testing.T) {
	c := serve(t, digestServer(t, func(w http.ResponseWriter, r *http.Request) { answer(w, item("/ann/book/a", `"1"`)) }, func(int) string { return "n" }))
	for range 3 {
		if all, err := list(c); err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
	}
	if c.Requests() != 4 || c.LoginMethod() != dav.Digest {
		t.Errorf("%d requests, login by %s", c.Requests(), c.LoginMethod())
	}
	var each sync.WaitGroup
	for range 8 {
		each.Go(func() {
			if _, err := list(c); err != nil {
				t.Error(err)
			}
		})
	}
	each.Wait()
	if c.Requests() != 12 {
		t.Errorf("%d requests", c.Requests())
	}
}

// TestDigestStale: a nonce that grew old is replaced, once for each request.
func TestDigestStale(t *testing.T) {
	n := atomic.Int32{}
	c := serve(t, digestServer(t, func(w http.ResponseWriter, r *http.Request) { answer(w, item("/ann/book/a", `"1"`)) }, func(int) string { return fmt.Sprint(n.Load()) }))
	for range 4 {
		if _, err := list(c); err != nil {
			t.Fatal(err)
		}
		n.Add(1)
	}
	if c.Requests() != 8 {
		t.Errorf("%d requests", c.Requests())
	}
}

// TestDigestOnly: where Digest is chosen, the password is never sent.
func TestDigestOnly(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, basic := r.BasicAuth(); basic {
			t.Error("the password was sent")
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(401)
	}))
	defer s.Close()
	_, err := list(clientOf(t, dav.Config{URL: s.URL, Method: dav.Digest}))
	wantClass(t, err, core.Auth)
}

// TestWrongPassword ends soon, whatever the server asks for; nothing is shown of what
// was sent.
func TestWrongPassword(t *testing.T) {
	for name, challenge := range map[string]string{"basic": `Basic realm="x"`, "digest": `Digest realm="x", nonce="1", qop="auth"`, "both": `Basic realm="x", Digest realm="x", nonce="1"`, "none": "", "other": "Negotiate"} {
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", challenge)
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(401)
			fmt.Fprintf(w, `<error xmlns="DAV:"><x xmlns="y"/><message>you sent %s</message></error>`, r.Header.Get("Authorization"))
		}))
		c := clientOf(t, dav.Config{URL: s.URL, Password: func(context.Context) (string, error) { asked++; return secret, nil }})
		_, err := list(c)
		s.Close()
		wantClass(t, err, core.Auth)
		if c.Requests() > 3 || asked > 2 || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "YW5uOn") {
			t.Errorf("%s: %d requests, asked %d times: %v", name, c.Requests(), asked, err)
		}
	}
}

// TestPasswordRenewed: a token that ran out is asked for again once, by one of many
// requests that find out (cases 43 and 44).
func TestPasswordRenewed(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer new" {
			w.WriteHeader(401)
			return
		}
		answer(w, item("/", ""))
	}))
	defer s.Close()
	asked := 0 // under the client's lock
	c := clientOf(t, dav.Config{URL: s.URL, Method: dav.Bearer, Password: func(context.Context) (string, error) {
		asked++
		return []string{"old", "new", "newer"}[asked-1], nil
	}})
	var each sync.WaitGroup
	for range 8 {
		each.Go(func() {
			if _, err := list(c); err != nil {
				t.Error(err)
			}
		})
	}
	each.Wait()
	if asked != 2 {
		t.Errorf("the token was asked for %d times", asked)
	}
}

func TestPasswordThatCannotBeSent(t *testing.T) {
	for _, p := range []string{"", "a\nb", "a\x00"} {
		c := clientOf(t, dav.Config{URL: "http://127.0.0.1:1", Password: func(context.Context) (string, error) { return p, nil }})
		_, err := list(c)
		wantClass(t, err, core.Auth)
		if c.Requests() != 0 {
			t.Error("something was sent")
		}
	}
	c := clientOf(t, dav.Config{URL: "http://127.0.0.1:1", Password: func(context.Context) (string, error) { return "", errors.New("no such file") }})
	_, err := list(c)
	wantClass(t, err, core.Auth)
}

// TestRedirects: method, body and header stay with every status; the login does not
// go to another host (case 46).
func TestRedirects(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/there/" {
				w.Header().Set("Location", "/there/")
				w.WriteHeader(code)
				return
			}
			body, _ := io.ReadAll(r.Body)
			if _, _, basic := r.BasicAuth(); !basic || r.Method != "PROPFIND" || r.Header.Get("Depth") != "1" || !strings.Contains(string(body), "getetag") {
				t.Errorf("%d: %s, depth %s, login %v, %q", code, r.Method, r.Header.Get("Depth"), basic, body)
			}
			answer(w, item("/there/", ""), item("/there/a", "1"))
		})
		if all, err := list(c); err != nil {
			t.Error(err)
		} else {
			wantMap(t, all, "a", `"1"`)
		}
	}
	for _, code := range []int{301, 302, 303, 307, 308} {
		thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" || r.Method != "PROPFIND" {
				t.Errorf("%d: %s with %q", code, r.Method, r.Header)
			}
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(401)
		}))
		defer thief.Close()
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", thief.URL+"/x?leak="+secret)
			w.WriteHeader(code)
		})
		_, err := list(c)
		wantClass(t, err, core.Auth)
		if err == nil || !strings.Contains(err.Error(), "another host") || strings.Contains(err.Error(), secret) {
			t.Error(err)
		}
		// A write goes nowhere else, and nothing is known to have changed.
		_, err = c.Put(context.Background(), dav.CardDAV(), c.URL(), "a.vcf", []byte("x"), dav.Guard{New: true})
		wantClass(t, err, core.Permanent)
	}
}

func TestRedirectsEndless(t *testing.T) {
	n := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Location", fmt.Sprintf("/%d", n))
		w.WriteHeader(302)
	})
	_, err := list(c)
	wantClass(t, err, core.Permanent)
	if n != 6 {
		t.Errorf("%d requests", n)
	}
}

func TestSlowServer(t *testing.T) {
	release := make(chan struct{})
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(207)
		io.WriteString(w, head+item("/ann/book/a", "1"))
		w.(http.Flusher).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	ctx, cancel := context.WithCancel(context.Background())
	err := c.List(ctx, dav.CardDAV(), c.URL(), func(dav.Entry) error { cancel(); return nil })
	wantClass(t, err, core.Transient)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	quick := clientOf(t, dav.Config{URL: s.URL, Timeout: 20 * time.Millisecond})
	_, err = list(quick)
	wantClass(t, err, core.Transient)
	_, err = quick.Put(context.Background(), dav.CardDAV(), quick.URL(), "a", nil, dav.Guard{New: true})
	wantClass(t, err, core.Unknown)
	if !strings.Contains(err.Error(), "does not answer") {
		t.Error(err)
	}
}

// TestGzip: what is compressed is read, and is bounded as it is after that.
func TestGzip(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("compression is not asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(207)
		z := gzip.NewWriter(w)
		io.WriteString(z, head+item("/ann/book/", "")+item("/ann/book/a", "1")+"</multistatus>")
		z.Close()
	})
	if all, err := list(c); err != nil || len(all) != 1 {
		t.Error(all, err)
	}
}

// TestClosedConnection: a server that closes connections that are kept is no error of
// the next read.
func TestClosedConnection(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, item("/", "")) }))
	s.Config.IdleTimeout = time.Millisecond
	s.Start()
	defer s.Close()
	c := clientOf(t, dav.Config{URL: s.URL})
	for range 5 {
		if _, err := list(c); err != nil {
			t.Error(err)
		}
		s.CloseClientConnections()
	}
}

func TestRetryAfterIsTold(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{"30", "Fri, 20 Nov 2026 12:00:30 GMT"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(429)
		}))
		_, err := list(clientOf(t, dav.Config{URL: s.URL, Now: func() time.Time { return now }}))
		s.Close()
		var e *core.Error
		if !errors.As(err, &e) || e.Class != core.Transient || e.RetryAfter != 30*time.Second {
			t.Error(err)
		}
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := dav.ParseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
