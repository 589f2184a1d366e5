package maildir

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lockstep/core"
)

func TestNamesAreProved(t *testing.T) {
	old, now := time.Unix(1000, 0), time.Unix(5000, 0)
	young := now.Add(-time.Second)
	whole, torn, other := []string{"a", "b"}, []string{"a"}, []string{"a", "b", "c"}
	for name, c := range map[string]struct {
		lists [][]string  // what each reading shows
		times []time.Time // before and after each
		want  []string    // nil = it is given up
		reads int
	}{
		"at rest":              {[][]string{whole}, []time.Time{old, old}, whole, 1},
		"changed while read":   {[][]string{torn, whole}, []time.Time{old, old.Add(1), old.Add(1), old.Add(1)}, whole, 2},
		"young":                {[][]string{whole, whole}, []time.Time{young, young}, whole, 2},
		"young and torn":       {[][]string{torn, whole, whole}, []time.Time{young, young}, whole, 3},
		"torn twice":           {[][]string{torn, other, whole, whole}, []time.Time{young, young}, whole, 4},
		"empty and torn":       {[][]string{{}, whole, whole}, []time.Time{young, young}, whole, 3},
		"clock is behind":      {[][]string{torn, whole, whole}, []time.Time{now.Add(time.Hour), now.Add(time.Hour)}, whole, 3},
		"empty":                {[][]string{{}, {}}, []time.Time{young, young}, []string{}, 2},
		"never the same twice": {[][]string{whole, torn, whole, torn, whole, torn, whole, torn, whole, torn}, []time.Time{young, young}, nil, 10},
	} {
		t.Run(name, func(t *testing.T) {
			reads, looks := 0, 0
			list := func() ([]entry, error) {
				index := []entry{}
				for _, n := range c.lists[reads] {
					index = append(index, entry{name: n, unique: n})
				}
				reads++
				return index, nil
			}
			times := func() ([2]time.Time, error) {
				at := c.times[min(looks, len(c.times)-1)]
				looks++
				return [2]time.Time{at, old}, nil
			}
			index, _, _, err := proved(now, times, list)
			got := []string{}
			for _, e := range index {
				got = append(got, e.name)
			}
			if reads != c.reads || c.want != nil && (err != nil || !slices.Equal(got, c.want)) {
				t.Errorf("%q after %d readings, %v, want %q after %d", got, reads, err, c.want, c.reads)
			}
			if c.want == nil && core.ClassOf(err) != core.Transient {
				t.Errorf("%q, %v, want an error", got, err)
			}
		})
	}
	broken := errors.New("broken")
	_, _, _, err := proved(now, func() ([2]time.Time, error) { return [2]time.Time{}, nil }, func() ([]entry, error) { return nil, broken })
	if err != broken {
		t.Errorf("an error of reading becomes %v", err)
	}
}
