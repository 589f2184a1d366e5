package imap_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/core"
	"lockstep/peers/imapd"
	wire "lockstep/protocol/imap"
)

// many fills mailboxes with messages and returns their Refs.
func many(t *testing.T, a *account, each int, mailboxes ...string) (refs []core.Ref) {
	t.Helper()
	for _, in := range mailboxes {
		for n := range each {
			uid := a.add(t, in, message(n))
			refs = append(refs, core.Ref{Collection: core.CollectionID(in), ID: core.ID(fmt.Sprintf("%010d", uid))})
		}
	}
	return refs
}

// readAll fetches, and returns the bodies in the order in which they came.
func readAll(t *testing.T, r core.Replica, refs []core.Ref) (order []core.Ref, failed map[core.Ref]error) {
	t.Helper()
	failed = map[core.Ref]error{}
	for item, err := range r.Fetch(t.Context(), refs) {
		if order = append(order, item.Ref); err != nil {
			failed[item.Ref] = err
			continue
		}
		body, err := io.ReadAll(item.Body)
		must(t, err)
		if !bytes.Contains(body, []byte("\r\n\r\nbody ")) || int64(len(body)) != item.Size {
			t.Errorf("%v is %q", item.Ref, body)
		}
	}
	return order, failed
}

// eachOnce checks that all came, and none twice.
func eachOnce(t *testing.T, order, refs []core.Ref) {
	t.Helper()
	seen := map[core.Ref]int{}
	for _, ref := range order {
		seen[ref]++
	}
	for _, ref := range refs {
		if seen[ref] != 1 {
			t.Errorf("%v came %d times", ref, seen[ref])
		}
	}
	if len(order) != len(refs) {
		t.Errorf("%d of %d came", len(order), len(refs))
	}
}

// TestConnectionsForBodies: many bodies are read on several connections, but
// never on more than are allowed; a few on one.
func TestConnectionsForBodies(t *testing.T) {
	for name, c := range map[string]struct{ most, each, least, greatest int }{
		"few":   {4, 20, 1, 1},
		"many":  {4, 400, 2, 4},
		"two":   {2, 400, 2, 2},
		"alone": {1, 400, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{}, "a", "b")
			a.config.MaxConnections = c.most
			refs := many(t, a, c.each, "a", "b")
			order, failed := readAll(t, a.open(t), refs)
			eachOnce(t, order, refs)
			if ever, _ := a.server.Connections(); ever < c.least || ever > c.greatest || len(failed) > 0 {
				t.Errorf("%d connections, %d to %d are wanted; %v", ever, c.least, c.greatest, failed)
			}
		})
	}
}

// TestNewestFirst: INBOX comes first, and the newest of each mailbox.
func TestNewestFirst(t *testing.T) {
	a := serve(t, imapd.Options{}, "A")
	a.config.MaxConnections, a.config.Batch = 1, 10
	refs := many(t, a, 30, "A", "INBOX")
	order, _ := readAll(t, a.open(t), refs)
	eachOnce(t, order, refs)
	for i, want := range []string{"INBOX 3", "INBOX 2", "INBOX 1", "A 3", "A 2", "A 1"} {
		for _, ref := range order[i*10 : i*10+10] {
			if got := fmt.Sprint(ref.Collection, " ", (uidOf(t, ref)+9)/10); got != want {
				t.Fatalf("%v is among %s", ref, want)
			}
		}
	}
}

// TestFurtherConnectionRefused: a server that takes no second connection, in
// any of the ways to say so, is asked once a pass, and nothing fails.
func TestFurtherConnectionRefused(t *testing.T) {
	for name, c := range map[string]struct {
		command string
		fault   imapd.Fault
	}{
		"greets with BYE":   {"GREETING", imapd.Fault{Bye: "Too many connections"}},
		"hangs up":          {"GREETING", imapd.Fault{DropBefore: true}},
		"LIMIT":             {"AUTHENTICATE", imapd.Fault{No: "[LIMIT] Maximum number of connections exceeded"}},
		"refuses the login": {"AUTHENTICATE", imapd.Fault{No: "[AUTHENTICATIONFAILED] Authentication failed."}},
		"BYE at the login":  {"AUTHENTICATE", imapd.Fault{Bye: "Too many connections"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{}, "a")
			refs := many(t, a, 400, "a")
			r := a.open(t)
			a.server.SetFaults(func(ask imapd.Ask) imapd.Fault {
				if ask.Command == c.command && ask.Session > 1 {
					return c.fault
				}
				return imapd.Fault{}
			})
			for range 2 {
				order, failed := readAll(t, r, refs)
				if eachOnce(t, order, refs); len(failed) > 0 {
					t.Errorf("%v", failed)
				}
			}
			if ever, _ := a.server.Connections(); ever != 2 {
				t.Errorf("%d connections were tried", ever)
			}
			found, err := r.Probe(t.Context())
			must(t, err)
			if !strings.Contains(fmt.Sprint(found), "refused") {
				t.Errorf("the doctor does not tell: %v", found)
			}
		})
	}
}

// TestConnectionLostWhileReading: what one connection did not answer is read
// on another; if all are lost, the rest fails for now.
func TestConnectionLostWhileReading(t *testing.T) {
	cut := 5
	for name, c := range map[string]struct {
		fault imapd.Fault
		from  int // the first session that breaks
		all   bool
	}{
		"within a body":     {imapd.Fault{CutLiteral: &cut}, 2, false},
		"before the answer": {imapd.Fault{DropBefore: true}, 2, false},
		"with a BYE":        {imapd.Fault{Bye: "shutting down"}, 2, false},
		"the first":         {imapd.Fault{CutLiteral: &cut}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{}, "a", "b")
			refs := many(t, a, 300, "a", "b")
			r := a.open(t)
			a.server.SetFaults(func(ask imapd.Ask) imapd.Fault {
				if ask.Command == "UID FETCH" && ask.Session >= c.from {
					return c.fault
				}
				return imapd.Fault{}
			})
			order, failed := readAll(t, r, refs)
			eachOnce(t, order, refs)
			if c.all != (len(failed) > 0) {
				t.Errorf("%d failed", len(failed))
			}
			for _, err := range failed {
				if core.ClassOf(err) != core.Transient {
					t.Fatal(err)
				}
			}
			if ever, _ := a.server.Connections(); ever > 8 {
				t.Errorf("%d connections were made", ever)
			}
		})
	}
}

// TestReaderStops: a consumer that stops early leaves nothing behind, and the
// account goes on to work.
func TestReaderStops(t *testing.T) {
	a := serve(t, imapd.Options{}, "a")
	refs := many(t, a, 300, "a")
	r := a.open(t)
	for _, err := range r.Fetch(t.Context(), refs) {
		must(t, err)
		break
	}
	order, failed := readAll(t, r, refs)
	if eachOnce(t, order, refs); len(failed) > 0 {
		t.Errorf("%v", failed)
	}
}

// TestLargeBodies go through files, which do not stay.
func TestLargeBodies(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	a := serve(t, imapd.Options{}, "a")
	var refs []core.Ref
	for n := range 6 {
		a.add(t, "a", append(message(n), bytes.Repeat([]byte("0123456789\n"), 700_000)...))
		refs = append(refs, core.Ref{Collection: "a", ID: core.ID(fmt.Sprintf("%010d", n+1))})
	}
	r := a.open(t)
	order, failed := readAll(t, r, refs)
	if eachOnce(t, order, refs); len(failed) > 0 {
		t.Errorf("%v", failed)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v are left", left, err)
	}
}

// creates makes the writes that fill mailboxes, turn by turn.
func creates(each int, mailboxes ...string) (writes []core.Write) {
	for n := range each {
		for _, in := range mailboxes {
			w := core.Write{Seq: len(writes), Op: core.OpCreate, Ref: core.Ref{Collection: core.CollectionID(in)}}
			w.Item.Body = io.NopCloser(strings.NewReader(fmt.Sprintf("Subject: %s %d\n\nbody\n", in, n)))
			writes = append(writes, w)
		}
	}
	return writes
}

// TestConnectionsForAppends: messages for several mailboxes go out on several
// connections, each once, and those of one mailbox in their order.
func TestConnectionsForAppends(t *testing.T) {
	for _, most := range []int{1, 2, 4} {
		a := serve(t, imapd.Options{}, "a", "b", "c")
		a.config.MaxConnections = most
		r := a.open(t)
		_, err := r.Collections(t.Context())
		must(t, err)
		writes := creates(120, "a", "b", "c")
		stored := map[int]core.Ref{}
		for res, err := range r.Apply(t.Context(), each(writes)) {
			must(t, err)
			if _, twice := stored[res.Seq]; twice || !res.AsSent {
				t.Fatalf("%+v", res)
			}
			stored[res.Seq] = res.Stub.Ref
		}
		if len(stored) != len(writes) || len(a.server.Ledger()) != len(writes) {
			t.Errorf("%d answers, %d messages", len(stored), len(a.server.Ledger()))
		}
		for n := range 120 {
			for i, in := range []string{"a", "b", "c"} {
				want := core.Ref{Collection: core.CollectionID(in), ID: core.ID(fmt.Sprintf("%010d", n+1))}
				if stored[n*3+i] != want {
					t.Fatalf("message %d of %s is %v", n, in, stored[n*3+i])
				}
			}
		}
		if ever, _ := a.server.Connections(); ever > most || most > 1 && ever < 2 {
			t.Errorf("%d connections, at most %d", ever, most)
		}
	}
}

// TestConnectionLostWhileWriting: the writes of a lost connection have an
// unknown outcome, and only they; of messages that one command stores there are
// all or none.
func TestConnectionLostWhileWriting(t *testing.T) {
	for name, c := range map[string]struct {
		hide   []string
		fault  imapd.Fault
		stored int
	}{
		"after it stored":              {nil, imapd.Fault{DropAfter: true}, 40},
		"before it stored":             {nil, imapd.Fault{DropBefore: true}, 0},
		"one by one, after it stored":  {[]string{"MULTIAPPEND"}, imapd.Fault{DropAfter: true}, 1},
		"one by one, before it stored": {[]string{"MULTIAPPEND"}, imapd.Fault{DropBefore: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{}, "a", "b", "c")
			a.config.Hide = c.hide
			r := a.open(t)
			_, err := r.Collections(t.Context())
			must(t, err)
			var broke atomic.Bool
			a.server.SetFaults(func(ask imapd.Ask) imapd.Fault {
				if ask.Command == "APPEND" && strings.HasPrefix(ask.Args, `"b" `) && broke.CompareAndSwap(false, true) {
					return c.fault
				}
				return imapd.Fault{}
			})
			writes := creates(40, "a", "b", "c")
			answered := 0
			for res, err := range r.Apply(t.Context(), each(writes)) {
				answered++
				lost := writes[res.Seq].Ref.Collection == "b"
				if lost && core.ClassOf(err) != core.Unknown || !lost && err != nil {
					t.Errorf("a write to %s: %v", writes[res.Seq].Ref.Collection, err)
				}
			}
			if answered != len(writes) || !broke.Load() {
				t.Errorf("%d of %d are answered", answered, len(writes))
			}
			if a, b, all := len(a.Places("a")), len(a.Places("b")), len(a.Places("c")); a != 40 || b != c.stored || all != 40 {
				t.Errorf("%d, %d and %d are stored", a, b, all)
			}
		})
	}
}

// TestFurtherConnectionRefusedToWriter: messages that were to go out on a
// connection that could not be had go out on the one there is.
func TestFurtherConnectionRefusedToWriter(t *testing.T) {
	a := serve(t, imapd.Options{}, "a", "b", "c")
	r := a.open(t)
	_, err := r.Collections(t.Context())
	must(t, err)
	a.server.SetFaults(imapd.Script(imapd.Scripted{Command: "AUTHENTICATE", Fault: imapd.Fault{No: "[LIMIT] no more"}}))
	writes := creates(120, "a", "b", "c")
	answered := 0
	for _, err := range r.Apply(t.Context(), each(writes)) {
		must(t, err)
		answered++
	}
	if ever, _ := a.server.Connections(); answered != len(writes) || len(a.server.Ledger()) != len(writes) || ever != 2 {
		t.Errorf("%d answers, %d messages, %d connections", answered, len(a.server.Ledger()), ever)
	}
}

// TestPasswordAskedOnce: whoever keeps the password is asked once, however many
// connections there are, and again only for a new first one.
func TestPasswordAskedOnce(t *testing.T) {
	a := serve(t, imapd.Options{}, "a", "b")
	asked, password := 0, a.config.Password
	a.config.Password = func(ctx context.Context) (string, error) {
		asked++
		return password(ctx)
	}
	r := a.open(t)
	refs := many(t, a, 300, "a", "b")
	readAll(t, r, refs)
	if ever, _ := a.server.Connections(); ever < 2 || asked != 1 {
		t.Errorf("asked %d times for %d connections", asked, ever)
	}
	a.server.Disconnect()
	for range 2 {
		_, _ = r.Collections(t.Context()) // the first finds out
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

// TestUnbearableMessage: a message at which the server ends every connection
// keeps no other from being read.
func TestUnbearableMessage(t *testing.T) {
	for _, most := range []int{1, 4} {
		a := serve(t, imapd.Options{}, "a")
		refs := many(t, a, 300, "a")
		const bad = 130
		a.config.MaxConnections = most
		r := a.open(t)
		a.server.SetFaults(func(ask imapd.Ask) imapd.Fault {
			set, _, _ := strings.Cut(ask.Args, " ")
			uids, good := wire.ParseUIDSet(set)
			if ask.Command != "UID FETCH" || !good || !uids.Has(bad) {
				return imapd.Fault{}
			}
			before := 20 // into the answer that it cannot give
			for uid := range uids.All() {
				if uid < bad {
					body := a.Body("a", uid)
					before += len(fmt.Sprintf("* %d FETCH (UID %d BODY[] {%d}\r\n", uid, uid, len(body))) + len(body) + len(")\r\n")
				}
			}
			return imapd.Fault{CutLine: &before}
		})
		left := map[core.Ref]bool{}
		for _, ref := range refs {
			left[ref] = true
		}
		for try := 0; try < 4 && len(left) > 0; try++ { // as the engine does
			var rest []core.Ref
			for ref := range left {
				rest = append(rest, ref)
			}
			order, failed := readAll(t, r, rest)
			for _, ref := range order {
				if failed[ref] == nil {
					delete(left, ref)
				}
			}
		}
		if len(left) != 1 || !left[core.Ref{Collection: "a", ID: "0000000130"}] {
			t.Errorf("%d connections: %d are left", most, len(left))
		}
	}
}

// TestNoRoomForFiles: a large body that cannot be kept fails for now, with what
// to do, and the small ones come.
func TestNoRoomForFiles(t *testing.T) {
	a := serve(t, imapd.Options{}, "a")
	refs := many(t, a, 5, "a")
	a.add(t, "a", append(message(5), bytes.Repeat([]byte("0123456789\n"), 200_000)...))
	large := core.Ref{Collection: "a", ID: "0000000006"}
	r := a.open(t)
	t.Setenv("TMPDIR", t.TempDir()+"/gone")
	order, failed := readAll(t, r, append(refs, large))
	eachOnce(t, order, append(refs, large))
	if err := failed[large]; len(failed) != 1 || core.ClassOf(err) != core.Transient || !strings.Contains(err.Error(), "temporary files") {
		t.Errorf("%v", failed)
	}
}
