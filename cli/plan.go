package cli

import (
	"context"

	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
)

// planCommand is lockstep plan.
type planCommand struct {
	links
	Save  string `placeholder:"FILE" help:"Save the plan of one link to this file, for sync --plan."`
	Clean bool   `help:"Plan deletions too where the link has deletes off."`
}

func (planCommand) Help() string {
	return "Each line is one write: + a new item, ~ a new body, # marks (flags), > a move, & one more folder, - a deletion; " +
		"then when it was received, its size, its key, and the reason. What is not done follows, with its reason.\n\n" +
		"From a directory to a mail server the lines stand by owner, with the element, the old and the new value, and = for another address; the left is the directory, the right the mail server; " +
		"--verbose adds the call that each makes.\n\n" +
		"A side that is not there yet, of a link that was never synced, is planned as an empty one.\n\n" +
		"Exit codes: 0 nothing to do, 3 there are changes, 4 deletions are held back by the guard, 5 a directory or mail server was read in part, " +
		"6 a login is needed."
}

// Run implements the command.
func (c *planCommand) Run(ctx context.Context, a *app) error {
	links, err := a.selected(c.Links)
	if err != nil {
		return err
	}
	if c.Save != "" && len(links) != 1 {
		return usage("--save takes the plan of one link, and these are %d; name one", len(links))
	}
	return a.each(ctx, links, a.imagine, func(s *session, t *tally) error { return c.one(ctx, s, t) })
}

func (c *planCommand) one(ctx context.Context, s *session, t *tally) error {
	s.clean = c.Clean
	by, err := s.holder(s.link)
	if err != nil {
		return err
	}
	if by != (state.Holder{}) {
		t.Running = &by
		s.out.line("%s; what it writes meanwhile may show here", s.runningLine(by))
	}
	if err := s.planOnly(ctx, t, engine.Options{PlanOnly: true}); err != nil {
		return err
	}
	s.showPlanned(t)
	if err := s.showLeftOut(ctx, t); err != nil {
		return err
	}
	switch {
	case t.Held > 0:
		t.Exit = exitHeld
	case s.inPart(t):
		t.Exit = exitParked
	case !t.plan.Empty():
		t.Exit = exitDiffers
	}
	if c.Save != "" {
		if err := s.save(c.Save, t.plan); err != nil {
			return err
		}
		s.out.line("saved to %s; lockstep sync --plan %s carries it out", safe(c.Save), quoted(c.Save))
	}
	s.showInPart(t)
	return nil
}

// planOnly makes a pass that changes neither side.
func (s *session) planOnly(ctx context.Context, t *tally, o engine.Options) error {
	v := &live{session: s}
	report, err := s.pass(ctx, o, func(e engine.Event) { v.event(ctx, e) })
	v.end()
	t.add(report)
	if err != nil {
		return err
	}
	t.planned(t.plan)
	if t.Conflicts, err = s.openConflicts(ctx, t.plan.Conflicts...); err != nil {
		return err
	}
	if err := s.sumUp(ctx, t); err != nil || t.Entries == nil {
		return err
	}
	t.Entries.Modified = 0
	return nil
}

// showPlanned prints a plan, its counts, and what is not done.
func (s *session) showPlanned(t *tally) {
	if s.out.json {
		s.planJSON(t)
		return
	}
	s.showSteps(t.plan, t.paths)
	s.out.line("%s", t.summary(true))
	s.showNotDone(t.plan, t.paths)
}

func (s *session) planJSON(t *tally) {
	name := s.link.Name
	for _, c := range t.plan.Collections {
		s.out.object(folderJSON("folder", name, c))
	}
	for _, step := range t.plan.Steps {
		s.out.object(s.stepJSON(t.paths, "step", step))
	}
	s.notDoneJSON(t.plan, t.paths)
}

// notDoneJSON prints what is not done, for programs.
func (s *session) notDoneJSON(p core.Plan, at paths) {
	for _, step := range p.Held {
		s.out.object(s.stepJSON(at, "held", step))
	}
	for _, c := range p.HeldCollections {
		s.out.object(folderJSON("held", s.link.Name, c))
	}
	for _, c := range p.Conflicts {
		s.out.object(at.conflictJSON(s.link.Name, state.Conflict{ConflictRecord: c}))
	}
	for _, n := range p.Notes {
		s.out.object(at.noteJSON(s.link.Name, n))
	}
}
