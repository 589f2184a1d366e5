package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"lockstep/format/utf7"
)

// Attacks 11 and 12: no name, flag or password makes a second command, and a
// name that ends like a literal swallows nothing.
func TestNoInjection(t *testing.T) {
	for _, name := range []string{"a\r\nA1 DELETE INBOX", "a\nb", "a\x00b", ""} {
		e := &encoder{}
		var bad *ArgError
		if err := Mailbox(name).write(e); !errors.As(err, &bad) {
			t.Errorf("mailbox %q: %v", name, err)
		}
		if err := RawMailbox(name).write(e); !errors.As(err, &bad) {
			t.Errorf("raw mailbox %q: %v", name, err)
		}
	}
	for _, flag := range []string{"a b", "a)", "{5}", "a\r\n", "", `\`, `\*`, "a\"", "é"} {
		if err := Flag(flag).write(&encoder{}); err == nil {
			t.Errorf("flag %q is sent", flag)
		}
	}
	for name, want := range map[string]string{
		"x{5}": `"x{5}"`, "x{5+}": `"x{5+}"`, `a"b`: `"a\"b"`, `a\b`: `"a\\b"`, "a*%]": `"a*%]"`, "Entwürfe": `"Entw&APw-rfe"`, "a&b": `"a&-b"`,
	} {
		e := &encoder{}
		if err := Mailbox(name).write(e); err != nil || e.text.String() != want || len(e.pieces) != 0 {
			t.Errorf("%q is sent as %s, %v", name, e.text.String(), err)
		}
	}
	e := &encoder{}
	if err := String("pass\r\nA1 NOOP").write(e); err != nil || len(e.pieces) != 2 || e.pieces[1].literal.Size != 13 {
		t.Errorf("a text with a line end is not a literal: %v %v", e.pieces, err)
	}
}

// Attack 13: names round-trip, and one that is no modified UTF-7 is not taken
// for another.
func TestNamesRoundTrip(t *testing.T) {
	for _, name := range []string{"INBOX", "Entwürfe", "送信済み", "a&b", `q"u\o`, "a*b%c]", "😀", "&", "~x", "{5}"} {
		if back, ok := utf7.Decode(utf7.Encode(name)); !ok || back != name {
			t.Errorf("%q comes back as %q", name, back)
		}
	}
	for _, raw := range []string{"&", "&AGE-", "&APw", "&APw-&APw-", "Entwürfe", "&2D0-", "&!-"} {
		if name, ok := utf7.Decode(raw); ok {
			t.Errorf("%q is taken for %q", raw, name)
		}
	}
}

func FuzzUTF7(f *testing.F) {
	f.Add("Entw&APw-rfe")
	f.Add("&AGE-")
	f.Fuzz(func(t *testing.T, s string) {
		if name, ok := utf7.Decode(s); ok && utf7.Encode(name) != s {
			t.Errorf("%q decodes to %q, which is written %q", s, name, utf7.Encode(name))
		}
	})
}

// Attack 26: a literal of 4 GiB reserves nothing and ends the connection.
func TestHugeLiteral(t *testing.T) {
	c := dial(t, "", map[string]string{"UID FETCH": "* 1 FETCH (UID 1 BODY[] {4294967295}\r\nabc"})
	err := c.Fetch(t.Context(), NewUIDSet(1), ItemBody, func(*Message) { t.Error("it is handed over") })
	var p *ProtocolError
	if !errors.As(err, &p) || c.Err() == nil {
		t.Errorf("%v", err)
	}
}

// Attack 27: deep lists and floods of parts end the connection; a range of all
// UIDs is not expanded.
func TestFloods(t *testing.T) {
	for name, answer := range map[string]string{
		"depth":  "* 1 FETCH (UID 1 X " + strings.Repeat("(", 5000) + "\r\n",
		"braces": "* LIST " + strings.Repeat("(", 100_000) + "\r\n",
	} {
		c := dial(t, "", map[string]string{"NOOP": answer})
		var p *ProtocolError
		if err := c.Do(t.Context(), "NOOP"); !errors.As(err, &p) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := dial(t, "ESEARCH", map[string]string{"UID SEARCH": "* ESEARCH (TAG \"%\") UID ALL 1:4294967295\r\n% OK\r\n"})
	found, _, err := c.Search(t.Context(), Between(1, 10))
	if err != nil || len(found) != 1 || found.Count() != 1<<32-1 {
		t.Errorf("%v %v", found, err)
	}
}

// Attack 27: tiny literals take linear time, and 200,000 of them are too many
// for a line.
func TestTinyLiterals(t *testing.T) {
	began := time.Now()
	c := dial(t, "", map[string]string{"NOOP": "* X (" + strings.Repeat("{1}\r\na ", 9_000) + ")\r\n% OK\r\n"})
	if err := c.Do(t.Context(), "NOOP"); err != nil {
		t.Error(err)
	}
	c = dial(t, "", map[string]string{"NOOP": "* X (" + strings.Repeat("{1}\r\na ", 200_000) + ")\r\n% OK\r\n"})
	var p *ProtocolError
	if err := c.Do(t.Context(), "NOOP"); !errors.As(err, &p) {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it takes %s", took)
	}
}

// Attack 28: a line without an end is cut off.
func TestEndlessLine(t *testing.T) {
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1] hello\r\n")
		f.line()
		for {
			if _, err := io.WriteString(f.Conn, strings.Repeat("x", 4096)); err != nil {
				return
			}
		}
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var p *ProtocolError
	if err := c.Do(t.Context(), "NOOP"); !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
}

// Attack 29: garbage in a SASL dialogue ends the login and nothing else.
func TestGarbageInSASL(t *testing.T) {
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256] hello\r\n")
		tag, _ := f.line()
		f.say("+ !!!not base64!!!\r\n")
		if _, rest := f.line(); rest != "" {
			f.t.Errorf("it answers %q", rest)
		}
		f.say(tag + " BAD cancelled\r\n")
		f.serve(nil)
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var s *StatusError
	if err := c.Login(t.Context(), "me", "secret", Best); !errors.As(err, &s) {
		t.Errorf("%v", err)
	}
	if err := c.Do(t.Context(), "NOOP"); err != nil {
		t.Errorf("the connection is lost: %v", err)
	}
}

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

// Attack 41: COPYUID lists that do not fit are no evidence.
func TestCopyUIDLies(t *testing.T) {
	wanted := Between(1, 3)
	for _, c := range []CopyUID{
		{From: []Range{{1, 3}}, To: []Range{{7, 8}}},
		{From: []Range{{1, 4294967295}}, To: []Range{{1, 4294967295}}},
		{From: []Range{{8, 9}}, To: []Range{{1, 2}}},
	} {
		if p := c.Pairs(wanted); p != nil {
			t.Errorf("%v is believed: %v", c, p)
		}
	}
	good := CopyUID{From: []Range{{3, 3}, {1, 1}}, To: []Range{{10, 11}}}
	if p := good.Pairs(wanted); p[3] != 10 || p[1] != 11 || len(p) != 2 {
		t.Errorf("%v", p)
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
		"* STATUS a (MESSAGES 1 UIDNEXT 2)\r\n", "* ESEARCH (TAG \"A1\") UID ALL 1:3\r\n", "* SEARCH 1 2 3 (MODSEQ 5)\r\n", "* OK [PERMANENTFLAGS (\\*)] x\r\n", "* 3 EXPUNGE\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := &Conn{prefix: "A", mailbox: &MailboxState{}, caps: map[string]bool{}}
		c.r = newReader(strings.NewReader(text), Limits{Literal: 1 << 16}.withDefaults())
		c.pending = []*Command{{tag: "A1", name: "X", copies: true, h: handlers{
			list: func(ListData) {}, status: func(StatusData) {}, search: func(UIDSet) {}, words: func([]string) {}, malformed: func() {},
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
