package daemon

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"lockstep/core"
)

// Watch yields hints about one side until it fails: "look again at this feed",
// "" = at everything. Its first hint says that it watches from now on.
type Watch func(ctx context.Context) iter.Seq2[core.FeedID, error]

// Link is what is kept in step.
type Link struct {
	Name string
	// Sync brings it in step once, and tells on which sides it found changes; pending
	// tells, once, that a side has hinted at something newer meanwhile: then it looks
	// again itself.
	Sync func(ctx context.Context, pending func() bool) (found [2]bool, err error)
	// Watches of its sides, the left first. One that fails with a Permanent error
	// says that its side cannot be watched.
	Watches []Watch
	// Every is the longest time between two looks.
	Every time.Duration
	// Told is told what the link does, as soon as that changes; nil = nobody.
	Told func(Status)
}

// Status is what a link does now.
type Status struct {
	// Watching counts the sides that are being watched, of those that can be.
	Watching, Watchable int
	Syncing             bool
	// Failures in a row, the last of them, and when the next look is, and why
	// then.
	Failures int
	Error    string
	Next     time.Time
	Why      string
}

// Daemon runs links. Its fields are set once, before Run.
type Daemon struct {
	Links []Link
	Log   *slog.Logger
	// Manager is told how it goes; nil = nobody.
	Manager *Manager
	// Jitter returns a number from 0 to below 1, so that links that failed
	// together do not all try again together.
	Jitter func() float64
	// Pace of links of which a side cannot be watched.
	Pace Pace
	// Apart is how long after one link the next begins, so that a thousand do not
	// all hold at once what a look needs. No link waits for another.
	Apart time.Duration
	// Burst is how long hints are collected before a look.
	Burst time.Duration
	// Patience is how long links may take to end.
	Patience time.Duration
}

// New returns a daemon with sensible limits.
func New(links []Link, log *slog.Logger, jitter func() float64) *Daemon {
	return &Daemon{Links: links, Log: log, Jitter: jitter, Pace: standardPace(), Apart: 20 * time.Millisecond, Burst: 100 * time.Millisecond, Patience: 10 * time.Second}
}

// Run keeps the links in step until the context ends, and then waits for what is
// under way, at most Patience: the error names the links that did not end.
func (d *Daemon) Run(ctx context.Context) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	running := map[string]bool{}
	links := make([]*link, len(d.Links))
	for i, l := range d.Links {
		links[i] = newLink(d, l)
		links[i].begins = time.Duration(i) * d.Apart
		running[l.Name] = true
		all.Go(func() {
			links[i].run(ctx)
			mu.Lock()
			defer mu.Unlock()
			delete(running, l.Name)
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		all.Wait()
	}()
	helpers, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	beside.Go(func() { d.sleepless(helpers, links) })
	beside.Go(func() { d.Manager.keepAlive(helpers) })
	d.Manager.tell("READY=1", fmt.Sprintf("STATUS=keeping %d links in step", len(links)))
	<-ctx.Done()
	d.Manager.tell("STOPPING=1")
	select {
	case <-ended:
		return nil
	case <-time.After(d.Patience):
	}
	mu.Lock()
	defer mu.Unlock()
	var names []string
	for name := range running {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil
	}
	return core.Errorf("daemon.Run", core.Transient, "still at work after %s: %s; what they were writing is settled at the next start", d.Patience, strings.Join(names, ", "))
}

// woken is how much more time must have passed on the wall than was lived
// through, to say that the machine was asleep.
const woken = 20 * time.Second

// sleepless finds out that the machine was asleep: connections are dead then, and
// everything may have changed.
func (d *Daemon) sleepless(ctx context.Context, links []*link) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		if wall := now.Round(0).Sub(last.Round(0)); asleep(wall, now.Sub(last)) {
			d.Log.Info("the machine was asleep", "for", wall.Round(time.Second))
			for _, l := range links {
				l.wake()
			}
		}
		last = now
	}
}

// asleep compares what passed on the wall with what was lived through: the
// monotonic clock stands still while the machine sleeps.
func asleep(wall, lived time.Duration) bool { return wall-lived > woken }
