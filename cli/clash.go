package cli

import (
	"strings"

	"lockstep/core"
)

// showClash prints what both sides have of a property. Of long values, such as whole
// events, only the lines are printed that the other side has not.
func (a *app) showClash(clash core.Collision) {
	a.out.line("  %s", safe(clash.Property))
	if !strings.Contains(clash.Value[core.Left]+clash.Value[core.Right], "\n") {
		for _, x := range core.Sides() {
			a.out.line("    %s  %s", pad(x.String(), 5), safe(clash.Value[x]))
		}
		return
	}
	for _, x := range core.Sides() {
		own, equal := linesBeside(clash.Value[x], clash.Value[x.Other()])
		a.out.line("    %s  %s", pad(x.String(), 5), plural(equal, "line")+" equal")
		for _, line := range own {
			a.out.line("           %s", safe(line))
		}
	}
}

// linesBeside are the lines of a text that another has not, in order, and how many it has.
func linesBeside(text, other string) (own []string, equal int) {
	there := map[string]int{}
	for line := range strings.Lines(other) {
		there[strings.TrimRight(line, "\r\n")]++
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if there[line] > 0 {
			there[line]--
			equal++
			continue
		}
		own = append(own, line)
	}
	return own, equal
}
