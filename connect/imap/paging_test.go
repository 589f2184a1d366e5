package imap_test

import (
	"bytes"
	"fmt"
	"testing"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// read reads a feed to its end with one replica.
func read(t *testing.T, r core.Replica, feed core.FeedID, since core.Token) (changed map[core.ID]core.Stub, gone []core.Ref, full bool, next core.Token, pages int) {
	t.Helper()
	changed = map[core.ID]core.Stub{}
	for {
		d, err := r.Changes(t.Context(), feed, since)
		must(t, err)
		for _, s := range d.Changed {
			changed[s.ID] = s
		}
		gone, full, since = append(gone, d.Gone...), d.Full, d.Next
		if pages++; !d.More {
			return changed, gone, full, since, pages
		}
	}
}

// TestPages: a mailbox is listed in pages, completely, and afterwards only what
// changed is told; what is known is not read again.
func TestPages(t *testing.T) {
	config := dovecot(t)
	config.Page = 7
	m := newMUA(t, config, "a")
	for n := range 50 {
		m.Add(t, "a", message(n), "", "")
	}
	r := m.Open(t)
	defer r.Close()
	_, err := r.Collections(t.Context())
	must(t, err)
	known, _, full, token, pages := read(t, r, "a", "")
	if len(known) != 50 || !full || pages != 8 {
		t.Fatalf("%d messages in %d pages", len(known), pages)
	}
	if s := known["0000000007"]; s.Key != "m6@example.org" || s.Position != 7 || s.Size != int64(len(bytes.ReplaceAll(message(6), []byte("\n"), []byte("\r\n")))) || s.Time == 0 {
		t.Errorf("%+v", s)
	}
	asked := 0
	r.(core.Recaller).Recall(singly(func(ref core.Ref) (core.Stub, bool) {
		asked++
		s, there := known[ref.ID]
		s.Key = "recalled"
		return s, there
	}))
	m.Remove(t, core.Ref{Collection: "a", ID: "0000000003"})
	m.Mark(t, core.Ref{Collection: "a", ID: "0000000005"}, core.Flagged)
	m.Add(t, "a", message(77), "", "")
	changed, gone, full, token, _ := read(t, r, "a", token)
	if full || len(changed) != 2 || changed["0000000005"].Marks != core.Flagged || changed["0000000005"].Key != "recalled" || changed["0000000051"].Key != "m77@example.org" {
		t.Errorf("changed %v", changed)
	}
	if fmt.Sprint(gone) != "[{a 0000000003}]" || asked != 2 {
		t.Errorf("gone %v, asked %d times", gone, asked)
	}
	changed, gone, full, _, _ = read(t, r, "a", token)
	if len(changed)+len(gone) != 0 || full {
		t.Errorf("nothing happened, and %v %v", changed, gone)
	}
}

// TestNames, attack 13: odd names are made, listed, written to, renamed and
// removed, and no other mailbox is touched.
func TestNames(t *testing.T) {
	config := dovecot(t)
	for _, name := range []string{"Entwürfe", "送信済み", `q"u`, `back\slash`, "a*b%c]", "{5}", "a&b", "x y", "&-"} {
		m := newMUA(t, config)
		path := "made/" + name
		path = pathFor(path)
		tree := m.Open(t).(core.Tree)
		c, err := tree.CreateCollection(t.Context(), path, core.RoleNone)
		must(t, err)
		if c.Path != path {
			t.Errorf("%q is listed as %q", path, c.Path)
		}
		m.Add(t, string(c.ID), message(1), "", "")
		r := m.Open(t)
		changed, _, _, _, _ := read(t, r, c.Feed, "")
		if len(changed) != 1 {
			t.Errorf("%q lists %v", path, changed)
		}
		r.Close()
		to, err := tree.RenameCollection(t.Context(), c.ID, path+"2")
		must(t, err)
		if err := tree.DeleteCollection(t.Context(), to.ID, 0); core.ClassOf(err) != core.Conflict {
			t.Errorf("%q with a message is deleted: %v", path, err)
		}
		must(t, tree.DeleteCollection(t.Context(), to.ID, 1))
		tree.(core.Replica).Close()
		m.conn.Do(t.Context(), "DELETE", wire.Mailbox("made")) // where the server keeps parents
	}
}

func pathFor(name string) string {
	return string(bytes.ReplaceAll([]byte(name), []byte("%"), []byte("%25")))
}

// TestProbe lists what the server can do.
func TestProbe(t *testing.T) {
	r := newMUA(t, dovecot(t)).Open(t)
	defer r.Close()
	found, err := r.(core.Prober).Probe(t.Context())
	must(t, err)
	for _, f := range found {
		if f.Name == "CONDSTORE" && f.Value != "yes" || f.Value == "no" && f.Effect == "" {
			t.Errorf("%+v", f)
		}
	}
}
