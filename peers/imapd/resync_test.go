package imapd_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

// lacks is the opposite of has.
func lacks(t *testing.T, text, part string) {
	t.Helper()
	if strings.Contains(text, part) {
		t.Errorf("%q in:\n%s", part, text)
	}
}

// TestResyncIsStrict: QRESYNC is for those who enabled it, in the form of the
// RFC.
func TestResyncIsStrict(t *testing.T) {
	for name, c := range map[string]struct {
		caps    map[string]bool
		enable  bool
		command string
	}{
		"not enabled":          {nil, false, "SELECT INBOX (QRESYNC (1000001 5))"},
		"not offered":          {imapd.Without("QRESYNC"), true, "SELECT INBOX (QRESYNC (1000001 5))"},
		"one number":           {nil, true, "SELECT INBOX (QRESYNC (1000001))"},
		"since 0":              {nil, true, "SELECT INBOX (QRESYNC (1000001 0))"},
		"no list":              {nil, true, "SELECT INBOX (QRESYNC 1000001 5)"},
		"VANISHED too early":   {nil, false, "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)"},
		"VANISHED without UID": {nil, true, "FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)"},
	} {
		t.Run(name, func(t *testing.T) {
			srv, _, addr := start(t, imapd.Options{Capabilities: c.caps})
			conn := enter(t, addr)
			if c.enable {
				conn.ok("ENABLE QRESYNC")
			}
			conn.ok("SELECT INBOX")
			conn.want(c.command, "BAD")
			if len(srv.Violations()) != 1 {
				t.Errorf("%q", srv.Violations())
			}
		})
	}
}

// TestForgottenExpunges: where the record is lost every UID that is not there is
// named, also those that left long ago.
func TestForgottenExpunges(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	for range 6 {
		u.Append("INBOX", []byte(body), time.Time{})
	}
	for _, uid := range []uint32{1, 4, 6} {
		u.Expunge("INBOX", uid)
	}
	c := enter(t, addr)
	c.ok("ENABLE QRESYNC")
	highest := "8" // six came, one of them left
	has(t, c.ok("SELECT INBOX (QRESYNC (1000001 "+highest+"))"), "* VANISHED (EARLIER) 4,6")
	if err := u.ForgetExpunges("INBOX"); err != nil {
		t.Fatal(err)
	}
	has(t, c.ok("SELECT INBOX (QRESYNC (1000001 "+highest+"))"), "* VANISHED (EARLIER) 1,4,6")
	lacks(t, c.ok("SELECT INBOX (QRESYNC (1000001 "+highest+" 2:3))"), "VANISHED")
	lacks(t, c.ok("SELECT INBOX (QRESYNC (7 "+highest+"))"), "VANISHED")
	if err := u.Configure("INBOX", imapd.MailboxSettings{NoModSeq: true}); err != nil {
		t.Fatal(err)
	}
	out := c.ok("SELECT INBOX (QRESYNC (1000001 " + highest + "))")
	lacks(t, out, "VANISHED")
	has(t, out, "NOMODSEQ")
	if u.ForgetExpunges("nowhere") == nil {
		t.Error("it forgets what is not there")
	}
	clean(t, srv)
}

// TestNotify: who asked is told of mailboxes that are not open; of others, and
// of what was not asked for, nothing.
func TestNotify(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	for _, name := range []string{"a", "a/b", "c", "d"} {
		if err := u.CreateMailbox(name, imapd.MailboxSettings{}); err != nil {
			t.Fatal(err)
		}
	}
	c := enter(t, addr)
	c.ok("SUBSCRIBE d")
	c.ok("SELECT c")
	add := func(names ...string) {
		for _, name := range names {
			u.Append(name, []byte(body), time.Time{})
		}
	}
	told := func(want ...string) {
		t.Helper()
		out := c.ok("NOOP")
		if n := strings.Count(out, "* STATUS"); n != len(want) {
			t.Errorf("%d are told, not %q:\n%s", n, want, out)
		}
		for _, name := range want {
			has(t, out, "* STATUS "+name+" (MESSAGES")
		}
	}
	everywhere := []string{"INBOX", "a", "a/b", "c", "d"}
	const events = " (MessageNew MessageExpunge)"
	for filter, want := range map[string][]string{"personal": {"INBOX", "a", "a/b", "d"}, "inboxes": {"INBOX"}, "subscribed": {"d"}, "subtree a": {"a", "a/b"}, "mailboxes (a c d)": {"a", "d"}} {
		c.ok("NOTIFY SET (" + filter + events + ")")
		add(everywhere...)
		told(want...)
		told()
	}
	out := c.ok("NOTIFY SET STATUS (mailboxes a NONE) (personal" + events + ")")
	has(t, out, "* STATUS a/b (")
	lacks(t, out, "* STATUS a (")
	u.SetFlags("d", 1, `\Seen`) // FlagChange was not asked for
	told()
	c.ok("ENABLE CONDSTORE")
	c.ok("NOTIFY SET (personal (MessageNew MessageExpunge FlagChange MailboxName))")
	u.SetFlags("d", 1, `\Flagged`)
	has(t, c.ok("NOOP"), "* STATUS d (HIGHESTMODSEQ ")
	u.CreateMailbox("e", imapd.MailboxSettings{})
	has(t, c.ok("NOOP"), `* LIST () "/" e`)
	u.RenameMailbox("a", "f")
	out = c.ok("NOOP")
	has(t, out, `* LIST () "/" f ("OLDNAME" (a))`)
	has(t, out, `* LIST () "/" f/b ("OLDNAME" (a/b))`)
	u.DeleteMailbox("e")
	has(t, c.ok("NOOP"), `* LIST (\NonExistent) "/" e`)
	u.OverflowNotices()
	has(t, c.ok("NOOP"), "* OK [NOTIFICATIONOVERFLOW]")
	add("d")
	told()
	c.ok("NOTIFY NONE")
	clean(t, srv)
	for _, command := range []string{"NOTIFY", "NOTIFY SET", "NOTIFY SET (personal (MessageNew))", "NOTIFY SET (personal (FlagChange))", "NOTIFY SET (personal (Unheard))", "NOTIFY SET (all NONE)"} {
		c.want(command, "BAD")
	}
}

// TestAppendLimitAndUTF8: a mailbox refuses what is larger than its limit, and
// headers in UTF-8 are taken only from who says so.
func TestAppendLimitAndUTF8(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{Capabilities: imapd.With("APPENDLIMIT", "UTF8=ACCEPT")})
	u.Configure("INBOX", imapd.MailboxSettings{AppendLimit: 20})
	u.CreateMailbox("größe", imapd.MailboxSettings{})
	c := enter(t, addr)
	has(t, c.ok("STATUS INBOX (APPENDLIMIT)"), "APPENDLIMIT 20")
	has(t, c.ok("STATUS gr&APYA3w-e (APPENDLIMIT)"), "APPENDLIMIT NIL")
	c.want("APPEND INBOX {21+}\r\n"+strings.Repeat("x", 21), "NO [TOOBIG]")
	c.ok("APPEND INBOX {20+}\r\n" + strings.Repeat("x", 20))
	c.want("APPEND INBOX UTF8 (~{6+}\r\nA: ü\n)", "BAD")
	c.ok("ENABLE UTF8=ACCEPT")
	c.ok("APPEND \"größe\" UTF8 (~{6+}\r\nA: ü\n)")
	c.want("APPEND \"größe\" {6+}\r\nA: ü\n", "BAD")
	c.ok("APPEND \"größe\" (\\Seen) UTF8 (~{6+}\r\nA: ü\n) {2+}\r\nxy")
	if n := len(u.Places("größe")); n != 3 || len(srv.Violations()) != 2 {
		t.Errorf("%d messages, %q", n, srv.Violations())
	}
}
