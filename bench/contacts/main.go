package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"lockstep/bench/internal/debian"
	"lockstep/bench/internal/program"
	"lockstep/peers/fault"
)

// settings of a benchmark, from the command line.
type settings struct {
	runs, amount int
	// out is the file of the table.
	out string
	// dir is where everything is written, on the disk that is measured.
	dir string
}

// whole measurements have at least so much; only these are written to a file.
const (
	wholeRuns   = 3
	wholeCards  = 10_000
	wholeUpload = 1_000
)

// leastCards is as many as the edits need.
const leastCards = 100

// seed of the cards.
const seed = 42

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-contacts:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var s settings
	flag.IntVar(&s.runs, "runs", wholeRuns, "timed runs of each program")
	flag.IntVar(&s.amount, "cards", wholeCards, fmt.Sprintf("cards in the address book, at least %d", leastCards))
	flag.StringVar(&s.out, "out", "", fmt.Sprintf("file of the table, written only by a whole measurement (%d runs or more of %d cards)", wholeRuns, wholeCards))
	flag.StringVar(&s.dir, "dir", "/var/tmp", "where everything is written, on a real disk")
	flag.Parse()
	switch {
	case s.runs < 1:
		return fmt.Errorf("-runs %d: it must be at least 1", s.runs)
	case s.amount < leastCards:
		return fmt.Errorf("-cards %d: it must be at least %d", s.amount, leastCards)
	}
	if err := debian.Install(ctx, debian.Need{Program: "radicale", Package: "radicale"}, debian.Need{Program: "vdirsyncer", Package: "vdirsyncer"},
		debian.Need{Program: "/usr/bin/time", Package: "time"}); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.dir, "lockstep-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := newBench(s, dir)
	if _, err := program.Output(program.Command(ctx, "go", "build", "-trimpath", "-o", filepath.Join(dir, "bin", "lockstep"), "./cmd/lockstep")); err != nil {
		return err
	}
	if b.server, err = startServer(ctx, filepath.Join(dir, "radicale")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.server.stop(ctx)) }()
	if err := b.measure(ctx); err != nil {
		return err
	}
	return b.publish(ctx)
}

// bench is one whole measurement.
type bench struct {
	settings
	dir    string
	cards  []card
	server *server
	// http is for what other programs do to the server.
	http *http.Client
	// results and counts by job and tool, raw by the name of the request.
	results map[string]map[string][]program.Cost
	counts  map[string]map[string]traffic
	raw     map[string][]rawMeasure
}

func newBench(s settings, dir string) *bench {
	return &bench{settings: s, dir: dir, cards: makeCards(s.amount, seed), http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		results: map[string]map[string][]program.Cost{}, counts: map[string]map[string]traffic{}, raw: map[string][]rawMeasure{}}
}

// measure runs everything: the timed runs, and one that is counted.
func (b *bench) measure(ctx context.Context) error {
	b.note("filling the server with %d cards", len(b.cards))
	if err := b.server.keep(ctx, b.cards); err != nil {
		return err
	}
	for n := range b.runs {
		if err := b.timed(ctx, n); err != nil {
			return fmt.Errorf("run %d: %w", n+1, err)
		}
	}
	if err := b.counted(ctx); err != nil {
		return fmt.Errorf("the counted run: %w", err)
	}
	return nil
}

// timed runs each tool once, the other one first than the time before, and makes
// the bare requests.
func (b *bench) timed(ctx context.Context, n int) (err error) {
	proxy, err := fault.Listen(b.server.address(), fault.Plan{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	all := tools(b.dir)
	if n%2 == 1 {
		slices.Reverse(all)
	}
	err = b.round(ctx, proxy, all, func(j job, t *tool, c *chain) error {
		cost, err := c.run(ctx)
		if err != nil {
			return err
		}
		b.note("run %d of %d: %s, %s: %.2f s, %d MiB", n+1, b.runs, j.name, t.name, cost.Wall.Seconds(), cost.Memory>>20)
		if b.results[j.name] == nil {
			b.results[j.name] = map[string][]program.Cost{}
		}
		b.results[j.name][t.name] = append(b.results[j.name][t.name], cost)
		return nil
	})
	if err != nil {
		return err
	}
	proxy.SetPlan(fault.Plan{})
	return b.rawRound(ctx, proxy.Addr(), func(name string, m rawMeasure) {
		b.note("run %d of %d: %s: %.2f s", n+1, b.runs, name, m.Wall.Seconds())
		b.raw[name] = append(b.raw[name], m)
	})
}

// counted runs once with a counter between proxy and server. It costs time, so
// this run is not timed.
func (b *bench) counted(ctx context.Context) (err error) {
	counter, err := startCounter(b.server.address())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counter.close()) }()
	proxy, err := fault.Listen(counter.address(), fault.Plan{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	return b.round(ctx, proxy, tools(b.dir), func(j job, t *tool, c *chain) error {
		counter.since()
		if _, err := c.run(ctx); err != nil {
			return err
		}
		so := counter.since()
		b.note("counted: %s, %s: %v", j.name, t.name, so.Requests)
		if b.counts[j.name] == nil {
			b.counts[j.name] = map[string]traffic{}
		}
		b.counts[j.name][t.name] = so
		return nil
	})
}

// round plays all jobs in order, each with one tool after the other.
func (b *bench) round(ctx context.Context, proxy *fault.Proxy, all []*tool, one func(job, *tool, *chain) error) error {
	chains := map[*tool]*chain{}
	for _, t := range all {
		chains[t] = &chain{bench: b, tool: t, proxy: proxy}
	}
	for _, j := range b.jobs() {
		for _, t := range all {
			c := chains[t]
			err := c.prepare(ctx, j)
			if err == nil {
				err = one(j, t, c)
			}
			if err == nil {
				err = c.verify()
			}
			if err != nil {
				return fmt.Errorf("%s, %s: %w", j.name, t.name, err)
			}
		}
	}
	return nil
}

// note tells on standard error how far it is.
func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
