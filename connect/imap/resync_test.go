package imap_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/fault"
	"lockstep/peers/imapd"
)

// spent is which commands were given since it was asked last.
func spent(a *account, before map[string]int) map[string]int {
	out := map[string]int{}
	for name, n := range a.server.Counts() {
		if n > before[name] {
			out[name] = n - before[name]
		}
	}
	return out
}

// TestResyncCost: what changed in a mailbox is told as it is opened. Changed
// marks cost one round trip; what left is asked for by name, and the messages
// that are there are never listed.
func TestResyncCost(t *testing.T) {
	a := serve(t, imapd.Options{}, "a", "b")
	refs := many(t, a, 300, "a")
	p, err := fault.Listen(fmt.Sprintf("%s:%d", a.config.Host, a.config.Port), fault.Plan{})
	must(t, err)
	defer p.Close()
	a.config = configAt(t, p.Addr())
	r := a.open(t)
	_, token := listed(t, r, "a")
	for n := range 100 {
		must(t, a.SetFlags("a", uint32(n+1), core.Flagged))
	}
	pass := func(trips int, want map[string]int) (changed map[core.ID]core.Stub, gone []core.Ref) {
		t.Helper()
		_, err = r.Collections(t.Context())
		must(t, err)
		before, counts := p.Stats().RoundTrips, a.server.Counts()
		d, err := r.Changes(t.Context(), "a", token)
		must(t, err)
		if d.Full || d.More {
			t.Error("a full listing")
		}
		if n := p.Stats().RoundTrips - before; n > trips {
			t.Errorf("%d round trips, %d are wanted", n, trips)
		}
		if got := spent(a, counts); !maps.Equal(got, want) {
			t.Errorf("it takes %v, and not %v", got, want)
		}
		token = d.Next
		changed = map[core.ID]core.Stub{}
		for _, s := range d.Changed {
			changed[s.ID] = s
		}
		return changed, d.Gone
	}
	changed, gone := pass(1, map[string]int{"EXAMINE": 1})
	if len(changed) != 100 || len(gone) != 0 || changed[refs[0].ID].Marks != core.Flagged {
		t.Errorf("%d changed, %d gone", len(changed), len(gone))
	}
	for n := range 20 {
		must(t, a.Expunge("a", uint32(3*n+1)))
	}
	for n := range 10 {
		a.add(t, "a", message(1000+n))
	}
	must(t, a.Expunge("a", 305))
	changed, gone = pass(3, map[string]int{"EXAMINE": 1, "UID SEARCH": 1, "UID FETCH": 1})
	if len(changed) != 9 || len(gone) != 21 {
		t.Errorf("%d changed, %d gone", len(changed), len(gone))
	}
	if changed, gone = pass(1, map[string]int{"EXAMINE": 1}); len(changed)+len(gone) != 0 {
		t.Errorf("%d changed, %d gone", len(changed), len(gone))
	}
	must(t, a.SetFlags("a", 2, core.Seen))
	must(t, a.ForgetExpunges("a")) // then all that ever left is named
	if changed, gone = pass(1, map[string]int{"EXAMINE": 1}); len(changed) != 1 || len(gone) != 0 {
		t.Errorf("%d changed, %d gone", len(changed), len(gone))
	}
	_, err = r.Collections(t.Context())
	must(t, err)
	before, counts := p.Stats().RoundTrips, a.server.Counts()
	_, err = r.Collections(t.Context())
	must(t, err)
	if got := spent(a, counts); !maps.Equal(got, map[string]int{"LIST": 1}) || p.Stats().RoundTrips-before != 1 {
		t.Errorf("a look where nothing happened takes %v", got)
	}
}

// picture is what somebody knows of a mailbox who only reads deltas.
type picture struct {
	holds map[uint32]core.Marks
	token core.Token
	valid core.Incarnation
	// outcome of the last look: a delta, a full listing, or one that the token was
	// too old for.
	outcome string
}

// follow reads deltas until there are no more; it returns what they said to be
// gone. An error leaves the picture as it is.
func (p *picture) follow(t *testing.T, r *imap.Replica, in core.FeedID) (gone []uint32, err error) {
	t.Helper()
	if _, err := r.Collections(t.Context()); err != nil {
		return nil, err
	}
	next := map[uint32]core.Marks{}
	maps.Copy(next, p.holds)
	token, fresh := p.token, map[uint32]core.Marks{}
	p.outcome = "delta"
	for {
		d, err := r.Changes(t.Context(), in, token)
		switch {
		case core.ClassOf(err) == core.Resync && token != "":
			token, fresh = "", map[uint32]core.Marks{}
			p.outcome = "resync"
			continue
		case err != nil:
			return nil, err
		}
		for _, s := range d.Changed {
			if s.Bad != "" {
				t.Errorf("%+v", s)
			}
			next[uidOf(t, s.Ref)], fresh[uidOf(t, s.Ref)] = s.Marks, s.Marks
		}
		for _, ref := range d.Gone {
			gone = append(gone, uidOf(t, ref))
			delete(next, uidOf(t, ref))
		}
		if token = d.Next; d.More {
			continue
		}
		if d.Full {
			next = fresh
			if p.outcome == "delta" {
				p.outcome = "full"
			}
		}
		p.holds, p.token, p.valid = next, token, d.Incarnation
		return gone, nil
	}
}

// truth is what a mailbox holds.
func truth(a *account, in string) map[uint32]core.Marks {
	out := map[uint32]core.Marks{}
	for _, p := range a.Places(in) {
		out[p.UID] = core.NewMarks(p.Flags...)
	}
	return out
}

// TestDeltasAreTheTruth edits a mailbox at random and reads deltas, with one
// rung of extensions or another from pass to pass: the token of one is good for
// the others, and in the end the picture is the truth.
func TestDeltasAreTheTruth(t *testing.T) {
	rungs := map[string][][]string{
		"QRESYNC":   {nil},
		"CONDSTORE": {{"QRESYNC"}},
		"SEARCH":    {{"QRESYNC", "ESEARCH"}},
		"scan":      {{"QRESYNC", "CONDSTORE"}},
		"in turn":   {nil, {"QRESYNC"}, {"QRESYNC", "CONDSTORE"}, {"ENABLE"}, {"ESEARCH"}},
	}
	for name, hides := range rungs {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(name, " ", seed), func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 7))
				a := serve(t, imapd.Options{Capabilities: imapd.Without("AUTH=SCRAM-SHA-256")}, "a", "b")
				many(t, a, 40, "a")
				a.config.Page = 15
				var p picture
				for pass := range 40 {
					for range random.IntN(6) {
						all := a.Places("a")
						n := random.IntN(len(all) + 1)
						switch what := random.IntN(10); {
						case what < 4 || n == len(all):
							a.add(t, "a", message(random.IntN(1000)))
						case what < 6:
							must(t, a.SetFlags("a", all[n].UID, []string{core.Seen, core.Flagged, "work"}[random.IntN(3)]))
						case what < 9:
							must(t, a.Expunge("a", all[n].UID))
						default:
							_, err := a.Move("a", all[n].UID, "b")
							must(t, err)
						}
					}
					switch random.IntN(12) {
					case 0:
						must(t, a.ForgetExpunges("a"))
					case 1:
						must(t, a.NewUIDValidity("a"))
					}
					a.config.Hide = hides[pass%len(hides)]
					r, err := imap.Open(t.Context(), a.config)
					must(t, err)
					_, err = p.follow(t, r, "a")
					must(t, err)
					must(t, r.Close())
					if want := truth(a, "a"); !maps.Equal(p.holds, want) {
						t.Fatalf("pass %d: the picture is\n%v\nand the truth\n%v", pass, p.holds, want)
					}
				}
			})
		}
	}
}

// TestRealDeltasAreTheTruth does the same with a real server; the truth is what
// a full listing without any extension tells.
func TestRealDeltasAreTheTruth(t *testing.T) {
	config := dovecot(t)
	m := newMUA(t, config, "a", "b")
	for n := range 40 {
		m.Add(t, "a", message(n), "", "")
	}
	plain := config
	plain.Hide = []string{"QRESYNC", "CONDSTORE", "ESEARCH", "ENABLE"}
	random := rand.New(rand.NewPCG(3, 7))
	full := func() (p picture) {
		r, err := imap.Open(t.Context(), plain)
		must(t, err)
		defer r.Close()
		_, err = p.follow(t, r, "a")
		must(t, err)
		return p
	}
	p := full()
	p.token = ""
	for pass := range 30 {
		there := slices.Sorted(maps.Keys(full().holds))
		for _, n := range random.Perm(len(there))[:random.IntN(6)] {
			ref := core.Ref{Collection: "a", ID: core.ID(fmt.Sprintf("%010d", there[n]))}
			switch random.IntN(5) {
			case 0, 1:
				m.Add(t, "a", message(random.IntN(1000)), "", "")
			case 2:
				m.Mark(t, ref, []core.Marks{core.Seen, core.Flagged, "work"}[random.IntN(3)])
			case 3:
				m.Remove(t, ref)
			default:
				m.Move(t, ref, "b")
			}
		}
		if pass%7 == 6 {
			m.Rebirth(t, "a")
		}
		r := m.Open(t).(*imap.Replica)
		_, err := p.follow(t, r, "a")
		must(t, err)
		must(t, r.Close())
		if want := full().holds; !maps.Equal(p.holds, want) {
			t.Fatalf("pass %d: the picture is\n%v\nand the truth\n%v", pass, p.holds, want)
		}
	}
}

// TestResyncIsNotBelieved: what a server says that contradicts what else it
// says deletes nothing; everything is listed, and the picture is the truth again
// once it stops lying, if not before.
func TestResyncIsNotBelieved(t *testing.T) {
	exists := regexp.MustCompile(`^\* \d+ EXISTS`)
	rewrite := func(do func(line string) string) imapd.Fault { return imapd.Fault{Rewrite: do} }
	says := func(n int) imapd.Fault {
		return rewrite(func(line string) string { return exists.ReplaceAllString(line, fmt.Sprintf("* %d EXISTS", n)) })
	}
	for name, c := range map[string]struct {
		fault imapd.Fault
		// outcome: a delta, a full listing, one that the token is too old for, or an error.
		outcome string
	}{
		"others vanished":    {imapd.OtherVanished("7,9,11"), "full"},
		"as many others":     {imapd.OtherVanished("7,9,11,13,15,62"), "full"},
		"others and more":    {imapd.AlsoVanished("7,9,11"), "full"},
		"all vanished":       {imapd.AlsoVanished("1:60"), "full"},
		"all there ever are": {imapd.AlsoVanished("1:4294967295"), "full"},
		"above UIDNEXT":      {imapd.AlsoVanished("1000:1010"), "full"},
		"no set":             {imapd.OtherVanished(""), "delta"},
		"a star":             {imapd.OtherVanished("1:*"), "delta"},
		"zero":               {imapd.OtherVanished("0"), "delta"},
		"words":              {imapd.OtherVanished("all of them"), "delta"},
		"no EARLIER":         {rewrite(func(line string) string { return strings.ReplaceAll(line, "(EARLIER) ", "") }), "error"},
		"LATER":              {rewrite(func(line string) string { return strings.ReplaceAll(line, "EARLIER", "LATER") }), "delta"},
		"nothing vanished":   {rewrite(func(line string) string { return regexp.MustCompile(`^\* VANISHED.*`).ReplaceAllString(line, "") }), "full"},
		"shown and vanished": {imapd.AlsoVanished("20"), "full"},
		"nothing changed": {rewrite(func(line string) string {
			return regexp.MustCompile(`^\* (VANISHED|\d+ FETCH).*`).ReplaceAllString(line, "")
		}), "delta"},
		"gone and shown":            {imapd.Fault{Before: []string{"* 1 FETCH (UID 30 FLAGS ())"}}, "full"},
		"flags of nobody, it fits":  {imapd.Fault{Before: []string{"* 1 FETCH (UID 4000000 FLAGS (\\Seen))", "* VANISHED (EARLIER) 60"}}, "full"},
		"message 77 is expunged":    {imapd.UnknownExpunge(77), "full"},
		"no message is expunged":    {imapd.UnknownExpunge(0), "full"},
		"fewer exist":               {says(30), "error"},
		"more exist":                {says(90), "error"},
		"none exist":                {says(0), "error"},
		"first more, then fewer":    {imapd.Fault{Before: []string{"* 400 EXISTS"}}, "full"},
		"HIGHESTMODSEQ went back":   {imapd.LowerModSeq(2), "resync"},
		"no HIGHESTMODSEQ":          {rewrite(func(line string) string { return strings.ReplaceAll(line, "HIGHESTMODSEQ", "X-MODSEQ") }), "full"},
		"another UIDVALIDITY":       {imapd.FlipUIDValidity(7), "resync"},
		"flags of nobody":           {imapd.Fault{Before: []string{"* 1 FETCH (UID 4000000 FLAGS (\\Seen) MODSEQ (900))"}}, "full"},
		"a FETCH that does not end": {imapd.Fault{Before: []string{"* 1 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (900)"}}, "delta"},
		"a BAD":                     {imapd.Fault{Bad: "I know no QRESYNC"}, "error"},
		"a NO":                      {imapd.Fault{No: "not today"}, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: imapd.Without("AUTH=SCRAM-SHA-256")}, "a")
			many(t, a, 60, "a")
			must(t, a.Expunge("a", 60))
			r := a.open(t)
			p := picture{}
			_, err := p.follow(t, r, "a")
			must(t, err)
			before := truth(a, "a")
			for uid := range uint32(5) {
				must(t, a.Expunge("a", 30+uid))
				must(t, a.SetFlags("a", 20+uid, core.Flagged))
			}
			a.add(t, "a", message(500))
			must(t, a.Expunge("a", a.add(t, "a", message(501))))
			a.server.SetFaults(imapd.Script(imapd.Scripted{Command: "EXAMINE", Fault: c.fault}))
			gone, err := p.follow(t, r, "a")
			if err != nil {
				p.outcome = "error"
			}
			if p.outcome != c.outcome {
				t.Errorf("%s and not %s: %d gone, %d held, %v", p.outcome, c.outcome, len(gone), len(p.holds), err)
			}
			now := truth(a, "a")
			for uid := range before {
				_, there := now[uid]
				_, held := p.holds[uid]
				if there && (!held || slices.Contains(gone, uid)) && p.valid != "7" { // the UIDs of another mailbox mean nothing
					t.Errorf("message %d is there, and was told to be gone", uid)
				}
			}
			a.server.SetFaults(nil)
			must(t, a.SetFlags("a", 1, core.Seen))
			_, err = p.follow(t, a.open(t), "a")
			must(t, err)
			if want := truth(a, "a"); !maps.Equal(p.holds, want) {
				t.Errorf("afterwards the picture is\n%v\nand the truth\n%v", p.holds, want)
			}
		})
	}
}

// TestNoQresyncAfterAll: a server that offers QRESYNC, enables it and then does
// not know it is asked as if it had none.
func TestNoQresyncAfterAll(t *testing.T) {
	a := serve(t, imapd.Options{Faults: func(ask imapd.Ask) imapd.Fault {
		if strings.Contains(ask.Args, "QRESYNC (") {
			return imapd.Fault{Bad: "what?"}
		}
		return imapd.Fault{}
	}}, "a")
	many(t, a, 20, "a")
	r := a.open(t)
	var p picture
	for uid := range uint32(5) {
		_, err := p.follow(t, r, "a")
		must(t, err)
		if want := truth(a, "a"); !maps.Equal(p.holds, want) || uid > 0 && p.outcome != "delta" {
			t.Errorf("%s: %v, and not %v", p.outcome, p.holds, want)
		}
		must(t, a.Expunge("a", 2*uid+1))
		must(t, a.SetFlags("a", 2*uid+2, core.Seen))
	}
}

// TestResyncOfMuch: where more came than is worth telling one by one, it is
// listed in pages.
func TestResyncOfMuch(t *testing.T) {
	a := serve(t, imapd.Options{}, "a")
	a.config.Page = 10
	many(t, a, 5, "a")
	r := a.open(t)
	var p picture
	for _, n := range []int{0, 20, 26, 300} {
		many(t, a, n, "a")
		_, err := p.follow(t, r, "a")
		must(t, err)
		if want := map[bool]string{true: "delta", false: "full"}[n == 20]; p.outcome != want || len(p.holds) != len(truth(a, "a")) {
			t.Errorf("%d came: %s, %d held", n, p.outcome, len(p.holds))
		}
	}
}

// TestUIDValidityOfEveryAnswer: a server that tells another UIDVALIDITY each
// time is never believed to have lost anything.
func TestUIDValidityOfEveryAnswer(t *testing.T) {
	a := serve(t, imapd.Options{}, "a")
	many(t, a, 20, "a")
	r := a.open(t)
	p := picture{}
	_, err := p.follow(t, r, "a")
	must(t, err)
	value := uint32(5000)
	a.server.SetFaults(func(imapd.Ask) imapd.Fault {
		value++
		return imapd.FlipUIDValidity(value)
	})
	for range 5 {
		gone, err := p.follow(t, r, "a")
		if len(gone) > 0 {
			t.Errorf("%v are gone", gone)
		}
		if err == nil && len(p.holds) != 20 {
			t.Errorf("%d of 20 are there", len(p.holds))
		}
	}
	a.server.SetFaults(nil)
	_, err = p.follow(t, r, "a")
	must(t, err)
	if want := truth(a, "a"); !maps.Equal(p.holds, want) {
		t.Errorf("%v, and not %v", p.holds, want)
	}
}

// TestQuietSyncCost: a whole sync that finds nothing lists the mailboxes and
// opens none; one that finds marks opens those that have them, once.
func TestQuietSyncCost(t *testing.T) {
	l := newLink(t, imapd.Options{Capabilities: imapd.Without("AUTH=SCRAM-SHA-256")}, imapd.Options{Capabilities: imapd.Without("AUTH=SCRAM-SHA-256")})
	left := l.sides[0]
	for n := range 20 {
		must(t, left.CreateMailbox(fmt.Sprint("folder ", n), imapd.MailboxSettings{}))
		left.add(t, fmt.Sprint("folder ", n), message(n))
	}
	for range 3 {
		_, err := l.pass(t)
		must(t, err)
	}
	counts := left.server.Counts()
	report, err := l.pass(t)
	must(t, err)
	got := spent(left, counts)
	for _, login := range []string{"GREETING", "AUTHENTICATE", "ID", "ENABLE", "NAMESPACE", "LOGOUT"} {
		delete(got, login)
	}
	if report.Writes() > 0 || len(got) != 1 || got["LIST"] != 1 {
		t.Errorf("%d writes; it takes %v", report.Writes(), got)
	}
	for n := range 3 {
		must(t, left.SetFlags(fmt.Sprint("folder ", n), 1, core.Seen))
	}
	counts = left.server.Counts()
	report, err = l.pass(t)
	must(t, err)
	if got := spent(left, counts); report.Writes() != 3 || got["EXAMINE"] != 3 || got["UID SEARCH"]+got["UID FETCH"]+got["SELECT"]+got["STATUS"] != 0 {
		t.Errorf("%d writes; it takes %v", report.Writes(), got)
	}
}
