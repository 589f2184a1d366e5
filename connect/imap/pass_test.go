package imap_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/mime"
	"lockstep/peers/fault"
	"lockstep/peers/imapd"
	"lockstep/reconcile"
	"lockstep/state"
	"lockstep/state/memory"
)

// samePaths pairs mailboxes by path.
type samePaths struct{}

func (samePaths) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (samePaths) ByRole() bool                                              { return true }

// link keeps two accounts in step.
type link struct {
	sides [2]*account
	store state.Store
	run   int
}

func (l *link) pass(t *testing.T) (engine.Report, error) {
	t.Helper()
	e := engine.New()
	e.Sleep = func(context.Context, time.Duration) error { return nil }
	e.NewRun = func() string { l.run++; return fmt.Sprint("run ", l.run) }
	both := engine.Link{
		Store: l.store, Mapper: samePaths{}, Traits: core.Traits{Immutable: true, Digest: mime.Digest, DeleteMark: core.Deleted},
		Policy: reconcile.Policy{Write: [2]bool{true, true}, Deletes: [2]bool{true, true}, Guard: reconcile.DefaultGuard(reconcile.TwoWay)},
	}
	for x, a := range l.sides {
		r, err := imap.Open(t.Context(), a.config)
		if err != nil {
			return engine.Report{}, err
		}
		defer r.Close()
		both.Replicas[x] = r
	}
	return e.Pass(t.Context(), both, engine.Options{})
}

// holds lists what an account has, by content.
func (a *account) holds() (out []string) {
	for _, e := range a.server.Ledger() {
		for _, p := range e.Places {
			path := strings.ReplaceAll(strings.TrimPrefix(p.Mailbox, a.options.Prefix), ".", "/")
			out = append(out, fmt.Sprint(path, " ", e.SHA256[:12], " ", p.Flags))
		}
	}
	slices.Sort(out)
	return out
}

func newLink(t *testing.T, left, right imapd.Options) *link {
	t.Helper()
	return &link{sides: [2]*account{serve(t, left), serve(t, right)}, store: memory.New()}
}

// TestTwoServers keeps two accounts of different kinds in step: one with every
// extension, one with a prefix, dots and none.
func TestTwoServers(t *testing.T) {
	bare := courier(imapd.Options{Capabilities: imapd.Only("NAMESPACE")})
	l := newLink(t, imapd.Options{}, bare)
	left, right := l.sides[0], l.sides[1]
	for _, path := range []string{"Work", "Lists/go"} {
		must(t, left.CreateMailbox(left.name(path), imapd.MailboxSettings{}))
	}
	must(t, right.CreateMailbox(right.name("Gesendet"), imapd.MailboxSettings{}))
	must(t, left.CreateMailbox("Sent", imapd.MailboxSettings{Use: `\Sent`}))
	for n := range 120 {
		left.add(t, []string{"INBOX", "Work", "Lists/go"}[n%3], message(n), core.Seen)
		right.add(t, "INBOX", message(1000+n))
	}
	right.add(t, "INBOX.Gesendet", message(2000))
	same := func() {
		t.Helper()
		for i, holds := range [][]string{right.holds(), left.holds()} {
			for _, line := range l.sides[i].holds() {
				line = strings.ReplaceAll(line, "Gesendet", "Sent")
				j := slices.IndexFunc(holds, func(o string) bool { return strings.ReplaceAll(o, "Gesendet", "Sent") == line })
				if j < 0 {
					t.Errorf("only %d has %s", i, line)
					continue
				}
				holds = slices.Delete(holds, j, j+1)
			}
		}
	}
	for range 3 {
		_, err := l.pass(t)
		must(t, err)
	}
	same()
	must(t, left.Expunge("Work", 1))
	_, err := left.Move("INBOX", 1, "Work")
	must(t, err)
	must(t, right.SetFlags("INBOX", 3, core.Flagged))
	must(t, right.RenameMailbox("INBOX.Lists.go", "INBOX.Lists.golang"))
	for range 3 {
		_, err := l.pass(t)
		must(t, err)
	}
	same()
	if !slices.Contains(left.Mailboxes(), "Lists/golang") {
		t.Errorf("%q", left.Mailboxes())
	}
	report, err := l.pass(t)
	must(t, err)
	if report.Writes() > 0 {
		t.Errorf("a quiet pass makes %d writes", report.Writes())
	}
}

// TestAttack41AllMailLostForOnce: a server that for one pass shows no mailbox,
// only INBOX, or no message, wipes nothing on the other side; afterwards all is
// as before.
func TestAttack41AllMailLostForOnce(t *testing.T) {
	only := func(keep func(line string) bool) imapd.Fault {
		return imapd.Fault{Rewrite: func(line string) string {
			if strings.HasPrefix(line, "* LIST ") || strings.HasPrefix(line, "* STATUS ") {
				if !keep(line) {
					return ""
				}
			}
			return line
		}}
	}
	zero := func(line string) string {
		switch words := strings.Fields(line); {
		case strings.HasPrefix(line, "* STATUS "):
			for i := range words {
				if words[i] == "(MESSAGES" {
					words[i+1] = "0"
				}
			}
			return strings.Join(words, " ")
		case len(words) == 3 && (words[2] == "EXISTS" || words[2] == "RECENT"):
			return "* 0 " + words[2]
		case strings.HasPrefix(line, "* ESEARCH") || strings.HasPrefix(line, "* SEARCH"):
			return strings.Join(words[:min(len(words), 4)], " ")
		}
		return line
	}
	for name, lie := range map[string]func(imapd.Ask) imapd.Fault{
		"no mailbox":      imapd.Script(imapd.Scripted{Command: "LIST", Fault: imapd.EmptyList()}),
		"only INBOX":      imapd.Script(imapd.Scripted{Command: "LIST", Fault: only(func(line string) bool { return strings.Contains(line, "INBOX") })}),
		"only the others": imapd.Script(imapd.Scripted{Command: "LIST", Fault: only(func(line string) bool { return !strings.Contains(line, "INBOX") })}),
		"no message":      func(imapd.Ask) imapd.Fault { return imapd.Fault{Rewrite: zero} },
		"no status":       imapd.Script(imapd.Scripted{Command: "LIST", Fault: only(func(line string) bool { return strings.HasPrefix(line, "* LIST") })}),
		"no namespace":    imapd.Script(imapd.Scripted{Command: "NAMESPACE", Fault: imapd.Fault{Rewrite: func(line string) string { return strings.ReplaceAll(line, `(("" "/"))`, `(("X/" "/"))`) }}}),
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t, imapd.Options{}, imapd.Options{})
			left, right := l.sides[0], l.sides[1]
			must(t, left.CreateMailbox("Work", imapd.MailboxSettings{}))
			for n := range 40 {
				left.add(t, []string{"INBOX", "Work"}[n%2], message(n))
			}
			_, err := l.pass(t)
			must(t, err)
			before := strings.Join(right.holds(), "\n")
			if n := len(right.holds()); n != 40 {
				t.Fatalf("%d messages on the right", n)
			}
			left.server.SetFaults(lie)
			report, err := l.pass(t)
			t.Logf("held %d, torn %v, %v", report.Held, report.Torn, err)
			if now := strings.Join(right.holds(), "\n"); now != before {
				t.Errorf("the right had\n%s\nand has\n%s", before, now)
			}
			left.server.SetFaults(nil)
			for range 2 {
				_, err = l.pass(t)
				must(t, err)
			}
			if l, r := strings.Join(left.holds(), "\n"), strings.Join(right.holds(), "\n"); l != before || r != before {
				t.Errorf("afterwards the left has\n%s\nand the right\n%s", l, r)
			}
		})
	}
}

// TestCutConnections breaks connections again and again while many messages go
// both ways over several of them; in the end each is there once on each side.
func TestCutConnections(t *testing.T) {
	seeds := 6
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			fast := imapd.Without("AUTH=SCRAM-SHA-256")
			if seed%2 == 1 {
				fast = imapd.Only("LITERAL+", "AUTH=PLAIN", "SASL-IR")
			}
			l := newLink(t, imapd.Options{Capabilities: fast}, imapd.Options{Capabilities: imapd.Without("AUTH=SCRAM-SHA-256")})
			paths := []string{"INBOX", "Work", "Play"}
			for x, a := range l.sides {
				for _, path := range paths[1:] {
					must(t, a.CreateMailbox(path, imapd.MailboxSettings{}))
				}
				for n := range 400 {
					a.add(t, paths[n%3], fmt.Appendf(message(10_000*x+n), "%s\n", strings.Repeat("text ", 20*(n%17))))
				}
				p, err := fault.Listen(net.JoinHostPort(a.config.Host, fmt.Sprint(a.config.Port)), fault.Plan{CutWithin: 150_000, Seed: uint64(10*seed + x), CutFirst: 15, Reset: seed%3 == 0})
				must(t, err)
				t.Cleanup(func() { p.Close() })
				a.config = configAt(t, p.Addr())
			}
			failed := 0
			for quiet := 0; quiet < 2; {
				report, err := l.pass(t)
				if quiet++; err != nil || report.Writes() > 0 || report.Unsettled > 0 || report.Dropped > 0 {
					quiet = 0
				}
				if err != nil {
					failed++
				}
				if failed > 60 {
					t.Fatal(err)
				}
			}
			left, right := strings.Join(l.sides[0].holds(), "\n"), strings.Join(l.sides[1].holds(), "\n")
			if left != right || strings.Count(left, "\n") != 799 {
				t.Errorf("%d and %d messages", strings.Count(left, "\n")+1, strings.Count(right, "\n")+1)
			}
			for _, a := range l.sides {
				for _, e := range a.server.Ledger() {
					if len(e.Places) > 1 {
						t.Errorf("%+v", e)
					}
				}
			}
			ever, _ := l.sides[0].server.Connections()
			t.Logf("%d passes failed, %d connections", failed, ever)
		})
	}
}

// TestNewUIDValidity: a mailbox that was put back from a backup issues the UIDs of
// other messages again. No flag goes to another message, what the backup lacks is
// deleted only by consent, and a deletion afterwards is that of the right message.
func TestNewUIDValidity(t *testing.T) {
	for name, o := range map[string]imapd.Options{"all extensions": {}, "none": {Capabilities: imapd.Only()}} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t, imapd.Options{}, o)
			left, right := l.sides[0], l.sides[1]
			pass := func() (report engine.Report) {
				t.Helper()
				for range 2 {
					var err error
					report, err = l.pass(t)
					must(t, err)
				}
				return report
			}
			flags := [][]string{{core.Seen}, nil, {core.Flagged}, {core.Seen, core.Flagged}, nil}
			for n := range 10 {
				left.add(t, "INBOX", message(n), flags[n%len(flags)]...)
			}
			pass()
			before := left.holds()
			must(t, right.Expunge("INBOX", right.Places("INBOX")[0].UID))
			must(t, right.NewUIDValidity("INBOX"))
			if r := pass(); r.Held != 1 || r.Writes() != 0 || !slices.Equal(left.holds(), before) {
				t.Errorf("%d held, %d writes, and the left has\n%q\nof\n%q", r.Held, r.Writes(), left.holds(), before)
			}
			kept := right.holds()
			at := right.Places("INBOX")[3]
			must(t, right.Expunge("INBOX", at.UID))
			gone := slices.DeleteFunc(kept, func(line string) bool { return slices.Contains(right.holds(), line) })
			pass()
			if now := left.holds(); len(now) != len(before)-1 || len(gone) != 1 || slices.Contains(now, gone[0]) {
				t.Errorf("%q was deleted, and the left has\n%q\nof\n%q", gone, now, before)
			}
		})
	}
}
