// Package figures writes what was measured for people: medians with their
// spread, ratios, bytes. It does no I/O. Start with Seconds.
package figures

import (
	"fmt"
	"slices"
	"time"
)

// Median of values in any order; of none it is 0.
func Median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(all))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// Seconds is the median of some times and their spread; "-" = there are none.
func Seconds(all []float64) string {
	if len(all) == 0 {
		return "-"
	}
	return fmt.Sprintf("%s (%s to %s)", Short(Median(all)), Short(slices.Min(all)), Short(slices.Max(all)))
}

// Short is a time in seconds, or in milliseconds where it is less than one.
func Short(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%d ms", time.Duration(s*float64(time.Second)).Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.2f s", s)
}

// Ratio of two values; "-" = there is none.
func Ratio(a, b float64) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("**%.2f**", a/b)
}

// Bytes is a number of bytes in kB or MB, of 1000.
func Bytes(n int64) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
