package cli

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	// giveBackEvery so often it is looked whether memory can be given back.
	giveBackEvery = time.Minute
	// busyBytes that were allocated in that time tell that much happens.
	busyBytes = 16 << 20
	// giveBackTimes after much has happened: a collection halves a stack that is
	// too large once, and what closes later is found by the next.
	giveBackTimes = 4
)

// giver gives memory back to the system when little happens any more: what the
// first looks of many links needed would stay with the process for long.
type giver struct {
	// allocated is how many bytes were allocated ever; free gives back.
	allocated func() uint64
	free      func()
}

func newGiver() giver {
	return giver{
		allocated: func() uint64 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.TotalAlloc
		},
		free: debug.FreeOSMemory,
	}
}

// run looks at each tick until the context ends.
func (g giver) run(ctx context.Context, ticks <-chan time.Time) {
	before, left := uint64(0), 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		now := g.allocated()
		if now-before > busyBytes {
			left = giveBackTimes
		} else if left > 0 {
			left--
			g.free()
		}
		before = now
	}
}
