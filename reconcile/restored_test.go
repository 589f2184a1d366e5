package reconcile

import (
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/contact"
)

// TestRestored: what is restored has what the deleted item had, the edits of the other
// side, and what only the other side has: the base of the deleted item lacks what that
// item could not say (rule 26).
func TestRestored(t *testing.T) {
	card := func(lines ...string) []byte {
		return []byte("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCARD\r\n")
	}
	v := NewView(1, 0)
	v.Traits.Merger = merge.Properties{Format: contact.Format{}}
	p := &planner{View: v}
	for name, c := range map[string]struct {
		lost, other, now, want []byte
	}{
		"an edit":                  {card("FN:a", "NOTE:n", "X-A:1"), card("FN:a", "NOTE:n"), card("FN:b", "NOTE:n"), card("FN:b", "NOTE:n", "X-A:1")},
		"a deletion":               {card("FN:a", "NOTE:n", "X-A:1"), card("FN:a", "NOTE:n"), card("FN:a", "TITLE:t"), card("FN:a", "X-A:1", "TITLE:t")},
		"what it could not say":    {card("FN:a", "EMAIL:a@b"), card("FN:a", "EMAIL;PREF=2:a@b"), card("FN:b", "EMAIL;PREF=2:a@b"), card("FN:b", "EMAIL;PREF=2:a@b")},
		"what collided":            {card("FN:a", "NOTE:l"), card("FN:a", "NOTE:r"), card("FN:b", "NOTE:r"), card("FN:b", "NOTE:l")},
		"an edit of what collided": {card("FN:a", "NOTE:l"), card("FN:a", "NOTE:r"), card("FN:a", "NOTE:s"), card("FN:a", "NOTE:s")},
		"an edit of what that server holds less of": {card("NOTE:a", "NOTE;LANGUAGE=de:b"), card("NOTE:a", "NOTE:b"), card("NOTE:a"), card("NOTE:a")},
		"no base": {nil, nil, card("FN:a", "NOTE:n"), card("FN:a", "NOTE:n")},
	} {
		for _, lost := range core.Sides() {
			var base [2][]byte
			base[lost], base[lost.Other()] = c.lost, c.other
			got, err := p.restored(base, lost, c.now)
			if err != nil {
				t.Fatal(err)
			}
			a, errA := v.Traits.Merger.Sum(got)
			b, errB := v.Traits.Merger.Sum(c.want)
			if errA != nil || errB != nil || a != b {
				t.Errorf("%s, lost on the %s: %q %v %v", name, lost, got, errA, errB)
			}
		}
	}
}
