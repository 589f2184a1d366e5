package contact_test

import (
	"bytes"
	"strings"
	"testing"

	"lockstep/core"
)

// TestWeakServer: a server that drops labels, other parameters and the third
// address never takes them from the other side (rules 23 and 24).
func TestWeakServer(t *testing.T) {
	m := merger()
	weak := func(body []byte) []byte {
		var out []string
		emails := 0
		for line := range strings.SplitSeq(string(body), "\r\n") {
			switch {
			case strings.Contains(line, "X-ABLABEL"), strings.HasPrefix(line, "X-"):
				continue
			case strings.Contains(line, "EMAIL"):
				if emails++; emails > 2 {
					continue
				}
			}
			if i := strings.Index(line, ";X-A=1"); i >= 0 {
				line = line[:i] + line[i+6:]
			}
			out = append(out, strings.TrimPrefix(line, "item1."))
		}
		return []byte(strings.Join(out, "\r\n"))
	}
	held := map[string]bool{}
	see := func(body []byte) {
		for _, class := range m.Properties(body) {
			held[class] = true
		}
	}
	rich := []byte(v3("UID:u", "FN:a", "item1.TEL;TYPE=HOME:1", "item1.X-ABLABEL:Boat", "EMAIL;X-A=1:a@b", "EMAIL:b@b", "EMAIL:c@b", "X-FOO:1"))
	now := [2][]byte{rich, weak(rich)}
	see(now[1])
	base, err := m.Commit([2][]byte{}, core.Right, nil, rich, rich, now[1], false, func(c string) bool { return held[c] })
	if err != nil {
		t.Fatal(err)
	}
	for round, change := range []func(){
		func() {},
		func() { now[0] = bytes.Replace(now[0], []byte("FN:a"), []byte("FN:b"), 1) },
		func() { now[1] = bytes.Replace(now[1], []byte("FN:b"), []byte("FN:c"), 1) },
		func() { now[1] = bytes.Replace(now[1], []byte(":1\r\n"), []byte(":2\r\n"), 1) },
		func() { now[0] = bytes.Replace(now[0], []byte("EMAIL:c@b"), []byte("EMAIL:d@b"), 1) },
		func() {},
	} {
		change()
		for pass := range 3 {
			got, err := m.Merge(base, now)
			if err != nil {
				t.Fatal(err)
			}
			base = got.Base
			for x, to := range got.To {
				if to == nil {
					continue
				}
				if pass == 2 {
					t.Errorf("round %d is not quiet: %q to side %d", round, got.Carried[x], x)
				}
				stored := to
				if x == 1 {
					stored = weak(to)
					see(stored)
				}
				base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], to, stored, false, func(c string) bool { return x == 0 || held[c] })
				if err != nil {
					t.Fatal(err)
				}
				now[x] = stored
			}
		}
	}
	p := properties(t, now[0])
	for _, name := range []string{"TEL:2", "TEL:2|X-ABLABEL", "TEL:2|TYPE=home", "EMAIL:a@b|X-A", "EMAIL:b@b", "EMAIL:d@b", "X-FOO"} {
		if !contains(p, name) {
			t.Errorf("%s is lost:\n%s", name, now[0])
		}
	}
	if p["FN"] != "c" || contains(p, "TEL:1") {
		t.Errorf("the left holds\n%s", now[0])
	}
}

// TestSettled: a person settles a collision for one side, whose values count as its
// edits once both bases have the other's.
func TestSettled(t *testing.T) {
	m := merger()
	base := [2][]byte{[]byte(v3("UID:u", "FN:a", "TEL;X-A=a:1")), []byte(v3("UID:u", "FN:a", "TEL;X-A=a:1"))}
	now := [2][]byte{[]byte(v3("UID:u", "FN:b", "TEL;X-A=b:1")), []byte(v3("UID:u", "FN:c", "TEL;X-A=c:1"))}
	got, err := m.Merge(base, now)
	if err != nil || len(got.Collisions) != 2 {
		t.Fatal(got.Collisions, err)
	}
	var names []string
	for _, c := range got.Collisions {
		names = append(names, c.Property)
	}
	base = got.Base
	other := base[0]
	if base, err = m.Commit(base, core.Right, names, other, other, other, true, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	got, err = m.Merge(base, now)
	if err != nil || string(got.To[0]) != string(now[1]) || got.To[1] != nil || len(got.Collisions) > 0 {
		t.Errorf("to left %q, to right %q, %v %v", got.To[0], got.To[1], got.Collisions, err)
	}
}

func TestRefused(t *testing.T) {
	m := merger()
	if _, err := m.Sum([]byte(v3("FN:a\x00"))); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), "line 3") {
		t.Error(err)
	}
	if _, err := m.Merge([2][]byte{}, [2][]byte{[]byte("x"), []byte(v3("FN:a"))}); core.ClassOf(err) != core.Permanent {
		t.Error(err)
	}
	if a, err := m.Sum([]byte(v3("UID:u", "FN:a", "REV:1"))); err != nil {
		t.Error(err)
	} else if b, _ := m.Sum([]byte(v4("REV:2", "FN:a", "UID:u"))); a != b {
		t.Error("the same card of two versions has two Sums")
	}
}
