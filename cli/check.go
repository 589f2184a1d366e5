package cli

import (
	"context"
	"fmt"

	"lockstep/core"
	"lockstep/engine"
)

// checkCommand is lockstep check.
type checkCommand struct {
	links
}

func (checkCommand) Help() string {
	return "Lists both sides from the beginning, whatever was known of them, and shows what differs, as plan does. " +
		"What a filter or deletes = false leaves out is no difference, an open conflict is one. Neither side is changed; what differs is remembered, and the next sync mends it.\n\n" +
		"Exit codes: 0 both sides are equal, 3 they differ or could not be compared in full, 6 a login is needed."
}

// Run implements the command.
func (c *checkCommand) Run(ctx context.Context, a *app) error {
	links, err := a.selected(c.Links)
	if err != nil {
		return err
	}
	return a.each(ctx, links, a.open, func(s *session, t *tally) error { return s.check(ctx, t) })
}

// check compares both sides. What it finds is kept, so that the next sync
// mends it: that is why it opens the state as sync does.
func (s *session) check(ctx context.Context, t *tally) error {
	if err := s.planOnly(ctx, t, engine.Options{PlanOnly: true, Full: true}); err != nil {
		return err
	}
	switch {
	case !t.plan.Empty() || t.Held > 0:
		t.Exit = exitDiffers
		s.showPlanned(t)
		s.out.line("the sides differ")
	case t.Conflicts > 0:
		t.Exit = exitDiffers
		s.showEqual(t, fmt.Sprintf("the sides differ in what is in conflict: %d open; lockstep conflicts shows them", t.Conflicts))
	case s.inPart(t):
		t.Exit = exitDiffers
		s.showEqual(t, "no difference was found in what could be compared")
	case t.Parked > 0:
		t.Exit = exitDiffers
		s.showEqual(t, "both sides are equal, but for what is parked and could not be compared")
	default:
		totals, err := s.store.Totals(ctx)
		if err != nil {
			return err
		}
		n := 0
		for _, in := range totals.Rows[core.Left] {
			n += in
		}
		s.showEqual(t, "both sides are equal: "+items(n, s.link.Kind))
	}
	if err := s.showLeftOut(ctx, t); err != nil {
		return err
	}
	s.showInPart(t)
	return nil
}

// showEqual prints a verdict, and what is not done.
func (s *session) showEqual(t *tally, verdict string) {
	if s.out.json {
		s.notDoneJSON(t.plan, t.paths)
		return
	}
	s.out.line("%s", verdict)
	s.showNotDone(t.plan, t.paths)
}
