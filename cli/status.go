package cli

import (
	"cmp"
	"context"
	"slices"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/state"
)

// statusCommand is lockstep status.
type statusCommand struct {
	links
}

func (statusCommand) Help() string {
	return "Reads the state only; neither side is asked. Folders that are in step are summed up if there are many; --verbose shows each, with what " +
		"proves that it was read to its end. Without arguments it also shows the links of two addresses that were used before."
}

// statusJSON is how one link is.
type statusJSON struct {
	Type string    `json:"type"` // status
	Link string    `json:"link"`
	Ends [2]string `json:"ends"`
	// Running: the process that writes to the link now.
	Running *state.Holder `json:"running,omitempty"`
	// Daemon: what lockstep run does with it, if it is that process.
	Daemon *runningJSON `json:"daemon,omitempty"`
	// Last run that was not only a plan, and the last that left nothing undone.
	Last    *runJSON `json:"last_run"` // null = none
	Success *runJSON `json:"last_success"`
	// Folders that are paired, by name.
	Folders []pairJSON `json:"folders"`
	// Items that both sides agree on, by folder, for each side.
	Items [2]map[string]int `json:"items"`
	// Owners of a provisioning that have anything, and those that are gone from
	// the directory and wait for the grace.
	Owners  int         `json:"owners,omitempty"`
	Waiting []graceJSON `json:"waiting,omitempty"`
	// Differs counts what each side was last seen to have otherwise.
	Differs   [2]int     `json:"differs"`
	Open      int        `json:"open_writes"`
	Parked    []noteJSON `json:"parked"`
	Held      int        `json:"held"`
	PlanID    string     `json:"plan_id"`
	Conflicts int        `json:"conflicts"`
	Error     string     `json:"error,omitempty"`

	// ended is the last run of all, if it came to its end: then the state is as it
	// left it. Another one, or a check, may have paired folders since.
	ended *runJSON
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
		st := statusJSON{Type: "status", Link: l.Name, Ends: placesOf(l), Folders: []pairJSON{}, Items: [2]map[string]int{{}, {}}, Parked: []noteJSON{}}
		if err := a.status(ctx, l, &st); err != nil {
			st.Error = err.Error()
			a.out.object(st)
			a.fail(l.Name, err)
			continue
		}
		a.out.object(st)
		a.showStatus(l, st)
	}
	return nil
}

func (a *app) status(ctx context.Context, l *config.Link, st *statusJSON) error {
	by, err := a.holder(l)
	if err != nil {
		return err
	}
	if by != (state.Holder{}) {
		st.Running, st.Daemon = &by, a.running(l, by.Process)
	}
	return a.with(ctx, l, a.read, func(s *session) error { return s.readStatus(ctx, st) })
}

// readStatus reads all that the state tells.
func (s *session) readStatus(ctx context.Context, st *statusJSON) error {
	head, err := s.store.Head(ctx)
	if err != nil {
		return err
	}
	runs, err := s.runs(ctx)
	if err != nil {
		return err
	}
	st.takeRuns(runs)
	totals, err := s.store.Totals(ctx)
	if err != nil {
		return err
	}
	at := pathsOf(head)
	var seen [2]seenIn
	for _, x := range core.Sides() {
		for id, n := range totals.Rows[x] {
			st.Items[x][at.of(x, id)] += n
		}
		if seen[x], st.Differs[x], err = s.seen(ctx, x); err != nil {
			return err
		}
	}
	if provisions(s.link) {
		st.Owners = totals.Owners
		if st.Waiting, err = s.waiting(ctx); err != nil {
			return err
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
	st.Folders = s.pairs(head, totals, seen, parked, st)
	st.Conflicts, err = s.openConflicts(ctx)
	return err
}

// waiting lists the owners that are gone from the directory, in order.
func (s *session) waiting(ctx context.Context) (out []graceJSON, err error) {
	var gone []core.Ref
	for o, err := range s.store.ObservedIn(ctx, core.Left, element.User.Collection()) {
		if err != nil {
			return nil, err
		}
		if o.Gone {
			gone = append(gone, o.Ref)
		}
	}
	rows, err := s.store.RowsAt(ctx, core.Left, gone)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if g := s.graceOf(row); g != nil {
			out = append(out, *g)
		}
	}
	slices.SortFunc(out, func(a, b graceJSON) int { return cmp.Compare(a.Owner, b.Owner) })
	return out, nil
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

// takeRuns finds the last run and the last good one. What runs now is told of
// apart.
func (st *statusJSON) takeRuns(runs []runJSON) {
	if n := len(runs); n > 0 && runs[n-1].whole() {
		st.ended = &runs[n-1]
	}
	for _, run := range slices.Backward(runs) {
		if run.Outcome == outcomePlanned || run.Outcome == outcomeRunning {
			continue
		}
		if st.Last == nil {
			st.Last, st.Held, st.PlanID = &run, run.held, run.planID
		}
		if run.good() {
			st.Success = &run
			return
		}
	}
}
