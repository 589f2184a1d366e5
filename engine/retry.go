package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/core"
)

// retry runs an operation until it succeeds, fails for good, or has been
// tried often enough. Only errors of class Transient (and Unknown, for reads)
// are tried again; the pause doubles, or is what the server asked for.
func (p *pass) retry(ctx context.Context, x core.Side, op func() error) error {
	pause := time.Second
	for try := 1; ; try++ {
		err := op()
		if err == nil {
			return nil
		}
		if cerr := ctx.Err(); cerr != nil {
			return cerr
		}
		class := core.ClassOf(err)
		if class != core.Transient && class != core.Unknown || try >= max(p.engine.Attempts, 1) {
			return err
		}
		var e *core.Error
		if errors.As(err, &e) && e.RetryAfter > 0 {
			pause = e.RetryAfter
		}
		p.emit(Event{Type: EventRetry, Side: x, Count: try, Error: err.Error()})
		if err := p.engine.Sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(pause*2, time.Minute)
	}
}
