package imapd_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

// client speaks raw IMAP.
type client struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	n    int
}

// start makes a server with the user ann / secret; at the end it must leave no
// goroutine behind.
func start(t *testing.T, o imapd.Options) (*imapd.Server, *imapd.User, string) {
	t.Helper()
	before := runtime.NumGoroutine()
	srv := imapd.New(o)
	u := srv.AddUser("ann", "secret")
	addr, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		srv.Close()
		for range 200 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("%d goroutines before, %d after Close", before, runtime.NumGoroutine())
	})
	return srv, u, addr
}

func dial(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// enter opens a connection and logs in.
func enter(t *testing.T, addr string) *client {
	t.Helper()
	c := dial(t, addr)
	c.line()
	c.ok(`LOGIN ann secret`)
	return c
}

func (c *client) line() string {
	c.t.Helper()
	s, err := c.in.ReadString('\n')
	if err != nil {
		c.t.Fatalf("after %q: %v", s, err)
	}
	return strings.TrimSuffix(s, "\r\n")
}

func (c *client) raw(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// do gives a command and returns all lines up to its tagged one.
func (c *client) do(command string) []string {
	c.t.Helper()
	c.n++
	tag := fmt.Sprintf("t%d", c.n)
	c.raw(tag + " " + command + "\r\n")
	var out []string
	for {
		l := c.line()
		out = append(out, strings.TrimPrefix(l, tag+" "))
		if strings.HasPrefix(l, tag+" ") || strings.HasPrefix(l, "* BAD") {
			return out
		}
	}
}

func (c *client) ok(command string) string {
	c.t.Helper()
	return c.want(command, "OK")
}

// want gives a command whose tagged answer must begin so.
func (c *client) want(command, begins string) string {
	c.t.Helper()
	out := c.do(command)
	if last := out[len(out)-1]; !strings.HasPrefix(last, begins) {
		c.t.Fatalf("%s: %s, want %s", command, last, begins)
	}
	return strings.Join(out, "\n")
}

// ends reads what is left and wants the connection to end.
func (c *client) ends() string {
	c.t.Helper()
	all, err := io.ReadAll(c.in)
	if e, is := err.(net.Error); is && e.Timeout() {
		c.t.Fatalf("still open after %q", all)
	}
	return string(all)
}

func has(t *testing.T, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("no %q in:\n%s", part, text)
	}
}

func clean(t *testing.T, srv *imapd.Server) {
	t.Helper()
	if v := srv.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func trust(srv *imapd.Server) *tls.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(srv.CAPEM())
	return &tls.Config{RootCAs: roots, ServerName: "localhost"}
}
