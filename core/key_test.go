package core

import (
	"regexp"
	"testing"
)

// TestImpliedKey: it is a UUID of version 8, the same each time, and another one for
// each handle.
func TestImpliedKey(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[Key]Ref{}
	for _, r := range []Ref{{}, {"a", "b"}, {"ab", ""}, {"", "ab"}, {"a", "c"}, {"b", "b"}} {
		key := ImpliedKey(r)
		if !shape.MatchString(string(key)) || key != ImpliedKey(r) {
			t.Errorf("%v: %q", r, key)
		}
		if other, twice := seen[key]; twice {
			t.Errorf("%v and %v have one Key", r, other)
		}
		seen[key] = r
	}
	if ImpliedKey(Ref{"friends", "anna"}) != "4da2a9e0-fe82-8d1e-bae5-2c78ff962ef6" {
		t.Errorf("it is another one than in earlier versions: %s", ImpliedKey(Ref{"friends", "anna"}))
	}
}
