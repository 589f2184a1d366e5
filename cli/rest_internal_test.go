package cli

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/state/memory"
)

// sleeper is a state that writes down how it rests.
type sleeper struct {
	*memory.Store
	mu      sync.Mutex
	resting bool
	rests   int
	fail    error
}

// seen tells whether it rests, and how often it began to.
func (s *sleeper) seen() (resting bool, rests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resting, s.rests
}

func (s *sleeper) Rest() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resting = true
	s.rests++
	return s.fail
}

func (s *sleeper) Wake(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resting = false
	return s.fail
}

// TestRest: a state rests some time after a look, never during one, and not at
// all once it may not.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := &sleeper{Store: memory.New()}, rest{}
		look := func() {
			t.Helper()
			err := r.end(t.Context(), s)
			if resting, _ := s.seen(); err != nil || resting {
				t.Fatal(err, resting)
			}
			time.Sleep(10 * restAfter)
			if resting, _ := s.seen(); resting {
				t.Error("it rests during a look")
			}
			r.begin(s, func(err error) { t.Error(err) })
		}
		for range 3 {
			look()
			time.Sleep(restAfter - time.Second)
		}
		if _, rests := s.seen(); rests != 0 {
			t.Errorf("it rested %d times between looks that follow each other", rests)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if resting, rests := s.seen(); !resting || rests != 1 {
			t.Error("it does not rest")
		}
		look()
		r.forbid()
		time.Sleep(10 * restAfter)
		if _, rests := s.seen(); rests != 1 {
			t.Error("it rests after it was closed")
		}

		var told error
		s.mu.Lock()
		s.fail = errors.New("the disk is full")
		s.mu.Unlock()
		r.begin(s, func(err error) { told = err })
		time.Sleep(2 * restAfter)
		synctest.Wait()
		if !errors.Is(told, s.fail) || !errors.Is(r.end(t.Context(), s), s.fail) {
			t.Errorf("nobody was told: %v", told)
		}
		if r.end(t.Context(), memory.New()) != nil {
			t.Error("a state that does not rest cannot wake")
		}
	})
}
