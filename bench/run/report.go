package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// results of one measurement.
type results struct {
	settings
	soon soon
	much much
}

// Targets of this program for itself.
const (
	targetSoon = time.Second
	targetEach = 60_000 // bytes
)

// publish prints the results, and writes them to their file if the measurement
// was a whole one.
func (r results) publish(ctx context.Context) error {
	text := r.text(machine(ctx, r.dir))
	if _, err := fmt.Print(text); err != nil || r.out == "" {
		return err
	}
	if r.program != "" || r.active < 50 || r.events < 1000 || r.idle < 1000 || r.settle < 3*time.Minute {
		note("%s is left as it is: this was not 1000 events on 50 links, and 1000 links idle for 3 minutes", r.out)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(r.out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(r.out, []byte(text), 0o644)
}

// text is the results as Markdown.
func (r results) text(machine []string) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	line("# lockstep run\n")
	line("Each link is an account of the IMAP server of the tests, a process of its own on the loopback without TLS, and a Maildir. Made by")
	line("`make bench-run`; what it does, and what dominates, is in [bench/README.md](../README.md).\n")
	for _, fact := range machine {
		line("- %s", fact)
	}
	if r.active > 0 {
		n := len(r.soon.Deliveries)
		line("\n## How soon\n")
		line("%d links, %d events of each sort, %d links busy at a time, %v between two events of one; %.0f ms of processor time for a pair.\n",
			r.active, n, r.busy, r.pause, 1000*r.soon.Processor.Seconds()/float64(max(n, 1)))
		line("| | p50 | p99 | longest | target (p99 below %v) |\n|---|---|---|---|---|", targetSoon)
		for _, row := range []struct {
			name string
			all  []time.Duration
		}{{"delivered on the server until it is a file", r.soon.Deliveries}, {"flagged by renaming the file until the server has it", r.soon.Flags}} {
			p99 := at(row.all, 0.99)
			line("| %s | %s | %s | %s | %s |", row.name, millis(at(row.all, 0.5)), millis(p99), millis(at(row.all, 1)), met(p99 < targetSoon))
		}
	}
	if r.idle > 0 {
		line("\n## How much an idle link takes\n")
		line("Resident memory of lockstep run, after %v without an event.\n", r.settle)
		line("| links | memory | files open |\n|---|---|---|")
		line("| 1 | %.1f MB | |", float64(r.much.One)/1e6)
		line("| %d | %.1f MB | %d |\n", r.much.Links, float64(r.much.Many)/1e6, r.much.Files)
		line("A link more takes **%.1f kB**; target at most %d kB: %s.", r.much.each()/1e3, targetEach/1000, met(r.much.each() <= targetEach))
	}
	return out.String()
}

func met(is bool) string {
	if is {
		return "met"
	}
	return "**missed**"
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// machine describes where and with what it was measured, one fact a line.
func machine(ctx context.Context, dir string) []string {
	ask := func(name string, args ...string) string {
		out, err := exec.CommandContext(ctx, name, args...).Output()
		if err != nil {
			return "unknown"
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return strings.TrimSpace(lines[len(lines)-1])
	}
	return []string{
		fmt.Sprintf("%d CPUs, Linux %s, %s", runtime.NumCPU(), ask("uname", "-r"), ask("df", "--output=fstype", dir)),
		fmt.Sprintf("lockstep %s, %s", ask("git", "describe", "--always", "--dirty"), runtime.Version()),
	}
}
