package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// What is not known is survived: unknown data, unknown items, odd blanks,
// lower case, NIL for a text, a body before its UID.
func TestTolerance(t *testing.T) {
	c := dial(t, "", map[string]string{"UID FETCH": "* VENDOR (a {3}\r\nx)y \"q\") 5\r\n" +
		"* 1 fetch  (uid 7  flags (\\seen  work) X-GM-LABELS (\"a b\" (c {2}\r\n)))) rfc822.size 12 X-N NIL INTERNALDATE \" 1-Jan-2024 10:00:00 +0000\"  )\r\n" +
		"* 2 FETCH (BODY[] {5}\r\nhello UID 8)\r\n" +
		"* 3 FETCH (UID 9 BODY[] NIL)\r\n" +
		"* 4 FETCH (UID 10 BODY[] {3}\r\nabc FLAGS (\\Seen))\r\n" +
		"* 5 FETCH (UID oops {4}\r\nabcd)\r\n" +
		"* OK text with \"one quote {5}\r\n% ok fine\r\n"})
	got := map[uint32]string{}
	err := c.Fetch(t.Context(), Between(7, 10), ItemBody, func(m *Message) {
		text := fmt.Sprint(m.Flags, m.Size, m.NoBody)
		if m.Body != nil {
			b, err := io.ReadAll(m.Body)
			text = string(b) + fmt.Sprint(err)
		}
		got[m.UID] = text
	})
	want := "map[7:[\\seen work] 12 false 8:hello<nil> 9:[] -1 true 10:abc<nil>]"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, want %s, %v", got, want, err)
	}
}

// A body that nobody reads is skipped, and what follows is read.
func TestUnreadBodyIsDrained(t *testing.T) {
	c := dial(t, "", map[string]string{"UID FETCH": "* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n* 2 FETCH (UID 2 BODY[] {2}\r\nyo)\r\n% OK\r\n"})
	var seen []uint32
	err := c.Fetch(t.Context(), Between(1, 2), ItemBody, func(m *Message) { seen = append(seen, m.UID) })
	if err != nil || fmt.Sprint(seen) != "[1 2]" {
		t.Errorf("%v %v", seen, err)
	}
}

// A command that was not sent is told from one that may have been.
func TestLost(t *testing.T) {
	c := dial(t, "", map[string]string{"NOOP": "* BYE going down\r\n"})
	err := c.Do(t.Context(), "NOOP")
	var l *LostError
	if !errors.As(err, &l) || !l.Sent || !strings.Contains(err.Error(), "going down") {
		t.Errorf("%v", err)
	}
	err = c.Do(t.Context(), "NOOP")
	if !errors.As(err, &l) || l.Sent {
		t.Errorf("after that: %v", err)
	}
}

// A cancelled context ends a command that waits.
func TestCancel(t *testing.T) {
	c := dial(t, "", map[string]string{"NOOP": ""})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.Do(ctx, "NOOP"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// A synchronizing literal waits for the server, which may refuse it.
func TestLiteralIsRefused(t *testing.T) {
	c := dial(t, "", map[string]string{"APPEND": "% NO [TRYCREATE] no such mailbox\r\n"})
	cmd := c.StartAppend(t.Context(), Mailbox("x"), nil, nil, Literal{Size: 3, Body: strings.NewReader("abc")})
	var s *StatusError
	if err := c.Wait(t.Context(), cmd); !errors.As(err, &s) || s.Code != "TRYCREATE" {
		t.Errorf("%v", err)
	}
	if err := c.Do(t.Context(), "NOOP"); err != nil {
		t.Errorf("the literal was sent: %v", err)
	}
}

func TestUIDSets(t *testing.T) {
	s := NewUIDSet(5, 1, 2, 3, 9, 8, 5)
	for got, want := range map[string]string{
		s.String(): "1:3,5,8:9", s.Missing(1, 12).String(): "4,6:7,10:12", s.Last(3, 9).String(): "3,5,8", s.Last(100, 4).String(): "1:3",
		UIDSet(nil).Missing(1, 0).String(): "", Between(3, 2).String(): "",
		fmt.Sprint(s.Chunks(4)): "[1:3 5 8:9]", fmt.Sprint(s.Count(), s.Has(3), s.Has(4)): "6 true false",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, text := range []string{"", "0", "1:*", "a", "1,,2", "1:", "4294967296"} {
		if s, ok := ParseUIDSet(text); ok {
			t.Errorf("%q is read as %v", text, s)
		}
	}
	if s, ok := ParseUIDSet("9:7,1,2"); !ok || s.String() != "1:2,7:9" {
		t.Errorf("%v", s)
	}
}

// FuzzResponse: nothing that a server sends makes it panic or hang.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		"* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[] {3}\r\nabc)\r\n", "* LIST (\\HasNoChildren) \"/\" \"a\"\r\n", "+ go\r\n", "A1 OK [COPYUID 1 1:2 3:4] x\r\n",
		"A1 OK [APPENDUID 1 4,7:8] x\r\n", "A1 OK [APPENDUID 1 1:4294967295] x\r\n",
		"* STATUS a (MESSAGES 1 UIDNEXT 2)\r\n", "* ESEARCH (TAG \"A1\") UID ALL 1:3\r\n", "* SEARCH 1 2 3 (MODSEQ 5)\r\n", "* OK [PERMANENTFLAGS (\\*)] x\r\n", "* 3 EXPUNGE\r\n",
		"* VANISHED (EARLIER) 1:3,7\r\n* VANISHED 1:4294967295\r\n", "* STATUS a (MAILBOXID (F1) APPENDLIMIT NIL)\r\n", "* OK [NOTIFICATIONOVERFLOW] x\r\n",
		"* 1 FETCH (X-GM-LABELS (\\Inbox \"a\" {1}\r\nb) X-GM-MSGID 5 UID 1)\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := &Conn{prefix: "A", mailbox: &MailboxState{}, caps: map[string]bool{}}
		c.r = newReader(strings.NewReader(text), Limits{Literal: 1 << 16}.withDefaults(), 32<<10)
		c.pending = []*Command{{tag: "A1", name: "X", copies: true, appends: 3, h: handlers{
			list: func(ListData) {}, status: func(StatusData) {}, search: func(UIDSet) {}, words: func([]string) {}, malformed: func() {}, moved: func() {},
			uids: Between(1, 1<<32-1), fetch: func(m *Message) {
				if m.Body != nil {
					io.Copy(io.Discard, m.Body)
				}
			}}}}
		for n := 0; c.read() == nil; n++ {
			if n > len(text) {
				t.Fatal("it does not come to an end")
			}
		}
	})
}
