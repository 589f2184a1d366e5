package all

import (
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// TestDAVConfig: what an account says reaches the connector.
func TestDAVConfig(t *testing.T) {
	conf, err := load(t, `
[accounts.plain]
address = "carddav+https://me%40example.org@dav.example.org:8443/dav/me@example.org/"
password = {env = "WORD"}
[accounts.digest]
address = "caldav+http://me@127.0.0.1:5232/"
password = {env = "WORD"}
auth = "digest"
names = "address"
max_connections = 7
window = "90d"
[accounts.token]
address = "carddav+https://dav.example.org/"
password = {env = "WORD"}
auth = "bearer"
[accounts.nobody]
address = "caldav+http://dav.example.org/public/"
insecure = true
[accounts.certificate]
address = "carddav+https://dav.example.org/"
auth = "external"
certificate = "none.pem"
key = "none.key"
`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		url, user, data string
		method          wire.Method
		most            int
		password        bool
		byAddress       bool
		insecure        bool
		window          bool
	}{
		"plain":  {"https://dav.example.org:8443/dav/me@example.org/", "me@example.org", wire.CardDAV().Name, wire.Auto, 4, true, false, false, false},
		"digest": {"http://127.0.0.1:5232", "me", wire.CalDAV().Name, wire.Digest, 7, true, true, false, true},
		"token":  {"https://dav.example.org:443", "", wire.CardDAV().Name, wire.Bearer, 4, true, false, false, false},
		"nobody": {"http://dav.example.org:80/public/", "", wire.CalDAV().Name, wire.Auto, 4, false, false, true, false},
	} {
		account, ok := conf.Account(name)
		if !ok {
			t.Fatal(name)
		}
		got, err := davConfig(t.Context(), account, core.Traits{})
		if err != nil || got.URL != want.url || got.User != want.user || got.Flavour.Name != want.data || got.Method != want.method || got.MaxConnections != want.most ||
			(got.Password != nil) != want.password || got.ByAddress != want.byAddress || got.Insecure != want.insecure || got.Describe == nil ||
			(got.Oldest != nil) != want.window || (got.Ends != nil) != want.window {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	account, _ := conf.Account("certificate")
	if _, err := davConfig(t.Context(), account, core.Traits{}); err == nil || !strings.Contains(err.Error(), filepath.Join(filepath.Dir(conf.File), "none.key")) {
		t.Errorf("a certificate that is not there: %v", err)
	}
}
