package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lockstep/bench/internal/program"
	"lockstep/peers/fault"
)

// Jobs that the report and the aims name.
const (
	download = "download"
	after    = "the sync after it"
	quiet    = "nothing changed"
	edits    = "3 edits on each side"
	distant  = "nothing changed, 50 ms away"
	upload   = "upload"
)

// roundTrip is how far away the server is in the distant job.
const roundTrip = 50 * time.Millisecond

// job is what a program is to do: what happens before, and how many cards differ
// after it from what was there.
type job struct {
	name string
	// make prepares the sides and returns what both must hold in the end; nil =
	// what they hold already.
	make func(context.Context, *chain) (snapshot, error)
	// fresh: it starts with other sides and an empty memory.
	fresh bool
	// rest: both sides are brought to rest by a sync that is not timed.
	rest bool
	// latency each way of the network.
	latency time.Duration
	// changed cards: what make took away or added, seen from what was there.
	changed int
}

// jobs in order; each goes on where the one before ended.
func (b *bench) jobs() []job {
	return []job{
		{name: download, fresh: true, make: func(ctx context.Context, c *chain) (snapshot, error) {
			if err := b.server.fill(ctx, c.book(), full); err != nil {
				return nil, err
			}
			return snapCards(b.cards)
		}},
		{name: after},
		{name: quiet},
		{name: edits, changed: 2 * edited, make: func(ctx context.Context, c *chain) (snapshot, error) { return c.edit(ctx) }},
		{name: distant, rest: true, latency: roundTrip / 2},
		{name: upload, fresh: true, make: func(ctx context.Context, c *chain) (snapshot, error) {
			if err := b.server.fill(ctx, c.book(), empty); err != nil {
				return nil, err
			}
			if err := writeCards(c.vdir, b.uploaded()); err != nil {
				return nil, err
			}
			return snapCards(b.uploaded())
		}},
	}
}

// uploaded cards of the job of that name.
func (b *bench) uploaded() []card { return b.cards[:min(len(b.cards), wholeUpload)] }

// chain is one tool with its sides, through the jobs of a round.
type chain struct {
	bench *bench
	tool  *tool
	// proxy is where the tool finds the server. It stays the same for a round, so
	// that the server can move away from a tool that knows it.
	proxy *fault.Proxy
	// home holds what the tool remembers; vdir is one side, the other is its book.
	home, vdir string
	// want is what both sides must hold.
	want snapshot
}

func (c *chain) book() book { return book{c.tool.user, "contacts"} }

// settle is the pause before every run. Programs do not believe the time of a
// file that changed this second.
const settle = 2 * time.Second

func (c *chain) prepare(ctx context.Context, j job) error {
	c.proxy.SetPlan(fault.Plan{})
	if j.fresh {
		if err := c.begin(); err != nil {
			return err
		}
	}
	if j.rest {
		if err := c.bench.pause(ctx); err != nil {
			return err
		}
		if _, err := c.run(ctx); err != nil {
			return fmt.Errorf("the sync before it: %w", err)
		}
	}
	if j.make != nil {
		want, err := j.make(ctx, c)
		if err != nil {
			return err
		}
		if got := c.want.differs(want); !j.fresh && got != j.changed {
			return fmt.Errorf("the edit changed %d cards, not %d", got, j.changed)
		}
		c.want = want
	}
	if j.fresh {
		if err := c.tool.configure(ctx, c); err != nil {
			return err
		}
	}
	c.proxy.SetPlan(fault.Plan{Latency: j.latency})
	return c.bench.pause(ctx)
}

// begin makes an empty home.
func (c *chain) begin() error {
	c.want = nil
	c.home = filepath.Join(c.bench.dir, "home", c.tool.name)
	c.vdir = filepath.Join(c.home, "vdir", "contacts")
	if err := os.RemoveAll(c.home); err != nil {
		return err
	}
	return os.MkdirAll(c.vdir, 0o700)
}

// pause lets the disk and the clock come to rest.
func (b *bench) pause(ctx context.Context) error {
	if _, err := program.Output(program.Command(ctx, "sync")); err != nil {
		return err
	}
	select {
	case <-time.After(settle):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// run runs the tool once.
func (c *chain) run(ctx context.Context) (program.Cost, error) {
	args, env := c.tool.args(c)
	return program.Program{Home: c.home, Args: args, Env: env, Servers: c.bench.server.processor}.Run(ctx)
}

// server is for edits of other programs, which do not go through the proxy.
func (c *chain) server() client {
	return client{http: c.bench.http, address: c.bench.server.address(), user: c.tool.user}
}

// verify compares both sides with what they should hold.
func (c *chain) verify() error {
	var errs []error
	for _, side := range []struct{ name, path string }{{"the server", c.bench.server.book(c.book())}, {"the vdir", c.vdir}} {
		got, err := snap(side.path)
		if err != nil {
			return err
		}
		if n := c.want.differs(got); n > 0 {
			errs = append(errs, fmt.Errorf("void: %s holds %d cards, %d are expected, %d of them differ", side.name, got.count(), c.want.count(), n))
		}
	}
	if len(errs) > 0 {
		errs = append(errs, fmt.Errorf("the output was:\n%s", program.Tail(filepath.Join(c.home, "output"))))
	}
	return errors.Join(errs...)
}
