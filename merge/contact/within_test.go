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
