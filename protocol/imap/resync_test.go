package imap

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestSelectSince: what the server says while it opens a mailbox, taken apart:
// what vanished, what changed, and what cannot be.
func TestSelectSince(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("1,3,", mostRanges/2+1), ",")
	for name, c := range map[string]struct {
		lines    string
		vanished string
		changed  int
		doubt    bool
		unread   bool
		exists   uint32
	}{
		"nothing":           {"* 9 EXISTS", "", 0, false, false, 9},
		"all":               {"* 9 EXISTS\r\n* VANISHED (EARLIER) 41,43:116,5\r\n* vanished (earlier) 300:310\r\n* 2 FETCH (UID 7 MODSEQ (12) FLAGS (\\Seen))", "5,41,43:116,300:310", 1, false, false, 9},
		"overlapping":       {"* VANISHED (EARLIER) 5:9,7:12,8\r\n* VANISHED (EARLIER) 1:6", "1:12", 0, false, false, 0},
		"everything":        {"* VANISHED (EARLIER) 1:4294967295", "1:4294967295", 0, false, false, 0},
		"no set":            {"* VANISHED (EARLIER)", "", 0, false, true, 0},
		"no set, a space":   {"* VANISHED (EARLIER) ", "", 0, false, true, 0},
		"a star":            {"* VANISHED (EARLIER) 3:*", "", 0, false, true, 0},
		"zero":              {"* VANISHED (EARLIER) 0", "", 0, false, true, 0},
		"too large":         {"* VANISHED (EARLIER) 4294967296", "", 0, false, true, 0},
		"words":             {"* VANISHED (EARLIER) all", "", 0, false, true, 0},
		"a list":            {"* VANISHED (EARLIER) (1 2)", "", 0, false, true, 0},
		"twice":             {"* VANISHED (EARLIER LATER) 1", "", 0, false, true, 0},
		"more than fits":    {"* VANISHED (EARLIER) " + many, "", 0, true, false, 0},
		"now":               {"* 9 EXISTS\r\n* VANISHED 3:4", "", 0, false, false, 7},
		"more than exist":   {"* 9 EXISTS\r\n* VANISHED 1:10", "", 0, true, false, 9},
		"all there ever is": {"* 9 EXISTS\r\n* VANISHED 1:4294967295", "", 0, true, false, 9},
		"expunge":           {"* 9 EXISTS\r\n* 9 EXPUNGE", "", 0, false, false, 8},
		"expunge of none":   {"* 9 EXISTS\r\n* 10 EXPUNGE", "", 0, true, false, 9},
		"expunge of 0":      {"* 9 EXISTS\r\n* 0 EXPUNGE", "", 0, true, false, 9},
		"fewer exist":       {"* 9 EXISTS\r\n* 8 EXISTS", "", 0, true, false, 8},
		"more exist":        {"* 9 EXISTS\r\n* 10 EXISTS", "", 0, false, false, 10},
		"a torn FETCH":      {"* 2 FETCH (UID 7 FLAGS (\\Seen)", "", 0, false, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c0 := dial(t, "CONDSTORE QRESYNC", map[string]string{"EXAMINE": c.lines + "\r\n% OK done\r\n"})
			changed := 0
			m, err := c0.SelectSince(t.Context(), Mailbox("a"), true, State{5, 77}, func(m *Message) { changed++ })
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Vanished.String(); got != c.vanished || changed != c.changed || (m.Doubt != "") != c.doubt || m.Unread != c.unread || m.Exists != c.exists {
				t.Errorf("vanished %.80s, %d changed, doubt %q, unread %v, %d exist", got, changed, m.Doubt, m.Unread, m.Exists)
			}
		})
	}
}

// TestSelectSinceAsks: the question is that of the RFC, and the next plain one
// is free of it.
func TestSelectSinceAsks(t *testing.T) {
	heard := make(chan string, 9)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE QRESYNC UTF8=ACCEPT] hello\r\n")
		for tag, rest := f.line(); tag != ""; tag, rest = f.line() {
			heard <- rest
			if strings.HasPrefix(rest, "ENABLE") {
				f.say("* ENABLED CONDSTORE QRESYNC UTF8=accept\r\n")
			}
			f.say(tag + " OK done\r\n")
		}
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Enabled("QRESYNC") {
		t.Error("it is enabled from the beginning")
	}
	if err := c.Wait(t.Context(), c.StartEnable(t.Context(), "QRESYNC", "UTF8=ACCEPT")); err != nil || !c.Enabled("QRESYNC") || !c.Enabled("UTF8=ACCEPT") || c.Enabled("X") {
		t.Errorf("%v, %v", c.enabled, err)
	}
	if _, err := c.SelectSince(t.Context(), Mailbox("grün"), true, State{5, 1 << 62}, func(*Message) {}); err != nil {
		t.Error(err)
	}
	if _, err := c.Select(t.Context(), Mailbox("a"), false); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"ENABLE QRESYNC UTF8=ACCEPT", `EXAMINE "grün" (QRESYNC (5 4611686018427387904))`, `SELECT "a" (CONDSTORE)`} {
		if got := <-heard; got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// TestStatusOfMore: what some servers tell besides, and what is no such thing.
func TestStatusOfMore(t *testing.T) {
	for text, want := range map[string]StatusData{
		"MESSAGES 1 MAILBOXID (F1) APPENDLIMIT 35":         {Messages: 1, MailboxID: "F1", AppendLimit: 35},
		"MESSAGES 1 APPENDLIMIT NIL MAILBOXID NIL":         {Messages: 1, AppendLimit: -1},
		"MAILBOXID (a b) X-NEW ((1 2) \"x\") MESSAGES 1":   {Messages: 1, AppendLimit: -1},
		"MAILBOXID () MESSAGES 1":                          {Messages: 1, AppendLimit: -1},
		"MESSAGES 1 APPENDLIMIT 99999999999999999":         {Messages: 1, AppendLimit: 99999999999999999},
		"MESSAGES 1 MAILBOXID \"F1\" APPENDLIMIT \"many\"": {Messages: 1, AppendLimit: -1},
	} {
		c := dial(t, "OBJECTID APPENDLIMIT", map[string]string{"STATUS": "* STATUS gr&APw-n (" + text + ")\r\n% OK done\r\n"})
		var got StatusData
		err := c.Wait(t.Context(), c.StartStatus(t.Context(), Mailbox("grün"), func(d StatusData) { got = d }))
		want.Raw, want.Name, want.UIDNext, want.UIDValidity, want.HighestMod = "gr&APw-n", "grün", -1, -1, -1
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// TestGmailItems: labels in any form are passed over, and the message id is
// what a message is known by.
func TestGmailItems(t *testing.T) {
	for _, labels := range []string{`()`, `NIL`, `(\Inbox \Sent foo)`, `("\\Important" "a b" {3}` + "\r\n(x) " + `~x caf&AOk-)`, `((a) (b (c)))`, `"one"`, `(a ] b [c)`} {
		c := dial(t, "X-GM-EXT-1", map[string]string{"UID FETCH": "* 1 FETCH (X-GM-LABELS " + labels + " X-GM-THRID 1 X-GM-MSGID 1278455344230334865 UID 4 FLAGS (\\Seen))\r\n% OK done\r\n"})
		var got []Message
		err := c.Fetch(t.Context(), NewUIDSet(4), ItemStubGmail, func(m *Message) { got = append(got, *m) })
		if err != nil || len(got) != 1 || got[0].EmailID != "1278455344230334865" || !got[0].HasFlags || c.Err() != nil {
			t.Errorf("%s: %+v, %v", labels, got, err)
		}
	}
}

// TestIdle: news come as they happen, also between DONE and its answer; a
// number that does not change is no news.
func TestIdle(t *testing.T) {
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 IDLE NOTIFY] hello\r\n")
		for tag, rest := f.line(); tag != ""; tag, rest = f.line() {
			switch rest {
			case "IDLE":
				f.say("* 3 EXISTS\r\n+ waiting\r\n* 3 EXISTS\r\n* OK still here\r\n* 4 EXISTS\r\n* 1 EXPUNGE\r\n* VANISHED 7\r\n* 1 FETCH (FLAGS ())\r\n* STATUS gr&APw-n (MESSAGES 1)\r\n* LIST () \"/\" new\r\n")
				if done, _ := f.line(); done != "DONE" {
					t.Errorf("%q instead of DONE", done)
				}
				f.say("* 9 EXISTS\r\n" + tag + " OK ended\r\n")
			default:
				f.say("* 3 EXISTS\r\n" + tag + " OK done\r\n")
			}
		}
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Select(t.Context(), Mailbox("a"), true); err != nil {
		t.Fatal(err)
	}
	var heard []string
	news := News{Moved: func() { heard = append(heard, "moved") }, Status: func(d StatusData) { heard = append(heard, d.Name) }, Listed: func(d ListData) { heard = append(heard, d.Name) }}
	if err := c.Idle(t.Context(), time.Millisecond, news); err != nil {
		t.Fatal(err)
	}
	if want := "[moved moved moved moved grün new moved]"; fmt.Sprint(heard) != want {
		t.Errorf("%v, not %v", heard, want)
	}
	if err := c.Do(t.Context(), "NOOP"); err != nil { // its time is its own again
		t.Error(err)
	}
}

// TestIdleEnds: what ends it early is an error, and a context ends it at once.
func TestIdleEnds(t *testing.T) {
	news := News{Moved: func() {}, Status: func(StatusData) {}, Listed: func(ListData) {}}
	for name, answer := range map[string]string{
		"refused": "% NO not now\r\n", "unknown": "% BAD what?\r\n", "by itself": "+ x\r\n% OK enough\r\n", "refused later": "+ x\r\n% NO enough\r\n",
		"goodbye": "+ x\r\n* BYE away\r\n", "overflow": "+ x\r\n* OK [NOTIFICATIONOVERFLOW] too much\r\n", "another answer": "+ x\r\nA0 OK\r\n", "nothing": "",
	} {
		c := dial(t, "IDLE", map[string]string{"IDLE": answer})
		c.slow.timeout = 50 * time.Millisecond
		if err := c.Idle(t.Context(), time.Hour, news); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	c := dial(t, "IDLE", map[string]string{"IDLE": "+ x\r\n* LIST () \"/\" a\r\n"})
	ctx, cancel := context.WithCancel(t.Context())
	news.Listed = func(ListData) { cancel() }
	if err := c.Idle(ctx, time.Hour, news); err == nil || ctx.Err() == nil {
		t.Errorf("%v", err)
	}
}
