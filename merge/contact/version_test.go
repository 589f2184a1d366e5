package contact_test

import (
	"strings"
	"testing"

	"lockstep/core"
)

// TestBaseOfAnotherVersion: a user deleted his card of version 3.0 and made it anew as
// 4.0. What only the new one can say is agreed with the next write, or it would be
// written in every pass, and a deletion on the other side would never be carried over.
func TestBaseOfAnotherVersion(t *testing.T) {
	m := merger()
	old := v3("UID:u", "FN:a", "NOTE:n", "TEL;TYPE=HOME,PREF:1", "EMAIL:a@b")
	base := [2][]byte{[]byte(old), []byte(old)}
	now := [2][]byte{[]byte(v4("UID:u", "FN:b", "NOTE:n", "TEL;TYPE=home;PREF=1:1", "EMAIL;PREF=2:a@b")), []byte(old)}
	for pass := range 3 {
		got, err := m.Merge(base, now)
		if err != nil || got.To[0] != nil || len(got.Collisions) > 0 {
			t.Fatalf("pass %d: to left %q, %v %v", pass, got.To[0], got.Collisions, err)
		}
		base = got.Base
		if got.To[1] == nil {
			if pass == 0 {
				t.Fatal("nothing is written")
			}
			break
		}
		if pass == 2 {
			t.Errorf("it is not quiet: %q", got.Carried[1])
		}
		if base, err = m.Commit(base, core.Right, got.Carried[1], now[0], got.To[1], got.To[1], true, func(string) bool { return true }); err != nil {
			t.Fatal(err)
		}
		now[1] = got.To[1]
	}
	for x := range now {
		a, errA := m.Sum(base[x])
		b, errB := m.Sum(now[x])
		if a != b || errA != nil || errB != nil {
			t.Errorf("side %d: the base is\n%s and the card\n%s", x, base[x], now[x])
		}
	}
	if !strings.Contains(string(base[0]), "VERSION:4.0") || !strings.Contains(string(now[1]), "FN:b") {
		t.Errorf("base of the left\n%s the right\n%s", base[0], now[1])
	}
}
