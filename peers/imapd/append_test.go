package imapd_test

import (
	"strings"
	"testing"

	"lockstep/peers/imapd"
)

// TestMultiAppend: several messages, each with its flags and its date, all or
// none.
func TestMultiAppend(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	c := enter(t, addr)
	has(t, c.ok("APPEND INBOX (\\Seen) \" 5-Mar-2024 10:20:30 +0100\" {3+}\r\none {3+}\r\ntwo (work) {5+}\r\nthree"), "OK [APPENDUID 1000001 1:3]")
	has(t, c.ok("APPEND INBOX {4+}\r\nfour"), "OK [APPENDUID 1000001 4]")
	// one that cannot be stored: none is
	c.want("APPEND INBOX {1+}\r\nx {0+}\r\n {1+}\r\ny", "NO")
	c.want("APPEND nowhere {1+}\r\nx {1+}\r\ny", "NO [TRYCREATE]")
	clean(t, srv)
	places := u.Places("INBOX")
	if len(places) != 4 || len(srv.Ledger()) != 4 || places[0].Internal.Unix() != 1709630430 || strings.Join(places[2].Flags, " ") != "work" || len(places[1].Flags) > 0 {
		t.Errorf("%+v", places)
	}
	for uid, want := range []string{"one", "two", "three", "four"} {
		if got := string(u.Body("INBOX", uint32(uid+1))); got != want {
			t.Errorf("%d is %q", uid+1, got)
		}
	}
}

// TestMultiAppendIsStrict: what the grammar does not allow stores nothing.
func TestMultiAppendIsStrict(t *testing.T) {
	for name, c := range map[string]struct {
		capabilities map[string]bool
		text         string
	}{
		"not offered":      {imapd.Without("MULTIAPPEND"), "{1+}\r\nx {1+}\r\ny"},
		"no space":         {nil, "{1+}\r\nx{1+}\r\ny"},
		"two spaces":       {nil, "{1+}\r\nx  {1+}\r\ny"},
		"space at the end": {nil, "{1+}\r\nx "},
		"no literal":       {nil, "{1+}\r\nx \"y\""},
		"flags only":       {nil, "{1+}\r\nx (\\Seen)"},
		"system flag":      {nil, "{1+}\r\nx (\\Recent) {1+}\r\ny"},
		"date":             {nil, "{1+}\r\nx \"yesterday\" {1+}\r\ny"},
		"name again":       {nil, "{1+}\r\nx INBOX {1+}\r\ny"},
		"NUL":              {nil, "{1+}\r\nx {1+}\r\n\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			srv, _, addr := start(t, imapd.Options{Capabilities: c.capabilities})
			cl := enter(t, addr)
			cl.want("APPEND INBOX "+c.text, "BAD")
			if n := len(srv.Ledger()); n != 0 || len(srv.Violations()) != 1 {
				t.Errorf("%d messages, violations %q", n, srv.Violations())
			}
			cl.ok("NOOP")
		})
	}
}

// TestMultiAppendTooBig: a literal that is refused in the middle stores nothing.
func TestMultiAppendTooBig(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{MaxLiteral: 3})
	c := enter(t, addr)
	c.raw("a APPEND INBOX {3+}\r\none {4}\r\n")
	if l := c.line(); !strings.HasPrefix(l, "a NO [TOOBIG]") {
		t.Error(l)
	}
	c.ok("NOOP")
	if n := len(srv.Ledger()); n != 0 {
		t.Errorf("%d messages", n)
	}
	clean(t, srv)
}
