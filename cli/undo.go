package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lockstep/connect/all"
	"lockstep/state"
)

// undoCommand is lockstep undo.
type undoCommand struct {
	oneLink
	ID string `arg:"" name:"run" help:"The run, as sync and log name it."`
}

func (undoCommand) Help() string {
	return "Every item that the run deleted on this machine is made again where it was, and what it overwrote gets its old content, if nobody " +
		"has changed it since; the next sync carries them over. Of contacts and calendars the same goes for what the run deleted or overwrote " +
		"on a server. What a run deleted of mail on a server is in that server's trash. What was changed since stays as it is; exit code 5.\n\n" +
		"Of a provisioning the writes of the run are reversed on the mail server, the last one first: what it made is deleted if nobody has changed " +
		"it since, what it deleted or changed is as before. Accounts and identities stay as they are. What the directory still says, the next sync " +
		"writes again: correct the directory first. Exit code 5 if some of it could not be reversed."
}

// undoJSON is what undo did for a link.
type undoJSON struct {
	Type     string `json:"type"` // undo
	Link     string `json:"link"`
	Run      string `json:"run"`
	Restored int    `json:"restored"`
	// Of a provisioning: the run under which the log has what was reversed.
	By string `json:"by,omitempty"`
	// The writes that stand, each with the reason.
	Stand []stepJSON `json:"stand,omitempty"`
	Error string     `json:"error,omitempty"`
}

// Run implements the command.
func (c *undoCommand) Run(ctx context.Context, a *app) error {
	has := func(s *session) (bool, error) {
		kept, err := s.area.List(c.ID)
		if err != nil {
			return false, usage("%v", err)
		}
		runs, err := s.store.Runs(ctx)
		return len(kept) > 0 || slices.ContainsFunc(runs, func(r state.Run) bool { return r.ID == c.ID }), err
	}
	run := wanted{"undo", fmt.Sprintf("run %q", c.ID), `"lockstep log" lists them`}
	return a.findOne(ctx, c.Link, run, has, a.open, func(s *session) error { return s.undo(ctx, c.ID) })
}

// undo restores what is kept of a run.
func (s *session) undo(ctx context.Context, run string) (err error) {
	out := undoJSON{Type: "undo", Link: s.link.Name, Run: run}
	defer func() {
		if err != nil {
			out.Error = err.Error()
		}
		s.out.object(out)
	}()
	if provisions(s.link) {
		return s.reverse(ctx, &out)
	}
	kept, err := s.area.List(run)
	if err != nil {
		return err
	}
	if len(kept) == 0 {
		s.out.line("%s: nothing is kept of run %s: it deleted and overwrote nothing that is kept, or was undone, or is older than %s",
			safe(s.link.Name), run, plural(s.link.UndoDays, "day"))
		return nil
	}
	var wanted [2]bool
	for _, k := range kept {
		wanted[k.Side] = true
	}
	link, err := s.engineLink(ctx, all.Options{}, wanted)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBoth(link)) }()
	head, err := s.store.Head(ctx)
	if err != nil {
		return err
	}
	at := pathsOf(head)
	done, err := s.engine(nil).Restore(ctx, link, s.area, run)
	out.Restored = len(done.Undone)
	for _, e := range done.Left {
		out.Stand = append(out.Stand, at.entryJSON(s.link.Name, e))
		s.out.line("%s %s", s.out.paint(yellow, "!"), s.standsLine(at, e))
	}
	if err != nil {
		return err
	}
	s.out.line("%s: %s put back; the next sync carries them over", safe(s.link.Name), items(out.Restored, s.link.Kind))
	if len(done.Left) > 0 {
		s.exit(exitParked)
	}
	return nil
}
