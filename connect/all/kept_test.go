package all

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/peers/imapd"
)

// TestKept: looks at one account share a login, whichever link they are for; what is
// opened to be watched connects nothing; and with Close everything ends.
func TestKept(t *testing.T) {
	srv := imapd.New(imapd.Options{})
	defer srv.Close()
	srv.AddUser("me", "secret")
	address, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := load(t, "[accounts.mail]\naddress = \"imap://me@"+address+"/?tls=none\"\npassword = {file = \""+secret+"\"}\n")
	if err != nil {
		t.Fatal(err)
	}
	account, _ := conf.Account("mail")
	look := func(o Options) {
		t.Helper()
		o.Kind = core.Mail
		r, _, err := Open(t.Context(), config.End{Account: account}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}()
		if o.Watch {
			return
		}
		if _, err := r.Collections(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	kept := Keep()
	for range 10 {
		look(Options{Kept: kept})
		look(Options{Kept: kept, Watch: true})
	}
	if ever, now := srv.Connections(); ever != 1 || now != 1 {
		t.Errorf("%d connections, %d now", ever, now)
	}
	if err := kept.Close(); err != nil {
		t.Error(err)
	}
	look(Options{Kept: kept}) // one that goes on after it keeps nothing
	look(Options{})
	for begun := time.Now(); srv.Counts()["LOGOUT"] < 3 && time.Since(begun) < 10*time.Second; { // who leaves waits no longer than a second
		time.Sleep(10 * time.Millisecond)
	}
	if c := srv.Counts(); c["LOGOUT"] != 3 {
		t.Errorf("%v", c)
	}
}
