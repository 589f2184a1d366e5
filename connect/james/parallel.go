package james

import (
	"context"
	"sync"
)

// parallel calls do for every index below n, on so many goroutines at the same
// time, and returns the first error; after it no new call is made.
func parallel(ctx context.Context, workers, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	indexes := make(chan int)
	var wait sync.WaitGroup
	for range min(workers, n) {
		wait.Go(func() {
			for i := range indexes {
				if err := do(ctx, i); err != nil {
					cancel(err) // only the first counts
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case indexes <- i:
		case <-ctx.Done():
		}
	}
	close(indexes)
	wait.Wait()
	return context.Cause(ctx)
}
