package main

import (
	"strings"
	"testing"
	"time"

	"lockstep/bench/internal/program"
	"lockstep/peers/fault"
)

func TestTable(t *testing.T) {
	b := &bench{settings: settings{runs: 3, messages: 2000}, results: map[string]map[string][]program.Cost{}, counts: map[string]map[string]fault.Stats{}}
	of := func(walls ...time.Duration) (out []program.Cost) {
		for _, w := range walls {
			out = append(out, program.Cost{Wall: w, User: w / 2, System: w / 4, Servers: w / 10, Memory: 20 << 20})
		}
		return out
	}
	for _, sc := range scenarios() {
		b.results[sc.name] = map[string][]program.Cost{"lockstep": of(time.Second, 3*time.Second, 2*time.Second), "mbsync": of(4*time.Second, 800*time.Millisecond, 5*time.Second)}
		b.counts[sc.name] = map[string]fault.Stats{"lockstep": {Up: 999, Down: 1_500_000, RoundTrips: 7, Connections: 3}, "mbsync": {Up: 1200, Down: 2_000_000, RoundTrips: 9, Connections: 1}}
	}
	text := b.table([]string{"a machine"})
	for _, want := range []string{
		"| first sync up | 2.00 s (1.00 s to 3.00 s) | 4.00 s (800 ms to 5.00 s) | **0.50** |",
		"| nothing changed | 1.00 + 0.50 s | 2.00 + 1.00 s | 0.20 s | 0.40 s | 20 MiB | 20 MiB |",
		"| nothing changed | 999 B | 1.2 kB | 1.5 MB | 2.0 MB | 7 (3) | 9 (1) |",
		"- a machine\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}
