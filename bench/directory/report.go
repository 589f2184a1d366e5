package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	if b.runs < wholeRuns || len(b.people) < wholePeople || b.large < wholeLarge {
		b.note("%s is left as it is: this was not %d runs of %d people, and %d in the large directory", b.out, wholeRuns, wholePeople, wholeLarge)
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
	line("# lockstep beside LSC's requests\n")
	line("A directory of %d people (slapd), and for each program a James of its own, on the loopback; %d runs of each, taking turns. The", len(b.people), b.runs)
	line("model makes the requests of LSC with its plugin for James, with 5 threads, and nothing else. Made by `make bench-directory`;")
	line("what it does, and what dominates, is in [bench/README.md](../README.md).\n")
	for _, fact := range machine {
		line("- %s", fact)
	}
	b.aims(line)
	if b.runs > 0 {
		b.times(line)
	}
	for _, s := range []struct{ name, title, text string }{
		{"real", "Requests to James", "Users, aliases, mappings, forwards, quotas and identities. Counted once, in a run that is not timed."},
		{"fake", "Requests, with contacts", "The same and domain contacts, which plain James has not: to the mail server of the tests."},
	} {
		b.requests(line, s.title, s.text, b.counts[s.name])
	}
	if len(b.big) > 0 {
		line("\n## %d people\n", b.large)
		line("lockstep alone: an LDIF file and all seven resources, once, to the mail server of the tests in another process.\n")
		line("| | wall time | memory | requests |\n|---|---|---|---|")
		for _, r := range b.big {
			line("| %s | %s | %s | %d |", r.name, figures.Short(r.Wall.Seconds()), mib(r.Memory), r.requests)
		}
	}
	return out.String()
}

// times of the timed runs.
func (b *bench) times(line func(string, ...any)) {
	line("\n## Time and memory, with James\n")
	line("Median, and (least to most); the ratio is of medians, and above 1 in favour of lockstep. Then the median of each program's own")
	line("processor time, of James' and slapd's meanwhile, and the most memory that the program held.\n")
	line("| | lockstep | model | ratio |\n|---|---|---|---|")
	for _, j := range jobs() {
		l, m := b.column(j, "lockstep", wall), b.column(j, "model", wall)
		line("| %s | %s | %s | %s |", j.name, figures.Seconds(l), figures.Seconds(m), times(figures.Median(m), figures.Median(l)))
	}
	line("\n| | lockstep | model | servers for lockstep | for the model | lockstep |\n|---|---|---|---|---|---|")
	for _, j := range jobs() {
		cells := []string{j.name}
		for _, of := range []func(program.Cost) float64{func(m program.Cost) float64 { return (m.User + m.System).Seconds() }, func(m program.Cost) float64 { return m.Servers.Seconds() }} {
			for _, t := range []string{"lockstep", "model"} {
				cells = append(cells, fmt.Sprintf("%.2f s", figures.Median(b.column(j, t, of))))
			}
		}
		cells = append(cells, mib(int64(figures.Median(b.column(j, "lockstep", func(m program.Cost) float64 { return float64(m.Memory) })))))
		line("| %s |", strings.Join(cells, " | "))
	}
}

func wall(m program.Cost) float64 { return m.Wall.Seconds() }

// requests of one setting.
func (b *bench) requests(line func(string, ...any), title, text string, all map[string]map[string]count) {
	line("\n## %s\n", title)
	line("%s The first ratio is of requests to webadmin, the second of those and searches in", text)
	line("the directory together; of a search that is read in pages each page counts.\n")
	line("| | lockstep | model | ratio | searches, lockstep | model | ratio of both |\n|---|---|---|---|---|---|---|")
	for _, j := range jobs() {
		l, m := all[j.name]["lockstep"], all[j.name]["model"]
		line("| %s | %s | %s | %s | %d | %d | %s |", j.name, methods(l), methods(m), times(float64(m.requests()), float64(l.requests())),
			l.Searches, m.Searches, times(float64(m.requests()+m.Searches), float64(l.requests()+l.Searches)))
	}
}

// methods prints requests, in all and by method.
func methods(c count) string {
	var parts []string
	for _, m := range slices.Sorted(maps.Keys(c.Requests)) {
		parts = append(parts, fmt.Sprintf("%s %d", m, c.Requests[m]))
	}
	return fmt.Sprintf("%d (%s)", c.requests(), strings.Join(parts, ", "))
}

// aims says what was aimed at and what was reached.
func (b *bench) aims(line func(string, ...any)) {
	line("\n## What was aimed at\n")
	line("| | aim | reached |\n|---|---|---|")
	aim := func(what, text string, reached string, met bool) {
		verdict := "yes"
		if !met {
			verdict = "**no**"
		}
		line("| %s | %s | %s: %s |", what, text, verdict, reached)
	}
	const quiet = "nothing changed"
	for _, s := range []struct{ name, title string }{{"real", "James"}, {"fake", "with contacts"}} {
		l, m := b.counts[s.name][quiet]["lockstep"], b.counts[s.name][quiet]["model"]
		few := over(float64(m.requests()), float64(l.requests()))
		aim(quiet+", requests, "+s.title, "at most a 6th", fewer(few), few >= 6)
		both := over(float64(m.requests()+m.Searches), float64(l.requests()+l.Searches))
		aim(quiet+", requests and searches, "+s.title, "at most a 10th", fewer(both), both >= 10)
	}
	if b.runs > 0 {
		j := jobs()[1]
		faster := over(figures.Median(b.column(j, "model", wall)), figures.Median(b.column(j, "lockstep", wall)))
		aim(quiet+", wall time", "at most a 3rd", fmt.Sprintf("%.1f times less", faster), faster >= 3)
	}
	for _, r := range b.big {
		aim(fmt.Sprintf("%d people, %s, memory", b.large, r.name), "at most "+mib(mostMemory), mib(r.Memory), r.Memory <= mostMemory)
	}
}

// column of one value of all runs.
func (b *bench) column(j job, tool string, of func(program.Cost) float64) (out []float64) {
	for _, m := range b.results[j.name][tool] {
		out = append(out, of(m))
	}
	return out
}

// over is how often b is in a; of nothing, 0.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func fewer(times float64) string {
	if times >= 20 {
		return fmt.Sprintf("%.0f times fewer", times)
	}
	return fmt.Sprintf("%.1f times fewer", times)
}

// times prints how often b is in a.
func times(a, b float64) string {
	switch r := over(a, b); {
	case b == 0:
		return "-"
	case r >= 20:
		return fmt.Sprintf("**%.0f**", r)
	default:
		return fmt.Sprintf("**%.1f**", r)
	}
}

func mib(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }
