package cli

import (
	"context"
	"testing"
	"time"
)

// TestGiver: memory is given back after much has happened, some times, and not
// while it happens.
func TestGiver(t *testing.T) {
	const mib = 1 << 20
	all, freed, at := uint64(0), 0, []int{}
	minutes := []uint64{40, 1, 1, 50, 20, 0, 1, 2, 0, 0, 0, 17, 0}
	n := 0
	ctx, end := context.WithCancel(t.Context())
	g := giver{
		allocated: func() uint64 {
			if all, n = all+minutes[n]*mib, n+1; n == len(minutes) {
				end()
			}
			return all
		},
		free: func() { freed++; at = append(at, n-1) },
	}
	ticks := make(chan time.Time, len(minutes))
	for range minutes {
		ticks <- time.Time{}
	}
	g.run(ctx, ticks)
	if want := []int{1, 2, 5, 6, 7, 8, 12}; freed != len(want) || at[2] != want[2] || at[5] != want[5] || at[6] != want[6] {
		t.Errorf("given back at %v, want %v", at, want)
	}
}
