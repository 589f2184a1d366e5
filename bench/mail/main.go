package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"lockstep/bench/internal/program"
	"lockstep/peers/fault"
)

// settings of a benchmark, from the command line.
type settings struct {
	runs, messages int
	// out is the file of the table; profiles the folder of CPU profiles, "" = none.
	out, profiles string
	// dir is where everything is written, on the disk that is measured.
	dir string
	// latency that a proxy adds each way; 0 = no proxy in the timed runs.
	latency time.Duration
}

// seed of the corpus.
const seed = 42

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-mail:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var s settings
	flag.IntVar(&s.runs, "runs", 5, "timed runs of each program")
	flag.IntVar(&s.messages, "messages", 20000, "messages in the account, at least 2000")
	flag.StringVar(&s.out, "out", "", "file of the table, written only by a whole measurement (5 runs or more of 20000 messages)")
	flag.StringVar(&s.profiles, "profiles", "", "folder for CPU profiles of lockstep, from a round of its own")
	flag.StringVar(&s.dir, "dir", "/var/tmp", "where everything is written, on a real disk")
	flag.DurationVar(&s.latency, "latency", 0, "delay of the network each way, in the timed runs")
	flag.Parse()
	switch {
	case s.runs < 1:
		return fmt.Errorf("-runs %d: it must be at least 1", s.runs)
	case s.messages < 2000:
		return fmt.Errorf("-messages %d: it must be at least 2000, so that every folder has the messages that are edited", s.messages)
	}
	if err := install(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.dir, "lockstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{settings: s, dir: dir, results: map[string]map[string][]program.Cost{}, counts: map[string]map[string]fault.Stats{}}
	if err := b.build(ctx); err != nil {
		return err
	}
	if b.server, err = startServer(ctx, filepath.Join(dir, "dovecot")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.server.stop()) }()
	if err := b.rounds(ctx); err != nil {
		return err
	}
	return b.publish(ctx)
}

// bench is one whole measurement.
type bench struct {
	settings
	dir    string
	server *server
	// results and counts by scenario and tool.
	results map[string]map[string][]program.Cost
	counts  map[string]map[string]fault.Stats
}

func (b *bench) build(ctx context.Context) error {
	for _, p := range []struct{ out, pkg string }{{"lockstep", "./cmd/lockstep"}, {"profiled", "./bench/mail/profiled"}} {
		if _, err := program.Output(exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", filepath.Join(b.dir, "bin", p.out), p.pkg)); err != nil {
			return err
		}
	}
	b.note("making %d messages", b.messages)
	return makeCorpus(filepath.Join(b.dir, "corpus"), b.messages, seed)
}

// rounds runs everything: the timed runs, one that is counted through a proxy,
// and one with profiles if they are wanted.
func (b *bench) rounds(ctx context.Context) error {
	if err := b.server.keep(ctx, filepath.Join(b.dir, "corpus")); err != nil {
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
	if b.profiles == "" {
		return nil
	}
	return b.profiled(ctx)
}

func (b *bench) timed(ctx context.Context, n int) error {
	port := b.server.port
	if b.latency > 0 {
		proxy, err := fault.Listen(b.server.address(), fault.Plan{Latency: b.latency})
		if err != nil {
			return err
		}
		defer proxy.Close()
		port = portOf(proxy)
	}
	return b.round(ctx, port, tools(b.dir), func(sc scenario, t *tool, c *chain) error {
		m, err := c.measured(ctx)
		if err != nil {
			return err
		}
		b.note("run %d of %d: %s, %s: %.2f s", n+1, b.runs, sc.name, t.name, m.Wall.Seconds())
		if b.results[sc.name] == nil {
			b.results[sc.name] = map[string][]program.Cost{}
		}
		b.results[sc.name][t.name] = append(b.results[sc.name][t.name], m)
		return nil
	})
}

// counted runs once through a proxy that counts what is on the wire. It costs
// time, so this run is not timed.
func (b *bench) counted(ctx context.Context) error {
	proxy, err := fault.Listen(b.server.address(), fault.Plan{})
	if err != nil {
		return err
	}
	defer proxy.Close()
	return b.round(ctx, portOf(proxy), tools(b.dir), func(sc scenario, t *tool, c *chain) error {
		before := proxy.Stats()
		if _, err := c.measured(ctx); err != nil {
			return err
		}
		now := proxy.Stats()
		b.note("counted: %s, %s", sc.name, t.name)
		if b.counts[sc.name] == nil {
			b.counts[sc.name] = map[string]fault.Stats{}
		}
		b.counts[sc.name][t.name] = fault.Stats{Connections: now.Connections - before.Connections,
			Up: now.Up - before.Up, Down: now.Down - before.Down, RoundTrips: now.RoundTrips - before.RoundTrips}
		return nil
	})
}

// profiled runs lockstep alone, once, and keeps a CPU profile of each scenario.
func (b *bench) profiled(ctx context.Context) error {
	folder, err := filepath.Abs(b.profiles)
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err != nil {
		return err
	}
	ours := tools(b.dir)[:1]
	ours[0].program = filepath.Join(b.dir, "bin", "profiled")
	return b.round(ctx, b.server.port, ours, func(sc scenario, t *tool, c *chain) error {
		c.profile = filepath.Join(folder, sc.file()+".cpu")
		m, err := c.measured(ctx)
		if err == nil {
			b.note("profile: %s: %.2f s, %s", sc.name, m.Wall.Seconds(), c.profile)
		}
		return err
	})
}

// round plays all scenarios in order, each with one tool after the other.
func (b *bench) round(ctx context.Context, port int, all []*tool, one func(scenario, *tool, *chain) error) error {
	chains := map[*tool]*chain{}
	for _, t := range all {
		chains[t] = &chain{bench: b, tool: t, port: port}
	}
	for _, sc := range scenarios() {
		for _, t := range all {
			c := chains[t]
			err := c.prepare(ctx, sc)
			if err == nil {
				err = one(sc, t, c)
			}
			if err == nil {
				err = c.verify()
			}
			if err != nil {
				return fmt.Errorf("%s, %s: %w", sc.name, t.name, err)
			}
		}
	}
	return nil
}

// note tells on standard error how far it is.
func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
