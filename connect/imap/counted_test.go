package imap_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/fault"
	"lockstep/peers/imapd"
)

// counter counts what costs: bodies, headers and appended messages.
type counter struct {
	mu                       sync.Mutex
	bodies, headers, appends int
	fetches                  []string
}

func (c *counter) note(ask imapd.Ask) imapd.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ask.Command == "APPEND":
		c.appends++
	case ask.Command != "UID FETCH":
	case strings.Contains(ask.Args, "BODY.PEEK[]"):
		c.bodies++
	case strings.Contains(ask.Args, "HEADER"):
		c.headers++
	}
	if ask.Command == "UID FETCH" {
		c.fetches = append(c.fetches, ask.Args)
	}
	return imapd.Fault{}
}

// none fails if anything of a sort was asked for since the last call.
func (c *counter) none(t *testing.T, what string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bodies+c.headers+c.appends > 0 {
		t.Errorf("%s: %d commands for bodies, %d for headers, %d messages appended: %q", what, c.bodies, c.headers, c.appends, c.fetches)
	}
	c.bodies, c.headers, c.appends, c.fetches = 0, 0, 0, nil
}

func (c *counter) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bodies, c.headers, c.appends, c.fetches = 0, 0, 0, nil
}

// TestRoundTrips: a pass over an account where nothing happened asks one
// question after the login, however many mailboxes there are.
func TestRoundTrips(t *testing.T) {
	for name, c := range map[string]struct {
		hide                 []string
		login, survey, total int // at most
	}{
		"PLAIN":                    {[]string{"AUTH=SCRAM-SHA-256"}, 2, 1, 4},
		"SCRAM":                    {nil, 4, 1, 6},
		"without ID and NAMESPACE": {[]string{"AUTH=SCRAM-SHA-256", "ID", "NAMESPACE"}, 2, 1, 4},
		"nor ENABLE":               {[]string{"AUTH=SCRAM-SHA-256", "ID", "NAMESPACE", "ENABLE"}, 1, 1, 3},
		"without LIST-STATUS":      {[]string{"AUTH=SCRAM-SHA-256", "LIST-STATUS"}, 2, 5, 8},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: imapd.Without(c.hide...)})
			for n := range 199 {
				must(t, a.CreateMailbox(fmt.Sprintf("folder %d", n), imapd.MailboxSettings{}))
			}
			p, err := fault.Listen(fmt.Sprintf("%s:%d", a.config.Host, a.config.Port), fault.Plan{})
			must(t, err)
			defer p.Close()
			a.config = configAt(t, p.Addr())
			r, err := imap.Open(t.Context(), a.config)
			must(t, err)
			login := p.Stats().RoundTrips
			s, err := r.Collections(t.Context())
			must(t, err)
			survey := p.Stats().RoundTrips - login
			must(t, r.Close())
			total := p.Stats().RoundTrips
			t.Logf("%d mailboxes: %d round trips for the login, %d for the survey, %d in all", len(s.Collections), login, survey, total)
			if len(s.Collections) != 200 || login > c.login || survey > c.survey || total > c.total {
				t.Errorf("at most %d, %d and %d are wanted", c.login, c.survey, c.total)
			}
			if p.Stats().Connections != 1 {
				t.Errorf("%d connections", p.Stats().Connections)
			}
		})
	}
}

// listed reads a mailbox and lets the replica recall what it read.
func listed(t *testing.T, r *imap.Replica, in core.CollectionID) (known map[core.ID]core.Stub, token core.Token) {
	t.Helper()
	_, err := r.Collections(t.Context())
	must(t, err)
	known, _, _, token, _ = read(t, r, core.FeedID(in), "")
	r.Recall(singly(func(ref core.Ref) (core.Stub, bool) {
		s, there := known[ref.ID]
		return s, there && ref.Collection == in
	}))
	return known, token
}

// singly recalls one by one.
func singly(known func(core.Ref) (core.Stub, bool)) func([]core.Ref) map[core.Ref]core.Stub {
	return func(refs []core.Ref) map[core.Ref]core.Stub {
		out := map[core.Ref]core.Stub{}
		for _, ref := range refs {
			if s, ok := known(ref); ok {
				out[ref] = s
			}
		}
		return out
	}
}

// TestMarksCostNoBodies: a hundred changed marks are learnt and written without
// reading a body or a header.
func TestMarksCostNoBodies(t *testing.T) {
	for _, capabilities := range []map[string]bool{imapd.AllCapabilities(), imapd.Without("CONDSTORE"), imapd.Only()} {
		var count counter
		a := serve(t, imapd.Options{Capabilities: capabilities, Faults: count.note}, "a")
		refs := many(t, a, 150, "a")
		r := a.open(t)
		_, token := listed(t, r, "a")
		for n := range 100 {
			must(t, a.SetFlags("a", uint32(n+1), core.Flagged))
		}
		count.forget()
		_, err := r.Collections(t.Context())
		must(t, err)
		changed, gone, _, _, _ := read(t, r, "a", token)
		flagged := 0
		for _, s := range changed {
			if s.Marks == core.Flagged {
				flagged++
			}
		}
		if flagged != 100 || len(gone) > 0 {
			t.Errorf("%d are flagged, %d gone", flagged, len(gone))
		}
		count.none(t, "learning marks")
		var writes []core.Write
		for i, ref := range refs[:100] {
			writes = append(writes, core.Write{Seq: i, Op: core.OpMark, Ref: ref, Add: core.Seen, Remove: core.Flagged})
		}
		for _, err := range r.Apply(t.Context(), each(writes)) {
			must(t, err)
		}
		for _, p := range a.Places("a")[:100] {
			if fmt.Sprint(p.Flags) != `[\Seen]` {
				t.Fatalf("%+v", p)
			}
		}
		count.none(t, "writing marks")
	}
}

// TestMovesCostNoBodies: a move is made on the server, with MOVE and without.
func TestMovesCostNoBodies(t *testing.T) {
	for name, capabilities := range map[string]map[string]bool{"MOVE": imapd.AllCapabilities(), "no MOVE": imapd.Without("MOVE"), "bare": imapd.Only()} {
		t.Run(name, func(t *testing.T) {
			var count counter
			a := serve(t, imapd.Options{Capabilities: capabilities, Faults: count.note}, "a", "b")
			refs := many(t, a, 30, "a")
			r := a.open(t)
			_, err := r.Collections(t.Context())
			must(t, err)
			steps := []core.Op{core.OpMove}
			if r.Operations().Move == core.Unsupported { // the engine does it in two
				steps = []core.Op{core.OpPlace, core.OpDelete}
			}
			for _, op := range steps {
				var writes []core.Write
				for i, ref := range refs {
					w := core.Write{Seq: i, Op: op, Ref: ref}
					if op != core.OpDelete {
						w.To = "b"
					}
					writes = append(writes, w)
				}
				for _, err := range r.Apply(t.Context(), each(writes)) {
					must(t, err)
				}
			}
			if len(a.Places("a")) != 0 || len(a.Places("b")) != 30 || len(a.server.Ledger()) != 30 {
				t.Errorf("%d and %d", len(a.Places("a")), len(a.Places("b")))
			}
			count.none(t, name)
		})
	}
}

// TestKnownMailboxCostsNoHeaders: a full listing of what is known reads flags
// and nothing else; one new message costs one header.
func TestKnownMailboxCostsNoHeaders(t *testing.T) {
	for name, capabilities := range map[string]map[string]bool{"all": imapd.AllCapabilities(), "bare": imapd.Only()} {
		var count counter
		a := serve(t, imapd.Options{Capabilities: capabilities, Faults: count.note}, "a")
		many(t, a, 300, "a")
		r := a.open(t)
		known, _ := listed(t, r, "a")
		count.forget()
		again, _, full, _, _ := read(t, r, "a", "")
		if len(again) != 300 || !full {
			t.Errorf("%d messages", len(again))
		}
		for id, s := range again {
			if s != known[id] {
				t.Fatalf("%+v became %+v", known[id], s)
			}
		}
		count.none(t, name)
		a.add(t, "a", message(7))
		_, err := r.Collections(t.Context())
		must(t, err)
		if again, _, _, _, _ = read(t, r, "a", ""); len(again) != 301 || count.headers != 1 || count.bodies != 0 {
			t.Errorf("%d messages, %d commands for headers", len(again), count.headers)
		}
		if got := count.fetches[len(count.fetches)-1]; !strings.HasPrefix(got, "301 ") {
			t.Errorf("it asks for the headers of %s", got)
		}
	}
}
