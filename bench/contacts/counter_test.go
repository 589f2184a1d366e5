package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCounter(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/end" {
			w.Header().Set("Connection", "close")
		}
		fmt.Fprintf(w, "%s of %d bytes", r.Method, len(body))
	}))
	defer web.Close()
	c, err := startCounter(strings.TrimPrefix(web.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ask := func(method, path string, body io.Reader, want string) {
		t.Helper()
		req, err := http.NewRequest(method, "http://"+c.address()+path, body)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if got, err := io.ReadAll(answer.Body); err != nil || string(got) != want {
			t.Errorf("%s %s: %q, %v", method, path, got, err)
		}
	}
	ask("PROPFIND", "/", nil, "PROPFIND of 0 bytes")
	ask("PUT", "/end", strings.NewReader(strings.Repeat("GET / HTTP/1.1\r\n\r\n", 1000)), "PUT of 18000 bytes") // a body is no request
	ask("PUT", "/", io.MultiReader(strings.NewReader("chunked")), "PUT of 7 bytes")
	ask("REPORT", "/", strings.NewReader("x"), "REPORT of 1 bytes")
	so := c.since()
	if !maps.Equal(so.Requests, map[string]int{"PROPFIND": 1, "PUT": 2, "REPORT": 1}) || so.requests() != 4 {
		t.Errorf("%v", so.Requests)
	}
	if so.Up < 18000 || so.Up > 19500 || so.Down < 4*50 || so.Down > 1000 {
		t.Errorf("%d bytes up, %d down", so.Up, so.Down)
	}
	if again := c.since(); again.requests() != 0 || again.Up != 0 {
		t.Errorf("counted twice: %+v", again)
	}
}
