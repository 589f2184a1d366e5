package daemon

import "time"

// Pace says how soon a link is looked at again that finds changes on a side that does
// not tell of them: who edits once often edits more.
type Pace struct {
	// Looks on the schedule that come sooner, after each that found something.
	Looks int
	// Part of the link's interval that they come after, but Least at least, and never
	// later than the interval itself.
	Part  int
	Least time.Duration
}

// standardPace asks a server that was just edited on every minute, where it is asked
// every five minutes otherwise.
func standardPace() Pace { return Pace{Looks: 3, Part: 5, Least: 30 * time.Second} }

// wait until the next look on the schedule; soon is how many are still to come sooner.
func (p Pace) wait(every time.Duration, soon int) (wait time.Duration, why string) {
	if soon == 0 {
		return every, "the schedule"
	}
	return min(every, max(every/time.Duration(p.Part), p.Least)), "more may follow"
}
