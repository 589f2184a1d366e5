package script_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
	"lockstep/peers/script"
)

func scripts(t *testing.T) []script.Script {
	t.Helper()
	all, err := script.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("%d scripts only", len(all))
	}
	return all
}

// TestAgainstOurs: the server in memory answers as the scripts say.
func TestAgainstOurs(t *testing.T) {
	for _, s := range scripts(t) {
		t.Run(s.Name, func(t *testing.T) {
			srv := imapd.New(imapd.Options{})
			srv.AddUser("ann", "se\"cret")
			defer srv.Close()
			addr, err := srv.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			script.Run(t, func() (net.Conn, error) { return net.Dial("tcp", addr) }, s,
				map[string]string{"user": "ann", "password": `se\"cret`, "box": "lockstep-script"})
		})
	}
}

// TestAgainstDovecot: so does a real server.
func TestAgainstDovecot(t *testing.T) {
	where := strings.Split(os.Getenv("LOCKSTEP_DOVECOT"), ",")
	if len(where) != 4 {
		t.Skip("NOT RUN against a real server: LOCKSTEP_DOVECOT=host:port,caFile,user,password is not set (peers/real/dovecot.sh start DIR prints it)")
	}
	pem, err := os.ReadFile(where[1])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	dial := func() (net.Conn, error) {
		return startTLS(where[0], &tls.Config{RootCAs: roots, ServerName: "localhost"})
	}
	// carol is another user of dovecot.sh, whose mail no other test changes: a
	// script waits for news, which Dovecot holds back while much happens.
	for _, s := range scripts(t) {
		t.Run(s.Name, func(t *testing.T) {
			script.Run(t, dial, s, map[string]string{"user": "carol", "password": where[3], "box": "lockstep-script"})
		})
	}
}

// startTLS opens a connection, takes it over to TLS and gives the greeting
// back to whoever reads it next.
func startTLS(addr string, config *tls.Config) (net.Conn, error) {
	plain, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	plain.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(plain)
	greeting, err := in.ReadString('\n')
	if err == nil {
		_, err = io.WriteString(plain, "s STARTTLS\r\n")
	}
	answer := ""
	if err == nil {
		answer, err = in.ReadString('\n')
	}
	if err != nil || !strings.HasPrefix(answer, "s OK") || in.Buffered() > 0 {
		plain.Close()
		return nil, fmt.Errorf("STARTTLS: %q: %w", answer, err)
	}
	return &greeted{tls.Client(plain, config), greeting}, nil
}

// greeted is a connection that says its greeting again.
type greeted struct {
	net.Conn
	first string
}

func (g *greeted) Read(b []byte) (int, error) {
	if g.first != "" {
		n := copy(b, g.first)
		g.first = g.first[n:]
		return n, nil
	}
	return g.Conn.Read(b)
}

// fake is a T that notes how a script ended.
type fake struct{ failed, skipped string }

func (f *fake) Helper()                           {}
func (f *fake) Logf(string, ...any)               {}
func (f *fake) Fatalf(format string, args ...any) { f.failed = fmt.Sprintf(format, args...) }
func (f *fake) Skipf(format string, args ...any)  { f.skipped = fmt.Sprintf(format, args...) }

// TestDifferenceFails: a server that answers otherwise is found out.
func TestDifferenceFails(t *testing.T) {
	for name, c := range map[string]struct {
		options imapd.Options
		text    string
		want    string
	}{
		"missing line":  {imapd.Options{}, "C: a NOOP\nS: * 3 EXISTS\n", "t:1: no answer like"},
		"wrong result":  {imapd.Options{Faults: imapd.Once("NOOP", imapd.Fault{No: "no"})}, "C: a NOOP\nS: a OK ...\n", "t:1: no answer like"},
		"line too many": {imapd.Options{Faults: imapd.Once("NOOP", imapd.ShrinkExists(1))}, "C: a NOOP\nN: * ... EXISTS\n", "t:1: an answer"},
		"drop":          {imapd.Options{Faults: imapd.Once("NOOP", imapd.Fault{DropAfter: true})}, "C: a NOOP\nS: a OK ...\n", "t:1: EOF"},
		"fits":          {imapd.Options{}, "C: a NOOP\nS: a OK ...\nN: * ...\n", ""},
		"not offered":   {imapd.Options{Capabilities: imapd.Without("MOVE")}, "NEED: MOVE\nC: a NOOP\nS: a NO\n", "skip"},
	} {
		srv := imapd.New(c.options)
		srv.AddUser("ann", "secret")
		addr, err := srv.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s, err := script.Parse("t", c.text)
		if err != nil {
			t.Fatal(err)
		}
		var f fake
		script.Run(&f, func() (net.Conn, error) { return net.Dial("tcp", addr) }, s, map[string]string{"user": "ann", "password": "secret"})
		if f.skipped != "" {
			f.failed = "skip"
		}
		if !strings.HasPrefix(f.failed, c.want) || c.want == "" && f.failed != "" {
			t.Errorf("%s: %q, want %q", name, f.failed, c.want)
		}
		srv.Close()
	}
	for _, text := range []string{"X: a\n", "S: a\n"} {
		if _, err := script.Parse("t", text); err == nil {
			t.Errorf("%q is taken for a script", text)
		}
	}
}
