package cli

import (
	"context"
	"errors"
	"strings"

	"lockstep/config"
	"lockstep/core"
	"lockstep/engine"
)

// syncCommand is lockstep sync.
type syncCommand struct {
	links
	Plan    string `placeholder:"FILE" help:"Do what this plan says, saved by plan --save, and refuse if a side has changed since."`
	Confirm string `placeholder:"PLAN-ID" help:"Delete what is held back under this ID; plan shows it."`
	Clean   bool   `help:"Write deletions too where the link has deletes off."`
}

func (syncCommand) Help() string {
	return "Writes what plan shows, one line for each write. An item that cannot be read or is refused is parked and stops no other; " +
		"a link that fails stops no other. What is deleted or overwritten on this machine, or of contacts and calendars " +
		"anywhere, or by a provisioning, is kept for undo.\n\n" +
		"Exit codes: 0 done, 1 failed, 4 deletions are held back by the guard, 5 done but for parked items or open conflicts, or a " +
		"directory was read in part, 6 a login is needed. Over several links the worst counts, in the order 2, 1, 6, 4, 5, 3, 0."
}

// mostPasses of one sync: steps that were dropped, because a side changed
// while they were on their way, are planned again.
const mostPasses = 3

// Run implements the command.
func (c *syncCommand) Run(ctx context.Context, a *app) error {
	var saved savedPlan
	links, err := a.selected(c.Links)
	if c.Plan != "" {
		links, saved, err = a.savedLinks(c.Plan, c.Links)
		c.Clean = saved.Clean || c.Clean
	}
	if err != nil {
		return err
	}
	return a.each(ctx, links, a.open, func(s *session, t *tally) error { return c.one(ctx, s, t, saved) })
}

// savedLinks finds the link of a saved plan, which the arguments may name too.
func (a *app) savedLinks(file string, args []string) ([]*config.Link, savedPlan, error) {
	saved, err := readPlan(file)
	if err != nil {
		return nil, saved, err
	}
	l, err := a.linkOf(saved)
	if err != nil {
		return nil, saved, err
	}
	if len(args) > 0 {
		named, err := a.selected(args)
		if err != nil {
			return nil, saved, err
		}
		if len(named) != 1 || named[0].StateKey() != l.StateKey() {
			return nil, saved, usage("--plan: the plan is for link %q and not for %s", l.Name, strings.Join(args, " "))
		}
	}
	return []*config.Link{l}, saved, nil
}

func (c *syncCommand) one(ctx context.Context, s *session, t *tally, saved savedPlan) (err error) {
	defer func() { err = errors.Join(err, s.prune(context.WithoutCancel(ctx))) }()
	s.clean = c.Clean
	audit, err := s.openAudit(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, audit.close(ctx)) }()
	options := engine.Options{Confirm: c.Confirm}
	if saved.PlanID != "" {
		// Compared before anything is written: a pass makes folders before it
		// plans, and its plan is then another one than the saved.
		if _, err := s.pass(ctx, engine.Options{PlanOnly: true, Expect: saved.PlanID}, nil); err != nil {
			return err
		}
		if !saved.changesTree() && c.Confirm == "" {
			options.Expect = saved.PlanID
		}
	}
	if err := s.passes(ctx, t, options); err != nil {
		if !t.changed() {
			return err
		}
		end := "failed"
		if ctx.Err() != nil {
			end = "was interrupted"
		} else {
			err = errors.Join(err, s.hook(ctx, t))
		}
		s.out.line("%s, before it %s (%s)", t.summary(false), end, seconds(t.Seconds))
		return err
	}
	return s.finish(ctx, t, c.Confirm)
}

// passes runs passes until one leaves nothing undone that another could do.
func (s *session) passes(ctx context.Context, t *tally, o engine.Options) error {
	v := &live{session: s, warns: true}
	for range mostPasses {
		report, err := s.pass(ctx, o, func(e engine.Event) { v.event(ctx, e) })
		v.end()
		t.add(report)
		if err != nil {
			return err
		}
		if unfinished(report) == report.PutOff && !report.Again {
			break
		}
		o.Expect = ""
	}
	return nil
}

// finish prints what a sync did and did not, runs the hook, and finds the exit
// code.
func (s *session) finish(ctx context.Context, t *tally, confirm string) error {
	open, err := s.openConflicts(ctx)
	if err != nil {
		return err
	}
	t.Conflicts = open
	if err := s.sumUp(ctx, t); err != nil {
		return err
	}
	if s.out.json {
		s.notDoneJSON(t.plan, t.paths)
	} else {
		s.out.line("%s (%s)", t.summary(false), seconds(t.Seconds))
		if e := t.Entries; e != nil {
			s.out.line("all: %s in the directory, %s to change, %s changed, %s", items(e.All, s.link.Kind), number(e.ToModify), number(e.Modified), plural(e.Errors, "error"))
		}
		s.showNotDone(t.plan, t.paths)
		if open > 0 {
			s.out.line("conflicts: %d open; lockstep conflicts shows them", open)
		}
	}
	s.showUndo(t)
	s.showConfirm(t, confirm)
	s.showInPart(t)
	switch { // before the hook, which reads the report
	case t.Unfinished > 0:
		t.Exit = exitFailed
	case t.Held > 0:
		t.Exit = exitHeld
	case t.Parked > 0 || t.Conflicts > 0 || s.inPart(t):
		t.Exit = exitParked
	}
	if t.changed() {
		if err := s.hook(ctx, t); err != nil {
			return err
		}
	}
	if t.Unfinished > 0 {
		return core.Errorf("sync", core.Transient, "%s could not be finished; the next sync tries again", plural(t.Unfinished, "write"))
	}
	return nil
}

// showConfirm says when --confirm released nothing.
func (s *session) showConfirm(t *tally, confirm string) {
	switch {
	case confirm == "":
	case t.Held > 0:
		s.out.line("--confirm %s names other deletions than those that are held now, so these were not released", safe(confirm))
	case t.Left.Deleted+t.Right.Deleted == 0:
		s.out.line("--confirm %s: no deletion is held back under this ID", safe(confirm))
	}
}

// showUndo tells how to have back what was deleted on this machine, or overwritten
// by a provisioning, or either of a contact or event.
func (s *session) showUndo(t *tally) {
	for i, run := range t.Runs {
		kept := t.kept[i]
		switch {
		case kept == 0 || s.link.UndoDays == 0:
		case provisions(s.link):
			s.out.line("%s kept for %s; to reverse this run: lockstep undo %s", are(plural(kept, "old value"), kept), plural(s.link.UndoDays, "day"), run)
		default:
			done := "deleted on this machine"
			if s.link.Kind == core.Contact || s.link.Kind == core.Event {
				done = "overwritten or deleted"
			}
			s.out.line("%s, and kept for %s: %s; to have them back: lockstep undo %s",
				done, plural(s.link.UndoDays, "day"), items(kept, s.link.Kind), run)
		}
	}
}
