package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lockstep/bench/internal/figures"
	"lockstep/bench/internal/program"
)

// publish prints the table, and writes it to its file if the measurement was
// a whole one.
func (b *bench) publish(ctx context.Context) error {
	text := b.table(b.machine(ctx))
	if _, err := fmt.Print(text); err != nil || b.out == "" {
		return err
	}
	if b.runs < 5 || b.messages < 20000 || b.latency > 0 {
		b.note("%s is left as it is: this was not 5 runs of 20000 messages without latency", b.out)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(b.out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(b.out, []byte(text), 0o644)
}

// table is the result as Markdown.
func (b *bench) table(machine []string) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	line("# lockstep beside mbsync\n")
	line("%d messages in %d folders (seed %d), a Dovecot on the loopback%s, %d runs of each, taking turns.", b.messages, len(folders()), seed, b.delay(), b.runs)
	line("Median, and (least to most). A ratio below 1 is in favour of lockstep. Made by `make bench-mail`; what it does, and what")
	line("dominates, is in [bench/README.md](../README.md).\n")
	for _, fact := range machine {
		line("- %s", fact)
	}
	line("\n## Wall time\n")
	line("| | lockstep | mbsync | ratio |\n|---|---|---|---|")
	wall := func(m program.Cost) float64 { return m.Wall.Seconds() }
	for _, sc := range scenarios() {
		l, m := b.column(sc, "lockstep", wall), b.column(sc, "mbsync", wall)
		line("| %s | %s | %s | %s |", sc.name, figures.Seconds(l), figures.Seconds(m), figures.Ratio(figures.Median(l), figures.Median(m)))
	}
	line("\n## Processor and memory\n")
	line("Median of each program's own user + system time, of all of Dovecot meanwhile, and the most memory held.\n")
	line("| | lockstep | mbsync | Dovecot for lockstep | for mbsync | lockstep | mbsync |\n|---|---|---|---|---|---|---|")
	for _, sc := range scenarios() {
		cells := []string{sc.name}
		for _, t := range []string{"lockstep", "mbsync"} {
			user := figures.Median(b.column(sc, t, func(m program.Cost) float64 { return m.User.Seconds() }))
			system := figures.Median(b.column(sc, t, func(m program.Cost) float64 { return m.System.Seconds() }))
			cells = append(cells, fmt.Sprintf("%.2f + %.2f s", user, system))
		}
		for _, t := range []string{"lockstep", "mbsync"} {
			cells = append(cells, fmt.Sprintf("%.2f s", figures.Median(b.column(sc, t, func(m program.Cost) float64 { return m.Servers.Seconds() }))))
		}
		for _, t := range []string{"lockstep", "mbsync"} {
			cells = append(cells, fmt.Sprintf("%.0f MiB", figures.Median(b.column(sc, t, func(m program.Cost) float64 { return float64(m.Memory) / (1 << 20) }))))
		}
		line("| %s |", strings.Join(cells, " | "))
	}
	line("\n## On the wire\n")
	line("Counted once, TLS included. A round trip is a time that the program speaks after the server has; those of")
	line("several connections (their number in brackets) may be at the same time.\n")
	line("| | up, lockstep | mbsync | down, lockstep | mbsync | round trips, lockstep | mbsync |\n|---|---|---|---|---|---|---|")
	for _, sc := range scenarios() {
		l, m := b.counts[sc.name]["lockstep"], b.counts[sc.name]["mbsync"]
		line("| %s | %s | %s | %s | %s | %d (%d) | %d (%d) |", sc.name, figures.Bytes(l.Up), figures.Bytes(m.Up), figures.Bytes(l.Down), figures.Bytes(m.Down),
			l.RoundTrips, l.Connections, m.RoundTrips, m.Connections)
	}
	return out.String()
}

func (b *bench) delay() string {
	if b.latency == 0 {
		return ""
	}
	return fmt.Sprintf(" behind a delay of %v each way", b.latency)
}

// column of one value of all runs.
func (b *bench) column(sc scenario, tool string, of func(program.Cost) float64) (out []float64) {
	for _, m := range b.results[sc.name][tool] {
		out = append(out, of(m))
	}
	return out
}
