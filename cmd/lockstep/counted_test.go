package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/fault"
	"lockstep/protocol/imap"
)

// counted is an account and a Maildir in step, with what goes between the
// program and the server counted. Nothing is timed.
type counted struct {
	*program
	account
	proxy  *fault.Proxy
	server *imapUser
	files  *maildirUser
	// login is what a connection costs before its first question: round trips.
	login int
}

const (
	// countedMessages in each folder, of countedSize bytes or some more each.
	countedMessages = 120
	countedSize     = 8000
)

// onServers runs a test with the server in this process and with Dovecot.
func onServers(t *testing.T, test func(t *testing.T, c *counted)) {
	t.Run("imapd", func(t *testing.T) {
		a, server := inProcess(t)
		test(t, newCounted(t, a))
		for _, v := range server.Violations() {
			t.Errorf("not IMAP: %s", v)
		}
	})
	t.Run("Dovecot", func(t *testing.T) { test(t, newCounted(t, dovecot(t))) })
}

func newCounted(t *testing.T, a account) *counted {
	t.Helper()
	proxy, err := fault.Listen(a.address, fault.Plan{})
	must(t, err)
	t.Cleanup(func() { proxy.Close() })
	dir := t.TempDir()
	mail := filepath.Join(dir, "mail")
	c := &counted{account: a, proxy: proxy, server: newIMAPUser(t, a), files: newMaildirUser(t, mail, "c")}
	c.program = newProgram(t, dir, a.plainConfig("left", proxy.Addr())+maildirConfig("right", mail)+
		"[links.mail]\nleft = \"left\"\nright = \"right\"\n", a.env())
	var adds []*imap.Command
	for i, f := range folders() {
		for n := range countedMessages {
			body := fmt.Sprintf("From: a@example.org\nSubject: message %d\nMessage-ID: <m%d.%d@example.org>\n\n%s", n, i, n, strings.Repeat("forty bytes of text are in each line ..\n", countedSize/40))
			adds = append(adds, c.server.startAdd(t, f, []byte(body), core.NewMarks(core.Seen)))
		}
	}
	for _, cmd := range adds {
		c.server.wait(t, cmd)
	}
	all := int64(len(folders()) * countedMessages)
	if r := c.sync(t); r.Right.Created != int(all) || r.BytesRead < all*countedSize {
		t.Fatalf("the first sync: %+v", r)
	}
	c.sync(t) // what a first sync has left to learn
	before := proxy.Stats()
	conn, err := imap.Dial(t.Context(), imap.Options{Address: proxy.Addr(), Security: imap.None})
	must(t, err)
	must(t, conn.Login(t.Context(), a.user, a.password, imap.Best))
	must(t, conn.Close())
	c.login = proxy.Stats().RoundTrips - before.RoundTrips
	return c
}

// traffic of one sync.
type traffic struct {
	report
	up, down    int64
	connections int
	roundTrips  int // apart from logins
}

func (c *counted) syncCounted(t *testing.T) traffic {
	t.Helper()
	before := c.proxy.Stats()
	r := c.sync(t)
	after := c.proxy.Stats()
	n := after.Connections - before.Connections
	out := traffic{report: r, up: after.Up - before.Up, down: after.Down - before.Down, connections: n,
		roundTrips: after.RoundTrips - before.RoundTrips - n*c.login}
	t.Logf("%d bytes up, %d down, %d connections, %d round trips after login; %d bytes of bodies read, %d written",
		out.up, out.down, n, out.roundTrips, r.BytesRead, r.BytesWritten)
	return out
}

// noBody: no body was read or sent, and so few bytes for each of the messages
// concerned that none can have been.
func (c *counted) noBody(t *testing.T, got traffic, messages int64) {
	t.Helper()
	if got.BytesRead != 0 || got.BytesWritten != 0 {
		t.Errorf("%d bytes of bodies were read, %d written", got.BytesRead, got.BytesWritten)
	}
	// A login and what is asked of every folder, and a line or two a message.
	if most := 6000 + 300*messages; got.up > most || got.down > most {
		t.Errorf("%d bytes were sent and %d received for %d messages", got.up, got.down, messages)
	}
}

// first places of a folder.
func first(all []place, folder string, n int) (out []place) {
	for _, p := range all {
		if p.folder == folder && len(out) < n {
			out = append(out, p)
		}
	}
	return out
}

// TestSecondSyncWritesAndReadsNothing: at most four round trips after login.
func TestSecondSyncWritesAndReadsNothing(t *testing.T) {
	onServers(t, func(t *testing.T, c *counted) {
		got := c.syncCounted(t)
		c.noBody(t, got, 0)
		if got.writes() != 0 {
			t.Errorf("%d writes", got.writes())
		}
		if got.roundTrips > 4 || got.connections > 1 {
			t.Errorf("%d round trips after login, on %d connections", got.roundTrips, got.connections)
		}
	})
}

// TestMarksReadNoBody: a hundred marks on either side.
func TestMarksReadNoBody(t *testing.T) {
	onServers(t, func(t *testing.T, c *counted) {
		for _, p := range first(c.server.list(t), "INBOX", 100) {
			c.server.mark(t, p, true, core.NewMarks(core.Flagged, "work"))
		}
		got := c.syncCounted(t)
		c.noBody(t, got, 100)
		if got.Right.Marked != 100 || got.writes() != 100 {
			t.Errorf("marked on the server: %+v", got.report)
		}
		for _, p := range first(c.files.list(t), "Work", 100) {
			c.files.mark(t, p, true, core.NewMarks(core.Answered, "later"))
		}
		got = c.syncCounted(t)
		c.noBody(t, got, 100)
		if got.Left.Marked != 100 || got.writes() != 100 {
			t.Errorf("marked in the Maildir: %+v", got.report)
		}
		c.inStep(t, 0)
	})
}

// TestMoveInTheMaildirSendsNoBody: it is a move on the server.
func TestMoveInTheMaildirSendsNoBody(t *testing.T) {
	onServers(t, func(t *testing.T, c *counted) {
		for _, p := range first(c.files.list(t), "INBOX", 50) {
			c.files.move(t, p, "Work")
		}
		got := c.syncCounted(t)
		c.noBody(t, got, 50)
		if got.Left.Moved != 50 || got.writes() != 50 {
			t.Errorf("%+v", got.report)
		}
		c.inStep(t, 0)
	})
}

// TestMoveOnTheServerReadsNoBody: it is a rename of files. Without OBJECTID
// (RFC 8474; Dovecot 2.3 has none) its Message-ID, size and header prove that a
// message with a new UID is an old one.
func TestMoveOnTheServerReadsNoBody(t *testing.T) {
	onServers(t, func(t *testing.T, c *counted) {
		for _, p := range first(c.server.list(t), "INBOX", 50) {
			c.server.move(t, p, "Work")
		}
		got := c.syncCounted(t)
		c.noBody(t, got, 50)
		if got.Right.Moved != 50 || got.writes() != 50 {
			t.Errorf("%+v", got.report)
		}
		c.inStep(t, 0)
	})
}

// TestRenameOfAFolderTransfersNoBody, whichever side renames it.
func TestRenameOfAFolderTransfersNoBody(t *testing.T) {
	onServers(t, func(t *testing.T, c *counted) {
		must(t, os.Rename(c.files.dir("Lists/go"), c.files.dir("Lists/golang")))
		got := c.syncCounted(t)
		c.noBody(t, got, countedMessages)
		if got.writes() != 0 {
			t.Errorf("renamed in the Maildir: %+v", got.report)
		}
		must(t, c.server.conn.Do(t.Context(), "RENAME", imap.Mailbox("Lists/golang"), imap.Mailbox("Lists/go")))
		got = c.syncCounted(t)
		c.noBody(t, got, countedMessages)
		if got.writes() != 0 {
			t.Errorf("renamed on the server: %+v", got.report)
		}
		c.inStep(t, 0) // all messages are in Lists/go
	})
}

// inStep: both sides have the same messages in the same folders with the same
// marks, and all of them and some more.
func (c *counted) inStep(t *testing.T, more int) {
	t.Helper()
	left, right := c.server.list(t), c.files.list(t)
	if want := len(folders())*countedMessages + more; len(left) != want || len(right) != want {
		t.Errorf("%d messages on the server and %d files, not %d", len(left), len(right), want)
	}
	lines := func(all []place) (out []string) {
		for _, p := range all {
			out = append(out, fmt.Sprintf("%s %s %s", p.folder, p.sum, p.marks))
		}
		slices.Sort(out)
		return out
	}
	if !slices.Equal(lines(left), lines(right)) {
		t.Error("the sides differ")
	}
}
