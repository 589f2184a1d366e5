package imap_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	wire "lockstep/protocol/imap"
	"lockstep/replicatest"
)

// dovecot tells where a real server is: "host:port,caFile,user,password".
func dovecot(t *testing.T) imap.Config {
	t.Helper()
	text := os.Getenv("LOCKSTEP_DOVECOT")
	if text == "" {
		t.Skip("LOCKSTEP_DOVECOT (host:port,caFile,user,password) is not set: nothing was tried with a real server")
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		t.Fatalf("LOCKSTEP_DOVECOT is %q", text)
	}
	host, port, err := net.SplitHostPort(parts[0])
	must(t, err)
	n, err := strconv.Atoi(port)
	must(t, err)
	return imap.Config{Host: host, Port: n, Security: wire.StartTLS, CA: parts[1], User: parts[2],
		Password: func(context.Context) (string, error) { return parts[3], nil }}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mua is another program that uses the account.
type mua struct {
	config imap.Config
	conn   *wire.Conn
}

func newMUA(t *testing.T, config imap.Config, clean ...string) *mua {
	t.Helper()
	r, err := imap.Open(t.Context(), config)
	must(t, err)
	defer r.Close()
	m := &mua{config: config, conn: rawConn(t, config)}
	for _, name := range []string{"made", "renamed", "a", "b", "old"} {
		m.conn.Do(t.Context(), "DELETE", wire.Mailbox(name)) // it may not be there
	}
	for _, name := range clean {
		must(t, m.conn.Do(t.Context(), "CREATE", wire.Mailbox(name)))
	}
	return m
}

// burn takes the first UIDs of a mailbox, so that those of two differ.
func (m *mua) burn(t *testing.T, path string) {
	t.Helper()
	for range 100 {
		m.Add(t, path, message(0), "", "")
	}
	set := m.at(t, core.Ref{Collection: core.CollectionID(path), ID: "1"})
	set[0].Hi = 100
	m.wait(t, m.conn.StartStore(t.Context(), set, true, wire.Flags(core.Deleted)))
	m.wait(t, m.conn.StartExpunge(t.Context(), set))
	m.leave(t)
}

func (m *mua) Open(t *testing.T) core.Replica {
	t.Helper()
	r, err := imap.Open(context.Background(), m.config)
	must(t, err)
	return r
}

func (m *mua) Add(t *testing.T, path string, body []byte, _ core.Key, marks core.Marks) {
	t.Helper()
	body = bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))
	cmd := m.conn.StartAppend(t.Context(), wire.Mailbox(path), wire.Flags(marks.List()...), nil, wire.Literal{Size: int64(len(body)), Body: bytes.NewReader(body)})
	must(t, m.conn.Wait(t.Context(), cmd))
}

func (m *mua) at(t *testing.T, ref core.Ref) wire.UIDSet {
	t.Helper()
	_, err := m.conn.Select(t.Context(), wire.Mailbox(ref.Collection), false)
	must(t, err)
	uid, err := strconv.ParseUint(string(ref.ID), 10, 32)
	must(t, err)
	return wire.NewUIDSet(uint32(uid))
}

func (m *mua) wait(t *testing.T, cmd *wire.Command) {
	t.Helper()
	must(t, m.conn.Wait(t.Context(), cmd))
}

func (m *mua) Remove(t *testing.T, ref core.Ref) {
	t.Helper()
	set := m.at(t, ref)
	m.wait(t, m.conn.StartStore(t.Context(), set, true, wire.Flags(core.Deleted)))
	m.wait(t, m.conn.StartExpunge(t.Context(), set))
	m.leave(t)
}

func (m *mua) Move(t *testing.T, ref core.Ref, path string) {
	t.Helper()
	m.wait(t, m.conn.StartMove(t.Context(), m.at(t, ref), wire.Mailbox(path)))
	m.leave(t)
}

func (m *mua) Mark(t *testing.T, ref core.Ref, marks core.Marks) {
	t.Helper()
	set := m.at(t, ref)
	m.wait(t, m.conn.StartStore(t.Context(), set, false, wire.Flags(core.Seen, core.Flagged, "work")))
	m.wait(t, m.conn.StartStore(t.Context(), set, true, wire.Flags(marks.List()...)))
	m.leave(t)
}

func (m *mua) leave(t *testing.T) { m.wait(t, m.conn.StartUnselect(t.Context())) }

// Rebirth gives a mailbox a new UIDVALIDITY.
func (m *mua) Rebirth(t *testing.T, path string) {
	t.Helper()
	ctx := t.Context()
	must(t, m.conn.Do(ctx, "RENAME", wire.Mailbox(path), wire.Mailbox("old")))
	must(t, m.conn.Do(ctx, "CREATE", wire.Mailbox(path)))
	_, err := m.conn.Select(ctx, wire.Mailbox("old"), false)
	must(t, err)
	m.wait(t, m.conn.StartCopy(ctx, wire.Between(1, 1<<32-1), wire.Mailbox(path)))
	m.leave(t)
	must(t, m.conn.Do(ctx, "DELETE", wire.Mailbox("old")))
}

func rawConn(t *testing.T, config imap.Config) *wire.Conn {
	t.Helper()
	conn, err := wire.Dial(t.Context(), wire.Options{Address: net.JoinHostPort(config.Host, strconv.Itoa(config.Port)),
		Security: wire.None})
	must(t, err)
	password, err := config.Password(t.Context())
	must(t, err)
	must(t, conn.Login(t.Context(), config.User, password, wire.Best))
	t.Cleanup(func() { conn.Close() })
	return conn
}

func message(n int) []byte {
	return fmt.Appendf(nil, "From: a@example.org\nMessage-ID: <m%d@example.org>\nSubject: message %d\n\nbody %d\n", n%100, n, n)
}

// TestConformance runs the suite of the contract against a real server, with
// what it can do taken away piece by piece.
func TestConformance(t *testing.T) {
	for name, hide := range map[string][]string{
		"everything":     nil,
		"no CONDSTORE":   {"CONDSTORE", "QRESYNC"},
		"no QRESYNC":     {"QRESYNC"},
		"no ENABLE":      {"ENABLE"},
		"no UIDPLUS":     {"UIDPLUS"},
		"no MOVE":        {"MOVE"},
		"no LIST-STATUS": {"LIST-STATUS"},
		"no ESEARCH":     {"ESEARCH"},
		"no LITERAL+":    {"LITERAL+"},
		"no MULTIAPPEND": {"MULTIAPPEND"},
		"bare":           {"MULTIAPPEND", "CONDSTORE", "QRESYNC", "UIDPLUS", "MOVE", "LIST-STATUS", "LIST-EXTENDED", "SPECIAL-USE", "ESEARCH", "LITERAL+", "UNSELECT", "SASL-IR"},
	} {
		t.Run(name, func(t *testing.T) {
			config := dovecot(t)
			config.Hide = hide
			replicatest.Run(t, harness(func(t *testing.T) replicatest.Peer {
				m := newMUA(t, config, "a", "b")
				if strings.Contains(t.Name(), "Place") {
					m.burn(t, "b")
				}
				return m
			}))
		})
	}
}
