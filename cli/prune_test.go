package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// TestPrune: a sync forgets runs after their time, with what is logged of
// them, by the clock that it is given; what is open stays, and so do the last
// run and the last good one, whatever their age.
func TestPrune(t *testing.T) {
	m := newMachine(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m.System.Now = func() time.Time { return now }
	m.put("left", "one")
	m.want(exitDone, "sync")
	m.addConflicts(2) // of 1970, and open
	first := m.field("run", "log", "--output", "json")

	now = now.AddDate(0, 0, logDays)
	m.put("left", "two")
	m.want(exitParked, "sync")
	if got := m.want(exitDone, "log"); strings.Count(got, "1 created") != 2 {
		t.Errorf("after %d days a run is gone already:\n%s", logDays, got)
	}
	now = now.AddDate(0, 0, 1)
	m.want(exitParked, "sync")
	if got := m.want(exitDone, "log"); strings.Count(got, "1 created") != 1 || strings.Contains(got, first) {
		t.Errorf("after %d days a run is still there:\n%s", logDays+1, got)
	}
	m.want(exitFailed, "log", first)
	if got := m.want(exitDone, "explain", "one"); !strings.Contains(got, "Both sides agreed") || strings.Contains(got, "new on the left") {
		t.Errorf("the log of the run is still there:\n%s", got)
	}
	if got := m.want(exitDone, "conflicts"); strings.Count(got, "both sides changed it") != 2 {
		t.Errorf("open conflicts are forgotten:\n%s", got)
	}
	m.want(exitDone, "conflicts", "resolve", "1", "both")
	m.want(exitDone, "conflicts", "resolve", "2", "both")
	m.want(exitDone, "sync")
	if got := m.want(exitDone, "conflicts", "--all"); !strings.Contains(got, "work  2 ") || strings.Contains(got, "work  1 ") {
		t.Errorf("of the settled conflicts only the last should stay:\n%s", got)
	}

	now = now.AddDate(2, 0, 0)
	if got := m.want(exitDone, "status"); !strings.Contains(got, "last success  20") {
		t.Errorf("the last success is forgotten:\n%s", got)
	}
}

// field is a field of the first object that a command prints.
func (m *machine) field(name string, args ...string) string {
	m.t.Helper()
	_, rest, _ := strings.Cut(m.want(exitDone, args...), `"`+name+`":"`)
	value, _, found := strings.Cut(rest, `"`)
	if !found {
		m.t.Fatalf("there is no %s in %s", name, &m.out)
	}
	return value
}

// TestPruneAfterFailure: a link that fails every minute does not fill the log.
func TestPruneAfterFailure(t *testing.T) {
	m := newMachine(t)
	m.want(exitDone, "sync")
	s, err := sqlite.Open(t.Context(), m.dir+"/state/links/link-work/state.db")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * quietRuns {
		run := state.Run{ID: fmt.Sprint("failed", i), Started: 1, Ended: time.Now().Unix(), Outcome: "failed"}
		run.Started = run.Ended
		if err := s.Commit(t.Context(), &state.Batch{Run: &run}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	m.breakRight(faulty{look: core.Errorf("maildir.open", core.Permanent, "the disk is gone")})
	m.want(exitFailed, "sync")
	if got := strings.Count(m.want(exitDone, "log", "--last", "0"), "just now"); got != quietRuns+1 {
		t.Errorf("%d runs are kept, and not %d and the last good one", got, quietRuns)
	}
}

func TestOldRuns(t *testing.T) {
	run := func(i int, started int64, outcome string, writes int) runJSON {
		return runJSON{ID: fmt.Sprint(i), Started: started, Ended: started + 1, Outcome: outcome, Left: engine.Counts{Created: writes}}
	}
	var all []runJSON
	for i := range mostRuns + 50 {
		all = append(all, run(i, 1000, "done", 1))
	}
	if got := oldRuns(all, 1000); len(got) != 50 || !slices.Contains(got, "0") || slices.Contains(got, "50") {
		t.Errorf("of too many runs %d are forgotten", len(got))
	}
	if got := oldRuns(all, 1001); len(got) != len(all)-1 {
		t.Errorf("of too old runs %d of %d are forgotten", len(got), len(all))
	}
	if got := oldRuns([]runJSON{run(0, 1, "done", 1), run(1, 2, "done", 1), run(2, 3, "failed", 0), run(3, 4, "failed", 0)}, 1000); !slices.Equal(got, []string{"2", "0"}) {
		t.Errorf("%q are forgotten", got)
	}
	interrupted := runJSON{ID: "x", Started: 2000, Outcome: outcomeInterrupted}
	if got := oldRuns([]runJSON{interrupted, run(1, 2000, "done", 0)}, 1000); len(got) != 0 {
		t.Errorf("%q are forgotten", got)
	}
}
