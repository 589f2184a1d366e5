package daemon

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/core"
)

// rig is one link under test, whose looks are written down.
type rig struct {
	mu    sync.Mutex
	began time.Time
	looks []time.Duration // since the beginning
	found [][2]bool       // by look; nothing afterwards
	fail  error
	slow  time.Duration
	last  Status
}

func newRig() *rig { return &rig{began: time.Now()} }

func (r *rig) sync(ctx context.Context, _ func() bool) (found [2]bool, err error) {
	r.mu.Lock()
	if n := len(r.looks); n < len(r.found) {
		found = r.found[n]
	}
	r.looks = append(r.looks, time.Since(r.began))
	fail, slow := r.fail, r.slow
	r.mu.Unlock()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return found, ctx.Err()
	}
	return found, fail
}

func (r *rig) told(s Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = s
}

func (r *rig) status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *rig) set(fail error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = fail
}

func (r *rig) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.looks)
}

func (r *rig) link(name string, watches ...Watch) Link {
	return Link{Name: name, Sync: r.sync, Every: 5 * time.Minute, Told: r.told, Watches: watches}
}

// start runs a daemon in the background; end stops it and returns its error.
func start(t *testing.T, links ...Link) (d *Daemon, end func() error) {
	t.Helper()
	d = New(links, slog.New(slog.DiscardHandler), func() float64 { return 1 })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	return d, func() error { cancel(); return <-done }
}

// TestSchedule: a link is looked at once at the beginning, and then as often as
// it is to be.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		_, end := start(t, r.link("a"))
		time.Sleep(11 * time.Minute)
		if err := end(); err != nil || r.count() != 3 {
			t.Errorf("%d looks at %v, %v", r.count(), r.looks, err)
		}
	})
}

// hinted is a side that hints when its channel says so.
func hinted(hints <-chan error) Watch {
	return func(ctx context.Context) iter.Seq2[core.FeedID, error] {
		return func(yield func(core.FeedID, error) bool) {
			if !yield("", nil) {
				return
			}
			for {
				select {
				case <-ctx.Done():
					return
				case err := <-hints:
					if !yield("INBOX", err) || err != nil {
						return
					}
				}
			}
		}
	}
}

// TestHints: a burst of hints is one look, soon; hints during a look are one more.
func TestHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.slow = time.Second
		hints := make(chan error)
		_, end := start(t, r.link("a", hinted(hints)))
		time.Sleep(30 * time.Second)
		before := r.count()
		for range 50 {
			hints <- nil
		}
		time.Sleep(500 * time.Millisecond)
		if r.count() != before+1 {
			t.Errorf("%d looks after a burst", r.count()-before)
		}
		for range 50 {
			hints <- nil // while it looks
		}
		time.Sleep(10 * time.Second)
		if s := r.status(); r.count() != before+2 || s.Watching != 1 {
			t.Errorf("%d looks, %+v", r.count()-before, s)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

// TestPatience: failures wait longer and longer, never longer than the schedule;
// after a success the schedule holds. A refused login waits long.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.set(core.Errorf("x", core.Transient, "no network"))
		_, end := start(t, r.link("a"))
		time.Sleep(time.Minute)
		want := []time.Duration{0, 2 * time.Second, 6 * time.Second, 14 * time.Second, 30 * time.Second}
		r.mu.Lock()
		for i, at := range want {
			if len(r.looks) != len(want) || r.looks[i] != at {
				t.Errorf("looks at %v, want %v", r.looks, want)
				break
			}
		}
		if r.last.Failures != 5 || r.last.Error == "" || r.last.Why != "it failed" {
			t.Errorf("%+v", r.last)
		}
		r.mu.Unlock()
		r.set(nil)
		time.Sleep(time.Minute)
		if n, s := r.count(), r.status(); n != 6 || s.Failures != 0 || s.Error != "" {
			t.Errorf("%d looks, %+v", n, s)
		}
		r.set(core.Errorf("x", core.Auth, "wrong password"))
		time.Sleep(14 * time.Minute)
		if n := r.count(); n != 7 {
			t.Errorf("%d looks after a refused login", n-6)
		}
		_ = end()
	})
}

// TestApart: a link that hangs and one that fails delay no other.
func TestApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, hangs, fails := newRig(), newRig(), newRig()
		hangs.slow = time.Hour
		fails.set(errors.New("broken"))
		hints := make(chan error)
		_, end := start(t, hangs.link("hangs"), fails.link("fails"), good.link("good", hinted(hints)))
		time.Sleep(time.Minute)
		before, now := good.count(), time.Now()
		hints <- nil
		for good.count() == before {
			time.Sleep(10 * time.Millisecond)
		}
		if late := time.Since(now); late > time.Second {
			t.Errorf("%s late", late)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

// TestWatchBeginsAnew: a watch that failed is set up again, and is followed by a
// look, for what came meanwhile was told to nobody. One that cannot be is left.
func TestWatchBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		hints := make(chan error)
		never := 0
		none := func(ctx context.Context) iter.Seq2[core.FeedID, error] { never++; return silent(ctx) }
		_, end := start(t, r.link("a", hinted(hints), none))
		time.Sleep(10 * time.Second)
		before := r.count()
		hints <- core.Errorf("x", core.Transient, "connection lost")
		synctest.Wait()
		if s := r.status(); s.Watching != 0 || s.Watchable != 1 {
			t.Errorf("%+v", s)
		}
		time.Sleep(10 * time.Second)
		if s := r.status(); r.count() != before+1 || s.Watching != 1 || never != 1 {
			t.Errorf("%d looks, %+v, %d tries", r.count()-before, s, never)
		}
		_ = end()
	})
}

// TestWakeUp: after a sleep everything begins anew, also what hangs.
func TestWakeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.slow = time.Hour
		d := New([]Link{r.link("a")}, slog.New(slog.DiscardHandler), func() float64 { return 1 })
		l := newLink(d, d.Links[0])
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); l.run(ctx) }()
		time.Sleep(time.Minute)
		l.wake()
		time.Sleep(time.Second)
		if r.count() != 2 {
			t.Errorf("%d looks", r.count())
		}
		cancel()
		<-done
	})
	if asleep(time.Hour, time.Hour) || asleep(10*time.Second, 5*time.Second) || !asleep(time.Hour, 5*time.Second) || asleep(-time.Hour, time.Second) {
		t.Error("a sleep is more time on the wall than was lived through")
	}
}

// TestEnd: what does not end is named, after the patience.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		l := Link{Name: "stuck", Every: time.Minute, Sync: func(context.Context, func() bool) ([2]bool, error) { <-stuck; return [2]bool{}, nil }}
		_, end := start(t, l)
		time.Sleep(time.Second)
		began := time.Now()
		err := end()
		if err == nil || !strings.Contains(err.Error(), "stuck") || time.Since(began) != 10*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		close(stuck)
	})
}

// TestManager: systemd hears that it is ready, lives and stops.
func TestManager(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "20000", "WATCHDOG_PID": strconv.Itoa(7)}
	r := newRig()
	d := New([]Link{r.link("a")}, slog.New(slog.DiscardHandler), func() float64 { return 1 })
	d.Manager = ManagerOf(func(k string) string { return env[k] }, 7)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	var heard bytes.Buffer
	buffer := make([]byte, 1000)
	for !strings.Contains(heard.String(), "WATCHDOG=1") {
		n, err := c.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		heard.Write(append(buffer[:n], '\n'))
	}
	if !strings.HasPrefix(heard.String(), "READY=1\nSTATUS=") {
		t.Errorf("heard %q", heard.String())
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for !strings.Contains(heard.String(), "STOPPING=1") {
		n, err := c.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		heard.Write(append(buffer[:n], '\n'))
	}
	if ManagerOf(func(string) string { return "" }, 7) != nil || ManagerOf(func(k string) string { return env[k] }, 8).every != 0 {
		t.Error("it was asked by somebody else")
	}
}

// TestPending: a hint during a sync is told to it once, and no look follows for
// what it has looked at itself.
func TestPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hints := make(chan error)
		var told []bool
		looks := 0
		l := Link{Name: "a", Every: time.Hour, Watches: []Watch{hinted(hints)}, Sync: func(_ context.Context, pending func() bool) (found [2]bool, err error) {
			if looks++; looks != 2 {
				return found, nil
			}
			told = append(told, pending())
			hints <- nil
			synctest.Wait()
			told = append(told, pending(), pending())
			return found, nil
		}}
		_, end := start(t, l)
		time.Sleep(time.Second)
		if err := end(); err != nil || looks != 2 || len(told) != 3 || told[0] || !told[1] || told[2] {
			t.Errorf("%d looks, told %v, %v", looks, told, err)
		}
	})
}

// TestOneAfterTheOther: links begin a moment apart, and none waits for another
// that does not come to its end.
func TestOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rigs []*rig
		var links []Link
		for n := range 1000 {
			r := newRig()
			r.slow = time.Hour
			rigs = append(rigs, r)
			links = append(links, r.link(strconv.Itoa(n)))
		}
		_, end := start(t, links...)
		time.Sleep(time.Minute)
		for n, r := range rigs {
			if want := time.Duration(n) * 20 * time.Millisecond; r.count() != 1 || r.looks[0] != want {
				t.Fatalf("link %d began at %v, want %v", n, r.looks, want)
			}
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}
