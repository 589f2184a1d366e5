package imap_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/imapd"
)

// createOf makes a write that stores a body as it is.
func createOf(seq int, in core.CollectionID, body []byte) core.Write {
	w := creates(1, string(in))[0]
	w.Seq, w.Item.Body, w.Item.Size = seq, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return w
}

// TestUTF8: names and headers go in UTF-8 where the server takes that, and are
// the same to us as where it does not.
func TestUTF8(t *testing.T) {
	for _, caps := range []map[string]bool{imapd.With("UTF8=ACCEPT"), imapd.With("UTF8=ONLY", "UTF8=ACCEPT"), imapd.AllCapabilities(), with(imapd.Without("ENABLE"), "UTF8=ACCEPT")} {
		delete(caps, "AUTH=SCRAM-SHA-256")
		a := serve(t, imapd.Options{Capabilities: caps, Prefix: "Büro/"}, "送信済み", "R&D & \"quotes\"", "Entwürfe/alt")
		r := a.open(t)
		s, err := r.Collections(t.Context())
		must(t, err)
		var paths []string
		for _, c := range s.Collections {
			paths = append(paths, c.Path)
		}
		if want := []string{"Entwürfe/alt", "INBOX", "R&D & \"quotes\"", "送信済み"}; !slices.Equal(slices.Sorted(slices.Values(paths)), want) {
			t.Errorf("%q, not %q", paths, want)
		}
		made, err := r.CreateCollection(t.Context(), "Größe", core.RoleNone)
		must(t, err)
		made, err = r.RenameCollection(t.Context(), made.ID, "Größer")
		must(t, err)
		if made.Path != "Größer" || !slices.Contains(a.Mailboxes(), "Büro/Größer") {
			t.Errorf("%+v in %q", made, a.Mailboxes())
		}
		bodies := [][]byte{
			[]byte("Subject: plain\r\nMessage-ID: <1@x>\r\n\r\nb\xfcdy\r\n"),
			[]byte("Subject: größe\r\nMessage-ID: <2@x>\r\n\r\nbody\r\n"),
			[]byte("Subject: gr\xf6\xdfe\r\nMessage-ID: <3@x>\r\n\r\nbody\r\n"),
			[]byte("Subject: größe\r\nMessage-ID: <4@x>\r\n\r\n" + strings.Repeat("größer\r\n", 1<<18)),
			[]byte("Subject: größe"),
		}
		var writes []core.Write
		for i, body := range bodies {
			writes = append(writes, createOf(i, made.ID, body))
		}
		for res, err := range r.Apply(t.Context(), each(writes)) {
			must(t, err)
			if got := a.Body("Büro/Größer", uint32(res.Seq+1)); !bytes.Equal(got, bodies[res.Seq]) {
				t.Errorf("%d is stored as %.60q", res.Seq, got)
			}
		}
		must(t, r.DeleteCollection(t.Context(), made.ID, len(bodies)))
	}
}

// TestAppendLimit: a message that is too large for the server, or for the
// mailbox, is refused before anything is sent, with both sizes; others go.
func TestAppendLimit(t *testing.T) {
	for name, c := range map[string]struct {
		capability string
		settings   imapd.MailboxSettings
	}{
		"the server":     {"APPENDLIMIT=1000", imapd.MailboxSettings{}},
		"the mailbox":    {"APPENDLIMIT", imapd.MailboxSettings{AppendLimit: 1000}},
		"nobody tells":   {"APPENDLIMIT", imapd.MailboxSettings{}},
		"not a number":   {"APPENDLIMIT=many", imapd.MailboxSettings{}},
		"more than that": {"APPENDLIMIT=99999999999999999999999", imapd.MailboxSettings{}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: imapd.With(c.capability)}, "a")
			must(t, a.Configure("a", c.settings))
			r := a.open(t)
			_, err := r.Collections(t.Context())
			must(t, err)
			limited := strings.HasPrefix(name, "the")
			for size, refused := range map[int]bool{1000: false, 1001: limited} {
				body := append([]byte("A: b\r\n\r\n"), bytes.Repeat([]byte("x"), size-8)...)
				before := a.server.Counts()["APPEND"]
				w := createOf(1, "a", body)
				if err := r.Vet(w); (core.ClassOf(err) == core.Permanent) != refused {
					t.Errorf("%d bytes: vetted with %v", size, err)
				}
				for _, err := range r.Apply(t.Context(), each([]core.Write{w})) {
					sent := a.server.Counts()["APPEND"] - before
					if refused && (core.ClassOf(err) != core.Permanent || sent > 0 || !strings.Contains(err.Error(), "1001") || !strings.Contains(err.Error(), "1000")) || !refused && err != nil {
						t.Errorf("%d bytes: %v, %d sent", size, err, sent)
					}
				}
			}
			if err := r.Vet(core.Write{Op: core.OpMove, Ref: core.Ref{Collection: "a"}, Item: core.Item{Stub: core.Stub{Size: 5000}}}); err != nil {
				t.Errorf("a move: %v", err)
			}
		})
	}
}

// TestMailboxIDs: a mailbox is known by its MAILBOXID whatever its name; one
// that is told of two mailboxes is that of none.
func TestMailboxIDs(t *testing.T) {
	for _, caps := range []map[string]bool{imapd.AllCapabilities(), imapd.Without("LIST-STATUS"), imapd.Without("OBJECTID")} {
		a := serve(t, imapd.Options{Capabilities: caps}, "a", "b")
		r := a.open(t)
		known := func() map[string]core.Same {
			s, err := r.Collections(t.Context())
			must(t, err)
			out := map[string]core.Same{}
			for _, c := range s.Collections {
				out[c.Path] = c.Same
			}
			return out
		}
		before := known()
		must(t, a.RenameMailbox("a", "c"))
		after := known()
		if has := caps["OBJECTID"]; (before["a"] != "") != has || after["c"] != before["a"] || after["b"] != before["b"] || has && after["b"] == after["c"] {
			t.Errorf("%v became %v", before, after)
		}
		a.server.SetFaults(func(imapd.Ask) imapd.Fault {
			return imapd.Fault{Rewrite: func(line string) string { return strings.ReplaceAll(line, string(before["b"]), string(before["a"])) }}
		})
		if caps["OBJECTID"] {
			if now := known(); now["b"] != "" || now["c"] != "" || now["INBOX"] == "" {
				t.Errorf("%v", now)
			}
		}
	}
}

// TestSameMessage: a message is known by EMAILID, or by what Gmail knows it by,
// wherever it is and whoever moved it.
func TestSameMessage(t *testing.T) {
	for name, c := range map[string]struct {
		caps map[string]bool
		has  bool
	}{
		"OBJECTID": {imapd.AllCapabilities(), true}, "Gmail": {with(imapd.Without("OBJECTID"), "X-GM-EXT-1"), true}, "neither": {imapd.Without("OBJECTID"), false},
	} {
		a := serve(t, imapd.Options{Capabilities: c.caps}, "a", "b")
		for n := range 3 {
			a.add(t, "a", message(n))
		}
		r := a.open(t)
		before, _ := listed(t, r, "a")
		_, err := a.Move("a", 2, "b")
		must(t, err)
		after, _ := listed(t, r, "b")
		same := before["0000000002"].Same
		if (same != "") != c.has || after["0000000001"].Same != same || c.has && before["0000000001"].Same == same {
			t.Errorf("%s: %v became %v", name, fmt.Sprint(before), fmt.Sprint(after))
		}
	}
}

// TestTooLargeIsParked: a sync refuses what the other side is too small for in
// its plan, says so, and carries everything else over.
func TestTooLargeIsParked(t *testing.T) {
	l := newLink(t, imapd.Options{}, imapd.Options{Capabilities: imapd.With("APPENDLIMIT=1000")})
	left, right := l.sides[0], l.sides[1]
	left.add(t, "INBOX", message(1))
	left.add(t, "INBOX", append(message(2), bytes.Repeat([]byte("large "), 1000)...))
	left.add(t, "INBOX", message(3))
	for range 3 {
		_, err := l.pass(t)
		must(t, err)
	}
	report, err := l.pass(t)
	must(t, err)
	if n := len(right.Places("INBOX")); n != 2 || report.Parked != 1 || report.Writes() != 0 {
		t.Errorf("%d messages on the right, %+v", n, report)
	}
	if n := len(left.Places("INBOX")); n != 3 {
		t.Errorf("%d messages on the left", n)
	}
}
