package merge_test

import (
	"testing"

	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/record"
)

func card(s ...string) []byte {
	p := map[string]string{"UID": "u"}
	for i := 0; i < len(s); i += 2 {
		p[s[i]] = s[i+1]
	}
	return record.Print(p)
}

func TestMerge(t *testing.T) {
	m := merge.Properties{Format: record.Format{}}
	for _, c := range []struct {
		name               string
		baseL, baseR, l, r []byte
		toL, toR           string
		collisions         int
	}{
		{"nothing changed", card("FN", "a"), card("FN", "a"), card("FN", "a"), card("FN", "a"), "", "", 0},
		{"additions of both survive", card(), card(), card("A", "1"), card("B", "2"), string(card("A", "1", "B", "2")), string(card("A", "1", "B", "2")), 0},
		{"an edit beats a deletion", card("FN", "a"), card("FN", "a"), card("FN", "b"), card(), "", string(card("FN", "b")), 0},
		{"a deletion is carried", card("FN", "a"), card("FN", "a"), card(), card("FN", "a"), "", string(card()), 0},
		{"each keeps its own", card("FN", "a"), card("FN", "a"), card("FN", "b"), card("FN", "c"), "", "", 1},
		{"the same edit is none", card("FN", "a"), card("FN", "a"), card("FN", "b"), card("FN", "b"), "", "", 0},
		{"blanks in a number mean nothing", card("TEL", "+1 2"), card("TEL", "+12"), card("TEL", "+1 2"), card("TEL", "+12"), "", "", 0},
		{"a rendition is no edit", card("X-A", "1"), card(), card("X-A", "1"), card(), "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := m.Merge([2][]byte{c.baseL, c.baseR}, [2][]byte{c.l, c.r})
			if err != nil {
				t.Fatal(err)
			}
			if string(got.To[core.Left]) != c.toL || string(got.To[core.Right]) != c.toR || len(got.Collisions) != c.collisions {
				t.Errorf("to left %q, to right %q, collisions %v", got.To[0], got.To[1], got.Collisions)
			}
			again, err := m.Merge(got.Base, [2][]byte{c.l, c.r})
			if err != nil || len(again.Collisions) != 0 {
				t.Errorf("a collision is recorded twice: %v %v", again.Collisions, err)
			}
		})
	}
}

func TestCommit(t *testing.T) {
	m := merge.Properties{Format: record.Format{}}
	base := [2][]byte{card("FN", "a"), card("FN", "a")}
	sent, from := card("FN", "b", "X-A", "1"), card("FN", "b", "X-A", "1")
	held := func(class string) bool { return class == "FN" }
	next, err := m.Commit(base, core.Right, []string{"FN", "X-A"}, from, sent, card("FN", "b"), false, held)
	if err != nil {
		t.Fatal(err)
	}
	if string(next[core.Right]) != string(card("FN", "b")) || string(next[core.Left]) != string(card("FN", "b", "X-A", "1")) {
		t.Errorf("what the server never holds is its rendition: %q %q", next[0], next[1])
	}
	next, _ = m.Commit(base, core.Right, []string{"FN"}, from, sent, card(), false, held)
	if string(next[core.Right]) != string(card("FN", "b")) {
		t.Errorf("a property that the server holds was deleted by somebody: %q", next[1])
	}
	if !m.Landed(card("FN", "a"), sent, card("FN", "b"), []string{"FN"}, held) || m.Landed(card("FN", "b"), sent, card("FN", "b"), []string{"FN"}, held) {
		t.Error("only a value that was not there before proves a write")
	}
}

// A user who writes one of the values of a lost write himself did not delete the
// others, which never arrived.
func TestLandedNotByCoincidence(t *testing.T) {
	m := merge.Properties{Format: record.Format{}}
	all := func(string) bool { return true }
	carried := []string{"CAT:Work", "TEL"}
	old, sent := card("FN", "a"), card("FN", "a", "CAT:Work", "1", "TEL", "5")
	if m.Landed(old, sent, card("FN", "a", "CAT:Work", "1"), carried, all) {
		t.Error("half of what was carried proves a write, and the telephone number counts as deleted")
	}
	if m.Landed(old, sent, card("FN", "a", "CAT:Work", "1", "TEL", "6"), carried, all) {
		t.Error("a category proves a write, and the other number would be overwritten")
	}
	if !m.Landed(old, sent, card("FN", "b", "CAT:Work", "1", "TEL", "5"), carried, all) {
		t.Error("all that was carried is there, and the write is taken for lost")
	}
}

func TestBrokenBody(t *testing.T) {
	m := merge.Properties{Format: record.Format{}}
	if _, err := m.Sum([]byte("no property")); err == nil {
		t.Error("a body that does not parse has no Sum")
	}
	if _, err := m.Merge([2][]byte{}, [2][]byte{[]byte("x"), card()}); err == nil {
		t.Error("a body that does not parse is merged")
	}
}
