package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/bench/internal/debian"
	"lockstep/bench/internal/figures"
	"lockstep/bench/internal/program"
)

// publish prints the table, and writes it to its file if the measurement was a
// whole one.
func (b *bench) publish(ctx context.Context) error {
	facts := append(debian.Machine(ctx, b.dir), debian.Ask(ctx, "vdirsyncer", "--version"), "Radicale "+debian.Ask(ctx, "radicale", "--version"))
	text := b.table(facts)
	if _, err := fmt.Print(text); err != nil || b.out == "" {
		return err
	}
	if !b.whole() {
		b.note("%s is left as it is: this was not %d runs or more of %d cards", b.out, wholeRuns, wholeCards)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(b.out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(b.out, []byte(text), 0o644)
}

// whole tells whether the measurement is one that may be kept.
func (b *bench) whole() bool { return b.runs >= wholeRuns && len(b.cards) == wholeCards }

// table is the result as Markdown.
func (b *bench) table(machine []string) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	line("# lockstep beside vdirsyncer\n")
	line("An address book of %d cards (seed %d; %d in the upload), a Radicale on the loopback, %d runs of each, taking turns.", len(b.cards), seed, len(b.uploaded()), b.runs)
	line("Median, and (least to most). A ratio below 1 is in favour of lockstep. Made by `make bench-contacts`; what it does, and what")
	line("dominates, is in [bench/README.md](../README.md).\n")
	for _, fact := range machine {
		line("- %s", fact)
	}
	line("\n## Aims\n")
	line("| | measured | at most | |\n|---|---|---|---|")
	for _, a := range b.aims() {
		figure, most, verdict := a.text()
		line("| %s | %s | %s | %s |", a.name, figure, most, verdict)
	}
	line("\n## Wall time\n")
	line("| | lockstep | vdirsyncer | ratio |\n|---|---|---|---|")
	for _, j := range b.jobs() {
		l, v := b.column(j.name, "lockstep", wall), b.column(j.name, "vdirsyncer", wall)
		line("| %s | %s | %s | %s |", j.name, figures.Seconds(l), figures.Seconds(v), figures.Ratio(figures.Median(l), figures.Median(v)))
	}
	line("\nIn round trips of %d ms that the distance costs: lockstep %.1f, vdirsyncer %.1f.", roundTrip.Milliseconds(), b.waited("lockstep"), b.waited("vdirsyncer"))
	line("\n## Bare requests\n")
	line("What the server needs, without any program: nothing is compared, written or remembered. When it was asked for changes for the first")
	line("time, before all else, Radicale wrote a file for each card; that took %s, which no run pays for.\n", figures.Short(b.server.firstLook.Seconds()))
	line("| | time | answer |\n|---|---|---|")
	for _, name := range rawNames() {
		line("| %s | %s | %s |", name, figures.Seconds(b.rawColumn(name)), figures.Bytes(b.rawDown(name)))
	}
	line("\n## Processor and memory\n")
	line("Median of each program's own user + system time, of Radicale meanwhile, and the most memory held in any run.\n")
	line("| | lockstep | vdirsyncer | Radicale for lockstep | for vdirsyncer | lockstep | vdirsyncer |\n|---|---|---|---|---|---|---|")
	for _, j := range b.jobs() {
		line("| %s |", strings.Join(append([]string{j.name}, b.usage(j.name)...), " | "))
	}
	line("\n## On the wire\n")
	line("Counted once; bytes with HTTP's headers, packed as the client asks for. Radicale ends each connection after its answer.\n")
	line("| | requests, lockstep | vdirsyncer | up, lockstep | vdirsyncer | down, lockstep | vdirsyncer |\n|---|---|---|---|---|---|---|")
	for _, j := range b.jobs() {
		l, v := b.counts[j.name]["lockstep"], b.counts[j.name]["vdirsyncer"]
		line("| %s | %s | %s | %s | %s | %s | %s |", j.name, l.text(), v.text(), figures.Bytes(l.Up), figures.Bytes(v.Up), figures.Bytes(l.Down), figures.Bytes(v.Down))
	}
	return out.String()
}

// usage of processor and memory in a job.
func (b *bench) usage(job string) (cells []string) {
	both := []string{"lockstep", "vdirsyncer"}
	for _, t := range both {
		cells = append(cells, fmt.Sprintf("%.2f + %.2f s", b.median(job, t, func(c program.Cost) float64 { return c.User.Seconds() }),
			b.median(job, t, func(c program.Cost) float64 { return c.System.Seconds() })))
	}
	for _, t := range both {
		cells = append(cells, fmt.Sprintf("%.2f s", b.median(job, t, func(c program.Cost) float64 { return c.Servers.Seconds() })))
	}
	for _, t := range both {
		cells = append(cells, fmt.Sprintf("%.0f MiB", slices.Max(append(b.column(job, t, mebibytes), 0))))
	}
	return cells
}

// text is how many requests of which methods.
func (t traffic) text() string {
	var by []string
	for _, method := range slices.Sorted(maps.Keys(t.Requests)) {
		by = append(by, fmt.Sprintf("%d %s", t.Requests[method], method))
	}
	return fmt.Sprintf("%d (%s)", t.requests(), strings.Join(by, ", "))
}

// column of one value of all runs.
func (b *bench) column(job, tool string, of func(program.Cost) float64) (out []float64) {
	for _, c := range b.results[job][tool] {
		out = append(out, of(c))
	}
	return out
}

func (b *bench) median(job, tool string, of func(program.Cost) float64) float64 {
	return figures.Median(b.column(job, tool, of))
}
