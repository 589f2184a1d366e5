package cli

import (
	"context"
	"sync"
	"time"

	"lockstep/state"
)

// restAfter without a look a link's state is closed, but for its lock: a link
// in which little happens holds little. Opening it takes some milliseconds,
// which a link in which much happens does not pay for.
const restAfter = time.Second

// rest is the rest of a link's state between looks.
type rest struct {
	mu    sync.Mutex
	timer *time.Timer
	// never: it is in use, or for ever closed.
	never bool
}

// now lets a state rest until the first look.
func (*rest) now(store state.Store) error {
	if s, can := store.(state.Rester); can {
		return s.Rest()
	}
	return nil
}

// begin lets a state rest some time from now; failed is told if it cannot, which
// costs memory and nothing else.
func (r *rest) begin(store state.Store, failed func(error)) {
	s, can := store.(state.Rester)
	if !can {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.never = false
	r.timer = time.AfterFunc(restAfter, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.never {
			return
		}
		if err := s.Rest(); err != nil {
			failed(err)
		}
	})
}

// end wakes a state for a look.
func (r *rest) end(ctx context.Context, store state.Store) error {
	s, can := store.(state.Rester)
	if !can {
		return nil
	}
	r.forbid()
	return s.Wake(ctx)
}

// forbid ends it for good, or until begin; a rest that begins just now comes to
// its end first.
func (r *rest) forbid() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.never = true
	if r.timer != nil {
		r.timer.Stop()
	}
}
