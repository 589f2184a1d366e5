package merge_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/record"
)

// A part is there only with its whole, goes with it, and stays with it when its
// value, and so its name, is edited.
func TestParts(t *testing.T) {
	m := merge.Properties{Format: record.Format{}}
	a := card("TEL:1", "1", "TEL:1|LABEL", "a")
	for _, c := range []struct {
		name               string
		baseL, baseR, l, r []byte
		toL, toR           string
		collisions         string
	}{
		{"deleted with its part", a, a, card(), a, "", string(card()), ""},
		{"deleted, and its part edited", a, a, card(), card("TEL:1", "1", "TEL:1|LABEL", "b"), string(card("TEL:1", "1", "TEL:1|LABEL", "b")), "", ""},
		{"deleted, and its part deleted", a, a, card(), card("TEL:1", "1"), "", string(card()), ""},
		{"added with its part", card(), card(), a, card(), "", string(a), ""},
		{"parts of both", card("TEL:1", "1"), card("TEL:1", "1"), a, card("TEL:1", "1", "TEL:1|TYPE", "x"),
			string(card("TEL:1", "1", "TEL:1|LABEL", "a", "TEL:1|TYPE", "x")), string(card("TEL:1", "1", "TEL:1|LABEL", "a", "TEL:1|TYPE", "x")), ""},
		{"a part that one side never held", a, card("TEL:1", "1"), a, card(), string(card()), "", ""},
		{"the value edited, the part edited", a, a, card("TEL:2", "1", "TEL:2|LABEL", "a"), card("TEL:1", "1", "TEL:1|LABEL", "b"),
			string(card("TEL:2", "1", "TEL:2|LABEL", "b")), string(card("TEL:2", "1", "TEL:2|LABEL", "b")), ""},
		{"the value edited, the part deleted", a, a, card("TEL:2", "1", "TEL:2|LABEL", "a"), card("TEL:1", "1"),
			string(card("TEL:2", "1")), string(card("TEL:2", "1")), ""},
		{"the value and the part edited, the part too", a, a, card("TEL:2", "1", "TEL:2|LABEL", "b"), card("TEL:1", "1", "TEL:1|LABEL", "c"),
			"", string(card("TEL:2", "1", "TEL:2|LABEL", "c")), "TEL:2|LABEL b c"},
		{"the value edited where the part was never held", a, card("TEL:1", "1"), a, card("TEL:2", "1"), string(card("TEL:2", "1", "TEL:2|LABEL", "a")), "", ""},
		{"the value edited, and deleted", a, a, card("TEL:2", "1", "TEL:2|LABEL", "a"), card(), "", string(card("TEL:2", "1", "TEL:2|LABEL", "a")), ""},
		{"the value edited on both", a, a, card("TEL:2", "1"), card("TEL:3", "1"), string(card("TEL:2", "1", "TEL:3", "1")), string(card("TEL:2", "1", "TEL:3", "1")), ""},
	} {
		for mirror := range 2 {
			base, now, to := [2][]byte{c.baseL, c.baseR}, [2][]byte{c.l, c.r}, [2]string{c.toL, c.toR}
			if mirror == 1 {
				base[0], base[1], now[0], now[1], to[0], to[1] = base[1], base[0], now[1], now[0], to[1], to[0]
			}
			got, err := m.Merge(base, now)
			if err != nil {
				t.Fatal(err)
			}
			var collisions []string
			for _, x := range got.Collisions {
				collisions = append(collisions, fmt.Sprint(x.Property, " ", x.Value[mirror], " ", x.Value[1-mirror]))
			}
			if string(got.To[0]) != to[0] || string(got.To[1]) != to[1] || strings.Join(collisions, ", ") != c.collisions {
				t.Errorf("%s, %d: to left %q, to right %q, %v", c.name, mirror, got.To[0], got.To[1], collisions)
			}
			base = got.Base
			for x, body := range got.To {
				if body == nil {
					continue
				}
				if base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], body, body, true, func(string) bool { return true }); err != nil {
					t.Fatal(err)
				}
			}
			for x, body := range got.To {
				if body != nil {
					now[x] = body
				}
			}
			again, err := m.Merge(base, now)
			if err != nil || again.To[0] != nil || again.To[1] != nil || len(again.Collisions) > 0 {
				t.Errorf("%s, %d: it is not quiet: %q %q %v %v", c.name, mirror, again.To[0], again.To[1], again.Collisions, err)
			}
		}
	}
}
