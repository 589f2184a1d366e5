package imap_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"
	"time"

	"lockstep/core"
)

// TestManyMessages stores, lists and reads some hundreds of messages, and
// tells how long that took. That all of many removals happen is not a matter of
// course: Dovecot 2.3 says OK to an EXPUNGE that is sent together with its
// STORE, and now and then removes nothing.
func TestManyMessages(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	const many = 600
	m := newMUA(t, dovecot(t), "a")
	r := m.Open(t)
	defer r.Close()
	began := time.Now()
	lap := func(what string) {
		t.Logf("%s %d messages: %s", what, many, time.Since(began).Round(time.Millisecond))
		began = time.Now()
	}
	writes := func(yield func(core.Write) bool) {
		for n := range many {
			body := fmt.Appendf(nil, "Message-ID: <%d@example.org>\n\nbody %d\n", n, n)
			w := core.Write{Seq: n, Op: core.OpCreate, Ref: core.Ref{Collection: "a"}, Add: core.Seen}
			w.Item = core.Item{Stub: core.Stub{Key: core.Key(fmt.Sprintf("%d@example.org", n)), Time: 1_600_000_000}, Body: io.NopCloser(newReader(body))}
			if !yield(w) {
				return
			}
		}
	}
	for res, err := range r.Apply(t.Context(), writes) {
		must(t, err)
		if !res.AsSent || res.Stub.ID == "" {
			t.Fatalf("%+v", res)
		}
	}
	lap("stored")
	_, err := r.Collections(t.Context())
	must(t, err)
	known, _, _, token, _ := read(t, r, "a", "")
	lap("listed")
	if len(known) != many {
		t.Fatalf("%d messages", len(known))
	}
	var refs []core.Ref
	for _, s := range known {
		refs = append(refs, s.Ref)
		if s.Time != 1_600_000_000 || s.Marks != core.Seen {
			t.Fatalf("%+v", s)
		}
	}
	n := 0
	for item, err := range r.Fetch(t.Context(), refs) {
		must(t, err)
		if n++; n%2 == 0 { // every second body is left unread
			_, err = io.Copy(io.Discard, item.Body)
			must(t, err)
		}
	}
	lap("read")
	if n != many {
		t.Fatalf("%d bodies", n)
	}
	var marks, removals []core.Write
	for i, ref := range refs {
		marks = append(marks, core.Write{Seq: i, Op: core.OpMark, Ref: ref, Add: core.Flagged})
		if i%3 > 0 {
			removals = append(removals, core.Write{Seq: i, Op: core.OpDelete, Ref: ref})
		}
	}
	for _, err := range r.Apply(t.Context(), each(marks)) {
		must(t, err)
	}
	lap("marked")
	answered := 0
	for _, err := range r.Apply(t.Context(), each(removals)) {
		must(t, err)
		answered++
	}
	if answered != len(removals) {
		t.Errorf("%d of %d removals are answered", answered, len(removals))
	}
	lap("removed two thirds of")
	changed, gone, _, _, _ := read(t, r, "a", token)
	lap("learnt what changed of")
	if len(changed) != many/3 || len(gone) != many/3*2 {
		t.Errorf("%d changed, %d gone", len(changed), len(gone))
	}
}

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

func each(writes []core.Write) iter.Seq[core.Write] { return slices.Values(writes) }
