package main

import (
	"strings"
	"testing"
	"time"

	"lockstep/bench/internal/program"
)

func filled(runs int) *bench {
	b := newBench(settings{runs: runs, amount: leastCards}, "")
	b.server = &server{firstLook: 3 * time.Second}
	of := func(walls ...time.Duration) (out []program.Cost) {
		for i, w := range walls {
			out = append(out, program.Cost{Wall: w, User: w / 2, System: w / 4, Servers: w / 10, Memory: int64(20+i) << 20})
		}
		return out
	}
	for _, j := range b.jobs() {
		b.results[j.name] = map[string][]program.Cost{"lockstep": of(time.Second, 3*time.Second, 2*time.Second), "vdirsyncer": of(4*time.Second, 800*time.Millisecond, 5*time.Second)}
		b.counts[j.name] = map[string]traffic{"lockstep": {Requests: map[string]int{"REPORT": 2, "PUT": 3}, Up: 999, Down: 1_500_000},
			"vdirsyncer": {Requests: map[string]int{"PROPFIND": 1}, Up: 1200, Down: 2_000_000}}
	}
	b.results[distant]["lockstep"] = of(2050*time.Millisecond, 2050*time.Millisecond, 2050*time.Millisecond)
	for _, name := range rawNames() {
		b.raw[name] = []rawMeasure{{3 * time.Second, 700}, {time.Second, 700}, {1900 * time.Millisecond, 700}}
	}
	return b
}

func TestTable(t *testing.T) {
	text := filled(3).table([]string{"a machine"})
	for _, want := range []string{
		"address book of 100 cards (seed 42; 100 in the upload)",
		"| upload | 2.00 s (1.00 s to 3.00 s) | 4.00 s (800 ms to 5.00 s) | **0.50** |",
		"| nothing changed | 1.00 + 0.50 s | 2.00 + 1.00 s | 0.20 s | 0.40 s | 22 MiB | 22 MiB |",
		"| nothing changed | 5 (3 PUT, 2 REPORT) | 1 (1 PROPFIND) | 999 B | 1.2 kB | 1.5 MB | 2.0 MB |",
		"| all ETags: PROPFIND with Depth 1 | 1.90 s (1.00 s to 3.00 s) | 700 B |",
		"lockstep 1.0, vdirsyncer 0.0",
		"that took 3.00 s",
		"| download | 0.50 of vdirsyncer's time | 0.40 of vdirsyncer's time | **missed** |",
		"| nothing changed | 5 requests | 2 requests | **missed** |",
		"| 3 edits on each side | 5 requests | 8 requests | met |",
		"| nothing changed, 50 ms away | 1.00 round trips of waiting | 2 round trips of waiting | met |",
		"| upload | 1.05 of the time of bare PUTs | 1.10 of the time of bare PUTs | met |",
		"| memory in every job | 22 MiB | 48 MiB | met |",
		"- a machine\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

// TestAims: an aim that could not be measured is not met.
func TestAims(t *testing.T) {
	b := filled(3)
	b.raw[rawPutsOff] = []rawMeasure{{1500 * time.Millisecond, 700}}
	for _, a := range b.aims() {
		if a.name == upload && (a.met() || a.figure < 1.3 || a.figure > 1.4) {
			t.Errorf("the faster PUTs do not count: %v", a)
		}
	}
	b.results[edits]["vdirsyncer"], b.results[edits]["lockstep"] = nil, nil
	for _, a := range b.aims() {
		if a.name == edits && strings.Contains(a.unit, "time") && a.met() {
			t.Errorf("nothing was measured: %v", a)
		}
	}
}

func TestWhole(t *testing.T) {
	for _, c := range []struct {
		runs, cards int
		want        bool
	}{{wholeRuns, wholeCards, true}, {wholeRuns + 2, wholeCards, true}, {wholeRuns - 1, wholeCards, false}, {wholeRuns, wholeCards - 1, false}, {wholeRuns, wholeCards + 1, false}} {
		b := bench{settings: settings{runs: c.runs}, cards: make([]card, c.cards)}
		if b.whole() != c.want {
			t.Errorf("%d runs of %d cards: %v", c.runs, c.cards, b.whole())
		}
	}
}
