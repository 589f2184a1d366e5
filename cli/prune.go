package cli

import (
	"context"
	"errors"
	"time"

	"lockstep/state"
)

// The log keeps runs that wrote something for logDays, and of the others the
// last quietRuns; of all runs no more than mostRuns. The last run and the last
// that left nothing undone stay, because status tells of them. Open conflicts
// and parked items stay for as long as they are open, whatever their age.
const (
	logDays   = 90
	mostRuns  = 10_000
	quietRuns = 100
)

// prune forgets, at the end of a sync, what the log and the undo area have
// kept for long enough.
func (s *session) prune(ctx context.Context) error {
	undone := s.area.Prune(s.daysAgo(s.link.UndoDays))
	runs, err := s.runs(ctx)
	if err != nil {
		return errors.Join(undone, err)
	}
	conflicts, err := s.store.Conflicts(ctx)
	if err != nil {
		return errors.Join(undone, err)
	}
	before := s.daysAgo(logDays).Unix()
	return errors.Join(undone, s.store.Commit(ctx, &state.Batch{
		ForgetRuns: oldRuns(runs, before), ForgetConflicts: oldConflicts(conflicts, before),
	}))
}

func (a *app) daysAgo(n int) time.Time { return a.sys.Now().Add(-time.Duration(n) * 24 * time.Hour) }

// oldRuns names the runs to forget; before is in Unix seconds.
func oldRuns(runs []runJSON, before int64) (out []string) {
	quiet, kept, good := 0, 0, false
	for i := len(runs) - 1; i >= 0; i-- {
		r := runs[i]
		lastGood := r.good() && !good
		good = good || lastGood
		if r.quiet() {
			quiet++
		}
		if i < len(runs)-1 && !lastGood && (r.Started < before || kept >= mostRuns || r.quiet() && quiet > quietRuns) {
			out = append(out, r.ID)
			continue
		}
		kept++
	}
	return out
}

// oldConflicts numbers the settled conflicts to forget. The newest stays, so
// that its number is not given again.
func oldConflicts(all []state.Conflict, before int64) (out []int64) {
	for i, c := range all {
		if i < len(all)-1 && !unsettled(c) && c.Time < before {
			out = append(out, c.ID)
		}
	}
	return out
}
