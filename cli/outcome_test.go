package cli

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/state/sqlite"
)

// faulty is a Maildir of which something fails.
type faulty struct {
	core.Replica
	core.Tree
	core.Flusher
	// apply is the error of a write; nil = it is made.
	apply func(core.Write) error
	// look is the error of the first look.
	look error
}

func (f *faulty) Collections(ctx context.Context) (core.Survey, error) {
	if f.look != nil {
		return core.Survey{}, f.look
	}
	return f.Replica.Collections(ctx)
}

func (f *faulty) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		good := func(yieldWrite func(core.Write) bool) {
			for w := range writes {
				if err := f.apply(w); err != nil {
					if !yield(core.Result{Seq: w.Seq}, err) {
						return
					}
				} else if !yieldWrite(w) {
					return
				}
			}
		}
		for res, err := range f.Replica.Apply(ctx, good) {
			if !yield(res, err) {
				return
			}
		}
	}
}

// breakRight makes the right side faulty.
func (m *machine) breakRight(f faulty) {
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		replica, traits, err := all.Open(ctx, end, o)
		if err != nil || filepath.Base(end.Account.Address.Path) != "right" {
			return replica, traits, err
		}
		broken := f
		broken.Replica, broken.Tree, broken.Flusher = replica, replica.(core.Tree), replica.(core.Flusher)
		return &broken, traits, nil
	}
}

// TestLoginNeeded: exit code 6, and over several links it is worse than
// parked items but better than a failure.
func TestLoginNeeded(t *testing.T) {
	m := newMachine(t)
	m.breakRight(faulty{look: &core.Error{Op: "imap.login", Class: core.Auth, Err: errors.New("the password is wrong"), Remedy: "set it"}})
	m.want(exitLogin, "sync")
	if got := m.errors.String(); got != "lockstep: work: imap.login: the password is wrong (set it)\n" {
		t.Errorf("stderr is %q", got)
	}
	m.want(exitLogin, "plan")
	if got := m.want(0, "status"); !strings.Contains(got, "login in") {
		t.Errorf("status is %q", got)
	}
}

// TestDroppedStepsAreTriedAgain: what another pass can do is done in the same
// sync.
func TestDroppedStepsAreTriedAgain(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.put("left", "two")
	failed := 0
	m.breakRight(faulty{apply: func(w core.Write) error {
		if failed++; failed == 1 {
			return core.Errorf("maildir.Apply", core.Conflict, "somebody was quicker")
		}
		return nil
	}})
	out := m.want(exitDone, "sync")
	for _, part := range []string{"✗ + right", "somebody was quicker", "right: 2 created"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
}

// TestUnfinished: what three passes could not do is a failure, and told.
func TestUnfinished(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	tries := 0
	m.breakRight(faulty{apply: func(core.Write) error {
		tries++
		return core.Errorf("maildir.Apply", core.Conflict, "somebody is always quicker")
	}})
	m.want(exitFailed, "sync")
	if tries != mostPasses || !strings.Contains(m.errors.String(), "1 write could not be finished; the next sync tries again") {
		t.Errorf("%d tries: %s", tries, &m.errors)
	}
}

// TestRefusedIsParked: a write that is refused for good is parked, not failed.
func TestRefusedIsParked(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.put("left", "two")
	m.breakRight(faulty{apply: func(w core.Write) error {
		if w.Item.Key == "one@example.org" {
			return core.Errorf("maildir.Apply", core.Permanent, "too large for this place")
		}
		return nil
	}})
	out := m.want(exitParked, "sync")
	if !strings.Contains(out, "right: 1 created") || !strings.Contains(out, "too large for this place") {
		t.Errorf("%s", out)
	}
	m.want(exitParked, "sync", "--output", "json")
}

func TestInterrupted(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	ctx, cancel := context.WithCancel(context.Background())
	m.breakRight(faulty{apply: func(core.Write) error {
		cancel()
		return ctx.Err()
	}})
	if code := m.runWith(ctx, "sync"); code != exitFailed || !strings.Contains(m.errors.String(), "interrupted; what was done is kept") {
		t.Errorf("exit code %d: %s", code, &m.errors)
	}
	m.breakRight(faulty{apply: func(core.Write) error { return nil }})
	m.want(exitDone, "sync")
}

// TestTwoProcesses: a second process is refused with a line that says why.
func TestTwoProcesses(t *testing.T) {
	m := newMachine(t)
	m.want(exitDone, "sync")
	s, err := sqlite.Open(t.Context(), filepath.Join(m.dir, "state", "links", "link-work", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, command := range []string{"sync", "status", "log"} {
		m.want(exitFailed, command)
		if got := m.errors.String(); !strings.Contains(got, "another lockstep") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q", command, got)
		}
	}
}

func TestWorse(t *testing.T) {
	order := []int{exitUsage, exitFailed, exitLogin, exitHeld, exitParked, exitDiffers, exitDone}
	for i, a := range order {
		for j, b := range order {
			if got := worse(a, b); got != order[min(i, j)] {
				t.Errorf("worse(%d, %d) is %d", a, b, got)
			}
		}
	}
}
