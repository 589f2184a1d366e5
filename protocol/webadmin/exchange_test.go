package webadmin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/protocol/webadmin"
)

// serve runs a handler and makes a client of it, whose pauses take no time; they
// are sent to slept.
func serve(t *testing.T, secret string, handler http.HandlerFunc) (c *webadmin.Client, slept *[]time.Duration) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return clientOf(t, s.URL, secret)
}

func clientOf(t *testing.T, url, secret string) (*webadmin.Client, *[]time.Duration) {
	t.Helper()
	slept := &[]time.Duration{}
	c, err := webadmin.New(webadmin.Config{
		URL: url, Secret: func(context.Context) (string, error) { return secret, nil }, Timeout: 5 * time.Second,
		Sleep: func(ctx context.Context, d time.Duration) error { *slept = append(*slept, d); return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, slept
}

func wantClass(t *testing.T, err error, class core.Class) {
	t.Helper()
	if err == nil || core.ClassOf(err) != class {
		t.Fatalf("got %v, want an error of class %s", err, class)
	}
}

func jsonBody(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, text)
}

func TestURLs(t *testing.T) {
	for _, url := range []string{"", "host:8000", "ftp://h", "http://", "http://u:p@h", "http://h?x=1", "http://h#x", "http://h:b:c", "ldap://h"} {
		if _, err := webadmin.New(webadmin.Config{URL: url}); core.ClassOf(err) != core.Permanent {
			t.Errorf("%q: %v", url, err)
		}
	}
	var path string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { path = r.URL.Path; jsonBody(w, "[]") }))
	defer s.Close()
	c, _ := clientOf(t, s.URL+"/behind/a/proxy/", "pw")
	if _, err := c.Users(context.Background()); err != nil || path != "/behind/a/proxy/users" {
		t.Errorf("asked for %s, %v", path, err)
	}
}

// TestLogins: a token is sent as a bearer, a password under both names, nothing
// if there is none.
func TestLogins(t *testing.T) {
	var header http.Header
	handler := func(w http.ResponseWriter, r *http.Request) { header = r.Header; jsonBody(w, "[]") }
	c, _ := serve(t, "pass word\n", handler)
	if _, err := c.Users(context.Background()); err != nil || header.Get("Password") != "pass word" || header.Get("Authorization") != "Bearer pass word" {
		t.Errorf("%v, %v", header, err)
	}
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIiwiYWRtaW4iOnRydWV9.c2ln"
	c, _ = serve(t, token, handler)
	if _, err := c.Users(context.Background()); err != nil || header.Get("Password") != "" || header.Get("Authorization") != "Bearer "+token {
		t.Errorf("%v, %v", header, err)
	}
	for _, bad := range []string{"", " \n", "a\nb", "naïve"} {
		c, _ = serve(t, bad, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
		_, err := c.Users(context.Background())
		wantClass(t, err, core.Auth)
		if bad != "" && strings.TrimSpace(bad) != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	s := httptest.NewServer(http.HandlerFunc(handler))
	defer s.Close()
	c, err := webadmin.New(webadmin.Config{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Users(context.Background()); err != nil || header.Get("Password")+header.Get("Authorization") != "" {
		t.Errorf("%v, %v", header, err)
	}
}

// TestBadTokenIsNeverSent: what is wrong with a token is said before anything is
// sent.
func TestBadTokenIsNeverSent(t *testing.T) {
	c, _ := serve(t, "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIiwiYWRtaW4iOiJ0cnVlIn0.c2ln", func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	_, err := c.Users(context.Background())
	wantClass(t, err, core.Auth)
	var e *core.Error
	if !errors.As(err, &e) || e.Remedy == "" {
		t.Errorf("no remedy in %v", err)
	}
}

// TestReadsAreTriedAgain, a few times, with the pause that the server asks for.
func TestReadsAreTriedAgain(t *testing.T) {
	for _, c := range []struct {
		status     int
		retryAfter string
		asked      int // requests until it gives up
	}{
		{http.StatusTooManyRequests, "7", 3}, {http.StatusServiceUnavailable, "", 3}, {http.StatusBadGateway, "", 3}, {http.StatusGatewayTimeout, "", 3},
		{http.StatusTooManyRequests, "600", 1}, // longer than a call waits: the engine's to decide
		{http.StatusInternalServerError, "", 2}, {http.StatusUnauthorized, "", 1}, {http.StatusBadRequest, "", 1},
	} {
		asked := 0
		client, slept := serve(t, "pw", func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Retry-After", c.retryAfter)
			http.Error(w, `{"statusCode":`+fmt.Sprint(c.status)+`,"message":"no"}`, c.status)
		})
		_, err := client.Users(context.Background())
		if err == nil || asked != c.asked || len(*slept) != c.asked-1 {
			t.Errorf("%d: asked %d times, slept %v: %v", c.status, asked, *slept, err)
		}
		var e *core.Error
		if c.retryAfter == "7" && (*slept)[0] != 7*time.Second || c.retryAfter == "600" && (!errors.As(err, &e) || e.RetryAfter != 10*time.Minute) {
			t.Errorf("%d: slept %v: %v", c.status, *slept, err)
		}
	}
	asked := 0
	client, _ := serve(t, "pw", func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			jsonBody(w, `[{"username":"a@d"},{"user`) // and no more: read again from the beginning
			return
		}
		jsonBody(w, `[{"username":"b@d"},{"username":"a@d"}]`)
	})
	if users, err := client.Users(context.Background()); err != nil || fmt.Sprint(users) != "[a@d b@d]" {
		t.Errorf("%v, %v", users, err)
	}
}

// TestWritesAreSentOnce, whatever comes back.
func TestWritesAreSentOnce(t *testing.T) {
	for status, class := range map[int]core.Class{
		429: core.Transient, 503: core.Unknown, 502: core.Unknown, 500: core.Unknown, 409: core.Permanent, 0: core.Unknown,
	} {
		var asked atomic.Int64
		c, _ := serve(t, "pw", func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			if status == 0 {
				panic(http.ErrAbortHandler) // the connection ends without an answer
			}
			http.Error(w, "no", status)
		})
		err := c.DeleteUser(context.Background(), "a@d")
		wantClass(t, err, class)
		if asked.Load() != 1 {
			t.Errorf("%d: sent %d times", status, asked.Load())
		}
	}
	c, _ := clientOf(t, "http://127.0.0.1:1", "pw") // nobody listens
	wantClass(t, c.DeleteUser(context.Background(), "a@d"), core.Transient)
}

// TestListsAreWhole: anything but a 200 with an array that ends is an error,
// never a shorter list.
func TestListsAreWhole(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"cut":           func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, `[{"username":"a@d"}`) },
		"cut by length": cutBody,
		"HTML":          func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"array as text": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "[]")
		},
		"null":           func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, "null") },
		"empty":          func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, "") },
		"no content":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"object":         func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, "{}") },
		"null element":   func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, "[null]") },
		"other elements": func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, `[{"name":"a@d"}]`) },
		"404":            func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
		"two lists":      func(w http.ResponseWriter, _ *http.Request) { jsonBody(w, "[][]") },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := serve(t, "pw", handler)
			if users, err := c.Users(context.Background()); err == nil {
				t.Errorf("users: %v", users)
			}
			if name == "object" {
				return // that is how mappings are listed
			}
			if mappings, err := c.Mappings(context.Background()); err == nil {
				t.Errorf("mappings: %v", mappings)
			}
		})
	}
}

func cutBody(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, `[]`)
}

// TestAbsenceIsProved: only a 404 that James gives for a route that it has means
// that something is not there.
func TestAbsenceIsProved(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		absent bool
	}{
		{404, `{"statusCode":404,"type":"notFound","message":"Default identity can not be found"}`, true},
		{404, `{"statusCode":404,"type":"notFound","message":"GET /users/a@d/identities can not be found"}`, false},
		{404, "<h1>not found</h1>", false},
		{404, `{"statusCode":500}`, false},
		{500, `{"statusCode":500,"type":"ServerError","message":"no"}`, false},
		{401, "no", false},
		{204, "", false},
		{200, "[]", false},
	} {
		client, _ := serve(t, "pw", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		})
		_, there, err := client.DefaultIdentity(context.Background(), "a@d")
		if there || (err == nil) != c.absent {
			t.Errorf("%d %s: there %v, %v", c.status, c.body, there, err)
		}
	}
}

// TestSilence: a server that says nothing is not waited for for ever, and a
// write to it may have been made.
func TestSilence(t *testing.T) {
	end := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // silent in the middle
			jsonBody(w, `[{"username":"a@d"},`)
			w.(http.Flusher).Flush()
		}
		<-end
	}))
	defer s.Close()
	defer close(end)
	c, err := webadmin.New(webadmin.Config{URL: s.URL, Timeout: 50 * time.Millisecond, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Users(context.Background())
	wantClass(t, err, core.Transient)
	if !strings.Contains(err.Error(), "does not answer") || c.Requests() != 1 {
		t.Errorf("%d requests: %v", c.Requests(), err)
	}
	wantClass(t, c.DeleteUser(context.Background(), "a@d"), core.Unknown)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wantClass(t, c.DeleteUser(ctx, "a@d"), core.Transient)
}

// TestConnections: never more requests at a time than configured.
func TestConnections(t *testing.T) {
	var now, most atomic.Int64
	reached := make(chan struct{})
	var once sync.Once
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == 3 {
			once.Do(func() { close(reached) }) // all three are here together
		}
		<-reached
		now.Add(-1)
		jsonBody(w, "[]")
	}))
	defer s.Close()
	c, err := webadmin.New(webadmin.Config{URL: s.URL, MaxConnections: 3})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 9 {
		go func() { _, err := c.Users(context.Background()); done <- err }()
	}
	for range 9 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 3 || c.Requests() != 9 {
		t.Errorf("%d at a time, %d in all", most.Load(), c.Requests())
	}
}
