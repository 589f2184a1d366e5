package demo

import (
	"os"
	"strings"
	"testing"

	"lockstep/peers/imapd"
)

func newWorld(t *testing.T) *World {
	t.Helper()
	w, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// copyOver brings both sides in step the crude way, from the truth.
func copyOver(t *testing.T, w *World) {
	t.Helper()
	if err := os.RemoveAll(w.local.root); err != nil {
		t.Fatal(err)
	}
	if err := w.server.user.CreateMailbox("Notes", imapd.MailboxSettings{}); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.truth {
		if m.folder == notes {
			if err := w.server.deliver(m); err != nil {
				t.Fatal(err)
			}
		}
		if m.folder == trash {
			continue
		}
		if err := w.local.deliver(m); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCompareSeesEverything: sides that are in step compare equal, and every
// edit that only one side knows of is seen.
func TestCompareSeesEverything(t *testing.T) {
	w := newWorld(t)
	if n, differences, err := w.Compare(); err != nil || len(differences) == 0 {
		t.Errorf("two sides that were never synced are equal: %d messages, %v", n, err)
	}
	copyOver(t, w)
	n, differences, err := w.Compare()
	if err != nil || len(differences) > 0 || n < 250 {
		t.Fatalf("%d messages are equal, but %q, %v", n, differences, err)
	}
	tom, err := w.known(Shared)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []side{w.local, w.server} {
		if err := s.deliver(*tom); err != nil {
			t.Fatal(err)
		}
	}
	_, differences, err = w.Compare()
	if err != nil || len(differences) != 2 || !strings.Contains(differences[0], "the server holds 1 too many of inbox "+Shared) {
		t.Errorf("a copy too many on each side: %q, %v", differences, err)
	}
}

// TestEditsAreOnOneSideOnly: after the edits both sides differ from the truth
// and from each other.
func TestEditsAreOnOneSideOnly(t *testing.T) {
	w := newWorld(t)
	copyOver(t, w)
	done, err := w.Edit()
	if err != nil {
		t.Fatal(err)
	}
	_, differences, err := w.Compare()
	if err != nil {
		t.Fatal(err)
	}
	here, there := 0, 0
	for _, e := range done {
		if e.Server {
			there++
		} else {
			here++
		}
	}
	missed := map[string]int{}
	for _, d := range differences {
		side, _, _ := strings.Cut(d, " misses ")
		missed[side]++
	}
	// What the server did not do is missed there, and the other way round; a
	// message that is marked on both sides is missed on both.
	if missed["the server"] < here || missed["the Maildir"] < there-1 {
		t.Errorf("%d edits here and %d there, but: %s", here, there, strings.Join(differences, "\n"))
	}
	before := len(w.truth)
	w.Restored()
	if m, err := w.known(Deleted); err != nil || len(w.truth) != before+1 {
		t.Errorf("what was deleted is not wanted again: %v, %v", m, err)
	}
}
