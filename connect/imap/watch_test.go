package imap_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/imapd"
)

// hint is what a watch yields.
type hint struct {
	feed core.FeedID
	err  error
}

// watch runs a watch and returns what it yields; the first hint is taken.
func watch(t *testing.T, r *imap.Replica) <-chan hint {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, done := make(chan hint), make(chan struct{})
	go func() {
		defer close(done)
		defer close(out)
		for feed, err := range r.Watch(ctx) {
			select {
			case out <- hint{feed, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	if h := <-out; h.feed != "" || h.err != nil {
		t.Fatalf("it begins with %+v", h)
	}
	return out
}

// expect takes hints until the one that is wanted; others may be of what was
// done before.
func expect(t *testing.T, hints <-chan hint, feed core.FeedID) {
	t.Helper()
	for h := range hints {
		if h.err != nil {
			t.Fatalf("%v instead of %q", h.err, feed)
		}
		if h.feed == feed {
			return
		}
	}
	t.Fatalf("it ends without %q", feed)
}

// ends takes hints until the error that ends them.
func ends(t *testing.T, hints <-chan hint) (err error) {
	t.Helper()
	for h := range hints {
		if h.err != nil {
			err = h.err
		}
	}
	return err
}

// TestWatchNotify: one connection tells of every mailbox, by name, and of
// mailboxes that come, go and get another name.
func TestWatchNotify(t *testing.T) {
	for prefix, caps := range map[string]map[string]bool{"": imapd.AllCapabilities(), "INBOX.": imapd.Without("QRESYNC"), "Büro/": imapd.With("UTF8=ACCEPT")} {
		a := serve(t, imapd.Options{Capabilities: caps, Prefix: prefix}, "a", "Entwürfe")
		r := a.open(t)
		ever, _ := a.server.Connections()
		hints := watch(t, r)
		for _, in := range []string{"INBOX", a.name("a"), a.name("Entwürfe")} {
			uid := a.add(t, in, message(1))
			expect(t, hints, core.FeedID(in))
			must(t, a.SetFlags(in, uid, core.Flagged))
			expect(t, hints, core.FeedID(in))
			must(t, a.Expunge(in, uid))
			expect(t, hints, core.FeedID(in))
		}
		must(t, a.CreateMailbox(a.name("new"), imapd.MailboxSettings{}))
		expect(t, hints, "")
		must(t, a.RenameMailbox(a.name("new"), a.name("newer")))
		expect(t, hints, "")
		must(t, a.DeleteMailbox(a.name("newer")))
		expect(t, hints, "")
		if now, _ := a.server.Connections(); now != ever+1 {
			t.Errorf("%d connections", now-ever)
		}
		if c := a.server.Counts(); c["NOTIFY"] != 1 || c["IDLE"] != 1 {
			t.Errorf("%v", c)
		}
		a.OverflowNotices()
		if err := ends(t, hints); core.ClassOf(err) != core.Transient || !strings.Contains(err.Error(), "too much") {
			t.Errorf("%v", err)
		}
	}
}

// TestWatchIdle: without NOTIFY, or where that is refused, the mailboxes of the
// configuration are watched, each on a connection of its own.
func TestWatchIdle(t *testing.T) {
	for name, c := range map[string]struct {
		caps  map[string]bool
		fault imapd.Fault
	}{
		"no NOTIFY":          {imapd.Without("NOTIFY"), imapd.Fault{}},
		"no QRESYNC, either": {imapd.Without("NOTIFY", "QRESYNC", "CONDSTORE"), imapd.Fault{}},
		"NOTIFY refused":     {nil, imapd.Fault{No: "[BADEVENT (MessageNew)] not this"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: c.caps, Delimiter: ".", Faults: imapd.Script(imapd.Scripted{Command: "NOTIFY", Fault: c.fault})}, "a", "Lists/go", "other")
			a.config.Idle = []string{"inbox", "a", "Lists/go"}
			uid := a.add(t, "INBOX", message(0))
			hints := watch(t, a.open(t))
			for _, in := range []string{"INBOX", "a", "Lists.go"} {
				a.add(t, "other", message(1))
				a.add(t, in, message(2))
				expect(t, hints, core.FeedID(in))
			}
			must(t, a.SetFlags("INBOX", uid, core.Seen))
			expect(t, hints, "INBOX")
			must(t, a.Expunge("INBOX", uid))
			expect(t, hints, "INBOX")
			if n := a.server.Counts()["IDLE"]; n != 3 {
				t.Errorf("%d connections idle", n)
			}
			a.server.Disconnect()
			if err := ends(t, hints); core.ClassOf(err) != core.Transient {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestWatchDefault: INBOX is watched if the configuration says nothing.
func TestWatchDefault(t *testing.T) {
	a := serve(t, imapd.Options{Capabilities: imapd.Without("NOTIFY")}, "a")
	hints := watch(t, a.open(t))
	a.add(t, "INBOX", message(1))
	expect(t, hints, "INBOX")
	if n := a.server.Counts()["IDLE"]; n != 1 {
		t.Errorf("%d connections idle", n)
	}
}

// TestWatchGoesOn: IDLE is ended and begun anew before the server takes the
// client for gone, and nothing is missed meanwhile.
func TestWatchGoesOn(t *testing.T) {
	for name, caps := range map[string]map[string]bool{"IDLE": imapd.Without("NOTIFY"), "NOTIFY": nil} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: caps})
			a.config.IdleFor = time.Millisecond
			hints := watch(t, a.open(t))
			for range 50 {
				before := a.server.Counts()["IDLE"]
				a.add(t, "INBOX", message(1))
				expect(t, hints, "INBOX")
				for a.server.Counts()["IDLE"] == before {
					runtime.Gosched()
				}
			}
		})
	}
}

// TestWatchOnlyOneConnection: a server that lets in no other connection for the
// second mailbox still tells of the first.
func TestWatchOnlyOneConnection(t *testing.T) {
	a := serve(t, imapd.Options{Capabilities: imapd.Without("NOTIFY")}, "a")
	a.config.Idle = []string{"INBOX", "a"}
	r := a.open(t)
	a.server.SetFaults(func(ask imapd.Ask) imapd.Fault {
		if ask.Command == "GREETING" && ask.Session > 2 {
			return imapd.Fault{Bye: "too many connections"}
		}
		return imapd.Fault{}
	})
	hints := watch(t, r)
	a.add(t, "INBOX", message(1))
	expect(t, hints, "INBOX")
}

// TestWatchRefused: what cannot be watched is told, with its name and a remedy.
func TestWatchRefused(t *testing.T) {
	for name, c := range map[string]struct {
		caps  map[string]bool
		idle  []string
		fault imapd.Scripted
		class core.Class
		thing string
	}{
		"no IDLE":     {caps: imapd.Without("IDLE"), class: core.Permanent, thing: "IDLE"},
		"no such":     {caps: imapd.Without("NOTIFY"), idle: []string{"INBOX", "nowhere"}, class: core.Permanent, thing: "nowhere"},
		"no name":     {caps: imapd.Without("NOTIFY"), idle: []string{"a//b"}, class: core.Permanent, thing: "a//b"},
		"six folders": {caps: imapd.Without("NOTIFY"), idle: strings.Split("abcdef", ""), class: core.Permanent, thing: "idle"},
		"IDLE NO":     {fault: imapd.Scripted{Command: "IDLE", Fault: imapd.Fault{No: "not now"}}, class: core.Transient, thing: "not now"},
		"IDLE BAD":    {fault: imapd.Scripted{Command: "IDLE", Fault: imapd.Fault{Bad: "what?"}}, class: core.Permanent, thing: "what?"},
		"login":       {fault: imapd.Scripted{Command: "LOGIN", N: 2, Fault: imapd.Fault{No: "[AUTHENTICATIONFAILED] no"}}, class: core.Auth, thing: "me"},
	} {
		t.Run(name, func(t *testing.T) {
			caps := c.caps
			if caps == nil {
				caps = imapd.AllCapabilities()
			}
			for _, m := range []string{"SCRAM-SHA-256", "PLAIN", "LOGIN"} {
				delete(caps, "AUTH="+m)
			}
			a := serve(t, imapd.Options{Capabilities: caps, Faults: imapd.Script(c.fault)})
			a.config.Idle = c.idle
			var err error
			for _, e := range a.open(t).Watch(t.Context()) {
				err = e
			}
			if core.ClassOf(err) != c.class || err == nil || !strings.Contains(err.Error(), c.thing) {
				t.Errorf("%v (%v)", err, core.ClassOf(err))
			}
		})
	}
}

// TestWatchStops: a consumer that wants no more, and a context that ends, end
// it without an error, and nothing goes on.
func TestWatchStops(t *testing.T) {
	a := serve(t, imapd.Options{Capabilities: imapd.Without("NOTIFY")}, "a")
	a.config.Idle = []string{"INBOX", "a"}
	r := a.open(t)
	for range r.Watch(t.Context()) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range r.Watch(ctx) {
		must(t, err)
		if n++; n == 1 {
			a.add(t, "a", message(1))
			continue
		}
		cancel()
	}
	if n != 2 {
		t.Errorf("%d hints", n)
	}
}

// TestAttack28Watch: whatever a server says to a connection that waits, it is
// bounded: nothing is expanded, little is kept, and what breaks a limit ends it.
func TestAttack28Watch(t *testing.T) {
	var names strings.Builder
	for n := range 100_000 {
		fmt.Fprintf(&names, "* STATUS \"folder %d\" (MESSAGES 1)\r\n", n)
	}
	for name, c := range map[string]struct {
		fault imapd.Fault
		class core.Class
	}{
		"never answers":  {imapd.Fault{Hang: true}, core.Transient},
		"a line of 1 GB": {imapd.EndlessLine(1 << 30), core.Transient},
		"200k literals":  {imapd.ManyLiterals(200_000), core.Transient},
		"a huge literal": {imapd.HugeLiteral(1 << 62), core.Transient},
		"parentheses":    {imapd.DeepParens(1 << 20), core.Transient},
		"all vanish":     {imapd.Fault{Before: []string{"* VANISHED 1:4294967295", "* VANISHED (EARLIER) 1:4294967295", "* 4294967295 EXISTS", "* 4294967295 EXPUNGE"}}, core.Unknown},
		"100k mailboxes": {imapd.Fault{Before: []string{strings.TrimRight(names.String(), "\r\n")}}, core.Unknown},
		"ends by itself": {imapd.Fault{Before: []string{"+ idling"}, No: "enough"}, core.Transient},
		"says goodbye":   {imapd.Fault{Bye: "go away"}, core.Transient},
		"half a word":    {imapd.Fault{Before: []string{"* 5 EXI"}}, core.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: imapd.Without("NOTIFY", "AUTH=SCRAM-SHA-256"), Faults: imapd.Script(imapd.Scripted{Command: "IDLE", N: 1, Fault: c.fault})})
			a.config.Timeout = 300 * time.Millisecond
			r := a.open(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			hints := watch(t, r)
			if c.class == core.Unknown { // it lives
				a.add(t, "INBOX", message(1))
				for h := range hints {
					if h.err != nil {
						t.Fatal(h.err)
					}
					if h.feed == "INBOX" || h.feed == "" {
						break
					}
				}
				a.server.Disconnect()
				c.class = core.Transient
			}
			err := ends(t, hints)
			runtime.ReadMemStats(&after)
			if core.ClassOf(err) != c.class {
				t.Errorf("%v", err)
			}
			if n := after.HeapInuse; n > before.HeapInuse+64<<20 {
				t.Errorf("%d MiB are held", (n-before.HeapInuse)>>20)
			}
		})
	}
}

// TestWatchReal does it with a real server, with NOTIFY and without.
func TestWatchReal(t *testing.T) {
	for name, hide := range map[string][]string{"NOTIFY": nil, "IDLE": {"NOTIFY"}, "IDLE alone": {"NOTIFY", "QRESYNC", "CONDSTORE"}} {
		for _, dial := range []func(context.Context, string, string) (net.Conn, error){nil, dialAfar} {
			t.Run(fmt.Sprint(name, ", compressed ", dial != nil), func(t *testing.T) {
				config := dovecot(t)
				m := newMUA(t, config, "a", "b")
				config.Hide, config.Idle, config.Dial = hide, []string{"a", "b"}, dial
				m.config.Hide = config.Hide
				r, err := imap.Open(t.Context(), config)
				must(t, err)
				t.Cleanup(func() { r.Close() })
				hints := watch(t, r)
				for _, in := range []string{"a", "b"} {
					m.Add(t, in, message(1), "", "")
					expect(t, hints, core.FeedID(in))
				}
				ref := core.Ref{Collection: "a", ID: "1"}
				if !slices.Contains(hide, "QRESYNC") {
					m.Mark(t, ref, core.Flagged)
					expect(t, hints, "a")
				}
				m.Remove(t, ref)
				expect(t, hints, "a")
			})
		}
	}
}
