package daemon

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/core"
)

// silent is a side that cannot be watched.
func silent(context.Context) iter.Seq2[core.FeedID, error] {
	return func(yield func(core.FeedID, error) bool) {
		yield("", core.Errorf("x", core.Permanent, "it does not tell when it changes"))
	}
}

// TestPace: after a change was found on a side that tells of none, the next looks come
// sooner, and then as seldom as before. A change of a side that tells of it, or that
// it would tell of soon, hurries nothing.
func TestPace(t *testing.T) {
	const minute = time.Minute
	left, right := [2]bool{true, false}, [2]bool{false, true}
	// Where a side is watched, the second look follows the first hint.
	for name, c := range map[string]struct {
		every   time.Duration
		watches []Watch
		found   [][2]bool
		want    []time.Duration
	}{
		"nothing is found": {5 * minute, []Watch{hinted(nil), silent}, nil, []time.Duration{0, 5 * minute, 10 * minute, 15 * minute}},
		"once": {5 * minute, []Watch{hinted(nil), silent}, [][2]bool{{}, {}, right},
			[]time.Duration{0, 5 * minute, 6 * minute, 7 * minute, 8 * minute, 13 * minute}},
		"again and again": {5 * minute, []Watch{hinted(nil), silent}, [][2]bool{right, {}, right},
			[]time.Duration{0, 1 * minute, 2 * minute, 3 * minute, 4 * minute, 9 * minute}},
		"the other side":    {5 * minute, []Watch{hinted(nil), silent}, [][2]bool{left, left}, []time.Duration{0, 5 * minute, 10 * minute}},
		"both tell":         {5 * minute, []Watch{hinted(nil), hinted(nil)}, [][2]bool{left, right}, []time.Duration{0, 5 * minute, 10 * minute}},
		"neither tells":     {5 * minute, []Watch{silent, silent}, [][2]bool{left}, []time.Duration{0, 1 * minute, 2 * minute, 3 * minute, 8 * minute}},
		"not every second":  {minute, []Watch{hinted(nil), silent}, [][2]bool{right}, []time.Duration{0, minute / 2, minute, minute * 3 / 2, minute * 5 / 2}},
		"never more seldom": {10 * time.Second, []Watch{hinted(nil), silent}, [][2]bool{right}, []time.Duration{0, 10 * time.Second, 20 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig()
				r.slow, r.found = time.Millisecond, c.found // the watches begin meanwhile
				l := r.link("a", c.watches...)
				l.Every = c.every
				_, end := start(t, l)
				time.Sleep(c.want[len(c.want)-1] + time.Second)
				_ = end()
				looks := slices.DeleteFunc(r.looks, func(at time.Duration) bool { return at > 0 && at < time.Second })
				for i := range looks {
					looks[i] = looks[i].Round(time.Second)
				}
				if !slices.Equal(looks, c.want) {
					t.Errorf("looks at %v, want %v", looks, c.want)
				}
			})
		})
	}
}

// TestPaceBesideHints: looks that a side asks for are not those that come sooner, and
// neither are those after a failure.
func TestPaceBesideHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.slow, r.found = time.Millisecond, [][2]bool{{}, {}, {false, true}}
		hints := make(chan error)
		_, end := start(t, r.link("a", hinted(hints), silent))
		time.Sleep(time.Second)
		for range 5 {
			hints <- nil
			time.Sleep(time.Second)
		}
		r.set(core.Errorf("x", core.Transient, "no network"))
		hints <- nil
		time.Sleep(10 * time.Second)
		r.set(nil)
		time.Sleep(time.Minute)
		before := r.count()
		time.Sleep(3 * time.Minute)
		if got := r.count() - before; got != 3 || r.status().Why != "the schedule" {
			t.Errorf("%d looks came sooner, the next is for %s; all were at %v", got, r.status().Why, r.looks)
		}
		_ = end()
	})
}
