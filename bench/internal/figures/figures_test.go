package figures

import "testing"

func TestFigures(t *testing.T) {
	for _, c := range []struct {
		all  []float64
		want string
	}{
		{nil, "-"},
		{[]float64{3}, "3.00 s (3.00 s to 3.00 s)"},
		{[]float64{3, 1}, "2.00 s (1.00 s to 3.00 s)"},
		{[]float64{9, 0.1, 2}, "2.00 s (100 ms to 9.00 s)"},
		{[]float64{4, 1, 3, 2}, "2.50 s (1.00 s to 4.00 s)"},
		{[]float64{0.0123, 0.0123, 0.5}, "12 ms (12 ms to 500 ms)"},
	} {
		if got := Seconds(c.all); got != c.want {
			t.Errorf("%v is %s, not %s", c.all, got, c.want)
		}
	}
	if Median(nil) != 0 {
		t.Error("nothing has a median")
	}
	if a, b := Ratio(1, 4), Ratio(1, 0); a != "**0.25**" || b != "-" {
		t.Error(a, b)
	}
	for n, want := range map[int64]string{999: "999 B", 1200: "1.2 kB", 19_040_000: "19.0 MB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes are %s, not %s", n, got, want)
		}
	}
}
