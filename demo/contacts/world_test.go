package contacts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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

// spread copies the laptop's cards to the two other places, the crude way.
func spread(t *testing.T, w *World) {
	t.Helper()
	book, err := w.server.AddCollection(user, "contact", book, "club")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(w.Folder(Phone), 0o700); err != nil {
		t.Fatal(err)
	}
	cards, err := w.cards(Laptop)
	if err != nil {
		t.Fatal(err)
	}
	for uid, c := range cards {
		if err := w.server.Put(book+uid+".vcf", c.body); err != nil {
			t.Fatal(err)
		}
		if err := w.put(Phone, filepath.Join(w.Folder(Phone), uid+".vcf"), c.body); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCompareSeesEverything: places that hold what they should compare equal, and
// each thing that is otherwise is seen.
func TestCompareSeesEverything(t *testing.T) {
	w := newWorld(t)
	if _, differences := w.Compare(); len(differences) != 2*len(members()) {
		t.Errorf("without a sync %d things differ: %q", len(differences), differences)
	}
	spread(t, w)
	n, differences := w.Compare()
	if len(differences) > 0 || n != len(members()) {
		t.Fatalf("%d cards are equal, but %q", n, differences)
	}
	file := filepath.Join(w.Folder(Phone), mei+".vcf")
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"TITLE:Cox", "TITLE:Bow", "the card mei on the phone misses TITLE:"},
		{"EMAIL:mei@tanaka.example\r\n", "", "the card mei on the phone misses EMAIL:"},
		{"TITLE:Cox", "TITLE:Cox\r\nTEL:1", "the card mei on the phone has TEL:1, which nobody wrote"},
		{"UID:mei", "UID:may", "the phone misses the card mei"},
		{"END:VCARD", "", "the phone cannot be read: "},
	} {
		if err := os.WriteFile(file, []byte(strings.Replace(string(body), c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, differences := w.Compare(); len(differences) == 0 || !strings.HasPrefix(differences[0], c.want) {
			t.Errorf("%q for %q: %q, not %q", c.new, c.old, differences, c.want)
		}
	}
}

// TestEditsAreTrue: each edit of the story changes a card in its place, and all of
// them can be made one after the other.
func TestEditsAreTrue(t *testing.T) {
	w := newWorld(t)
	spread(t, w)
	for _, e := range Edits()[0] {
		before, err := w.cards(e.Place)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Edit(e); err != nil {
			t.Fatal(err)
		}
		after, err := w.cards(e.Place)
		if err != nil {
			t.Fatal(err)
		}
		if before[e.uid].body == after[e.uid].body {
			t.Errorf("%s: nothing is edited on the %s", e.Text, e.Place)
		}
	}
	if _, differences := w.Compare(); len(differences) == 0 {
		t.Error("edits that nobody synced are nowhere missed")
	}
}
