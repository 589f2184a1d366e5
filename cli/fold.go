package cli

// Of more than foldFrom equal lines in a row, foldTo are shown.
const (
	foldFrom = 20
	foldTo   = 10
)

// folded is lines of which some are hidden: so many after line i.
type folded[T any] struct {
	lines  []T
	hidden map[int]int
}

// fold hides the rest of many equal lines.
func fold[T any](lines []T, verbose bool, equal func(a, b T) bool) folded[T] {
	out := folded[T]{hidden: map[int]int{}}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && equal(lines[n], lines[0]) {
			n++
		}
		show := n
		if n > foldFrom && !verbose {
			show = foldTo
		}
		out.lines = append(out.lines, lines[:show]...)
		if show < n {
			out.hidden[len(out.lines)-1] = n - show
		}
		lines = lines[n:]
	}
	return out
}

// alike: the same sort of write for the same reason.
func alike(a, b planLine) bool { return a.op == b.op && a.why == b.why }
