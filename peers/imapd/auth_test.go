package imapd_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"strings"
	"testing"

	"lockstep/peers/imapd"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// TestAuthenticate: every mechanism, right and wrong.
func TestAuthenticate(t *testing.T) {
	srv, u, addr := start(t, imapd.Options{})
	u.SetToken("tok")
	for command, want := range map[string]string{
		"AUTHENTICATE PLAIN " + b64("\x00ann\x00secret"):                         "OK",
		"AUTHENTICATE PLAIN " + b64("\x00ann\x00wrong"):                          "NO [AUTHENTICATIONFAILED]",
		"AUTHENTICATE PLAIN\r\n" + b64("\x00ann\x00secret"):                      "OK",
		"AUTHENTICATE LOGIN\r\n" + b64("ann") + "\r\n" + b64("secret"):           "OK",
		"AUTHENTICATE LOGIN " + b64("ann") + "\r\n" + b64("no"):                  "NO [AUTHENTICATIONFAILED]",
		"AUTHENTICATE XOAUTH2 " + b64("user=ann\x01auth=Bearer tok\x01\x01"):     "OK",
		"AUTHENTICATE XOAUTH2 " + b64("user=ann\x01auth=Bearer x\x01\x01"):       "NO [AUTHENTICATIONFAILED]",
		"AUTHENTICATE OAUTHBEARER " + b64("n,a=ann,\x01auth=Bearer tok\x01\x01"): "OK",
		"AUTHENTICATE NTLM":        "NO",
		"LOGIN nobody secret":      "NO [AUTHENTICATIONFAILED]",
		"LOGIN ann {6+}\r\nsecret": "OK",
	} {
		c := dial(t, addr)
		c.line()
		if strings.Contains(want, "NO [A") && strings.Contains(command, "XOAUTH2") {
			command += "\r\n" // the client answers the error with nothing
		}
		c.raw("a " + command + "\r\n")
		l := c.line()
		for strings.HasPrefix(l, "+") {
			l = c.line()
		}
		if !strings.HasPrefix(l, "a "+want) {
			t.Errorf("%q: %s", command, l)
		}
	}
	clean(t, srv)
	c := dial(t, addr)
	c.line()
	c.want("AUTHENTICATE PLAIN !!!", "BAD")
	if len(srv.Violations()) != 1 {
		t.Error(srv.Violations())
	}
}

// TestSCRAM plays the client of RFC 7677.
func TestSCRAM(t *testing.T) {
	_, _, addr := start(t, imapd.Options{})
	c := dial(t, addr)
	c.line()
	bare := "n=ann,r=abc"
	c.raw("a AUTHENTICATE SCRAM-SHA-256 " + b64("n,,"+bare) + "\r\n")
	read := func() string {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(c.line(), "+ "))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	server := read()
	fields := strings.Split(server, ",")
	salt, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(fields[1], "s="))
	salted, _ := pbkdf2.Key(sha256.New, "secret", salt, 4096, 32)
	mac := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	final := "c=biws," + fields[0]
	auth := bare + "," + server + "," + final
	key := mac(salted, "Client Key")
	stored := sha256.Sum256(key)
	proof := mac(stored[:], auth)
	for i := range proof {
		proof[i] ^= key[i]
	}
	c.raw(b64(final+",p="+base64.StdEncoding.EncodeToString(proof)) + "\r\n")
	if got, want := read(), "v="+base64.StdEncoding.EncodeToString(mac(mac(salted, "Server Key"), auth)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	c.raw("\r\n")
	has(t, c.line(), "a OK")
}

// TestTLS: STARTTLS and implicit TLS with the server's own authority.
func TestTLS(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{RequireTLS: true})
	c := dial(t, addr)
	has(t, c.line(), "LOGINDISABLED")
	c.want("LOGIN ann secret", "NO [PRIVACYREQUIRED]")
	c.ok("STARTTLS")
	conn := tls.Client(c.conn, trust(srv))
	c.conn, c.in = conn, bufio.NewReader(conn)
	if out := c.ok("CAPABILITY"); strings.Contains(out, "STARTTLS") || !strings.Contains(out, "AUTH=PLAIN") {
		t.Error(out)
	}
	c.ok("LOGIN ann secret")
	clean(t, srv)

	secure, err := srv.ListenTLS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, err := tls.Dial("tcp", secure, trust(srv))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c = &client{t: t, conn: d, in: bufio.NewReader(d)}
	c.line()
	c.ok("LOGIN ann secret")
}

// TestInjection: plain text in STARTTLS's packet, both ways, and PREAUTH.
func TestInjection(t *testing.T) {
	srv, _, addr := start(t, imapd.Options{Faults: imapd.Once("STARTTLS", imapd.InjectAfterStartTLS("* CAPABILITY IMAP4rev1 EVIL"))})
	c := dial(t, addr)
	c.line()
	c.raw("a STARTTLS\r\nb LOGIN ann secret\r\n")
	has(t, c.line(), "a OK")
	has(t, c.line(), "EVIL")
	conn := tls.Client(c.conn, trust(srv))
	c.conn, c.in = conn, bufio.NewReader(conn)
	c.want("SELECT INBOX", "BAD") // not logged in: b was dropped
	if len(srv.Violations()) != 2 {
		t.Error(srv.Violations())
	}
	_, _, addr = start(t, imapd.Options{Preauth: "ann"})
	c = dial(t, addr)
	has(t, c.line(), "* PREAUTH")
	c.ok("SELECT INBOX")
}
