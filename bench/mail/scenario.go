package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lockstep/bench/internal/program"
)

// edited is how many messages the scenarios with edits change, over all folders.
const edited = 100

// uploaded is how many new messages the Maildir gets, over all folders.
const uploaded = 5000

// scenario is one job: what happens before, and how many messages differ after
// it from what was there.
type scenario struct {
	name string
	// make prepares the sides and returns what both must hold in the end; nil =
	// what they hold already.
	make func(context.Context, *chain) (snapshot, error)
	// fresh: it starts with other sides and an empty memory.
	fresh bool
	// straight: it follows the one before at once; else both sides are brought to
	// rest by a sync that is not timed.
	straight bool
	// changed messages: what make took away or added, seen from what was there.
	changed int
}

// file is the name as the name of a file.
func (s scenario) file() string { return strings.ReplaceAll(s.name, " ", "-") }

// scenarios in order; each goes on where the one before ended.
func scenarios() []scenario {
	return []scenario{
		{name: "first sync down", fresh: true, make: func(ctx context.Context, c *chain) (snapshot, error) {
			if err := c.bench.server.fill(ctx, c.user); err != nil {
				return nil, err
			}
			return snap(filepath.Join(c.bench.dir, "corpus"))
		}},
		{name: "the sync after it", straight: true, make: nothing},
		{name: "nothing changed", make: nothing},
		{name: "100 flags on the server", changed: edited, make: func(ctx context.Context, c *chain) (snapshot, error) {
			return c.onServer(c.bench.server.flag(ctx, c.user, edited/len(folders())))
		}},
		{name: "100 flags in the Maildir", changed: edited, make: func(_ context.Context, c *chain) (snapshot, error) {
			if err := flagFiles(c.maildir, edited/len(folders())); err != nil {
				return nil, err
			}
			return snap(c.maildir)
		}},
		{name: "100 new on the server", changed: edited, make: func(ctx context.Context, c *chain) (snapshot, error) {
			return c.onServer(c.bench.server.deliver(ctx, c.user, c.bench.messages, edited/len(folders())))
		}},
		{name: "100 moved on the server", changed: edited, make: func(ctx context.Context, c *chain) (snapshot, error) {
			return c.onServer(c.bench.server.move(ctx, c.user, edited/len(folders())))
		}},
		{name: "5,000 new in the Maildir", changed: uploaded, make: func(_ context.Context, c *chain) (snapshot, error) {
			if err := deliverInto(c.maildir, seed+2, c.bench.messages+edited, uploaded/len(folders())); err != nil {
				return nil, err
			}
			return snap(c.maildir)
		}},
		{name: "first sync up", fresh: true, make: func(ctx context.Context, c *chain) (snapshot, error) {
			if err := c.bench.server.empty(ctx, c.user); err != nil {
				return nil, err
			}
			corpus := filepath.Join(c.bench.dir, "corpus")
			if err := copyTree(ctx, corpus, c.maildir); err != nil {
				return nil, err
			}
			return snap(corpus)
		}},
	}
}

// nothing is changed.
func nothing(context.Context, *chain) (snapshot, error) { return nil, nil }

// chain is one tool with its sides, through the scenarios of a round.
type chain struct {
	bench *bench
	tool  *tool
	port  int
	user  string
	// home holds what the tool remembers; maildir is one side.
	home, maildir string
	// want is what both sides must hold.
	want    snapshot
	profile string
}

// settle is the pause before every run. Programs do not believe the time of a
// directory that changed this second; without the pause, mbsync would sleep in
// a timed run.
const settle = 2 * time.Second

func (c *chain) prepare(ctx context.Context, sc scenario) error {
	if sc.fresh {
		c.want = nil
		c.user = c.tool.users[sc.name]
		c.home = filepath.Join(c.bench.dir, "home", c.tool.name)
		c.maildir = filepath.Join(c.home, "Maildir")
		if err := os.RemoveAll(c.home); err != nil {
			return err
		}
		if err := os.MkdirAll(c.home, 0o700); err != nil {
			return err
		}
		if err := c.tool.configure(c); err != nil {
			return err
		}
	}
	if !sc.fresh && !sc.straight {
		if err := c.pause(ctx); err != nil {
			return err
		}
		if _, err := c.measured(ctx); err != nil {
			return fmt.Errorf("the sync before it: %w", err)
		}
	}
	want, err := sc.make(ctx, c)
	if err != nil {
		return err
	}
	if want != nil {
		if got := c.want.differs(want); !sc.fresh && got != sc.changed {
			return fmt.Errorf("the edit changed %d messages, not %d", got, sc.changed)
		}
		c.want = want
	}
	return c.pause(ctx)
}

// pause lets the disk and the clock come to rest.
func (c *chain) pause(ctx context.Context) error {
	if _, err := program.Output(program.Command(ctx, "sync")); err != nil {
		return err
	}
	select {
	case <-time.After(settle):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// onServer is the server's side after an edit there.
func (c *chain) onServer(err error) (snapshot, error) {
	if err != nil {
		return nil, err
	}
	return snap(c.bench.server.maildir(c.user))
}

// verify compares both sides with what they should hold.
func (c *chain) verify() error {
	for _, side := range []struct{ name, path string }{{"the server", c.bench.server.maildir(c.user)}, {"the Maildir", c.maildir}} {
		got, err := snap(side.path)
		if err != nil {
			return err
		}
		if n := c.want.differs(got); n > 0 || got.count() != c.want.count() {
			return fmt.Errorf("void: %s holds %d messages, %d are expected, %d of them differ; the output was:\n%s",
				side.name, got.count(), c.want.count(), n, program.Tail(filepath.Join(c.home, "output")))
		}
	}
	return nil
}
