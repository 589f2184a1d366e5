package cli

import (
	"context"
	"encoding/json"
	"slices"

	"lockstep/config"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
)

// statusCommand is lockstep status.
type statusCommand struct {
	links
}

func (statusCommand) Help() string {
	return "Reads the state only; neither side is asked. Without arguments it also shows the links of two addresses that were used before."
}

// statusJSON is how one link is.
type statusJSON struct {
	Link string    `json:"link"`
	Ends [2]string `json:"ends"`
	// Last run that was not only a plan, and the last that left nothing undone.
	Last    *runJSON `json:"last_run"`
	Success *runJSON `json:"last_success"`
	// Items that both sides agree on, by folder, for each side.
	Items [2]map[string]int `json:"items"`
	// Differs counts what each side was last seen to have otherwise.
	Differs   [2]int     `json:"differs"`
	Open      int        `json:"open_writes"`
	Parked    []noteJSON `json:"parked"`
	Held      int        `json:"held"`
	PlanID    string     `json:"plan_id"`
	Conflicts int        `json:"conflicts"`
	Error     string     `json:"error,omitempty"`
}

// runJSON is one run.
type runJSON struct {
	ID      string        `json:"run"`
	Started int64         `json:"started"`
	Ended   int64         `json:"ended,omitempty"`
	Outcome string        `json:"outcome"`
	Seconds float64       `json:"seconds"`
	Left    engine.Counts `json:"left"`
	Right   engine.Counts `json:"right"`
	Error   string        `json:"error,omitempty"`

	held      int
	planID    string
	unsettled int
}

// Run implements the command.
func (c *statusCommand) Run(ctx context.Context, a *app) error {
	links, err := a.known(c.Links)
	if err != nil {
		return err
	}
	if len(links) == 0 {
		a.out.line("no link is configured, and none was used")
	}
	for _, l := range links {
		if err := a.status(ctx, l); err != nil {
			a.out.object(statusJSON{Link: l.Name, Ends: endsOf(l), Error: err.Error()})
			a.fail(l.Name, err)
		}
	}
	return nil
}

func (a *app) status(ctx context.Context, l *config.Link) error {
	s, err := a.openKnown(ctx, l)
	if err != nil {
		return err
	}
	st := statusJSON{Link: l.Name, Ends: endsOf(l), Items: [2]map[string]int{{}, {}}, Parked: []noteJSON{}}
	if s != nil {
		defer s.close()
		if err := s.readStatus(ctx, &st); err != nil {
			return err
		}
	}
	a.out.object(st)
	a.showStatus(l, st)
	return nil
}

// readStatus reads all that the state tells.
func (s *session) readStatus(ctx context.Context, st *statusJSON) error {
	head, err := s.store.Head(ctx)
	if err != nil {
		return err
	}
	runs, err := s.store.Runs(ctx)
	if err != nil {
		return err
	}
	st.takeRuns(runs)
	totals, err := s.store.Totals(ctx)
	if err != nil {
		return err
	}
	at := pathsOf(head)
	for _, x := range core.Sides() {
		for id, n := range totals.Rows[x] {
			st.Items[x][at.of(x, id)] += n
		}
		for _, err := range s.store.Observed(ctx, x) {
			if err != nil {
				return err
			}
			st.Differs[x]++
		}
	}
	intents, err := s.store.Intents(ctx)
	if err != nil {
		return err
	}
	st.Open = len(intents)
	parked, err := s.store.Parked(ctx)
	if err != nil {
		return err
	}
	for _, n := range parked {
		st.Parked = append(st.Parked, at.noteJSON(s.link.Name, n))
	}
	st.Conflicts, err = s.openConflicts(ctx)
	return err
}

// pathsOf is the paths of all paired folders.
func pathsOf(head state.Head) (at paths) {
	for _, x := range core.Sides() {
		at[x] = map[core.CollectionID]string{}
		for _, row := range head.Collections {
			c := row.Side[x].Collection
			at[x][c.ID] = c.Path
		}
	}
	return at
}

// takeRuns finds the last run and the last good one.
func (st *statusJSON) takeRuns(runs []state.Run) {
	for _, r := range slices.Backward(runs) {
		if r.Outcome == "planned" {
			continue
		}
		run := readRun(r)
		if st.Last == nil {
			st.Last, st.Held, st.PlanID = &run, run.held, run.planID
		}
		if run.Outcome == "done" && run.unsettled == 0 {
			st.Success = &run
			return
		}
	}
}

// readRun reads a run with its report.
func readRun(r state.Run) runJSON {
	out := runJSON{ID: r.ID, Started: r.Started, Ended: r.Ended, Outcome: r.Outcome, Error: r.Error}
	if r.Ended == 0 && r.Outcome == "" {
		out.Outcome = "interrupted"
	}
	var report engine.Report
	if json.Unmarshal([]byte(r.Report), &report) == nil {
		out.Seconds, out.Left, out.Right = report.Seconds, report.Left, report.Right
		out.held, out.planID, out.unsettled = report.Held, report.PlanID, report.Unsettled+report.Dropped
	}
	return out
}
