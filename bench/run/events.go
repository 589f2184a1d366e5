package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// soon is how long events took, in order of length.
type soon struct {
	Deliveries, Flags []time.Duration
	// Processor time of the program for all of them.
	Processor time.Duration
	Wall      time.Duration
}

// events plays a number of each sort, spread over all links: on each some
// connection delivers a message, and once the file is there its name gets a
// flag. So many links at a time are busy; pause lies between two events of one.
func events(ctx context.Context, s *server, l *links, events, busy int, pause time.Duration) (out soon, err error) {
	before, err := processorTime(l.cmd.Process.Pid)
	if err != nil {
		return out, err
	}
	began := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var all sync.WaitGroup
	for worker := range busy {
		all.Go(func() {
			for n := worker; n < events && ctx.Err() == nil; n += busy {
				delivered, flagged, err := l.event(ctx, s, n%l.count, n, pause)
				if err != nil {
					cancel(fmt.Errorf("event %d: %w", n, err))
					return
				}
				mu.Lock()
				out.Deliveries, out.Flags = append(out.Deliveries, delivered), append(out.Flags, flagged)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	after, err := processorTime(l.cmd.Process.Pid)
	out.Processor, out.Wall = after-before, time.Since(began)
	slices.Sort(out.Deliveries)
	slices.Sort(out.Flags)
	return out, err
}

// event delivers message n of a link and flags it.
func (l *links) event(ctx context.Context, s *server, link, n int, pause time.Duration) (delivered, flagged time.Duration, err error) {
	dir := l.maildir(link)
	old, err := files(dir)
	if err != nil {
		return 0, 0, err
	}
	body := fmt.Appendf(nil, "Message-ID: <event%d@example.org>\r\nFrom: ann@example.org\r\nSubject: event %d\r\n\r\n%s\r\n", n, n, strings.Repeat("Text of a message. ", 100))
	began := time.Now()
	a, err := s.ask(ctx, request{Verb: "append", User: userName(link), Body: body})
	if err != nil {
		return 0, 0, err
	}
	file := ""
	for file == "" {
		now, err := files(dir)
		if err != nil {
			return 0, 0, err
		}
		for name := range now {
			if !old[name] {
				file = name
			}
		}
		switch {
		case file != "":
		case ctx.Err() != nil:
			return 0, 0, ctx.Err()
		case time.Since(began) > patience:
			return 0, 0, fmt.Errorf("%s never got its message", l.name(link))
		default:
			time.Sleep(poll)
		}
	}
	delivered = time.Since(began)
	if err := rest(ctx, pause); err != nil {
		return 0, 0, err
	}
	name, _, _ := strings.Cut(filepath.Base(file), ":2,")
	began = time.Now()
	if err := os.Rename(filepath.Join(dir, file), filepath.Join(dir, "cur", name+":2,F")); err != nil {
		return 0, 0, err
	}
	_, err = s.ask(ctx, request{Verb: "flagged", User: userName(link), UID: a.UID})
	flagged = time.Since(began)
	return delivered, flagged, errors.Join(err, rest(ctx, pause))
}

func rest(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

// files of a Maildir, relative to it; those with a tmp name are none.
func files(dir string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, sub := range []string{"new", "cur"} {
		all, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			out[filepath.Join(sub, e.Name())] = true
		}
	}
	return out, nil
}

// at returns the event that so much of all are not slower than.
func at(all []time.Duration, part float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return all[min(int(float64(len(all))*part), len(all)-1)]
}
