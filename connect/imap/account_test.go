package imap_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/imapd"
)

// keeping is an account that keeps its connection.
func keeping(t *testing.T, a *account) *imap.Account {
	t.Helper()
	k := imap.NewAccount(a.config)
	t.Cleanup(func() { k.Close() })
	return k
}

// look is one pass that only surveys.
func look(t *testing.T, k *imap.Account) (core.Survey, error) {
	t.Helper()
	r, err := k.Open(t.Context())
	if err != nil {
		return core.Survey{}, err
	}
	defer func() { must(t, r.Close()) }()
	return r.Collections(t.Context())
}

func looks(t *testing.T, k *imap.Account, n int) {
	t.Helper()
	for range n {
		_, err := look(t, k)
		must(t, err)
	}
}

func loginsOf(a *account) int { return a.server.Counts()["AUTHENTICATE"] + a.server.Counts()["LOGIN"] }

// holds waits until the server has so many connections.
func holds(t *testing.T, a *account, want int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		_, now := a.server.Connections()
		if now == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections, want %d", now, want)
		}
	}
}

// TestKeptConnection: ten looks are one login, and end with it kept; the namespaces that
// were told after the login serve all of them.
func TestKeptConnection(t *testing.T) {
	for name, caps := range map[string]map[string]bool{
		"everything": nil, "no UNSELECT": imapd.Without("UNSELECT"), "no LIST-STATUS": imapd.Without("LIST-STATUS"),
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Prefix: "INBOX.", Capabilities: caps}, "Work")
			k := keeping(t, a)
			for n := range 10 {
				uid := a.add(t, a.name("Work"), message(n))
				survey, err := look(t, k)
				must(t, err)
				i := slices.IndexFunc(survey.Collections, func(c core.Collection) bool { return c.Path == "Work" })
				if i < 0 || survey.Collections[i].Count != n+1 || survey.Collections[i].Position != uint64(uid) {
					t.Fatalf("look %d sees %+v", n, survey)
				}
			}
			if c := a.server.Counts(); loginsOf(a) != 1 || c["LIST"] != 10 || c["NAMESPACE"] != 1 || k.Held() != 1 {
				t.Errorf("%d are held after %v", k.Held(), c)
			}
			must(t, k.Close())
			holds(t, a, 0)
			if c := a.server.Counts(); c["LOGOUT"] != 1 || k.Held() != 0 {
				t.Errorf("%v", c)
			}
		})
	}
}

// TestKeptConnectionIsClean: of a pass that read and wrote on several connections
// one is kept, with no mailbox open; without UNSELECT none.
func TestKeptConnectionIsClean(t *testing.T) {
	for name, c := range map[string]struct {
		caps map[string]bool
		kept int
	}{"UNSELECT": {nil, 1}, "no UNSELECT": {imapd.Without("UNSELECT"), 0}} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: c.caps}, "a", "b")
			k := keeping(t, a)
			refs := many(t, a, 400, "a", "b")
			r, err := k.Open(t.Context())
			must(t, err)
			_, err = r.Collections(t.Context())
			must(t, err)
			_, failed := readAll(t, r, refs)
			if ever, _ := a.server.Connections(); len(failed) > 0 || ever < 2 {
				t.Fatalf("%d connections, %v", ever, failed)
			}
			must(t, r.Close())
			holds(t, a, c.kept)
			if k.Held() != c.kept {
				t.Errorf("%d are held", k.Held())
			}
			// What others do between two looks is seen by the next as it is.
			must(t, a.DeleteMailbox("a"))
			must(t, a.RenameMailbox("b", "c"))
			survey, err := look(t, k)
			must(t, err)
			if len(survey.Collections) != 2 || !survey.Complete {
				t.Errorf("%+v", survey)
			}
			r, err = k.Open(t.Context())
			must(t, err)
			defer r.Close()
			_, err = r.Collections(t.Context())
			must(t, err)
			_, err = r.Changes(t.Context(), "c", "")
			must(t, err)
		})
	}
}

// TestKeptConnectionDies: however a kept connection ended between two looks, the next
// look goes on with a new one, and nothing is sent twice that is not a question.
func TestKeptConnectionDies(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, a *account){
		"hung up": func(t *testing.T, a *account) {
			a.server.Disconnect()
			holds(t, a, 0)
		},
		"BYE":              once("NOOP", imapd.Fault{Bye: "Autologout; idle for too long"}),
		"no answer at all": once("NOOP", imapd.Fault{DropBefore: true}),
		"NO":               once("NOOP", imapd.Fault{No: "your session is not known"}),
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{}, "a")
			k := keeping(t, a)
			looks(t, k, 2)
			end(t, a)
			looks(t, k, 2)
			if loginsOf(a) != 2 || k.Held() != 1 {
				t.Errorf("%d logins, %d held", loginsOf(a), k.Held())
			}

			// Nothing but a question begins a pass: a write waits for the proof.
			end(t, a)
			r, err := k.Open(t.Context())
			must(t, err)
			defer r.Close()
			_, err = r.CreateCollection(t.Context(), "new", core.RoleNone)
			must(t, err)
			write := core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: "new"}, Item: core.Item{Body: io.NopCloser(bytes.NewReader(message(1)))}}
			results := 0
			for _, err := range r.Apply(t.Context(), slices.Values([]core.Write{write})) {
				must(t, err)
				results++
			}
			if c := a.server.Counts(); results != 1 || c["CREATE"] != 1 || c["APPEND"] != 1 || len(a.Places("new")) != 1 {
				t.Errorf("%v", c)
			}
		})
	}
}

// once makes the server do something at the next command of a name.
func once(command string, fault imapd.Fault) func(*testing.T, *account) {
	return func(_ *testing.T, a *account) { a.server.SetFaults(imapd.Once(command, fault)) }
}

// TestServerRestarts: the look while it is away fails for now, the next goes on.
func TestServerRestarts(t *testing.T) {
	a := serve(t, imapd.Options{})
	k := keeping(t, a)
	looks(t, k, 3)
	a.server.SetFaults(func(ask imapd.Ask) imapd.Fault { return imapd.Fault{DropBefore: true} })
	if _, err := look(t, k); core.ClassOf(err) != core.Transient {
		t.Errorf("%v", err)
	}
	a.server.SetFaults(func(imapd.Ask) imapd.Fault { return imapd.Fault{} })
	looks(t, k, 3)
	if loginsOf(a) != 2 {
		t.Errorf("%d logins", loginsOf(a))
	}
}

// TestPasswordChanges: a connection that is logged in serves on; once it is lost,
// the password is asked for again, and a wrong one is told as such.
func TestPasswordChanges(t *testing.T) {
	a := serve(t, imapd.Options{})
	password, asked := "secret", 0
	a.config.Password = func(context.Context) (string, error) {
		asked++
		return password, nil
	}
	k := keeping(t, a)
	looks(t, k, 2)
	password = "another"
	looks(t, k, 2)
	if asked != 1 {
		t.Errorf("the password was asked for %d times", asked)
	}
	a.server.Disconnect()
	_, err := look(t, k)
	var e *core.Error
	if !errors.As(err, &e) || e.Class != core.Auth || e.Remedy == "" {
		t.Errorf("%v", err)
	}
	if password = "secret"; asked != 2 {
		t.Errorf("the password was asked for %d times", asked)
	}
	looks(t, k, 2)
	if asked != 3 || k.Held() != 1 {
		t.Errorf("asked %d times, %d held", asked, k.Held())
	}
}

// TestKeptConnectionLeaves: one that nobody uses is logged out, also after a sleep in
// which no timer runs, and one that is old is not kept.
func TestKeptConnectionLeaves(t *testing.T) {
	a := serve(t, imapd.Options{})
	a.config.KeepFor = time.Millisecond
	k := keeping(t, a)
	looks(t, k, 1)
	holds(t, a, 0)
	if k.Held() != 0 || a.server.Counts()["LOGOUT"] != 1 {
		t.Errorf("%d held, %v", k.Held(), a.server.Counts())
	}

	now := time.Now()
	a.config.KeepFor, a.config.Now = 0, func() time.Time { return now }
	k = keeping(t, a)
	looks(t, k, 2)
	now = now.Add(3 * time.Minute)
	before := loginsOf(a)
	looks(t, k, 2)
	if loginsOf(a) != before+1 {
		t.Errorf("%d logins after a sleep", loginsOf(a)-before)
	}
	for range 40 { // looked at every minute
		now = now.Add(time.Minute)
		looks(t, k, 1)
	}
	if loginsOf(a) != before+2 {
		t.Errorf("%d logins in 40 minutes", loginsOf(a)-before-1)
	}
	a.config.KeepFor = -1
	k = keeping(t, a)
	looks(t, k, 1)
	if k.Held() != 0 {
		t.Error("it is kept all the same")
	}
}

// TestLimitOfConnections: passes at the same time have one connection each, of
// which one is kept; a server that lets in no further one is no failure.
func TestLimitOfConnections(t *testing.T) {
	a := serve(t, imapd.Options{}, "a")
	k := keeping(t, a)
	one, err := k.Open(t.Context())
	must(t, err)
	two, err := k.Open(t.Context())
	must(t, err)
	for _, r := range []*imap.Replica{one, two} {
		_, err := r.Collections(t.Context())
		must(t, err)
	}
	must(t, one.Close())
	must(t, two.Close())
	holds(t, a, 1)

	refs := many(t, a, 400, "a")
	a.server.SetFaults(func(ask imapd.Ask) imapd.Fault {
		if ask.Command == "GREETING" {
			return imapd.Fault{Bye: "Too many connections"}
		}
		return imapd.Fault{}
	})
	for range 3 {
		r, err := k.Open(t.Context())
		must(t, err)
		_, err = r.Collections(t.Context())
		must(t, err)
		order, failed := readAll(t, r, refs)
		if eachOnce(t, order, refs); len(failed) > 0 {
			t.Errorf("%v", failed)
		}
		must(t, r.Close())
	}
	holds(t, a, 1)
}
