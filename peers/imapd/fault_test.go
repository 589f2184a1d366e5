package imapd_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

func at(n int) *int { return &n }

// TestFaults: what each fault leaves done, and what it tells.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault imapd.Fault
		done  int // messages after an APPEND
		says  string
		open  bool
	}{
		"none":          {imapd.Fault{}, 1, "a OK [APPENDUID 1000001 1]", true},
		"drop before":   {imapd.Fault{DropBefore: true}, 0, "", false},
		"drop after":    {imapd.Fault{DropAfter: true}, 1, "", false},
		"drop answered": {imapd.Fault{DropAnswered: true}, 1, "a OK", false},
		"no":            {imapd.Fault{No: "[LIMIT] slow down"}, 0, "a NO [LIMIT] slow down", true},
		"bad":           {imapd.Fault{Bad: "what"}, 0, "a BAD what", true},
		"bye":           {imapd.Fault{Bye: "[UNAVAILABLE] later"}, 0, "* BYE [UNAVAILABLE] later", false},
		"cut":           {imapd.Fault{CutLine: at(4)}, 1, "a OK", false},
		"delay":         {imapd.Fault{Delay: time.Millisecond}, 1, "a OK", true},
		"before":        {imapd.Fault{Before: []string{"* 77 EXISTS"}}, 1, "* 77 EXISTS\r\na OK", true},
		"wrong uid":     {imapd.WrongUIDs(99), 1, "a OK [APPENDUID 1000001 99]", true},
		"flip":          {imapd.FlipUIDValidity(5), 1, "a OK [APPENDUID 5 1]", true},
		"raw":           {imapd.Fault{Raw: func(w io.Writer) error { _, err := io.WriteString(w, "junk"); return err }}, 0, "junk", false},
	} {
		t.Run(name, func(t *testing.T) {
			srv, u, addr := start(t, imapd.Options{Faults: imapd.Once("APPEND", c.fault)})
			cl := enter(t, addr)
			cl.raw("a APPEND INBOX {1+}\r\nx\r\nb LOGOUT\r\n")
			all := cl.ends()
			if !strings.HasPrefix(all, c.says) || c.says == "" && all != "" {
				t.Errorf("%q, want %q", all, c.says)
			}
			if open := strings.Contains(all, "b OK"); open != c.open {
				t.Errorf("open: %v in %q", open, all)
			}
			if n := len(u.Places("INBOX")); n != c.done {
				t.Errorf("%d messages", n)
			}
			clean(t, srv)
		})
	}
}

// TestCutLiteral: the connection ends inside of a body.
func TestCutLiteral(t *testing.T) {
	_, u, addr := start(t, imapd.Options{Faults: imapd.Script(imapd.Scripted{Command: "UID FETCH", N: 2, Fault: imapd.Fault{CutLiteral: at(5)}})})
	u.Append("INBOX", []byte(body), time.Time{})
	c := enter(t, addr)
	c.ok("SELECT INBOX")
	c.ok("UID FETCH 1 BODY.PEEK[]")
	c.raw("a UID FETCH 1 BODY.PEEK[]\r\n")
	if all := c.ends(); !strings.HasSuffix(all, "BODY[] {22}\r\nSubje") {
		t.Errorf("%q", all)
	}
}

// TestHang: the server never answers and still closes.
func TestHang(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{Faults: imapd.Once("NOOP", imapd.Fault{Hang: true})})
	c := enter(t, addr)
	c.raw("a NOOP\r\n")
	c.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if l, err := c.in.ReadString('\n'); err == nil {
		t.Error(l)
	}
	srv.Close()
}

// TestThrottled: the account is asked to wait at every nth command.
func TestThrottled(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{Faults: func(a imapd.Ask) imapd.Fault {
		if a.Command == "NOOP" && a.N%3 == 0 && a.User == "ann" {
			return imapd.Fault{No: "[UNAVAILABLE] try again"}
		}
		return imapd.Fault{}
	}})
	c := enter(t, addr)
	for i := 1; i <= 6; i++ {
		want := "OK"
		if i%3 == 0 {
			want = "NO [UNAVAILABLE]"
		}
		c.want("NOOP", want)
	}
	if srv.Counts()["NOOP"] != 6 {
		t.Error(srv.Counts())
	}
}

// TestLies: each lie is told.
func TestLies(t *testing.T) {
	for name, c := range map[string]struct {
		fault         imapd.Fault
		command, says string
	}{
		"list also": {imapd.ListAlso(`"../../.ssh"`), `LIST "" *`, `* LIST () "/" "../../.ssh"`},
		"shrink":    {imapd.ShrinkExists(0), "NOOP", "* 0 EXISTS"},
		"expunge":   {imapd.UnknownExpunge(4294967295), "NOOP", "* 4294967295 EXPUNGE"},
		"huge":      {imapd.HugeLiteral(4294967295), "NOOP", "{4294967295}\r\nonly this"},
		"endless":   {imapd.EndlessLine(100000), "NOOP", strings.Repeat("x", 100000)},
		"many":      {imapd.ManyLiterals(1000), "NOOP", strings.Repeat("{1}\r\nx ", 1000)},
		"deep":      {imapd.DeepParens(1000), "NOOP", strings.Repeat("(", 1000)},
	} {
		t.Run(name, func(t *testing.T) {
			word, _, _ := strings.Cut(c.command, " ")
			srv, _, addr := start(t, imapd.Options{Faults: imapd.Once(word, c.fault)})
			cl := enter(t, addr)
			cl.raw("a " + c.command + "\r\nb LOGOUT\r\n")
			has(t, cl.ends(), c.says)
			clean(t, srv)
		})
	}
	_, _, addr := start(t, imapd.Options{Faults: imapd.Once("LIST", imapd.EmptyList())})
	c := enter(t, addr)
	if out := c.ok(`LIST "" *`); strings.Contains(out, "INBOX") {
		t.Error(out)
	}
	has(t, c.ok(`LIST "" *`), "INBOX")
}

// TestRefusedLiteral: a literal is refused before it is sent.
func TestRefusedLiteral(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{Faults: imapd.Once("LITERAL", imapd.Fault{No: "[OVERQUOTA] full"})})
	c := enter(t, addr)
	c.want("APPEND INBOX {5}", "NO [OVERQUOTA]")
	c.ok("NOOP")
	clean(t, srv)
}
