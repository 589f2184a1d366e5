package cli

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lockstep/engine"
	"lockstep/state"
)

// runJSON is one run of a link.
type runJSON struct {
	Type    string `json:"type"` // run
	Link    string `json:"link"`
	ID      string `json:"run"`
	Started int64  `json:"started"`         // Unix seconds
	Ended   int64  `json:"ended,omitempty"` // 0 = it runs, or was interrupted
	// Outcome: done, unfinished, parked, held, failed, login, planned,
	// running, interrupted.
	Outcome string        `json:"outcome"`
	Seconds float64       `json:"seconds"`
	Left    engine.Counts `json:"left"`
	Right   engine.Counts `json:"right"`
	Folders int           `json:"folders"`
	Error   string        `json:"error,omitempty"`

	held      int
	planID    string
	unsettled int
	// inPart: a side of a provisioning was not read to its end.
	inPart bool
	// torn: a side kept changing while it was listed.
	torn bool
}

const (
	outcomePlanned     = "planned"
	outcomeRunning     = "running"
	outcomeInterrupted = "interrupted"
)

// runs reads all runs, oldest first. One without an end runs now, or was
// interrupted: only the last can run, and only while somebody has the state.
func (s *session) runs(ctx context.Context) ([]runJSON, error) {
	all, err := s.store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	by, err := s.holder(s.link)
	if err != nil {
		return nil, err
	}
	out := make([]runJSON, 0, len(all))
	for i, r := range all {
		run := readRun(s.link.Name, r)
		run.inPart = run.inPart && provisions(s.link)
		if run.Outcome == outcomeInterrupted && i == len(all)-1 && by != (state.Holder{}) {
			run.Outcome = outcomeRunning
		}
		out = append(out, run)
	}
	return out, nil
}

// readRun reads a run with its report.
func readRun(link string, r state.Run) runJSON {
	out := runJSON{Type: "run", Link: link, ID: r.ID, Started: r.Started, Ended: r.Ended, Outcome: r.Outcome, Error: r.Error}
	if r.Ended == 0 && r.Outcome == "" {
		out.Outcome = outcomeInterrupted
	}
	if r.Outcome == "failed" && strings.HasSuffix(r.Error, context.Canceled.Error()) { // by a person
		out.Outcome, out.Error = outcomeInterrupted, ""
	}
	var report engine.Report
	if json.Unmarshal([]byte(r.Report), &report) == nil {
		out.Seconds, out.Left, out.Right, out.Folders = report.Seconds, report.Left, report.Right, report.Folders
		out.held, out.planID, out.unsettled = report.Held, report.PlanID, report.Unsettled+report.Dropped
		out.inPart, out.torn = report.InPart != [2]bool{}, report.Torn
	}
	return out
}

// good tells whether a run left nothing undone.
func (r *runJSON) good() bool { return r.Outcome == "done" && r.unsettled == 0 && !r.inPart }

// whole tells whether a run came to its end, and both sides held still meanwhile.
func (r *runJSON) whole() bool {
	return slices.Contains([]string{"done", "unfinished", "parked", "held"}, r.Outcome) && !r.torn
}

// quiet tells whether a run came to its end without writing anything.
func (r *runJSON) quiet() bool { return r.Ended > 0 && r.Left.Total()+r.Right.Total()+r.Folders == 0 }

// runLine is a run in one line.
func (a *app) runLine(r runJSON) string {
	line := a.moment(r.Started) + ", " + a.ago(r.Started) + ": "
	switch r.Outcome {
	case outcomeRunning:
		line += r.Outcome
	case outcomeInterrupted:
		line += r.Outcome
		if r.Ended > 0 {
			line += " after " + seconds(r.Seconds)
		}
	case outcomePlanned:
		line += "compared both sides in " + seconds(r.Seconds)
	case "parked":
		line += "done but for parked items in " + seconds(r.Seconds)
	case "held":
		line += "done but for deletions that are held back, in " + seconds(r.Seconds)
	case "login":
		line += "a login is needed"
	case "undone":
		line += "another run was undone"
	default:
		line += r.Outcome + " in " + seconds(r.Seconds)
	}
	if t := (tally{reportJSON: reportJSON{Left: r.Left, Right: r.Right, Folders: r.Folders}}); t.changed() {
		line += "; " + t.summary(false)
	}
	if r.Error != "" {
		line += "; " + safe(r.Error)
	}
	return line
}
