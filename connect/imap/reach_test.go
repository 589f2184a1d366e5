package imap_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/imapd"
	wire "lockstep/protocol/imap"
)

// port opens one that does something with each connection.
func port(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				do(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// TestWrongPort: where nothing answers as it should, the error comes in bounded
// time, and names the remedy.
func TestWrongPort(t *testing.T) {
	srv := imapd.New(imapd.Options{})
	t.Cleanup(func() { srv.Close() })
	safe, err := srv.ListenTLS("127.0.0.1:0")
	must(t, err)
	clear, err := srv.Listen("127.0.0.1:0")
	must(t, err)
	silent := port(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	for name, c := range map[string]struct {
		address  string
		security wire.Security
		class    core.Class
		remedy   string
	}{
		"TLS port, starttls":   {safe, wire.StartTLS, core.Transient, "use ?tls=implicit"},
		"TLS port, none":       {safe, wire.None, core.Transient, "use ?tls=implicit"},
		"clear port, implicit": {clear, wire.Implicit, core.Permanent, "use ?tls=starttls"},
		"silent, starttls":     {silent, wire.StartTLS, core.Transient, "check host and port"},
		"silent, implicit":     {silent, wire.Implicit, core.Transient, "check host and port"},
		"TLS alert":            {port(t, func(c net.Conn) { io.WriteString(c, "\x15\x03\x01\x00\x02\x02\x46") }), wire.None, core.Permanent, "use ?tls=implicit"},
		"another protocol":     {port(t, func(c net.Conn) { io.WriteString(c, "220 smtp.example.org ESMTP\r\n") }), wire.None, core.Transient, "check host and port"},
		"closes at once":       {port(t, func(net.Conn) {}), wire.StartTLS, core.Transient, "check host and port"},
		"drips":                {port(t, drip), wire.None, core.Transient, "check host and port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := configAt(t, c.address)
			config.Security, config.DialTimeout = c.security, 300*time.Millisecond
			r, err := imap.Open(t.Context(), config)
			if err == nil {
				r.Close()
				t.Fatal("it opens")
			}
			if core.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.remedy) || !strings.Contains(err.Error(), c.address) {
				t.Errorf("%s: %v", core.ClassOf(err), err)
			}
		})
	}
}

// drip sends a greeting that does not come to its end, so slowly that no read
// runs out of time.
func drip(c net.Conn) {
	for text := "* "; ; text = "O" {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestSilence: a server that stops to answer within a command is left, and a
// new connection goes on.
func TestSilence(t *testing.T) {
	for _, command := range []string{"LIST", "EXAMINE", "UID SEARCH", "UID FETCH"} {
		a := serve(t, imapd.Options{}, "a")
		a.add(t, "a", message(1))
		a.config.Timeout = 100 * time.Millisecond
		r := a.open(t)
		a.server.SetFaults(imapd.Once(command, imapd.Fault{Hang: true}))
		failed := 0
		for {
			s, err := r.Collections(t.Context())
			if err == nil {
				_, err = r.Changes(t.Context(), s.Collections[1].Feed, "")
			}
			if err == nil {
				break
			}
			if failed++; core.ClassOf(err) != core.Transient || failed > 1 {
				t.Fatalf("%s: %v", command, err)
			}
		}
		if failed != 1 {
			t.Errorf("%s: it did not hang", command)
		}
	}
}

// TestSecurities: the account opens in each of the ways that TLS can be had,
// and only with the right authority.
func TestSecurities(t *testing.T) {
	srv := imapd.New(imapd.Options{RequireTLS: true})
	t.Cleanup(func() { srv.Close() })
	srv.AddUser("me", "secret")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(ca, srv.CAPEM(), 0o600))
	safe, err := srv.ListenTLS("127.0.0.1:0")
	must(t, err)
	clear, err := srv.Listen("127.0.0.1:0")
	must(t, err)
	for address, security := range map[string]wire.Security{safe: wire.Implicit, clear: wire.StartTLS} {
		config := configAt(t, address)
		config.Security, config.CA = security, ca
		r, err := imap.Open(t.Context(), config)
		must(t, err)
		must(t, r.Close())
		config.CA = ""
		if _, err := imap.Open(t.Context(), config); core.ClassOf(err) != core.Permanent || err == nil {
			t.Errorf("an unknown authority: %v", err)
		}
	}
	if _, err := imap.Open(t.Context(), configAt(t, clear)); core.ClassOf(err) != core.Auth || !strings.Contains(err.Error(), "tls") {
		t.Errorf("LOGINDISABLED: %v", err)
	}
}
