package contact_test

import (
	"strings"
	"testing"

	"lockstep/core"
)

// TestManyLinesWeakServer: one number stands in two lines, and the server has no room
// for labels. What it leaves out is its rendition, and nothing of it is taken from the
// other side: an edit that would do that collides (rule 24).
func TestManyLinesWeakServer(t *testing.T) {
	m := merger()
	weak := func(body string) []byte {
		lines := strings.SplitAfter(body, "\r\n")
		out := ""
		for _, l := range lines {
			if !strings.Contains(l, "X-ABLABEL") {
				out += strings.NewReplacer("item1.", "", "item2.", "").Replace(l)
			}
		}
		return []byte(out)
	}
	held := func(class string) bool { return !strings.Contains(class, "X-ABLABEL") }
	left := v3("UID:u", "FN:a", "item1.TEL;TYPE=HOME:5", "item1.X-ABLABEL:Boat", "item2.TEL;TYPE=WORK:5", "item2.X-ABLABEL:Desk")
	for _, c := range []struct {
		name       string
		l, r       func(string) string
		toL, toR   bool
		collisions int
	}{
		{"nothing", nil, nil, false, false, 0},
		{"a label on the left", func(s string) string { return strings.Replace(s, "Boat", "Ship", 1) }, nil, false, true, 0},
		{"a type on the left", func(s string) string { return strings.Replace(s, "HOME", "CELL", 1) }, nil, false, true, 0},
		{"a type on the right", nil, func(s string) string { return strings.Replace(s, "HOME", "CELL", 1) }, false, false, 1},
		{"a line less on the right", nil, func(s string) string { return strings.Replace(s, "TEL;TYPE=HOME:5\r\n", "", 1) }, false, false, 1},
		{"a name on the right", nil, func(s string) string { return strings.Replace(s, "FN:a", "FN:b", 1) }, true, false, 0},
		{"types on both", func(s string) string { return strings.Replace(s, "HOME", "CELL", 1) }, func(s string) string { return strings.Replace(s, "HOME", "FAX", 1) }, false, false, 1},
		{"a type on both, the same", func(s string) string { return strings.Replace(s, "HOME", "CELL", 1) }, func(s string) string { return strings.Replace(s, "HOME", "CELL", 1) }, false, true, 0},
	} {
		now := [2][]byte{[]byte(left), weak(left)}
		base, err := m.Commit([2][]byte{}, core.Right, nil, now[0], now[0], now[1], false, held)
		if err != nil {
			t.Fatal(err)
		}
		for x, edit := range [2]func(string) string{c.l, c.r} {
			if edit != nil {
				now[x] = []byte(edit(string(now[x])))
			}
		}
		labels := strings.Count(string(now[0]), "X-ABLABEL")
		got, err := m.Merge(base, now)
		if err != nil {
			t.Fatal(err)
		}
		if (got.To[0] != nil) != c.toL || (got.To[1] != nil) != c.toR || len(got.Collisions) != c.collisions {
			t.Errorf("%s: to left %q, to right %q, %v", c.name, got.To[0], got.To[1], got.Collisions)
		}
		base = got.Base
		for x, to := range got.To {
			if to == nil {
				continue
			}
			stored := to
			if x == 1 {
				stored = weak(string(to))
			}
			if base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], to, stored, false, func(class string) bool { return x == 0 || held(class) }); err != nil {
				t.Fatal(err)
			}
			now[x] = stored
		}
		if n := strings.Count(string(now[0]), "X-ABLABEL"); n != labels {
			t.Errorf("%s: %d of %d labels are left:\n%s", c.name, n, labels, now[0])
		}
		again, err := m.Merge(base, now)
		if err != nil || len(again.Collisions) > 0 || again.To[1] != nil || again.To[0] != nil {
			t.Errorf("%s: it is not quiet: %q %q %v %v", c.name, again.To[0], again.To[1], again.Collisions, err)
		}
	}
}

// TestManyLinesDeleted: a server that holds labels shows a deleted one by its absence.
func TestManyLinesDeleted(t *testing.T) {
	m := merger()
	body := []byte(v3("UID:u", "FN:a", "item1.TEL;TYPE=HOME:5", "item1.X-ABLABEL:Boat", "TEL;TYPE=WORK:5"))
	stored := []byte(v3("UID:u", "FN:a", "TEL;TYPE=HOME:5", "TEL;TYPE=WORK:5"))
	base, err := m.Commit([2][]byte{}, core.Right, nil, body, body, stored, false, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Merge(base, [2][]byte{body, stored})
	if err != nil || string(got.To[0]) != string(stored) || len(got.Collisions) > 0 {
		t.Errorf("to left %q, %v %v", got.To[0], got.Collisions, err)
	}
}

// TestManyLinesEditedMeanwhile: one number stands in two lines with labels, for which
// the server has no room, and its user edits the lines before what was written is read
// back. What the server left out is its rendition all the same, and is not taken from
// the other side (rule 24).
func TestManyLinesEditedMeanwhile(t *testing.T) {
	m := merger()
	sent := []byte(v3("UID:u", "FN:a", "item1.TEL;TYPE=HOME:5", "item1.X-ABLABEL:Boat", "item2.TEL;TYPE=WORK:5", "item2.X-ABLABEL:Desk"))
	alike := []byte(v3("UID:u", "FN:a", "item1.TEL;TYPE=HOME:5", "item1.X-ABLABEL:Boat", "item2.TEL;TYPE=HOME:5", "item2.X-ABLABEL:Desk"))
	held := func(class string) bool { return class != "TEL|X-ABLABEL" }
	for _, c := range []struct {
		name         string
		sent, stored []byte
	}{
		{"a type more", sent, []byte(v3("UID:u", "FN:a", "TEL;TYPE=HOME:5", "TEL;TYPE=HOME,WORK:5"))},
		{"a line less", sent, []byte(v3("UID:u", "FN:a", "TEL;TYPE=HOME:5"))},
		{"lines that are alike without their labels", alike, []byte(v3("UID:u", "FN:a", "TEL;TYPE=CELL:5"))},
	} {
		base, err := m.Commit([2][]byte{}, core.Right, nil, c.sent, c.sent, c.stored, false, held)
		if err != nil {
			t.Fatal(err)
		}
		now := [2][]byte{c.sent, c.stored}
		got, err := m.Merge(base, now)
		if err != nil {
			t.Fatal(err)
		}
		if to := got.To[0]; to != nil && strings.Count(string(to), "X-ABLABEL") < 2 {
			t.Errorf("%s: labels are lost:\n%s", c.name, to)
		}
		if len(got.Collisions) == 0 || got.To[1] != nil {
			t.Errorf("%s: to right %q, %v", c.name, got.To[1], got.Collisions)
		}
	}
}

// TestManyLinesOnOneSide: what one side says of its one line has no place in the two
// that the other side has. Both are kept, and that is told.
func TestManyLinesOnOneSide(t *testing.T) {
	m := merger()
	base := [2][]byte{[]byte(v3("UID:u", "FN:a", "TEL;TYPE=WORK:5")), []byte(v3("UID:u", "FN:a", "TEL;TYPE=HOME:5", "TEL;TYPE=WORK:5"))}
	now := [2][]byte{[]byte(v3("UID:u", "FN:a", "i.TEL;TYPE=WORK:5", "i.X-ABLABEL:Desk")), base[1]}
	got, err := m.Merge(base, now)
	if err != nil || got.To[0] != nil || got.To[1] != nil || len(got.Collisions) != 1 || got.Collisions[0].Property != "TEL:5" {
		t.Fatalf("%q %v %v", got.To, got.Collisions, err)
	}
	if got, err = m.Merge(got.Base, now); err != nil || got.To[0] != nil || got.To[1] != nil || len(got.Collisions) > 0 {
		t.Errorf("it is not quiet: %q %v %v", got.To, got.Collisions, err)
	}
	now[0] = []byte(v3("UID:u", "FN:a", "TEL;TYPE=WORK:6")) // an edit of the number itself is none of its parts
	if got, err = m.Merge(base, now); err != nil || len(got.Collisions) > 0 || strings.Count(string(got.To[1]), ":6") == 0 {
		t.Errorf("an edited number: to right %q, %v %v", got.To[1], got.Collisions, err)
	}
}

// TestManyLinesBecomeOne: each side kept its own lines of a note, and one user writes
// a single line. What the other side says of its own line goes with that.
func TestManyLinesBecomeOne(t *testing.T) {
	m := merger()
	base := [2][]byte{[]byte(v4("UID:u", "FN:a", "NOTE:one", "NOTE;LANGUAGE=de:eins")), []byte(v4("UID:u", "FN:a", "NOTE;LANGUAGE=de:eins"))}
	for _, c := range []struct{ l, r, want string }{
		{v4("UID:u", "FN:a", "NOTE:two"), string(base[1]), v4("UID:u", "FN:a", "NOTE:two")},
		{v4("UID:u", "FN:a", "NOTE;LANGUAGE=fr:deux"), string(base[1]), v4("UID:u", "FN:a", "NOTE;LANGUAGE=fr:deux")},
		{v4("UID:u", "FN:a", "NOTE:two"), v4("UID:u", "FN:a", "NOTE;LANGUAGE=de;X-A=1:eins"), v4("UID:u", "FN:a", "NOTE;X-A=1:two")},
	} {
		got, err := m.Merge(base, [2][]byte{[]byte(c.l), []byte(c.r)})
		if err != nil || string(got.To[1]) != c.want || len(got.Collisions) > 0 {
			t.Errorf("to right %q, want %q: %v %v", got.To[1], c.want, got.Collisions, err)
		}
	}
}
