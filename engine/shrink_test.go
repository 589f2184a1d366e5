package engine_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockstep/reconcile"
)

// recorded is chance that remembers its throws; played throws them again. What
// is beyond the end is the highest number, at which trouble never strikes.
type recorded struct {
	dice
	throws []int
}

func (r *recorded) Intn(n int) int {
	t := r.dice.Intn(n)
	r.throws = append(r.throws, t)
	return t
}

type played struct {
	throws []int
	at     int
}

func (p *played) Intn(n int) int {
	t := n - 1
	if p.at < len(p.throws) {
		t = min(p.throws[p.at], n-1)
	}
	p.at++
	return t
}

// mostPlays bounds a shrink.
const mostPlays = 4000

// shrink looks for few and small throws with which a world still goes wrong, as
// it does with these: it cuts the end off, takes pieces out, and makes single
// throws harmless.
func shrink(throws []int, bad func(dice) bool) []int {
	plays := 0
	try := func(candidate []int) bool {
		if plays++; plays > mostPlays || !bad(&played{throws: candidate}) {
			return false
		}
		throws = candidate
		return true
	}
	for size := max(len(throws)/2, 1); ; size /= 2 {
		for at := len(throws) - size; at >= 0 && len(throws) > 0; at -= size {
			if end := min(at+size, len(throws)); end > at {
				try(slices.Delete(slices.Clone(throws), at, end))
			}
		}
		if size <= 1 {
			break
		}
	}
	for i := len(throws) - 1; i >= 0 && plays < mostPlays; i-- {
		if i < len(throws) && throws[i] != harmless {
			candidate := slices.Clone(throws)
			candidate[i] = harmless
			try(candidate)
		}
	}
	for len(throws) > 0 && throws[len(throws)-1] == harmless {
		throws = throws[:len(throws)-1]
	}
	return throws
}

// harmless is cut to the highest number of its kind.
const harmless = 1 << 20

// writeThrows and readThrows are how a shrunk case is told (-play): numbers,
// and -N for N harmless throws.
func writeThrows(throws []int) string {
	var out []string
	for i := 0; i < len(throws); i++ {
		n := 0
		for i+n < len(throws) && throws[i+n] == harmless {
			n++
		}
		if n == 0 {
			out = append(out, strconv.Itoa(throws[i]))
			continue
		}
		out = append(out, strconv.Itoa(-n))
		i += n - 1
	}
	return strings.Join(out, ",")
}

func readThrows(text string) (out []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		t, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("-play: %q is no throw", word)
		}
		if t < 0 {
			out = append(out, slices.Repeat([]int{harmless}, -t)...)
		} else {
			out = append(out, t)
		}
	}
	return out, nil
}

// shrunk plays a failing seed again and returns the flags that replay the
// smallest failure found.
func shrunk(name string, play runner, seed int64, without reconcile.Without) string {
	r := &recorded{dice: seeded(seed)}
	if play(r, without, nil) == "" {
		return ""
	}
	small := shrink(r.throws, func(d dice) bool { return play(d, without, nil) != "" })
	return fmt.Sprintf("shrunk from %d throws to %d; replay it with -world %s -play %s", len(r.throws), len(small), name, writeThrows(small))
}

// TestShrink: what is shrunk still fails, is smaller, and is read back.
func TestShrink(t *testing.T) {
	play, without := worlds()["mail"], reconcile.Without(0).Out(reconcile.RuleDeletesWait)
	for _, c := range ruleCases() {
		if c.rule != reconcile.RuleDeletesWait {
			continue
		}
		r := &recorded{dice: seeded(c.seed)}
		if play(r, without, nil) == "" {
			t.Fatal("the case goes well")
		}
		small := shrink(r.throws, func(d dice) bool { return play(d, without, nil) != "" })
		again, err := readThrows(writeThrows(small))
		if err != nil || !slices.Equal(again, small) || len(small) >= len(r.throws)/2 || play(&played{throws: again}, without, nil) == "" {
			t.Errorf("%d throws became %d: %v, %v", len(r.throws), len(small), again, err)
		}
		t.Logf("%d throws became %d", len(r.throws), len(small))
	}
}
