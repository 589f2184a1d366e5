package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"lockstep/connect/all"
	"lockstep/daemon"
)

// runCommand is lockstep run.
type runCommand struct {
	links
}

func (runCommand) Help() string {
	return "Keeps links in step until it is told to end (SIGTERM, or Ctrl-C): it looks as soon as a side tells that something changed, and at " +
		"least as often as the link's interval says. A link that fails is tried again, ever more patiently, and delays no other. One line tells " +
		"of every sync that wrote something; status tells what each link does now. It tells systemd when it is ready and that it lives.\n\n" +
		"Ended, it finishes the writes that are under way, within 10 seconds; a second signal ends it at once, and the next start settles what was " +
		"open. Exit codes: 0 ended, 1 a link could not be begun, or did not end in time."
}

// Run implements the command.
func (c *runCommand) Run(ctx context.Context, a *app) (err error) {
	links, err := a.selected(c.Links)
	if err != nil {
		return err
	}
	if len(links) == 0 {
		return usage(`there is no link to keep in step; "lockstep config describe" shows how to write one`)
	}
	out := &lockedWriter{w: a.sys.Stdout}
	var kept []daemon.Link
	var keepers []*keeper
	shared := all.Keep()
	defer func() {
		for _, k := range keepers {
			k.rest.forbid()
			err = errors.Join(err, k.close(), k.unpost())
		}
		err = errors.Join(err, shared.Close())
	}()
	for _, l := range links {
		if err := apart(l); err != nil {
			return err
		}
		own := *a // each link prints and fails for itself
		own.out = &printer{w: out, json: a.out.json, colour: a.out.colour}
		s, err := own.open(ctx, l)
		if err != nil {
			if ctx.Err() != nil {
				return nil // it was told to end
			}
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		s.kept = shared
		k := &keeper{session: s}
		keepers = append(keepers, k)
		if err := k.rest.now(s.store); err != nil { // a thousand links begin one after the other
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		kept = append(kept, k.link())
	}
	d := daemon.New(kept, a.log, rand.Float64)
	d.Manager = daemon.ManagerOf(a.sys.Getenv, os.Getpid())
	if !a.out.json {
		a.out.line("keeping %s in step; Ctrl-C ends it", plural(len(kept), "link"))
	}
	minute := time.NewTicker(giveBackEvery)
	defer minute.Stop()
	giving, stop := context.WithCancel(ctx)
	var giver sync.WaitGroup
	giver.Go(func() { newGiver().run(giving, minute.C) })
	defer giver.Wait()
	defer stop()
	return d.Run(ctx)
}

// lockedWriter keeps the lines of links apart.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
