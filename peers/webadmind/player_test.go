package webadmind_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
)

type player struct {
	t      *testing.T
	client *http.Client
	base   string
	logins map[string]string
	login  string
	vars   map[string]string
}

func newPlayer(t *testing.T, base string, logins map[string]string) *player {
	// A server that other scripts have used must not matter.
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	d := "s" + hex.EncodeToString(b[:]) + ".example"
	p := &player{t: t, client: plain(t), base: base, logins: logins, login: "admin",
		vars: map[string]string{"d": d, "D": strings.ToUpper(d), "e": "other." + d, "x256": strings.Repeat("x", 256)}}
	for _, name := range []string{p.vars["d"], p.vars["e"]} {
		if a := p.ask("PUT", "/domains/"+name, ""); a.status != http.StatusNoContent {
			t.Fatalf("PUT /domains/%s: %d %s", name, a.status, a.body)
		}
		t.Cleanup(func() { p.ask("DELETE", "/domains/"+name, "") })
	}
	t.Cleanup(p.removeUsers)
	return p
}

// removeUsers leaves a real server as it was, but for what no account has.
func (p *player) removeUsers() {
	p.login = "admin"
	var all []struct{ Username string }
	if err := json.Unmarshal(p.ask("GET", "/users", "").body, &all); err != nil {
		p.t.Error(err)
	}
	for _, u := range all {
		if strings.HasSuffix(u.Username, p.vars["d"]) {
			p.ask("DELETE", "/users/"+url.PathEscape(u.Username), "")
		}
	}
}

type reply struct {
	status int
	kind   string
	body   []byte
}

func (p *player) ask(method, path, body string) reply {
	p.t.Helper()
	u, err := url.Parse(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.URL = u // with the escapes of the script
	if password, is := strings.CutPrefix(p.logins[p.login], "Password "); is {
		r.Header.Set("Password", password)
	} else if auth := p.logins[p.login]; auth != "" {
		r.Header.Set("Authorization", auth)
	}
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header.Get("Content-Type"), text}
}

func (p *player) fill(text string) string {
	return os.Expand(text, func(name string) string {
		v, known := p.vars[name]
		if !known {
			p.t.Fatalf("$%s is not known in %q", name, text)
		}
		return v
	})
}

func (p *player) play(name, text string) {
	request, got := "", reply{}
	for i, line := range strings.Split(text, "\n") {
		want, isAnswer := strings.CutPrefix(line, "\t")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "AS "):
			p.login = strings.TrimPrefix(line, "AS ")
		case isAnswer:
			status, body, _ := strings.Cut(want, " ")
			if strconv.Itoa(got.status) != status {
				p.t.Errorf("%s:%d: %s: %d %s, want %s", name, i+1, request, got.status, got.body, p.fill(want))
			} else if err := p.matchBody(got, body); err != nil {
				p.t.Errorf("%s:%d: %s: %v", name, i+1, request, err)
			}
		default:
			request = p.fill(line)
			method, rest, _ := strings.Cut(request, " ")
			path, body, _ := strings.Cut(rest, " ")
			got = p.ask(method, path, body)
		}
	}
}
