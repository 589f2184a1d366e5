package cli

// Of more than foldFrom equal lines in a row, foldTo are shown.
const (
	foldFrom = 20
	foldTo   = 10
)

// folded is lines of which some are hidden: so many after line i.
type folded struct {
	lines  []planLine
	hidden map[int]int
}

// fold hides the rest of many equal lines: the same sort of write for the same
// reason.
func fold(lines []planLine, verbose bool) folded {
	out := folded{hidden: map[int]int{}}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].op == lines[0].op && lines[n].why == lines[0].why {
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
