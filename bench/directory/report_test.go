package main

import (
	"strings"
	"testing"
	"time"

	"lockstep/bench/internal/program"
)

func TestTable(t *testing.T) {
	b := &bench{options: options{runs: 3, large: 500}, people: makePeople(100), results: map[string]map[string][]program.Cost{}, counts: map[string]map[string]map[string]count{"real": {}, "fake": {}}}
	of := func(walls ...time.Duration) (out []program.Cost) {
		for _, w := range walls {
			out = append(out, program.Cost{Wall: w, User: w / 2, Servers: w / 10, Memory: 20 << 20})
		}
		return out
	}
	for _, j := range jobs() {
		b.results[j.name] = map[string][]program.Cost{"lockstep": of(time.Second, 3*time.Second, 2*time.Second), "model": of(4*time.Second, 800*time.Millisecond, 5*time.Second)}
		b.counts["real"][j.name] = map[string]count{"lockstep": {Requests: map[string]int{"GET": 7, "PUT": 3}, Searches: 2}, "model": {Requests: map[string]int{"GET": 60}, Searches: 66}}
		b.counts["fake"][j.name] = map[string]count{"lockstep": {Requests: map[string]int{"GET": 10}, Searches: 2}, "model": {Requests: map[string]int{"GET": 59}, Searches: 50}}
	}
	b.big = []bigRun{{"plan", program.Cost{Wall: time.Second, Memory: 150 << 20}, 5}, {"first run", program.Cost{Wall: time.Second, Memory: 151 << 20}, 6}}
	text := b.table([]string{"a machine"})
	for _, want := range []string{
		"| first run | 2.00 s (1.00 s to 3.00 s) | 4.00 s (800 ms to 5.00 s) | **2.0** |",
		"| nothing changed | 1.00 s | 2.00 s | 0.20 s | 0.40 s | 20 MiB |",
		"| nothing changed | 10 (GET 7, PUT 3) | 60 (GET 60) | **6.0** | 2 | 66 | **10.5** |",
		"| nothing changed, requests, James | at most a 6th | yes: 6.0 times fewer |",
		"| nothing changed, requests, with contacts | at most a 6th | **no**: 5.9 times fewer |",
		"| nothing changed, requests and searches, James | at most a 10th | yes: 10.5 times fewer |",
		"| nothing changed, requests and searches, with contacts | at most a 10th | **no**: 9.1 times fewer |",
		"| nothing changed, wall time | at most a 3rd | **no**: 2.0 times less |",
		"| 500 people, plan, memory | at most 150 MiB | yes: 150 MiB |",
		"| 500 people, first run, memory | at most 150 MiB | **no**: 151 MiB |",
		"| plan | 1.00 s | 150 MiB | 5 |",
		"- a machine\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}
