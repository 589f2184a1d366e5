package imap_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/format/utf7"
	"lockstep/peers/imapd"
)

// TestAttack08Referral: wherever a server sends us, nobody else is spoken to,
// and the password is in no error.
func TestAttack08Referral(t *testing.T) {
	var visitors atomic.Int32
	elsewhere := port(t, func(net.Conn) { visitors.Add(1) })
	code := "[REFERRAL imap://me@" + elsewhere + "/]"
	for command, f := range map[string]imapd.Fault{
		"GREETING":     {Bye: code + " try there"},
		"AUTHENTICATE": {No: code + " try there"},
		"NAMESPACE":    {No: code + " try there"},
		"LIST":         {No: code + " try there"},
		"EXAMINE":      {No: code + " try there"},
		"SELECT":       {No: code + " try there"},
		"APPEND":       {No: code + " try there"},
		"UID FETCH":    {Bye: code + " try there"},
	} {
		a := serve(t, imapd.Options{Faults: imapd.Script(imapd.Scripted{Command: command, Fault: f})})
		a.add(t, "INBOX", message(1))
		err := everything(t, a)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "REFERRAL") {
			t.Errorf("%s: %v", command, err)
		}
	}
	if n := visitors.Load(); n > 0 {
		t.Errorf("%d connections went elsewhere", n)
	}
}

// everything opens, surveys, lists, reads and writes; it returns the first
// error.
func everything(t *testing.T, a *account) error {
	t.Helper()
	r, err := imap.Open(t.Context(), a.config)
	if err != nil {
		return err
	}
	defer r.Close()
	s, err := r.Collections(t.Context())
	if err != nil {
		return err
	}
	for _, c := range s.Collections {
		d, err := r.Changes(t.Context(), c.Feed, "")
		if err != nil {
			return err
		}
		for _, stub := range d.Changed {
			for _, err := range r.Fetch(t.Context(), []core.Ref{stub.Ref}) {
				if err != nil {
					return err
				}
			}
		}
	}
	for _, err := range r.Apply(t.Context(), each(creates(1, "INBOX"))) {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestAttack27RangesAreNotExpanded: a server that names four billion messages
// is not believed, and costs nothing.
func TestAttack27RangesAreNotExpanded(t *testing.T) {
	const all = "1:4294967295"
	for name, c := range map[string]struct {
		caps    string
		answers map[string]string
		since   core.Token
	}{
		"ESEARCH":       {"ESEARCH CONDSTORE", map[string]string{"EXAMINE": selected(3, 10, 5), "UID SEARCH": "* ESEARCH (TAG \"%\") UID ALL " + all + "\r\n% OK\r\n"}, ""},
		"EXISTS, too":   {"ESEARCH CONDSTORE", map[string]string{"EXAMINE": selected(4294967295, 10, 5), "UID SEARCH": "* ESEARCH (TAG \"%\") UID ALL " + all + "\r\n% OK\r\n"}, ""},
		"all are there": {"ESEARCH CONDSTORE", map[string]string{"EXAMINE": selected(4294967294, 4294967295, 5), "UID SEARCH": "* ESEARCH (TAG \"%\") UID ALL 1:4294967294\r\n% OK\r\n"}, ""},
		"all vanished":  {"ESEARCH CONDSTORE", map[string]string{"EXAMINE": selected(0, 4294967295, 9)}, "1:5:4294967295:4294967290"},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := liar(t, c.caps, c.answers)
			d, err := r.Changes(t.Context(), "INBOX", c.since)
			if len(d.Gone) > 0 || len(d.Changed) > 0 {
				t.Errorf("%d gone, %d changed", len(d.Gone), len(d.Changed))
			}
			if c.since == "" && err == nil {
				t.Error("it is believed")
			}
		})
	}
	answer := "% OK [COPYUID 1 " + all + " " + all + "] moved\r\n"
	r, _ := liar(t, "UIDPLUS MOVE", map[string]string{
		"LIST": "* LIST () \"/\" INBOX\r\n* LIST () \"/\" a\r\n% OK\r\n", "STATUS": "* STATUS INBOX (MESSAGES 3 UIDNEXT 10 UIDVALIDITY 1)\r\n* STATUS a (MESSAGES 3 UIDNEXT 10 UIDVALIDITY 1)\r\n% OK\r\n",
		"SELECT": selected(3, 10, 5), "UID FETCH": "* 1 FETCH (UID 1 FLAGS ())\r\n% OK\r\n", "UID MOVE": answer})
	_, err := r.Collections(t.Context())
	must(t, err)
	for res, err := range r.Apply(t.Context(), each([]core.Write{{Op: core.OpMove, Ref: core.Ref{Collection: "INBOX", ID: "0000000001"}, To: "a"}})) {
		if err != nil || res.Stub.ID != "" {
			t.Errorf("%+v, %v", res, err)
		}
	}
}

// TestAttack27Floods: strangers among the messages are not kept, and a list
// without an end is cut off.
func TestAttack27Floods(t *testing.T) {
	var flood strings.Builder
	for n := range 20_000 {
		fmt.Fprintf(&flood, "* %d FETCH (UID %d FLAGS ())\r\n", n+1, n+1)
	}
	for _, since := range []core.Token{"", "1:3:10:3"} {
		r, _ := liar(t, "CONDSTORE", map[string]string{"EXAMINE": selected(3, 10, 5), "UID SEARCH": "* SEARCH 1 5 9\r\n% OK\r\n", "UID FETCH": flood.String() + "% OK\r\n"})
		r.Recall(singly(func(ref core.Ref) (core.Stub, bool) { return core.Stub{Ref: ref}, true })) // so that the flags of a span are asked
		d, err := r.Changes(t.Context(), "INBOX", since)
		if err == nil || len(d.Changed)+len(d.Gone) > 0 {
			t.Errorf("%d changed, %d gone, %v", len(d.Changed), len(d.Gone), err)
		}
	}
	flood.Reset()
	for n := range 200_001 {
		fmt.Fprintf(&flood, "* LIST () \"/\" %d\r\n", n)
	}
	r, _ := liar(t, "", map[string]string{"LIST": flood.String() + "% OK\r\n"})
	if s, err := r.Collections(t.Context()); err == nil {
		t.Errorf("%d mailboxes", len(s.Collections))
	}
}

// TestAttack36HostileNames: whatever a mailbox is called, its path leads back
// to it, no two share one, and no level of it hides a separator.
func TestAttack36HostileNames(t *testing.T) {
	names := []string{"..", ".", "../../.ssh", "/abs", "a/../../b", "a//b", "a/", "INBOX/x", "inbox", "InBox/x", "con", "AUX.txt", "nul/com1", "a.b", ".a", "a.",
		"~", "~/x", "%2F", "%00", "50%", "a%2Fb", "x\x01y", "x\x7f", "\u202egnp.exe", "a\\b", "C:", "a*?", strings.Repeat("n", 400), "é", "e\u0301", " ", "a ", "-rf", "$(id)", "&"}
	for _, delimiter := range []string{"/", ".", "\\", "%"} {
		var answer strings.Builder
		for _, name := range append([]string{"INBOX"}, names...) {
			if !strings.EqualFold(name, "INBOX") || name == "INBOX" {
				fmt.Fprintf(&answer, "* LIST () %q {%d}\r\n%s\r\n", delimiter, len(utf7.Encode(name)), utf7.Encode(name))
			}
		}
		answer.WriteString("* LIST () \"/\" {8}\r\nnul\x00name\r\n* LIST () \"/\" {5}\r\na\r\nb \r\n% OK\r\n")
		r, _ := liar(t, "", map[string]string{"LIST": answer.String(), "STATUS": "% NO no\r\n"})
		s, err := r.Collections(t.Context())
		must(t, err)
		seen := map[string]core.CollectionID{}
		for _, c := range s.Collections {
			if other, twice := seen[c.Path]; twice {
				t.Errorf("%q and %q are both %q", c.ID, other, c.Path)
			}
			seen[c.Path] = c.ID
			if strings.ContainsAny(string(c.ID), "\x00\r\n") {
				t.Errorf("%q is named", c.ID)
			}
			levels := strings.Split(c.Path, "/")
			for i, l := range levels {
				levels[i] = strings.NewReplacer("%2F", "/", "%25", "%").Replace(l)
			}
			if back := strings.Join(levels, delimiter); back != string(c.ID) {
				t.Errorf("%q has the path %q, which leads to %q", c.ID, c.Path, back)
			}
		}
		if want := len(names); len(s.Collections) != want { // inbox is INBOX
			t.Errorf("delimiter %q: %d of %d are there", delimiter, len(s.Collections), want)
		}
	}
}

// TestAttack41Lies plays each lie at each command of a pass: nothing crashes,
// nothing that is there is told to be gone, and nothing is bound to an ID that
// is another's.
func TestAttack41Lies(t *testing.T) {
	lies := map[string]imapd.Fault{
		"fewer exist": imapd.ShrinkExists(1), "none exist": imapd.ShrinkExists(0), "more exist": {Before: []string{"* 4000000000 EXISTS"}},
		"unknown expunge": imapd.UnknownExpunge(77), "expunge of none": imapd.UnknownExpunge(0), "first expunged": imapd.UnknownExpunge(1),
		"another UIDVALIDITY": imapd.FlipUIDValidity(7), "UID of another": imapd.WrongUIDs(2), "UID of nobody": imapd.WrongUIDs(4_000_000), "empty list": imapd.EmptyList(),
	}
	for lie, f := range lies {
		for _, command := range []string{"LIST", "EXAMINE", "UID SEARCH", "UID FETCH", "UNSELECT", "SELECT", "APPEND", "UID STORE", "UID MOVE", "UID COPY", "UID EXPUNGE"} {
			a := serve(t, imapd.Options{}, "a", "b")
			many(t, a, 12, "a")
			r := a.open(t)
			_, token := listed(t, r, "a")
			for n := range 2 {
				must(t, a.SetFlags("a", uint32(n+3), core.Seen))
			}
			a.server.SetFaults(imapd.Script(imapd.Scripted{Command: command, Fault: f}))
			believe(t, a, r, lie+" at "+command, token)
			believe(t, a, r, lie+" at "+command, "")
			move(t, a, r, lie+" at "+command)
		}
	}
}

// believe lists a mailbox and compares what is concluded with the truth.
func believe(t *testing.T, a *account, r *imap.Replica, name string, token core.Token) {
	t.Helper()
	if _, err := r.Collections(t.Context()); err != nil {
		return
	}
	named := map[uint32]bool{}
	for {
		d, err := r.Changes(t.Context(), "a", token)
		if err != nil || d.Incarnation != "" && d.Incarnation != core.Incarnation(fmt.Sprint(a.Places("a")[0].UIDValidity)) {
			return // nothing is concluded, or about another mailbox
		}
		for _, s := range d.Changed {
			named[uidOf(t, s.Ref)] = true
		}
		for _, ref := range d.Gone {
			if slices.ContainsFunc(a.Places("a"), func(p imapd.Place) bool { return p.UID == uidOf(t, ref) }) {
				t.Errorf("%s: %v is told to be gone", name, ref)
			}
		}
		if token = d.Next; d.More {
			continue
		}
		if d.Full && len(named) != len(a.Places("a")) {
			t.Errorf("%s: a full listing names %d of %d", name, len(named), len(a.Places("a")))
		}
		return
	}
}

// move moves a message and stores one, and looks at what the new IDs name.
func move(t *testing.T, a *account, r *imap.Replica, name string) {
	t.Helper()
	a.add(t, "b", message(50))
	a.add(t, "b", message(51))
	if _, err := r.Collections(t.Context()); err != nil {
		return
	}
	sum := a.server.Ledger()[5].SHA256
	w := creates(1, "b")[0]
	w.Seq = 1
	for res, err := range r.Apply(t.Context(), each([]core.Write{{Op: core.OpMove, Ref: core.Ref{Collection: "a", ID: "0000000006"}, To: "b"}, w})) {
		if err != nil || res.Stub.ID == "" {
			continue
		}
		for _, e := range a.server.Ledger() {
			for _, p := range e.Places {
				if p.Mailbox == "b" && p.UID == uidOf(t, res.Stub.Ref) && (res.Seq == 0 && e.SHA256 != sum || res.Seq == 1 && e.Serial <= 14) {
					t.Errorf("%s: write %d is told to be %d, which is another", name, res.Seq, p.UID)
				}
			}
		}
	}
}
