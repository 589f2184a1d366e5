package main

import (
	"fmt"

	"lockstep/bench/internal/figures"
	"lockstep/bench/internal/program"
)

// aim is what lockstep is measured by: a figure that should be at most so much.
type aim struct {
	name, unit   string
	figure, most float64
}

func (a aim) met() bool { return a.figure <= a.most }

// aims with what was measured.
func (b *bench) aims() []aim {
	beside := func(j string) float64 { return b.median(j, "lockstep", wall) / b.median(j, "vdirsyncer", wall) }
	requests := func(j string) float64 { return float64(b.counts[j]["lockstep"].requests()) }
	memory := 0.0
	for _, j := range b.jobs() {
		for _, c := range b.results[j.name]["lockstep"] {
			memory = max(memory, mebibytes(c))
		}
	}
	// The faster way to make bare PUTs is what counts.
	puts := min(figures.Median(b.rawColumn(rawPutsOn)), figures.Median(b.rawColumn(rawPutsOff)))
	return []aim{
		{download, " of vdirsyncer's time", beside(download), 0.4},
		{quiet, " requests", requests(quiet), 2},
		{quiet, " of vdirsyncer's time", beside(quiet), 0.1},
		{edits, " requests", requests(edits), 8},
		{edits, " of vdirsyncer's time", beside(edits), 0.1},
		{distant, " requests", requests(distant), 2},
		{distant, " round trips of waiting", b.waited("lockstep"), 2},
		{upload, " of the time of bare PUTs", b.median(upload, "lockstep", wall) / puts, 1.1},
		{"memory in every job", " MiB", memory, 48},
	}
}

// waited is how many round trips a tool waited for in the distant job, by the
// time that it took longer than the same job near by.
func (b *bench) waited(tool string) float64 {
	return (b.median(distant, tool, wall) - b.median(quiet, tool, wall)) / roundTrip.Seconds()
}

func wall(c program.Cost) float64      { return c.Wall.Seconds() }
func mebibytes(c program.Cost) float64 { return float64(c.Memory) / (1 << 20) }

// text of the figure, the limit and the verdict.
func (a aim) text() (figure, most, verdict string) {
	format := func(v float64) string {
		if v == float64(int(v)) {
			return fmt.Sprintf("%d%s", int(v), a.unit)
		}
		return fmt.Sprintf("%.2f%s", v, a.unit)
	}
	verdict = "**missed**"
	if a.met() {
		verdict = "met"
	}
	return format(a.figure), format(a.most), verdict
}
