package cli

import (
	"context"
	"fmt"

	"lockstep/core"
)

// logCommand is lockstep log.
type logCommand struct {
	oneLink
	ID   string `arg:"" optional:"" name:"run" help:"A run, as log lists them; none = the list of runs."`
	Last int    `default:"20" help:"Show so many runs of each link; 0 = all."`
}

func (logCommand) Help() string {
	return "Without a run it lists the last runs of each link, the newest at the end. With a run it shows every write of it, the reason, " +
		"and what became of it."
}

// Run implements the command.
func (c *logCommand) Run(ctx context.Context, a *app) error {
	if c.Last < 0 {
		return usage("--last %d: give 0 for all runs, or how many", c.Last)
	}
	found := false
	links := 0
	err := a.eachKnown(ctx, c.Link, a.read, func(s *session) error {
		links++
		if c.ID == "" {
			return s.showRuns(ctx, c.Last)
		}
		shown, err := s.showEntries(ctx, c.ID)
		found = found || shown
		return err
	})
	if err == nil && c.ID != "" && !found && a.code == exitDone {
		return &core.Error{Op: "log", Class: core.Missing, Err: fmt.Errorf("there is no run %q", c.ID), Remedy: `"lockstep log" lists them`}
	}
	if err == nil && links == 0 && a.code == exitDone {
		a.out.line("nothing was ever synced here; lockstep plan shows what a sync would do")
	}
	return err
}

func (s *session) showRuns(ctx context.Context, last int) error {
	runs, err := s.runs(ctx)
	if err != nil {
		return err
	}
	if last > 0 {
		runs = runs[max(0, len(runs)-last):]
	}
	s.out.line("%s", s.out.paint(bold, safe(s.link.Name)))
	for _, r := range runs {
		s.out.object(r)
		s.out.line("  %s  %s", r.ID, s.runLine(r))
	}
	return nil
}
