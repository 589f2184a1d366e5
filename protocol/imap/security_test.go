package imap

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

// mustRefuse dials and wants an error of security; no password may be seen.
func mustRefuse(t *testing.T, o Options) {
	t.Helper()
	c, err := Dial(t.Context(), o)
	if err == nil {
		c.Close()
		t.Fatal("it connects")
	}
	var s *SecurityError
	if !errors.As(err, &s) {
		t.Fatalf("%T %v, want a SecurityError", err, err)
	}
}

// Attack 1: bytes after the OK to STARTTLS, in the same segment, are fatal.
func TestInjectedAfterSTARTTLS(t *testing.T) {
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
		tag, _ := f.line()
		f.say(tag + " OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
		f.line()
	})
	o.Security = StartTLS
	mustRefuse(t, o)
}

// Attack 2: an OK that is sent before the question is no answer to it.
func TestAnswerBeforeSTARTTLS(t *testing.T) {
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\nA1 OK begin\r\n")
		f.line()
	})
	o.Security = StartTLS
	if c, err := Dial(t.Context(), o); err == nil {
		c.Close()
		t.Fatal("it goes on")
	}
}

// Attack 3: PREAUTH leaves no way to TLS.
func TestPREAUTHBeforeTLS(t *testing.T) {
	o := listen(t, func(f *fake) { f.say("* PREAUTH hello\r\n") })
	o.Security = StartTLS
	mustRefuse(t, o)
}

// Attack 4: without STARTTLS, or if it is refused, nothing more is said.
func TestNoSTARTTLS(t *testing.T) {
	for name, script := range map[string]func(*fake){
		"not offered": func(f *fake) { f.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n") },
		"refused": func(f *fake) {
			f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
			tag, _ := f.line()
			f.say(tag + " NO not now\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			said := ""
			o := listen(t, func(f *fake) {
				script(f)
				_, said = f.line()
			})
			o.Security = StartTLS
			mustRefuse(t, o)
			if said != "" {
				t.Errorf("it said %q", said)
			}
		})
	}
}

// Attack 5: what was said before TLS does not count after it.
func TestCapabilitiesAskedAgainAfterTLS(t *testing.T) {
	cert, pool := certificate(t, nil)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED X-INJECTED] hello\r\n")
		tag, _ := f.line()
		f.say(tag + " OK begin\r\n")
		safe := tls.Server(f.Conn, &tls.Config{Certificates: []tls.Certificate{cert}})
		after := &fake{Conn: safe, in: bufio.NewReader(safe), t: t}
		after.serve(map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n% OK\r\n"})
	})
	o.Security, o.Roots = StartTLS, pool
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Has("X-INJECTED") || c.Has("LOGINDISABLED") || !c.Has("AUTH=PLAIN") {
		t.Errorf("capabilities %v", c.Capabilities())
	}
}

// Attack 6: a certificate of another host, an old one, an unknown one and an
// old TLS are refused.
func TestBadCertificates(t *testing.T) {
	good, pool := certificate(t, nil)
	other, otherPool := certificate(t, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(10, 0, 0, 1)} })
	old, oldPool := certificate(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	for name, c := range map[string]struct {
		config *tls.Config
		pool   *x509.CertPool
	}{
		"unknown":    {&tls.Config{Certificates: []tls.Certificate{good}}, otherPool},
		"other host": {&tls.Config{Certificates: []tls.Certificate{other}}, otherPool},
		"expired":    {&tls.Config{Certificates: []tls.Certificate{old}}, oldPool},
		"TLS 1.1":    {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, pool},
	} {
		t.Run(name, func(t *testing.T) {
			o := listen(t, func(f *fake) {
				safe := tls.Server(f.Conn, c.config)
				if safe.Handshake() == nil {
					safe.Write([]byte("* OK hello\r\n"))
				}
			})
			o.Security, o.Roots = Implicit, c.pool
			mustRefuse(t, o)
		})
	}
}

// Attack 8: a referral to another host is a refusal and nothing else.
func TestReferralIsNotFollowed(t *testing.T) {
	c := dial(t, "AUTH=PLAIN SASL-IR", map[string]string{"AUTHENTICATE": "% NO [REFERRAL imap://evil.example/] go there\r\n"})
	err := c.Login(t.Context(), "me", "secret", Best)
	var s *StatusError
	if !errors.As(err, &s) || s.Code != "REFERRAL" {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Error("the error holds the password")
	}
}

// LOGINDISABLED: the password stays here.
func TestLoginDisabled(t *testing.T) {
	said := make(chan string, 1)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hello\r\n")
		_, rest := f.line()
		said <- rest
	})
	c, err := Dial(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Login(t.Context(), "me", "secret", Best)
	c.Close()
	var s *StatusError
	if !errors.As(err, &s) || s.Code != "LOGINDISABLED" {
		t.Errorf("%v", err)
	}
	if text := <-said; text != "" {
		t.Errorf("it said %q", text)
	}
}
