package config

import (
	"math"
	"strconv"
	"strings"
)

// unit of sizes: MB is a million bytes, MiB is 1,048,576.
type unit struct {
	name  string
	bytes int64
}

func units() []unit {
	return []unit{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
		{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
	}
}

// parseSize reads "25MB", "1.5 GiB" or a number of bytes.
func parseSize(text string) (int64, error) {
	number, factor := text, int64(1)
	for _, u := range units() {
		if n, ok := strings.CutSuffix(text, u.name); ok {
			number, factor = strings.TrimSpace(n), u.bytes
			break
		}
	}
	plain := !strings.ContainsFunc(number, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	n, err := strconv.ParseFloat(number, 64)
	size := n * float64(factor)
	if err != nil || !plain || size < 1 || size >= math.MaxInt64 {
		return 0, problem(`write it as "25MB", "500kB" or "1GiB"`, "%s is not a size", quote(text))
	}
	return int64(size), nil
}

// printSize prints a size exactly, in the largest unit that allows it.
func printSize(n int64) string {
	for _, u := range []unit{{"TB", 1e12}, {"GB", 1e9}, {"GiB", 1 << 30}, {"MB", 1e6}, {"MiB", 1 << 20}, {"kB", 1e3}, {"KiB", 1 << 10}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}

// roughSize prints a size for people.
func roughSize(n int64) string {
	for _, u := range []unit{{" TB", 1e12}, {" GB", 1e9}, {" MB", 1e6}, {" kB", 1e3}} {
		if n >= u.bytes {
			f := strconv.FormatFloat(float64(n)/float64(u.bytes), 'f', 1, 64)
			return strings.TrimSuffix(f, ".0") + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// compareSizes prints a limit and a size above it, so that they differ.
func compareSizes(limit, size int64) string {
	l, s := roughSize(limit), roughSize(size)
	if l == s {
		s = strconv.FormatInt(size, 10) + " bytes"
	}
	return l + " (" + s + ")"
}
