package imap

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// fake is the server's end of a connection that a test scripts.
type fake struct {
	net.Conn
	in *bufio.Reader
	t  *testing.T
}

// line reads a command and returns its tag and the rest.
func (f *fake) line() (tag, rest string) {
	text, err := f.in.ReadString('\n')
	if err != nil {
		return "", ""
	}
	tag, rest, _ = strings.Cut(strings.TrimRight(text, "\r\n"), " ")
	return tag, rest
}

func (f *fake) say(text string) { io.WriteString(f.Conn, text) }

// serve answers commands: the answer to the first word, with "%" for the tag.
func (f *fake) serve(answers map[string]string) {
	for {
		tag, rest := f.line()
		if tag == "" {
			return
		}
		word, _, _ := strings.Cut(rest, " ")
		if word == "UID" {
			word = strings.Join(strings.Fields(rest)[:2], " ")
		}
		answer, known := answers[word]
		if !known {
			answer = "% OK done\r\n"
		}
		f.say(strings.ReplaceAll(answer, "%", tag))
	}
}

// listen runs a server for one connection and returns options to reach it.
func listen(t *testing.T, script func(*fake)) Options {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		script(&fake{Conn: conn, in: bufio.NewReader(conn), t: t})
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return Options{Address: l.Addr().String(), Security: None, Timeout: 5 * time.Second}
}

// dial connects to a server that answers commands.
func dial(t *testing.T, capabilities string, answers map[string]string) *Conn {
	t.Helper()
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 " + capabilities + "] hello\r\n")
		f.serve(answers)
	})
	c, err := Dial(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// certificate for 127.0.0.1, as a client is to know it.
func certificate(t *testing.T, edit func(*x509.Certificate)) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	if edit != nil {
		edit(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
