package cli

import (
	"slices"
	"testing"
)

// TestLinesBeside: what both texts have is counted, as often as both have it; the rest is
// shown in order.
func TestLinesBeside(t *testing.T) {
	for _, c := range []struct {
		text, other string
		own         []string
		equal       int
	}{
		{"a\nb\nc\n", "c\r\na\r\n", []string{"b"}, 2},
		{"a\na\nb", "a\n", []string{"a", "b"}, 1},
		{"a\n", "a", nil, 1},
		{"", "a\n", nil, 0},
		{"x\n\ny\n", "y\n", []string{"x", ""}, 1},
	} {
		own, equal := linesBeside(c.text, c.other)
		if !slices.Equal(own, c.own) || equal != c.equal {
			t.Errorf("%q beside %q: %q, and %d equal", c.text, c.other, own, equal)
		}
	}
}
