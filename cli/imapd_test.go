package cli_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lockstep/peers/imapd"
)

// documentedIMAP is the account of pages, in configurations and in addresses of
// commands; it is put where the one of this test is.
const (
	documentedIMAP     = `host = "imap.example.org"`
	documentedIMAPHost = "imap.example.org/"
)

// startIMAP is a command of the scripts, an IMAP server with some mail of ann,
// whose password is secret:
//
//	imapd start FILE...      starts it, and writes its address into files
//
// $IMAP is what stands for documentedIMAPHost then.
func startIMAP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || args[0] != "start" {
		ts.Fatalf("usage: imapd start FILE...")
	}
	s := imapd.New(imapd.Options{})
	ts.Defer(func() { s.Close() })
	user := s.AddUser("ann", "secret")
	for n := range 3 {
		_, err := user.Append("INBOX", []byte(fmt.Sprintf("Message-ID: <mail%d@example.org>\r\nSubject: %d\r\n\r\nText.\r\n", n, n)), time.Unix(1_700_000_000, 0))
		ts.Check(err)
	}
	address, err := s.ListenTLS("127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(address)
	ts.Check(err)
	ca := ts.MkAbs("imap-ca.pem")
	ts.Check(os.WriteFile(ca, s.CAPEM(), 0o600))
	ts.Setenv("IMAP", fmt.Sprintf("127.0.0.1:%s/?ca=%s", port, url.QueryEscape(ca)))
	here := fmt.Sprintf("host = \"127.0.0.1\"\nport = %s\nca = %q", port, ca)
	for _, name := range args[1:] {
		name = ts.MkAbs(name)
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), documentedIMAP, here)), 0o600))
		ts.Check(os.Chmod(name, 0o600)) // as the page says
	}
}
