package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"lockstep/bench/internal/program"
)

// job is what a run has to do.
type job struct {
	name string
	// people who are in the directory meanwhile.
	people func(all []person) []person
	// writes: something is to be changed.
	writes bool
}

// jobs in order; each goes on where the one before ended.
func jobs() []job {
	same := func(all []person) []person { return all }
	return []job{{"first run", same, true}, {"nothing changed", same, false}, {"1 % changed", change, true}}
}

// setting is where a round is played.
type setting struct {
	name     string
	contacts bool
	start    func(ctx context.Context, dir string) (server, error)
}

func (b *bench) settings() (real, fake setting) {
	return setting{"real", false, startJames}, setting{"fake", true, func(_ context.Context, dir string) (server, error) { return startFake(dir) }}
}

// round plays all jobs in order, each with one tool after the other, on new mail
// servers. Odd rounds begin with the other tool. counting reads and counts
// everything, which costs time.
func (b *bench) round(ctx context.Context, n int, s setting, counting bool, one func(j job, t *tool, m program.Cost, c count)) (err error) {
	if err := b.slapd.become(ctx, b.people); err != nil {
		return err
	}
	all := tools(b.bin())
	if n%2 == 1 {
		slices.Reverse(all)
	}
	var chains []*chain
	defer func() {
		for _, c := range chains {
			keep(&err, errors.Join(c.front.close(), c.server.stop()))
		}
	}()
	for _, t := range all {
		c, err := b.chain(ctx, t, s)
		if err != nil {
			return err
		}
		chains = append(chains, c)
	}
	for _, j := range jobs() {
		now := j.people(b.people)
		if err := b.slapd.become(ctx, now); err != nil {
			return err
		}
		for _, c := range chains {
			if err := b.pause(ctx); err != nil {
				return err
			}
			c.front.reads.Store(counting || j.writes)
			m, so, err := c.run(ctx, now)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", j.name, c.tool.name, err)
			}
			one(j, c.tool, m, so)
		}
	}
	return nil
}

// chain starts a mail server for a tool.
func (b *bench) chain(ctx context.Context, t *tool, s setting) (*chain, error) {
	srv, err := s.start(ctx, filepath.Join(b.dir, s.name+"-"+t.name))
	if err != nil {
		return nil, err
	}
	c := &chain{tool: t, server: srv, contacts: s.contacts, home: filepath.Join(b.dir, "home-"+t.name)}
	c.pids = append(srv.pids(), filepath.Join(b.slapd.dir, "slapd.pid"))
	if c.front, err = startFront(b.slapd.address(), srv.address()); err != nil {
		return nil, errors.Join(err, srv.stop())
	}
	if err := c.begin(); err != nil {
		return nil, errors.Join(err, c.front.close(), srv.stop())
	}
	return c, nil
}

// keep keeps the first error.
func keep(first *error, err error) {
	if *first == nil {
		*first = err
	}
}

// rest is the pause before every run, so that servers end what they do behind
// the scenes.
const rest = 2 * time.Second

func (b *bench) pause(ctx context.Context) error {
	if _, err := program.Output(program.Command(ctx, "sync")); err != nil {
		return err
	}
	select {
	case <-time.After(rest):
	case <-ctx.Done():
	}
	return ctx.Err()
}
