package webadmind_test

import (
	"crypto/rand"
	"crypto/rsa"
	"embed"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/peers/webadmind"
)

// The scripts in testdata say what James answers:
//
//	# a comment
//	OPTIONS 3.9 tmail passwords     of the server, in the scripts of testdata/fake
//	AS expired                      another login: admin, user, expired, junk, nobody
//	PUT /users/a@$d {"password": "x"}   a request: method, path, body; $name is a variable
//		204                         its answer: the status, and a body (matchBody)
//
// $d and $e are two domains that are the script's own, $D is $d in upper case.
//
//go:embed testdata
var scripts embed.FS

// TestContract holds the server here to what James 3.8.1 does.
func TestContract(t *testing.T) {
	key := testKey(t)
	srv := webadmind.New(webadmind.Options{Memory: true, Auth: webadmind.Auth{JWT: &key.PublicKey}})
	logins := map[string]string{"admin": "Bearer " + token(t, key, map[string]any{"sub": "admin@localhost", "admin": true}),
		"user":    "Bearer " + token(t, key, map[string]any{"sub": "ann@example.com"}),
		"expired": "Bearer " + token(t, key, map[string]any{"sub": "admin@localhost", "admin": true, "exp": 1000000000})}
	play(t, "testdata/contract", start(t, srv), logins)
}

// TestContractWithJames plays the same scripts with a real one, which
// peers/real/james.sh starts.
func TestContractWithJames(t *testing.T) {
	base, dir, ok := strings.Cut(os.Getenv("LOCKSTEP_JAMES"), ",")
	if !ok {
		t.Skip("LOCKSTEP_JAMES is not set: the scripts are not held to a real James; peers/real/james.sh starts one")
	}
	logins := map[string]string{}
	for name, file := range map[string]string{"admin": "token", "user": "token.user", "expired": "token.expired"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		logins[name] = "Bearer " + strings.TrimSpace(string(text))
	}
	play(t, "testdata/contract", base, logins)
}

// TestScripts is what no real server was asked for: other versions, passwords,
// contacts, and what a database makes different.
func TestScripts(t *testing.T) {
	names, err := fs.Glob(scripts, "testdata/fake/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no scripts", err)
	}
	logins := map[string]string{"admin": "Password secret", "bearer": "Bearer secret", "wrong": "Password other", "readonly": "Password look", "nodelete": "Bearer keep"}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := scripts.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			first, rest, _ := strings.Cut(string(text), "\n")
			options, ok := strings.CutPrefix(first, "OPTIONS ")
			if !ok {
				t.Fatalf("%s has no options", name)
			}
			var o webadmind.Options
			for word := range strings.FieldsSeq(options) {
				switch word {
				case "tmail":
					o.TMail = true
				case "passwords":
					o.Auth = webadmind.Auth{Passwords: []string{"secret"}, ReadOnly: []string{"look"}, NoDelete: []string{"keep"}}
				default:
					o.Version = webadmind.Version(word)
				}
			}
			newPlayer(t, start(t, webadmind.New(o)), logins).play(name, "\n"+rest)
		})
	}
}

func testKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// plain is a client of its own.
func plain(t *testing.T) *http.Client {
	c := &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func token(t *testing.T, key *rsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	text, err := webadmind.Token(key, claims)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func start(t *testing.T, srv *webadmind.Server) string {
	t.Helper()
	base, err := srv.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return base
}

// play runs all scripts of a folder.
func play(t *testing.T, folder, base string, logins map[string]string) {
	names, err := fs.Glob(scripts, folder+"/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no scripts", err)
	}
	logins["junk"] = "Bearer junk"
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := scripts.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlayer(t, base, logins)
			p.play(name, string(text))
		})
	}
}
