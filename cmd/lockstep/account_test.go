package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/imapd"
	"lockstep/protocol/imap"
)

// account is an empty IMAP account of some server, for one test.
type account struct{ address, ca, user, password string }

// inProcess is an account of the server in this process.
func inProcess(t *testing.T) (account, *imapd.Server) {
	t.Helper()
	server := imapd.New(imapd.Options{})
	t.Cleanup(func() { server.Close() })
	address, err := server.Listen("127.0.0.1:0")
	must(t, err)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(ca, server.CAPEM(), 0o600))
	server.AddUser("me", "secret")
	return account{address: address, ca: ca, user: "me", password: "secret"}, server
}

// dovecot is an account of a real server. It is emptied.
func dovecot(t *testing.T) account {
	t.Helper()
	text := os.Getenv("LOCKSTEP_DOVECOT")
	if text == "" {
		t.Skip("LOCKSTEP_DOVECOT=host:port,ca,user,password is not set: nothing was tried with a real server (make test-real does)")
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		t.Fatalf("LOCKSTEP_DOVECOT is %q and not host:port,ca,user,password", text)
	}
	a := account{parts[0], parts[1], parts[2], parts[3]}
	if host, _, err := net.SplitHostPort(a.address); err != nil || !net.ParseIP(host).IsLoopback() {
		t.Fatalf("LOCKSTEP_DOVECOT names %s: this test empties the account, so it must be on the loopback", a.address)
	}
	a.empty(t)
	return a
}

// config is the account's table in a configuration, with TLS.
func (a account) config(name string) string { return a.table(name, a.address, "tls=starttls&ca="+a.ca) }

// plainConfig reaches the account through another address, without TLS.
func (a account) plainConfig(name, address string) string { return a.table(name, address, "tls=none") }

func (a account) table(name, address, query string) string {
	return fmt.Sprintf("[accounts.%s]\ntype = \"imap\"\naddress = \"imap://%s@%s/?%s\"\npassword = {env = \"THE_PASSWORD\"}\n",
		name, url.QueryEscape(a.user), address, query)
}

func (a account) env() string { return "THE_PASSWORD=" + a.password }

// login connects as another program does.
func (a account) login(t *testing.T) *imap.Conn {
	t.Helper()
	conn, err := imap.Dial(t.Context(), imap.Options{Address: a.address, Security: imap.None})
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.Login(t.Context(), a.user, a.password, imap.Best))
	return conn
}

// empty removes all mailboxes and all messages.
func (a account) empty(t *testing.T) {
	t.Helper()
	conn := a.login(t)
	var names []string
	must(t, conn.ListStatus(t.Context(), "*", func(d imap.ListData) {
		if !slices.Contains(d.Attributes, `\nonexistent`) { // the parent of a mailbox without one of its own
			names = append(names, d.Raw)
		}
	}, func(imap.StatusData) {}))
	for _, raw := range names {
		if !strings.EqualFold(raw, "INBOX") {
			must(t, conn.Do(t.Context(), "DELETE", imap.RawMailbox(raw)))
		}
	}
	state, err := conn.Select(t.Context(), imap.Mailbox("INBOX"), false)
	must(t, err)
	if state.Exists > 0 {
		all := imap.Between(1, 1<<32-1)
		must(t, conn.Wait(t.Context(), conn.StartStore(t.Context(), all, true, imap.Flags(`\Deleted`))))
		must(t, conn.Wait(t.Context(), conn.StartExpunge(t.Context(), all)))
	}
	must(t, conn.Logout(t.Context()))
}
