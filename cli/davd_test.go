package cli_test

import (
	"net/url"
	"os"
	"slices"
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
//	davd start FILE...          starts it, and writes its address into files
//	davd as PROFILE FILE...     one that is as strange as a profile says; "letter" is none
//
// $DAV is what stands for documentedDAV then.
func startDAV(ts *testscript.TestScript, neg bool, args []string) {
	profile := "letter"
	if len(args) > 1 && args[0] == "as" {
		profile, args = args[1], args[1:]
	} else if len(args) == 0 || args[0] != "start" {
		neg = true
	}
	i := slices.IndexFunc(davd.Profiles(), func(p davd.Profile) bool { return p.Name == profile || p.Name == "" && profile == "letter" })
	if neg || i < 0 {
		ts.Fatalf("usage: davd start FILE... | davd as PROFILE FILE...")
	}
	s := davd.New(davd.Options{TLS: true, Profile: davd.Profiles()[i]})
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
	ts.Setenv("DAV", where.Host+"/?ca="+url.QueryEscape(ca))
	for _, name := range args[1:] {
		name = ts.MkAbs(name)
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), documentedDAV, where.Host+"/?ca="+url.QueryEscape(ca))), 0o600))
		ts.Check(os.Chmod(name, 0o600)) // as the page says
	}
}
