package cli

import (
	"context"
	"math"
	"strings"

	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
)

// reportJSON is what plan and sync end with, once for each link: a contract
// with scripts.
type reportJSON struct {
	Type  string        `json:"type"` // report
	Link  string        `json:"link"`
	Runs  []string      `json:"runs,omitempty"`
	Left  engine.Counts `json:"left"`
	Right engine.Counts `json:"right"`
	// Folders made, renamed and deleted, or to be.
	Folders      int     `json:"folders"`
	Conflicts    int     `json:"conflicts"`
	Parked       int     `json:"parked"`
	Held         int     `json:"held"`
	Unfinished   int     `json:"unfinished"`
	BytesRead    int64   `json:"bytes_read"`
	BytesWritten int64   `json:"bytes_written"`
	Requests     int64   `json:"requests"`
	Seconds      float64 `json:"seconds"`
	PlanID       string  `json:"plan_id"`
	Exit         int     `json:"exit"`
	// InPart are the sides that were not listed to their end, so that nothing was
	// concluded from what they did not name.
	InPart []string `json:"in_part,omitempty"`
	// Entries sums a provisioning up.
	Entries *entriesJSON `json:"entries,omitempty"`
	// Running: another process writes to the link while it is looked at.
	Running *state.Holder `json:"running,omitempty"`
	Error   string        `json:"error,omitempty"`
}

// tally adds up the passes of one command on one link.
type tally struct {
	reportJSON
	// plan and paths of the last pass.
	plan  core.Plan
	paths paths
	// kept is how many copies each pass made for undo.
	kept []int
	// firstSteps is how many steps the first pass planned.
	firstSteps int
}

func newTally(link string) *tally { return &tally{reportJSON: reportJSON{Type: "report", Link: link}} }

// add takes a pass into account: what was written adds up, what is open is
// that of the last pass.
func (t *tally) add(r engine.Report) {
	t.Runs, t.kept = append(t.Runs, r.Run), append(t.kept, r.Kept)
	t.Left, t.Right = t.Left.Plus(r.Left), t.Right.Plus(r.Right)
	t.Parked, t.Held, t.PlanID = r.Parked, r.Held, r.PlanID
	t.Unfinished = unfinished(r)
	t.InPart = nil
	for _, x := range core.Sides() {
		if r.InPart[x] {
			t.InPart = append(t.InPart, x.String())
		}
	}
	t.Folders += r.Folders
	t.BytesRead += r.BytesRead
	t.BytesWritten += r.BytesWritten
	t.Requests += r.Requests
	t.Seconds = math.Round((t.Seconds+r.Seconds)*1000) / 1000
	if t.plan, t.paths = r.Plan, r.Paths; len(t.Runs) == 1 {
		t.firstSteps = r.Planned
	}
}

// end prints the report as JSON and takes its exit code.
func (t *tally) end(a *app, err error) {
	if err != nil {
		t.Exit, t.Error = codeOf(err), problemsOf(err)[0].Error()
	}
	a.exit(t.Exit)
	a.out.object(t.reportJSON)
}

// unfinished counts steps that are neither done nor parked: those that were
// dropped, and those whose outcome is not known.
func unfinished(r engine.Report) int { return r.Dropped + r.Unsettled }

// planned counts what a plan would do.
func (t *tally) planned(p core.Plan) {
	t.Left, t.Right, t.Folders = engine.Counts{}, engine.Counts{}, len(p.Collections)
	for _, s := range p.Steps {
		if s.Side == core.Left {
			t.Left.Count(s.Op)
		} else {
			t.Right.Count(s.Op)
		}
	}
}

// openConflicts counts conflicts that a person may still settle, and those that a plan
// found and no sync has recorded yet. Of one item there is one.
func (s *session) openConflicts(ctx context.Context, found ...core.ConflictRecord) (int, error) {
	all, err := s.store.Conflicts(ctx)
	if err != nil {
		return 0, err
	}
	n, known := 0, map[int64]bool{}
	for _, c := range all {
		if unsettled(c) {
			n++
			known[c.Row] = true
		}
	}
	for _, c := range found {
		if c.Open && !known[c.Row] {
			n++
		}
	}
	return n, nil
}

// written tells how much a command wrote, or would write.
func (t *tally) written() int { return t.Left.Total() + t.Right.Total() }

// changed tells whether a command wrote anything, folders included.
func (t *tally) changed() bool { return t.written() > 0 || t.Folders > 0 }

// summary says the counts in words; tense is "to create" or "created".
func (t *tally) summary(future bool) string {
	var sides []string
	for x, c := range [2]engine.Counts{t.Left, t.Right} {
		var parts []string
		for _, part := range []struct {
			n          int
			plan, done string
		}{
			{c.Created, "to create", "created"}, {c.Updated, "to update", "updated"}, {c.Marked, "to mark", "marked"},
			{c.Renamed, "to rename", "renamed"}, {c.Moved, "to move", "moved"}, {c.Deleted, "to delete", "deleted"},
		} {
			word := part.done
			if future {
				word = part.plan
			}
			if part.n > 0 {
				parts = append(parts, number(part.n)+" "+word)
			}
		}
		if len(parts) > 0 {
			sides = append(sides, core.Side(x).String()+": "+list(parts))
		}
	}
	if folders := folderCounts(t.plan.Collections); future && folders != "" {
		sides = append(sides, folders)
	} else if !future && t.Folders > 0 {
		sides = append(sides, plural(t.Folders, "folder")+" changed")
	}
	if len(sides) == 0 {
		return "nothing to do"
	}
	return strings.Join(sides, "; ")
}

func folderCounts(steps []core.CollectionStep) string {
	count := map[core.CollectionOp]int{}
	for _, s := range steps {
		count[s.Op]++
	}
	var parts []string
	for _, op := range []core.CollectionOp{core.CreateCollection, core.RenameCollection, core.ColorCollection, core.DeleteCollection} {
		if n := count[op]; n > 0 {
			parts = append(parts, plural(n, "folder")+" to "+string(op))
		}
	}
	return list(parts)
}
