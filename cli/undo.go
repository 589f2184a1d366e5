package cli

import (
	"context"
	"errors"

	"lockstep/connect/all"
	"lockstep/core"
)

// undoCommand is lockstep undo.
type undoCommand struct {
	oneLink
	ID string `arg:"" name:"run" help:"The run, as sync and log name it."`
}

func (undoCommand) Help() string {
	return "Every item that the run deleted or overwrote on this machine is put back as a new one where it was; the next sync carries it " +
		"to the other side. What a run deleted on a server is in that server's trash."
}

// undoJSON is what undo did for a link.
type undoJSON struct {
	Link     string `json:"link"`
	Run      string `json:"run"`
	Restored int    `json:"restored"`
	Error    string `json:"error,omitempty"`
}

// Run implements the command.
func (c *undoCommand) Run(ctx context.Context, a *app) error {
	found := false
	err := a.eachKnown(ctx, c.Link, func(s *session) error {
		kept, err := s.area.List(c.ID)
		if err != nil {
			return usage("%v", err)
		}
		runs, err := s.store.Runs(ctx)
		if err != nil {
			return err
		}
		known := len(kept) > 0
		for _, r := range runs {
			known = known || r.ID == c.ID
		}
		if !known {
			return nil
		}
		found = true
		return s.undo(ctx, c.ID, len(kept))
	})
	if err == nil && !found && a.code == exitDone {
		return core.Errorf("undo", core.Missing, `there is no run %q; "lockstep log" lists them`, c.ID)
	}
	return err
}

// undo restores what is kept of a run.
func (s *session) undo(ctx context.Context, run string, kept int) (err error) {
	out := undoJSON{Link: s.link.Name, Run: run}
	defer func() {
		if err != nil {
			out.Error = err.Error()
		}
		s.out.object(out)
	}()
	if kept == 0 {
		s.out.line("%s: nothing is kept of run %s: it deleted nothing on this machine, or was undone, or is older than %s",
			safe(s.link.Name), run, plural(s.link.UndoDays, "day"))
		return nil
	}
	link, err := s.engineLink(ctx, all.Refuse, s.link.Local())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBoth(link)) }()
	out.Restored, err = s.engine(nil).Restore(ctx, link, s.area, run)
	if err != nil {
		return err
	}
	s.out.line("%s: %s put back; the next sync carries them over", safe(s.link.Name), items(out.Restored, s.link.Kind))
	return nil
}
