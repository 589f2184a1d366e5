package main

import (
	"strings"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	var all []time.Duration
	for n := range 1000 {
		all = append(all, time.Duration(n+1)*2*time.Millisecond)
	}
	r := results{settings: settings{active: 50, idle: 1000, busy: 4, pause: time.Second},
		soon: soon{Deliveries: all, Flags: all[:400], Processor: 40 * time.Second},
		much: much{Links: 1001, One: 30e6, Many: 80e6, Files: 4000}}
	text := r.text([]string{"a machine"})
	for _, want := range []string{
		"- a machine\n",
		"40 ms of processor time",
		"until it is a file | 1002 ms | 1982 ms | 2000 ms | **missed** |",
		"until the server has it | 402 ms | 794 ms | 800 ms | met |",
		"A link more takes **50.0 kB**; target at most 60 kB: met.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if (much{Links: 3, One: 1000, Many: 4000}).each() != 1500 || at(nil, 0.5) != 0 {
		t.Error("the sums are wrong")
	}
}
