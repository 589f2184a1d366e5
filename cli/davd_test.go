package cli_test

import (
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lockstep/core"
	"lockstep/peers/davd"
)

// documentedDAV is the server of pages; it is put where the one of this test is.
const documentedDAV = "dav.example.org/"

// startDAV is a command of the scripts, a CardDAV and CalDAV server with an address
// book and a calendar of ann, whose password is secret:
//
//	davd start FILE...      starts it, and writes its address into files
func startDAV(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || args[0] != "start" {
		ts.Fatalf("usage: davd start FILE...")
	}
	s := davd.New(davd.Options{TLS: true})
	ts.Defer(func() { s.Close() })
	s.AddUser("ann", "secret")
	book, err := s.AddCollection("ann", core.Contact, "friends", "friends")
	ts.Check(err)
	ts.Check(s.Put(book+"bo.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bo\r\nFN:Bo\r\nEND:VCARD\r\n"))
	calendar, err := s.AddCollection("ann", core.Event, "home", "home")
	ts.Check(err)
	ts.Check(s.Put(calendar+"tea.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:tea\r\nDTSTAMP:20260101T000000Z\r\n"+
		"DTSTART:20260301T150000Z\r\nSUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
	at, err := s.Start("127.0.0.1:0")
	ts.Check(err)
	where, err := url.Parse(at)
	ts.Check(err)
	ca := ts.MkAbs("dav-ca.pem")
	ts.Check(os.WriteFile(ca, s.CA(), 0o600))
	for _, name := range args[1:] {
		name = ts.MkAbs(name)
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), documentedDAV, where.Host+"/?ca="+url.QueryEscape(ca))), 0o600))
		ts.Check(os.Chmod(name, 0o600)) // as the page says
	}
}
