package webadmind_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/webadmind"
)

// fetch is one request on a connection of its own, so that no client repeats
// it; with the answer's body as far as it came.
func fetch(t *testing.T, method, url, body string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer, string(text), err
}

const putUser = "PUT /users/{user}"

func has(s *webadmind.Server, line string) bool { return slices.Contains(s.Truth(), line) }

func TestFaultsOfOneRequest(t *testing.T) {
	cut := 5
	for _, c := range []struct {
		name   string
		fault  webadmind.Fault
		status int // 0 = no answer
		body   string
		cut    bool
		made   bool
	}{
		{"refused", webadmind.Fault{Status: 503, RetryAfter: "7"}, 503, `{"statusCode":503,"type":"ServerError","message":"Service Unavailable","details":null}`, false, false},
		{"a page", webadmind.Fault{Status: 502, Body: "<h1>Bad Gateway</h1>"}, 502, "<h1>Bad Gateway</h1>", false, false},
		{"unauthorized", webadmind.Unauthorized(), 401, "Invalid Bearer header.", false, false},
		{"dropped before", webadmind.Fault{DropBefore: true}, 0, "", false, false},
		{"dropped after", webadmind.Fault{DropAfter: true}, 0, "", false, true},
		{"delayed", webadmind.Fault{Delay: time.Millisecond}, 204, "", false, true},
		{"cut", webadmind.Fault{Status: 500, Body: "0123456789", Cut: &cut}, 500, "01234", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := webadmind.New(webadmind.Options{})
			base := start(t, srv)
			srv.SetFaults(webadmind.Script(webadmind.Scripted{Route: putUser, N: 2, Fault: c.fault}))
			if a, text, err := fetch(t, "PUT", base+"/users/first@example.com", `{"password":"x"}`); err != nil || a.StatusCode != 204 {
				t.Fatal(text, err)
			}
			a, text, err := fetch(t, "PUT", base+"/users/second@example.com", `{"password":"x"}`)
			switch {
			case c.status == 0:
				if err == nil {
					t.Errorf("answered with %d", a.StatusCode)
				}
			case a == nil || a.StatusCode != c.status || text != c.body || (err != nil) != c.cut || a.Header.Get("Retry-After") != c.fault.RetryAfter:
				t.Errorf("%v %q %v", a, text, err)
			}
			if has(srv, "users/second@example.com") != c.made {
				t.Errorf("made: %v", !c.made)
			}
			if n := srv.Counts()[putUser]; n != 2 {
				t.Errorf("%d requests are counted", n)
			}
		})
	}
}

func TestLies(t *testing.T) {
	srv := webadmind.New(webadmind.Options{})
	if err := srv.AddUser("ann@example.com", "x"); err != nil {
		t.Fatal(err)
	}
	if err := srv.AddForward("ann@example.com", "x@example.net"); err != nil {
		t.Fatal(err)
	}
	base := start(t, srv)
	cut := 9
	for _, c := range []struct {
		path  string
		fault webadmind.Fault
		want  string
	}{
		{"/users", webadmind.Fault{Empty: true}, "[]"},
		{"/mappings", webadmind.Fault{Empty: true}, "{}"},
		{"/users", webadmind.Fault{Cut: &cut}, `[{"userna`},
		{"/users", webadmind.Fault{Rewrite: func(b []byte) []byte { return append(b, "junk"...) }}, `[{"username":"ann@example.com"}]junk`},
		{"/address/forwards/bob@example.com", webadmind.Fault{Empty: true}, `{"statusCode":404,"type":"InvalidArgument","message":"The forward does not exist","details":null}`},
	} {
		srv.SetFaults(func(webadmind.Ask) webadmind.Fault { return c.fault })
		if _, got, err := fetch(t, "GET", base+c.path, ""); got != c.want || (err == nil) == (c.fault.Cut != nil) {
			t.Errorf("%s: %q, %v", c.path, got, err)
		}
	}
	srv.SetFaults(nil)
	if _, got, err := fetch(t, "GET", base+"/users", ""); err != nil || got != `[{"username":"ann@example.com"}]` {
		t.Errorf("%q, %v", got, err)
	}
}

// TestFromSomeMomentOn: a token ends in the middle of a run.
func TestFromSomeMomentOn(t *testing.T) {
	srv := webadmind.New(webadmind.Options{})
	base := start(t, srv)
	srv.SetFaults(webadmind.Script(
		webadmind.Scripted{Route: "GET /domains", N: 1, Fault: webadmind.Fault{Status: 429}},
		webadmind.Scripted{N: 3, On: true, Fault: webadmind.Unauthorized()}))
	var got []int
	for _, path := range []string{"/domains", "/domains", "/users", "/mappings"} {
		a, _, err := fetch(t, "GET", base+path, "")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.StatusCode)
	}
	if want := []int{429, 200, 401, 401}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	srv.SetFaults(webadmind.Once("GET /users", webadmind.Fault{Status: 500}))
	got = nil
	for range 2 {
		a, _, err := fetch(t, "GET", base+"/users", "")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.StatusCode)
	}
	if want := []int{500, 200}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestCloseEndsWhatHangs: a client that waits is let go, and Close returns.
func TestCloseEndsWhatHangs(t *testing.T) {
	for _, f := range []webadmind.Fault{{Hang: true}, {Delay: time.Hour}} {
		srv := webadmind.New(webadmind.Options{})
		base, err := srv.Start("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan bool)
		srv.SetFaults(func(webadmind.Ask) webadmind.Fault { close(asked); return f })
		ended := make(chan error)
		go func() {
			_, _, err := fetch(t, "GET", base+"/users", "")
			ended <- err
		}()
		<-asked
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err == nil {
			t.Error("the request was answered")
		}
	}
}

// TestClientGoes: a hanging request ends with its client.
func TestClientGoes(t *testing.T) {
	srv := webadmind.New(webadmind.Options{})
	base := start(t, srv)
	asked := make(chan bool)
	srv.SetFaults(func(webadmind.Ask) webadmind.Fault { close(asked); return webadmind.Fault{Hang: true} })
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, "GET", base+"/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { <-asked; cancel() }()
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestStartRefusesTheWorld(t *testing.T) {
	if _, err := webadmind.New(webadmind.Options{}).Start("0.0.0.0:0"); err == nil {
		t.Error("it listens for everybody")
	}
}
