package daemon

import (
	"context"
	"sync"
	"time"

	"lockstep/core"
)

// link is the life of one link.
type link struct {
	Link
	daemon *Daemon
	// hints says that a side has changed; it holds one, for many are as one.
	hints chan struct{}
	// begins so long after the others' first.
	begins time.Duration
	mu     sync.Mutex
	now    Status
	// silent sides cannot be watched.
	silent [2]bool
	// again ends all that is under way, and begins anew; nil = it has not begun.
	again context.CancelFunc
}

func newLink(d *Daemon, l Link) *link {
	return &link{Link: l, daemon: d, hints: make(chan struct{}, 1), now: Status{Watchable: len(l.Watches)}}
}

// hint asks for a look.
func (l *link) hint() {
	select {
	case l.hints <- struct{}{}:
	default:
	}
}

// pending tells, once, that a look was asked for: whoever asks looks.
func (l *link) pending() bool {
	select {
	case <-l.hints:
		return true
	default:
		return false
	}
}

// wake asks for new connections and a look: what is under way hangs on
// connections that are dead.
func (l *link) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.again != nil {
		l.again()
	}
}

// tell changes the status and passes it on.
func (l *link) tell(change func(*Status)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.now)
	if l.Told != nil {
		l.Told(l.now)
	}
}

// run looks, waits for a reason to look again, and so on until the context ends.
func (l *link) run(ctx context.Context) {
	for ctx.Err() == nil {
		l.awhile(ctx)
	}
}

// awhile runs the link until the machine was asleep, or the context ends.
func (l *link) awhile(ctx context.Context) {
	l.tell(func(s *Status) { s.Watchable, l.silent = len(l.Watches), [2]bool{} })
	ctx, cancel := context.WithCancel(ctx)
	var watches sync.WaitGroup
	defer watches.Wait()
	defer cancel()
	l.mu.Lock()
	l.again = cancel
	l.mu.Unlock()
	select {
	case <-ctx.Done():
		return
	case <-time.After(l.begins):
	}
	for n, w := range l.Watches {
		watches.Go(func() { l.watch(ctx, n, w) })
	}
	failures, soon := 0, 0
	for ctx.Err() == nil {
		forget(l.hints)
		found, err := l.sync(ctx)
		if ctx.Err() != nil {
			return
		}
		if l.silence(found) {
			soon = l.daemon.Pace.Looks
		}
		wait, why := l.daemon.Pace.wait(l.Every, soon)
		if err != nil {
			failures++
			wait, why = l.daemon.patience(failures, err, l.Every), "it failed"
		} else {
			failures = 0
		}
		l.tell(func(s *Status) { s.Next, s.Why = time.Now().Add(wait), why })
		switch l.await(ctx, wait, failures > 0) {
		case ended:
			return
		case due:
			if err == nil {
				soon = max(0, soon-1)
			}
		}
	}
}

// silence tells whether a change was found on a side that does not tell of any.
func (l *link) silence(found [2]bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return found[0] && l.silent[0] || found[1] && l.silent[1]
}

// forget drops hints: what they told of is seen by the look that comes.
func forget(hints chan struct{}) {
	select {
	case <-hints:
	default:
	}
}

// sync makes one look.
func (l *link) sync(ctx context.Context) (found [2]bool, err error) {
	l.tell(func(s *Status) { s.Syncing = true })
	found, err = l.Sync(ctx, l.pending)
	l.tell(func(s *Status) {
		s.Syncing = false
		if err == nil {
			s.Failures, s.Error = 0, ""
		} else if ctx.Err() == nil {
			s.Failures++
			s.Error = err.Error()
		}
	})
	if err != nil && ctx.Err() == nil {
		l.daemon.Log.Warn("sync failed", "link", l.Name, "error", err)
	}
	return found, err
}

// reason for which a wait is over.
type reason uint8

const (
	ended   reason = iota // the context
	due                   // the time has come
	alarmed               // a side told of a change
)

// await waits for the next reason to look. A hint does not hurry a link that failed:
// a server in trouble that changes all the time would be asked all the time.
func (l *link) await(ctx context.Context, wait time.Duration, failed bool) reason {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	hints := l.hints
	if failed {
		hints = nil
	}
	select {
	case <-ctx.Done():
		return ended
	case <-timer.C:
		return due
	case <-hints:
	}
	// Hints come in bursts: one more look for all of them.
	select {
	case <-ctx.Done():
		return ended
	case <-time.After(l.daemon.Burst):
		return alarmed
	}
}

// watch passes the hints of one side on, and begins anew when it fails.
func (l *link) watch(ctx context.Context, n int, w Watch) {
	failures := 0
	for ctx.Err() == nil {
		watching := false
		var failed error
		for _, err := range w(ctx) {
			if err != nil {
				failed = err
				break
			}
			if !watching {
				watching, failures = true, 0
				l.tell(func(s *Status) { s.Watching++ })
			}
			l.hint()
		}
		if watching {
			l.tell(func(s *Status) { s.Watching-- })
		}
		if ctx.Err() != nil {
			return
		}
		if failed != nil && core.ClassOf(failed) == core.Permanent {
			l.daemon.Log.Info("cannot be watched; the schedule has to do", "link", l.Name, "side", core.Side(n).String(), "error", failed)
			l.tell(func(s *Status) { s.Watchable--; l.silent[n] = true })
			return
		}
		failures++
		wait := l.daemon.patience(failures, failed, l.Every)
		l.daemon.Log.Debug("watching again", "link", l.Name, "side", core.Side(n).String(), "in", wait, "error", failed)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
