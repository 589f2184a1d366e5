package imap_test

import (
	"bytes"
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/imapd"
	wire "lockstep/protocol/imap"
)

// account is one user of an imapd, edited behind the connector's back.
type account struct {
	*imapd.User
	server  *imapd.Server
	options imapd.Options
	config  imap.Config
}

// serve runs a server with one account; at the end no command may have been
// against the grammar.
func serve(t *testing.T, o imapd.Options, mailboxes ...string) *account {
	t.Helper()
	srv := imapd.New(o)
	t.Cleanup(func() {
		srv.Close()
		if v := srv.Violations(); len(v) > 0 {
			t.Errorf("the server was told what the grammar does not allow: %q", v)
		}
	})
	address, err := srv.Listen("127.0.0.1:0")
	must(t, err)
	a := &account{server: srv, options: o, User: srv.AddUser("me", "secret"), config: configAt(t, address)}
	for _, path := range mailboxes {
		must(t, a.CreateMailbox(a.name(path), imapd.MailboxSettings{}))
	}
	return a
}

// configAt is the account at an address without TLS.
func configAt(t *testing.T, address string) imap.Config {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	must(t, err)
	n, err := strconv.Atoi(port)
	must(t, err)
	return imap.Config{Host: host, Port: n, Security: wire.None, User: "me",
		Password: func(context.Context) (string, error) { return "secret", nil }}
}

// name of the mailbox at a path.
func (a *account) name(path string) string {
	if path == "INBOX" {
		return path
	}
	delimiter := a.options.Delimiter
	if delimiter == "" {
		delimiter = "/"
	}
	return a.options.Prefix + strings.ReplaceAll(path, "/", delimiter)
}

func (a *account) open(t *testing.T) *imap.Replica {
	t.Helper()
	r, err := imap.Open(t.Context(), a.config)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

// add delivers a message with the line ends of the wire.
func (a *account) add(t *testing.T, mailbox string, body []byte, flags ...string) uint32 {
	t.Helper()
	uid, err := a.Append(mailbox, bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n")), time.Time{}, flags...)
	must(t, err)
	return uid
}

func uidOf(t *testing.T, ref core.Ref) uint32 {
	t.Helper()
	uid, err := strconv.ParseUint(string(ref.ID), 10, 32)
	must(t, err)
	return uint32(uid)
}

// edits is an account as the conformance suite edits it.
type edits struct{ *account }

func (e edits) Open(t *testing.T) core.Replica {
	t.Helper()
	r, err := imap.Open(context.Background(), e.config)
	must(t, err)
	return r
}

func (e edits) Add(t *testing.T, path string, body []byte, _ core.Key, marks core.Marks) {
	t.Helper()
	e.add(t, e.name(path), body, marks.List()...)
}

func (e edits) Remove(t *testing.T, ref core.Ref) {
	t.Helper()
	must(t, e.Expunge(string(ref.Collection), uidOf(t, ref)))
}

func (e edits) Move(t *testing.T, ref core.Ref, path string) {
	t.Helper()
	_, err := e.User.Move(string(ref.Collection), uidOf(t, ref), e.name(path))
	must(t, err)
}

func (e edits) Mark(t *testing.T, ref core.Ref, marks core.Marks) {
	t.Helper()
	must(t, e.SetFlags(string(ref.Collection), uidOf(t, ref), marks.List()...))
}

func (e edits) Rebirth(t *testing.T, path string) {
	t.Helper()
	must(t, e.NewUIDValidity(e.name(path)))
}
