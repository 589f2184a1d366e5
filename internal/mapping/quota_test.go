package mapping_test

import (
	"math"
	"strings"
	"testing"

	"lockstep/internal/mapping"
)

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		text string
		unit int64
		want int64
	}{
		{"4000", 1, 4000}, {"4000", 0, 4000}, {" 12 ", 1024, 12288}, {"0", 1, 0}, {"-1", 1 << 30, -1}, {"Unlimited", 1, -1},
		{"4 GB", 1, 4_000_000_000}, {"4GiB", 1000, 4 << 30}, {"4gb", 1, 4e9}, {"1.5 GiB", 1, 3 << 29}, {"500 kB", 1, 500_000}, {"7 B", 1000, 7},
		{"2.5", 1000, 2500}, {"1TiB", 1, 1 << 40}, {"9223372036854775807", 1, math.MaxInt64},
	} {
		if got, err := mapping.Bytes(c.text, c.unit); got != c.want || err != nil {
			t.Errorf("%q of %d: %d, %v; want %d", c.text, c.unit, got, err, c.want)
		}
	}
	for _, c := range []struct {
		text string
		unit int64
		why  string
	}{
		{"", 1, "no number"}, {"lots", 1, "no number"}, {"-2", 1, "no number"}, {"4 G", 1, "no number"}, {"4e9", 1, "no number"}, {"0x10", 1, "no number"}, {"1/2", 2, "no number"},
		{"4,000", 1, "no number"}, {"+4", 1, "no number"}, {".5 GB", 1, "no number"}, {"1.", 1, "no number"}, {"GB", 1, "no number"}, {"-1 GB", 1, "no number"}, {"1_000", 1, "no number"}, {"Inf", 1, "no number"},
		{"1.5", 1, "no whole number"}, {"0.0001 KiB", 1, "no whole number"},
		{"9223372036854775808", 1, "more than"}, {"9223372036854775807", 1024, "more than"}, {"8388608 TiB", 1, "more than"}, {strings.Repeat("9", 41), 1, "41 characters"},
	} {
		if got, err := mapping.Bytes(c.text, c.unit); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%q of %d: %d, %v; want an error with %q", c.text, c.unit, got, err, c.why)
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, seed := range []string{"4 GB", "-1", "1.5GiB", "9223372036854775808", "x"} {
		f.Add(seed, int64(1024))
	}
	f.Fuzz(func(t *testing.T, text string, unit int64) {
		if n, err := mapping.Bytes(text, unit); err == nil && n < -1 || err != nil && n != 0 {
			t.Fatalf("%q of %d: %d, %v", text, unit, n, err)
		}
	})
}
