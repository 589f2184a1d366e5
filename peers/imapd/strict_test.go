package imapd_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

// TestStrict: what the grammar does not allow is BAD and recorded, and never
// taken for a second command.
func TestStrict(t *testing.T) {
	for name, text := range map[string]string{
		"bare LF":            "a NOOP\n",
		"bare CR":            "a LOGIN a\rb c\r\n",
		"NUL":                "a LOGIN a\x00b c\r\n",
		"8-bit":              "a LOGIN \"\xc3\xbc\" c\r\n",
		"unquoted special":   "a LOGIN a(b c\r\n",
		"wildcard in a name": "a SELECT a*b\r\n",
		"open quote":         "a LOGIN \"abc {5}\r\n",
		"bad escape":         "a LOGIN \"a\\b\" c\r\n",
		"no space":           "a LOGIN  a b\r\n",
		"behind the end":     "a NOOP x\r\n",
		"no command":         "a\r\n",
		"bad tag":            "+ NOOP\r\n",
		"literal of NUL":     "a LOGIN {3+}\r\na\x00b c\r\n",
		"literal too long":   "a LOGIN {99999999999999999999}\r\n",
		"name not UTF-7":     "a SELECT \"a&b\"\r\n",
		"name not canonical": "a SELECT \"&AGE-\"\r\n",
		"system flag":        "a APPEND INBOX (\\Recent) {1+}\r\nx\r\n",
		"set of zero":        "a UID FETCH 0 FLAGS\r\n",
		"set":                "a UID FETCH 1::2 FLAGS\r\n",
		"sequence number":    "a FETCH 3 FLAGS\r\n",
		"status of nothing":  "a STATUS INBOX ()\r\n",
		"search key":         "a UID SEARCH BOGUS\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			srv, _, addr := start(t, imapd.Options{})
			c := enter(t, addr)
			if strings.Contains(text, "LOGIN") {
				c = dial(t, addr)
				c.line()
			} else {
				c.ok("SELECT INBOX")
			}
			c.raw(text)
			word := " BAD "
			if strings.HasPrefix(name, "name not") {
				word = " NO "
			}
			if l := c.line(); !strings.Contains(l, word) {
				t.Error(l)
			}
			if v := srv.Violations(); len(v) != 1 {
				t.Errorf("%q", v)
			}
			c.raw("z NOOP\r\n")
			if l := c.line(); !strings.HasPrefix(l, "z OK") {
				t.Error(l)
			}
		})
	}
}

// TestLimits: a line without an end closes, a literal too big is refused.
func TestLimits(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{MaxLiteral: 10, MaxLine: 8192})
	c := enter(t, addr)
	c.want("APPEND INBOX {11}", "NO [TOOBIG]")
	clean(t, srv)
	go c.conn.Write([]byte("a LOGIN " + strings.Repeat("x", 20000)))
	has(t, c.ends(), "* BYE")
	if len(srv.Violations()) != 1 {
		t.Error(srv.Violations())
	}
}

// TestLiteralMinus: a long literal waits (RFC 7888, section 5).
func TestLiteralMinus(t *testing.T) {
	caps := imapd.Without("LITERAL+")
	caps["LITERAL-"] = true
	srv, _, addr := start(t, imapd.Options{Capabilities: caps})
	c := enter(t, addr)
	c.ok("APPEND INBOX {4096+}\r\n" + strings.Repeat("x", 4096))
	clean(t, srv)
	c.want("APPEND INBOX {4097+}\r\n"+strings.Repeat("x", 4097), "BAD")
}

// FuzzSession: no bytes bring the server down, and it stays in step.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{"a NOOP", "a UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (A)]<1.2>) (CHANGEDSINCE 1)",
		"a UID SEARCH OR (NOT SEEN) HEADER A {1+}\r\nb", `a LIST (SUBSCRIBED) "" ("a" b%) RETURN (STATUS (MESSAGES))`,
		"a STORE 1:* (UNCHANGEDSINCE 1) +FLAGS.SILENT (\\Seen x)", "a APPEND INBOX (\\Seen) \" 5-Mar-2024 10:20:30 +0100\" {1+}\r\nx",
		"a APPEND INBOX {1+}\r\nx (\\Seen) {1+}\r\ny",
		"a UID COPY 1,2:* \"x\"", "a AUTHENTICATE PLAIN AGEAYQ==", "a ID (\"a\" NIL)", "a RENAME INBOX {3}\r\nabc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		srv := imapd.New(imapd.Options{Preauth: "ann", MaxLine: 4096, MaxLiteral: 4096})
		u := srv.AddUser("ann", "secret")
		u.Append("INBOX", []byte(body), time.Time{})
		defer srv.Close()
		addr, err := srv.Listen("127.0.0.1:0")
		if err != nil {
			t.Skip(err)
		}
		c := dial(t, addr)
		c.raw("s SELECT INBOX\r\n" + text + "\r\n")
		c.raw("DONE\r\nz LOGOUT\r\n")
		c.conn.(interface{ CloseWrite() error }).CloseWrite()
		c.ends()
	})
}
