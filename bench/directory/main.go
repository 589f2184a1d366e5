package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"lockstep/bench/internal/program"
)

// settings of a benchmark, from the command line.
type options struct {
	runs, people, large int
	// out is the file of the table.
	out string
	// dir is where everything is written.
	dir string
}

// whole measurements have at least so much; only these are written to a file.
const (
	wholeRuns   = 3
	wholePeople = 3_000
	wholeLarge  = 100_000
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-directory:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var o options
	flag.IntVar(&o.runs, "runs", wholeRuns, "timed runs of each program; 0 = only what is counted, and the large directory")
	flag.IntVar(&o.people, "people", wholePeople, "people in the directory, at least 100")
	flag.IntVar(&o.large, "large", wholeLarge, "people in the large directory; 0 = none")
	flag.StringVar(&o.out, "out", "", fmt.Sprintf("file of the table, written only by a whole measurement (%d runs or more, %d people, %d in the large directory)", wholeRuns, wholePeople, wholeLarge))
	flag.StringVar(&o.dir, "dir", "/var/tmp", "where everything is written")
	flag.Parse()
	switch {
	case o.runs < 0:
		return fmt.Errorf("-runs %d: it must not be negative", o.runs)
	case o.people < 100:
		return fmt.Errorf("-people %d: it must be at least 100, of which 1 changes", o.people)
	case o.large < 0:
		return fmt.Errorf("-large %d: it must not be negative", o.large)
	}
	if err := install(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.dir, "lockstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir, people: makePeople(o.people), results: map[string]map[string][]program.Cost{}, counts: map[string]map[string]map[string]count{}}
	for _, p := range []struct{ out, pkg string }{{"lockstep", "./cmd/lockstep"}, {"model", "./bench/directory/model"}} {
		if _, err := program.Output(program.Command(ctx, "go", "build", "-trimpath", "-o", filepath.Join(b.bin(), p.out), p.pkg)); err != nil {
			return err
		}
	}
	if err := b.measure(ctx); err != nil {
		return err
	}
	return b.publish(ctx)
}

// bench is one whole measurement.
type bench struct {
	options
	dir    string
	people []person
	slapd  *slapd
	// results of the timed runs by job and tool.
	results map[string]map[string][]program.Cost
	// counts by setting, job and tool.
	counts map[string]map[string]map[string]count
	// big is what the large directory cost.
	big []bigRun
}

func (b *bench) bin() string { return filepath.Join(b.dir, "bin") }

// measure runs everything: the timed rounds, those that are counted, and the
// large directory.
func (b *bench) measure(ctx context.Context) (err error) {
	b.note("making a directory of %d people", len(b.people))
	if b.slapd, err = startSlapd(ctx, filepath.Join(b.dir, "slapd")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.slapd.stop()) }()
	real, fake := b.settings()
	for n := range b.runs {
		err := b.round(ctx, n, real, false, func(j job, t *tool, m program.Cost, _ count) {
			b.note("run %d of %d: %s, %s: %.2f s, %d MiB", n+1, b.runs, j.name, t.name, m.Wall.Seconds(), m.Memory>>20)
			if b.results[j.name] == nil {
				b.results[j.name] = map[string][]program.Cost{}
			}
			b.results[j.name][t.name] = append(b.results[j.name][t.name], m)
		})
		if err != nil {
			return fmt.Errorf("run %d: %w", n+1, err)
		}
	}
	for _, s := range []setting{real, fake} {
		b.counts[s.name] = map[string]map[string]count{}
		err := b.round(ctx, 0, s, true, func(j job, t *tool, _ program.Cost, c count) {
			b.note("counted: %s, %s, %s: %v, %d searches", s.name, j.name, t.name, c.Requests, c.Searches)
			if b.counts[s.name][j.name] == nil {
				b.counts[s.name][j.name] = map[string]count{}
			}
			b.counts[s.name][j.name][t.name] = c
		})
		if err != nil {
			return fmt.Errorf("the counted run, %s: %w", s.name, err)
		}
	}
	if b.large == 0 {
		return nil
	}
	return b.largeDirectory(ctx)
}

// note tells on standard error how far it is.
func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
