package mbsync

import (
	"fmt"
	"strings"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// operations of a channel: what is carried over to each side. far is the left
// side, near the right one.
type operations struct{ fresh, gone, flags [2]bool }

// what Sync can name.
const (
	opFresh = 1 << iota
	opGone
	opFlags
	opNone // of no effect here: placeholders, and what was skipped before
	opFull = opFresh | opGone | opFlags
)

// kindOf is what a word of Sync is about; 0 = it is no such word.
func kindOf(word string) int {
	switch word {
	case "new":
		return opFresh
	case "delete", "gone":
		return opGone
	case "flags":
		return opFlags
	case "renew", "upgrade", "old":
		return opNone
	case "all", "full":
		return opFull
	}
	return 0
}

// readOperations reads the words of Sync; nil = all, both ways. Words of a
// direction and words of a kind are a row and a column of a table, and count
// where they meet; words of both, such as PullNew, are single cells, and then
// each row and column counts by itself.
func readOperations(l *line) (operations, error) {
	directions, kinds := map[core.Side]bool{}, 0
	cells := [2]int{}
	single := false
	var words []string
	if l != nil {
		words = l.args
	}
	for _, w := range words {
		w = strings.ToLower(w)
		direction, word, found := core.Right, "", false
		for side, name := range map[core.Side]string{core.Right: "pull", core.Left: "push"} {
			if rest, is := strings.CutPrefix(w, name); is {
				direction, word, found = side, rest, true
			}
		}
		switch {
		case w == "none" && len(words) == 1:
			return operations{}, nil
		case found && word == "":
			directions[direction] = true
		case found && kindOf(word) != 0:
			cells[direction] |= kindOf(word)
			single = true
		case !found && kindOf(w) != 0:
			kinds |= kindOf(w)
		default:
			return operations{}, fmt.Errorf("%s is no word of Sync", settings.Quote(w))
		}
	}
	for _, side := range core.Sides() {
		switch {
		case single && directions[side]:
			cells[side] |= opFull
		case single:
			cells[side] |= kinds
		case directions[side] || len(directions) == 0:
			cells[side] = kinds
			if kinds == 0 {
				cells[side] = opFull
			}
		}
	}
	var o operations
	for side, is := range cells {
		o.fresh[side], o.gone[side], o.flags[side] = is&opFresh != 0, is&opGone != 0, is&opFlags != 0
	}
	return o, nil
}

// sides reads Far, Near, Both or None, with the older Master and Slave; false =
// it is none of these.
func sides(l *line) (is [2]bool, known bool) {
	switch {
	case l == nil, l.is("None"):
	case l.is("Far", "Master"):
		is[core.Left] = true
	case l.is("Near", "Slave"):
		is[core.Right] = true
	case l.is("Both"):
		is = [2]bool{true, true}
	default:
		return is, false
	}
	if l != nil && len(l.args) == 2 { // Far Near
		return [2]bool{true, true}, true
	}
	return is, true
}
