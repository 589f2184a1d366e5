package all

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockstep/config"
	wire "lockstep/protocol/imap"
)

// load reads a configuration.
func load(t *testing.T, text string) (*config.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lockstep.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(file, func(string) string { return "" })
}

// TestIMAPConfig: what an account says reaches the connector.
func TestIMAPConfig(t *testing.T) {
	conf, err := load(t, `
[accounts.plain]
address = "imap://me@imap.example.org/"
[accounts.token]
address = "imap://me@imap.example.org/"
auth = "oauthbearer"
shared = true
idle = ["INBOX", "Lists/go"]
max_connections = 7
[accounts.begins]
address = "imap://me@imap.example.org:143/"
auth = "scram-sha-256"
`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		security  wire.Security
		mechanism wire.Mechanism
		most      int
		shared    bool
		idle      string
	}{
		"plain":  {wire.Implicit, wire.Best, 4, false, "[]"},
		"token":  {wire.Implicit, wire.OAuthBearer, 7, true, "[INBOX Lists/go]"},
		"begins": {wire.StartTLS, wire.Scram, 4, false, "[]"},
	} {
		account, ok := conf.Account(name)
		if !ok {
			t.Fatal(name)
		}
		got := imapConfig(account)
		if got.Security != want.security || got.Mechanism != want.mechanism || got.MaxConnections != want.most || got.Shared != want.shared || fmt.Sprint(got.Idle) != want.idle {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestAttack07InsecureIsPerAccount: one account that is called insecure lets no
// other go without TLS.
func TestAttack07InsecureIsPerAccount(t *testing.T) {
	const open = "[accounts.open]\naddress = \"imap://me@lan.example.org/?tls=none\"\ninsecure = true\n"
	conf, err := load(t, open+"[accounts.other]\naddress = \"imap://me@lan.example.org/\"\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]wire.Security{"open": wire.None, "other": wire.Implicit} {
		account, _ := conf.Account(name)
		if got := imapConfig(account).Security; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if _, err := load(t, open+"[accounts.other]\naddress = \"imap://me@lan.example.org/?tls=none\"\n"); err == nil {
		t.Error("another account goes without TLS")
	}
}
