package cli

import (
	"context"

	"lockstep/config"
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
	found := false
	err := a.eachKnown(ctx, c.Link, func(s *session) error {
		if c.ID == "" {
			return s.showRuns(ctx, c.Last)
		}
		shown, err := s.showEntries(ctx, c.ID)
		found = found || shown
		return err
	})
	if err == nil && c.ID != "" && !found && a.code == exitDone {
		return core.Errorf("log", core.Missing, `there is no run %q; "lockstep log" lists them`, c.ID)
	}
	return err
}

// eachKnown does something with each link that has a state.
func (a *app) eachKnown(ctx context.Context, names []string, do func(*session) error) error {
	links, err := a.known(names)
	if err != nil {
		return err
	}
	one := func(l *config.Link) error {
		s, err := a.openKnown(ctx, l)
		if err != nil || s == nil {
			return err
		}
		defer s.close()
		return do(s)
	}
	for _, l := range links {
		if err := one(l); err != nil {
			a.fail(l.Name, err)
		}
	}
	return nil
}

func (s *session) showRuns(ctx context.Context, last int) error {
	runs, err := s.store.Runs(ctx)
	if err != nil {
		return err
	}
	if last > 0 {
		runs = runs[max(0, len(runs)-last):]
	}
	s.out.line("%s", s.out.paint(bold, safe(s.link.Name)))
	for _, r := range runs {
		run := readRun(r)
		s.out.object(struct {
			Link string `json:"link"`
			runJSON
		}{s.link.Name, run})
		s.out.line("  %s  %s", run.ID, s.runLine(run))
	}
	return nil
}
