package imapd_test

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

const body = "Subject: one\r\n\r\nbody\r\n"

// TestLedger: every appended message is accounted for, with who did what.
func TestLedger(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	if err := u.CreateMailbox("Archive", imapd.MailboxSettings{Use: `\Archive`}); err != nil {
		t.Fatal(err)
	}
	u.Append("INBOX", []byte(body), time.Time{}, `\Seen`)
	c := enter(t, addr)
	c.ok("APPEND INBOX {7+}\r\nA: b\r\n\r")
	c.ok("SELECT INBOX")
	c.ok("UID COPY 1 Archive")
	c.ok("UID MOVE 2 Archive")
	c.ok("UID STORE 1 +FLAGS (\\Deleted)")
	c.ok("EXPUNGE")
	led := srv.Ledger()
	sum := sha256.Sum256([]byte(body))
	if len(led) != 2 || led[0].SHA256 != hex.EncodeToString(sum[:]) || len(led[0].Places) != 1 || led[0].Places[0].Mailbox != "Archive" || led[1].Places[0].UID != 2 {
		t.Errorf("%+v", led)
	}
	var verbs []string
	for _, e := range led[0].Events {
		verbs = append(verbs, e.By+" "+e.Verb)
	}
	want := []string{"direct APPEND", "session 1 COPY to", `session 1 FLAGS \Deleted \Seen`, "session 1 EXPUNGE"}
	if !reflect.DeepEqual(verbs, want) {
		t.Errorf("%q", verbs)
	}
	clean(t, srv)
}

// TestBehindTheBack: a session is told of direct edits, and thrown out of a
// mailbox that went.
func TestBehindTheBack(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	c := enter(t, addr)
	c.ok("SELECT INBOX")
	u.Append("INBOX", []byte(body), time.Time{})
	uid, _ := u.Append("INBOX", []byte(body), time.Time{})
	has(t, c.ok("NOOP"), "* 2 EXISTS")
	u.SetFlags("INBOX", uid, "Label")
	has(t, c.ok("NOOP"), "* 2 FETCH (FLAGS (Label \\Recent))")
	u.Expunge("INBOX", 1)
	out := c.ok("FETCH 1 FLAGS") // no EXPUNGE here: RFC 3501, section 7.4.1
	has(t, out, "[EXPUNGEISSUED]")
	if strings.Contains(out, "* 1 EXPUNGE") {
		t.Error("EXPUNGE in the answer to FETCH")
	}
	has(t, c.ok("NOOP"), "* 1 EXPUNGE")
	u.CreateMailbox("Other", imapd.MailboxSettings{})
	if now, err := u.Move("INBOX", uid, "Other"); err != nil || now != 1 {
		t.Error(now, err)
	}
	has(t, c.ok("NOOP"), "* 1 EXPUNGE")
	before := u.Places("Other")[0].UIDValidity
	c.ok("SELECT Other")
	if err := u.NewUIDValidity("Other"); err != nil {
		t.Fatal(err)
	}
	has(t, strings.Join(c.do("NOOP"), "\n"), "* BYE")
	c.ends()
	if after := u.Places("Other"); len(after) != 1 || after[0].UIDValidity == before {
		t.Errorf("%+v", after)
	}
	u.RenameMailbox("Other", "Third/Deep")
	u.DeleteMailbox("Third/Deep")
	if got := u.Mailboxes(); !reflect.DeepEqual(got, []string{"INBOX"}) {
		t.Error(got)
	}
	clean(t, srv)
}

// TestStrangeMailboxes: read-only, few flags, no mod-sequences, no select.
func TestStrangeMailboxes(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	u.CreateMailbox("ro", imapd.MailboxSettings{ReadOnly: true})
	u.CreateMailbox("few", imapd.MailboxSettings{PermanentFlags: []string{`\Seen`}})
	u.CreateMailbox("nomod", imapd.MailboxSettings{NoModSeq: true})
	u.CreateMailbox("none", imapd.MailboxSettings{NoSelect: true})
	c := enter(t, addr)
	has(t, c.ok("SELECT ro"), "[READ-ONLY]")
	c.want("APPEND ro {1+}\r\nx", "NO [NOPERM]")
	c.ok(`APPEND few (\Seen \Flagged Label) {1+}` + "\r\nx")
	if f := u.Places("few")[0].Flags; !reflect.DeepEqual(f, []string{`\Seen`}) {
		t.Error(f)
	}
	has(t, c.ok("SELECT few"), `[PERMANENTFLAGS (\Seen)]`)
	has(t, c.ok("SELECT nomod"), "[NOMODSEQ]")
	c.want("SELECT none", "NO")
	has(t, c.ok(`LIST "" *`), `(\Noselect \HasNoChildren) "/" none`)
	clean(t, srv)
}

// TestSwitches: what is not offered is not there, and asking for it is a
// violation.
func TestSwitches(t *testing.T) {
	for offer, command := range map[string]string{
		"MOVE": "UID MOVE 1 INBOX", "UIDPLUS": "UID EXPUNGE 1", "UNSELECT": "UNSELECT", "IDLE": "IDLE", "ENABLE": "ENABLE CONDSTORE",
		"NAMESPACE": "NAMESPACE", "ID": "ID NIL", "ESEARCH": "UID SEARCH RETURN (ALL) ALL", "CONDSTORE": "SELECT INBOX (CONDSTORE)",
		"LIST-EXTENDED": `LIST (SUBSCRIBED) "" *`, "LIST-STATUS": `LIST "" * RETURN (STATUS (MESSAGES))`, "OBJECTID": "UID FETCH 1 (EMAILID)",
		"LITERAL+": "LOGIN {3+}\r\nann secret", "STARTTLS": "STARTTLS",
	} {
		srv, _, addr := start(t, imapd.Options{Capabilities: imapd.Without(offer)})
		c := enter(t, addr)
		c.ok("SELECT INBOX")
		if strings.Contains(c.ok("CAPABILITY"), " "+offer+" ") {
			t.Errorf("%s is offered", offer)
		}
		c.want(command, "BAD")
		if len(srv.Violations()) != 1 {
			t.Errorf("%s: %q", offer, srv.Violations())
		}
	}
}

// TestPrefix: a namespace below INBOX with another delimiter.
func TestPrefix(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{Prefix: "INBOX.", Delimiter: "."})
	c := enter(t, addr)
	has(t, c.ok("NAMESPACE"), `(("INBOX." ".")) NIL NIL`)
	c.want("CREATE Sent", "NO [CANNOT]")
	c.ok("CREATE inbox.Sent.&ANw-ber")
	has(t, c.ok(`LIST "" *`), `LIST (\NonExistent \Noselect \HasChildren) "." INBOX.Sent`)
	has(t, c.ok(`LIST "" INBOX.Sent.%`), `"." INBOX.Sent.&ANw-ber`)
	clean(t, srv)
}

// TestIdle: changes are told as they happen, and Close ends it.
func TestIdle(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	c := enter(t, addr)
	c.ok("SELECT INBOX")
	c.raw("i IDLE\r\n")
	c.line()
	u.Append("INBOX", []byte(body), time.Time{})
	if l := c.line(); l != "* 1 EXISTS" {
		t.Error(l)
	}
	c.line() // RECENT
	c.raw("DONE\r\n")
	has(t, c.line(), "i OK")
	c.raw("i IDLE\r\n")
	c.line()
	clean(t, srv)
	srv.Close()
	c.ends()
}

// TestUTF8: names are plain after ENABLE.
func TestUTF8(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{Capabilities: imapd.With("UTF8=ACCEPT")})
	u.CreateMailbox("Entwürfe", imapd.MailboxSettings{})
	c := enter(t, addr)
	has(t, c.ok(`LIST "" Ent*`), `Entw&APw-rfe`)
	has(t, c.ok("ENABLE UTF8=ACCEPT"), "* ENABLED UTF8=ACCEPT")
	has(t, c.ok(`LIST "" Ent*`), `"Entwürfe"`)
	c.ok(`SELECT "Entwürfe"`)
	clean(t, srv)
}
