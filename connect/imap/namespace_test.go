package imap_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/imapd"
)

func courier(o imapd.Options) imapd.Options {
	o.Delimiter, o.Prefix = ".", "INBOX."
	return o
}

// paths of a survey, sorted, with IDs.
func paths(t *testing.T, r core.Replica) (out []string, complete bool) {
	t.Helper()
	s, err := r.Collections(t.Context())
	must(t, err)
	for _, c := range s.Collections {
		out = append(out, c.Path+" = "+string(c.ID))
	}
	slices.Sort(out)
	return out, s.Complete
}

// TestPrefix: the prefix of the account's own mailboxes is no part of a path,
// and is put back for names.
func TestPrefix(t *testing.T) {
	a := serve(t, courier(imapd.Options{}))
	for _, name := range []string{"INBOX.Sent", "INBOX.Lists.go", "INBOX.inbox.deep", "INBOX.Entwürfe"} {
		must(t, a.CreateMailbox(name, imapd.MailboxSettings{}))
	}
	r := a.open(t)
	got, complete := paths(t, r)
	want := []string{"Entwürfe = INBOX.Entwürfe", "INBOX = INBOX", "Lists/go = INBOX.Lists.go", "Sent = INBOX.Sent", "inbox/deep = INBOX.inbox.deep"}
	if !slices.Equal(got, want) || !complete {
		t.Errorf("%q, %v", got, complete)
	}
	for path, name := range map[string]string{"New": "INBOX.New", "New/er": "INBOX.New.er", "Sent/2026": "INBOX.Sent.2026", "x%2Fy": "INBOX.x/y"} {
		c, err := r.CreateCollection(t.Context(), path, core.RoleNone)
		must(t, err)
		if c.Path != path || string(c.ID) != name || !slices.Contains(a.Mailboxes(), name) {
			t.Errorf("%q became %+v", path, c)
		}
	}
	c, err := r.CreateCollection(t.Context(), "INBOX", core.RoleNone)
	must(t, err)
	if c.ID != "INBOX" {
		t.Errorf("INBOX became %+v", c)
	}
	c, err = r.RenameCollection(t.Context(), "INBOX.New.er", "Old/er")
	must(t, err)
	if c.Path != "Old/er" || c.ID != "INBOX.Old.er" {
		t.Errorf("renamed to %+v", c)
	}
	if _, err := r.CreateCollection(t.Context(), "a.b", core.RoleNone); core.ClassOf(err) != core.Permanent || err == nil {
		t.Errorf("a name with the delimiter in it: %v", err)
	}
	must(t, r.DeleteCollection(t.Context(), "INBOX.Old.er", 0))
}

// TestOutsideThePrefix: a mailbox that no namespace holds keeps its whole name.
// One whose path is that of another is left out and told, and nothing is
// concluded from its absence.
func TestOutsideThePrefix(t *testing.T) {
	a := serve(t, courier(imapd.Options{}), "a")
	must(t, a.CreateMailbox("else.where", imapd.MailboxSettings{}))
	if got, complete := paths(t, a.open(t)); fmt.Sprint(got) != "[INBOX = INBOX a = INBOX.a else/where = else.where]" || !complete {
		t.Errorf("%q, %v", got, complete)
	}
	for _, name := range []string{"a", "INBOX.INBOX", "INBOX.inbox"} {
		a := serve(t, courier(imapd.Options{}), "a")
		must(t, a.CreateMailbox(name, imapd.MailboxSettings{}))
		r := a.open(t)
		if got, complete := paths(t, r); fmt.Sprint(got) != "[INBOX = INBOX a = INBOX.a]" || complete {
			t.Errorf("with %s: %q, %v", name, got, complete)
		}
		found, err := r.Probe(t.Context())
		must(t, err)
		if !slices.ContainsFunc(found, func(f core.Finding) bool { return f.Bad && strings.Contains(f.Effect, strconv.Quote(name)) }) {
			t.Errorf("the doctor does not tell %s: %v", name, found)
		}
	}
}

// TestOthersMailboxes: mailboxes of other users and shared ones are left out,
// unless they are asked for; then they bear their whole names.
func TestOthersMailboxes(t *testing.T) {
	o := courier(imapd.Options{Others: "user.", Shared: "public."})
	for _, wanted := range []bool{false, true} {
		a := serve(t, o, "a")
		for _, name := range []string{"user.bob.x", "public.news"} {
			must(t, a.CreateMailbox(name, imapd.MailboxSettings{}))
		}
		a.config.Shared = wanted
		r := a.open(t)
		got, complete := paths(t, r)
		want := "[INBOX = INBOX a = INBOX.a]"
		if wanted {
			want = "[INBOX = INBOX a = INBOX.a public/news = public.news user/bob/x = user.bob.x]"
		}
		if fmt.Sprint(got) != want || !complete {
			t.Errorf("wanted %v: %q, %v", wanted, got, complete)
		}
		c, err := r.CreateCollection(t.Context(), "user/bob/x", core.RoleNone)
		if wanted && (err != nil || c.ID != "user.bob.x") || !wanted && (err != nil || c.ID != "INBOX.user.bob.x") {
			t.Errorf("wanted %v: %+v, %v", wanted, c, err)
		}
	}
	// Without a prefix of our own, that path is theirs.
	a := serve(t, imapd.Options{Others: "user/"})
	if _, err := a.open(t).CreateCollection(t.Context(), "user/bob/x", core.RoleNone); err == nil || core.ClassOf(err) != core.Permanent {
		t.Errorf("%v", err)
	}
}

// TestNamespaceNotTold: a server that has namespaces and does not tell them is
// an error, because without its prefix every path would be another; one that
// does not know the command after all has none.
func TestNamespaceNotTold(t *testing.T) {
	for name, c := range map[string]struct {
		fault imapd.Fault
		bad   bool
	}{
		"NO":         {imapd.Fault{No: "not now"}, true},
		"nothing":    {imapd.Fault{Rewrite: func(line string) string { return strings.ReplaceAll(line, "* NAMESPACE", "* OK") }}, true},
		"unreadable": {imapd.Fault{Rewrite: func(line string) string { return strings.ReplaceAll(line, "((", "(") }}, true},
		"BAD":        {imapd.Fault{Bad: "unknown command"}, false},
	} {
		a := serve(t, imapd.Options{Faults: imapd.Once("NAMESPACE", c.fault)})
		r, err := imap.Open(t.Context(), a.config)
		if err == nil {
			r.Close()
		}
		if c.bad != (err != nil) || c.bad && core.ClassOf(err) != core.Transient {
			t.Errorf("%s: %v", name, err)
		}
	}
}
