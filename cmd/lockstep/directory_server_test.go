package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/peers/webadmind"
)

// mailServer is a webadmin, the one in this process or a real James, with two
// domains that are the test's own. It is asked as any other client would ask, so
// that the same test tells the truth about both.
type mailServer struct {
	// fake is the server in this process; nil = a real one.
	fake  *webadmind.Server
	url   string
	token string // an administrator's, ends never
	// tokenFile holds it; expired and user hold one that has ended, and one
	// without the claim "admin".
	tokenFile, expired, user string
	// domain and other are managed by the server, and by nobody else's test.
	domain, other string
	client        *http.Client
}

// onMailServers runs a test with the server in this process, and with a real
// James, which peers/real/james.sh starts.
func onMailServers(t *testing.T, test func(t *testing.T, s *mailServer)) {
	t.Run("webadmind", func(t *testing.T) { test(t, fakeMailServer(t, webadmind.Options{Memory: true})) })
	t.Run("James", func(t *testing.T) { test(t, realMailServer(t)) })
}

// fakeMailServer is one in this process that wants a token, and has TMail's
// contacts if the options say so.
func fakeMailServer(t *testing.T, o webadmind.Options) *mailServer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	if o.Auth.JWT = &key.PublicKey; o.Domains == nil {
		o.Domains = []string{}
	}
	s := &mailServer{fake: webadmind.New(o)}
	t.Cleanup(func() { s.fake.Close() })
	s.url, err = s.fake.Start("127.0.0.1:0")
	must(t, err)
	write := func(name string, claims map[string]any) string {
		text, err := webadmind.Token(key, claims)
		must(t, err)
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	s.tokenFile = write("token", map[string]any{"sub": "admin@localhost", "admin": true})
	s.expired = write("token.expired", map[string]any{"sub": "admin@localhost", "admin": true, "exp": 1_000_000_000})
	s.user = write("token.user", map[string]any{"sub": "ann@example.com"})
	s.begin(t)
	return s
}

// tmailServer is one in this process that has TMail's contacts.
func tmailServer(t *testing.T) *mailServer {
	t.Helper()
	return fakeMailServer(t, webadmind.Options{Memory: true, TMail: true})
}

func realMailServer(t *testing.T) *mailServer {
	t.Helper()
	base, dir, ok := strings.Cut(os.Getenv("LOCKSTEP_JAMES"), ",")
	if !ok {
		t.Skip("LOCKSTEP_JAMES=url,dir is not set: nothing was tried with a real James (make test-real does)")
	}
	if u, err := url.Parse(base); err != nil || u.Hostname() != "127.0.0.1" {
		t.Fatalf("LOCKSTEP_JAMES names %s: it must be on the loopback, as accounts are made and deleted there", base)
	}
	s := &mailServer{url: base, tokenFile: filepath.Join(dir, "token"), expired: filepath.Join(dir, "token.expired"), user: filepath.Join(dir, "token.user")}
	s.begin(t)
	return s
}

// begin makes the domains, and takes away all that is in them at the end.
func (s *mailServer) begin(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(s.tokenFile)
	must(t, err)
	s.token = strings.TrimSpace(string(text))
	s.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	t.Cleanup(s.client.CloseIdleConnections)
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	s.domain = "d" + hex.EncodeToString(b[:]) + ".example"
	s.other = "other." + s.domain
	for _, d := range []string{s.domain, s.other} {
		s.ask(t, http.StatusNoContent, "PUT", "/domains/"+d, "")
	}
	if s.fake == nil {
		t.Cleanup(func() { s.clear(t) })
	}
}

// fill puts the server's domains, $d and $e, into a text; $D is $d in capitals.
func (s *mailServer) fill(text string) string {
	return strings.NewReplacer("$d", s.domain, "$D", strings.ToUpper(s.domain), "$e", s.other).Replace(text)
}

// ours tells whether a line is about the test's domains.
func (s *mailServer) ours(line string) bool { return strings.Contains(line, s.domain) }

// ask asks as an administrator.
func (s *mailServer) ask(t *testing.T, want int, method, path, body string) []byte {
	t.Helper()
	got, text := s.asked(t, method, path, body)
	if got != want {
		t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, got, text, want)
	}
	return text
}

func (s *mailServer) asked(t *testing.T, method, path, body string) (status int, text []byte) {
	t.Helper()
	u, err := url.Parse(s.url + path)
	must(t, err)
	r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
	must(t, err)
	r.URL = u // with its escapes
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := s.client.Do(r)
	must(t, err)
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, text
}

func (s *mailServer) read(t *testing.T, path string, into any) {
	t.Helper()
	must(t, json.Unmarshal(s.ask(t, http.StatusOK, "GET", path, ""), into))
}

// verifies tells whether a password is an account's.
func (s *mailServer) verifies(t *testing.T, user, password string) bool {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"password": password})
	status, text := s.asked(t, "POST", "/users/"+segment(user, 1)+"/verify", string(body))
	if status != http.StatusNoContent && status != http.StatusUnauthorized {
		t.Fatalf("verify: %d %s", status, text)
	}
	return status == http.StatusNoContent
}

// clear leaves a real server as it was.
func (s *mailServer) clear(t *testing.T) {
	for _, line := range s.stands(t) {
		if strings.HasPrefix(line, "user ") || strings.HasPrefix(line, "identity ") || strings.HasPrefix(line, "quota ") {
			continue
		}
		method, path, _ := pathOf(line)
		if method != "" {
			s.asked(t, "DELETE", path, "")
		}
	}
	for _, line := range s.users(t) {
		if s.ours(line) {
			_, path, _ := pathOf(line)
			s.asked(t, "DELETE", path, "")
		}
	}
	for _, d := range []string{s.other, s.domain} {
		s.asked(t, "DELETE", "/domains/"+d, "")
	}
}
