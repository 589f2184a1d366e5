package cli

import (
	"context"

	"lockstep/engine"
)

// checkCommand is lockstep check.
type checkCommand struct {
	links
}

func (checkCommand) Help() string {
	return "Lists both sides from the beginning, whatever was known of them, and shows what differs, as plan does. " +
		"What a filter or deletes = false leaves out is no difference. Neither side is changed; what differs is remembered, and the next sync mends it.\n\n" +
		"Exit codes: 0 both sides are equal, 3 they differ, 6 a login is needed."
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
	if !t.plan.Empty() || t.Held > 0 || t.Parked > 0 {
		t.Exit = exitDiffers
		s.showPlanned(t)
		s.out.line("the sides differ")
		return nil
	}
	if s.out.json {
		s.notDoneJSON(t.plan, t.paths)
		return nil
	}
	totals, err := s.store.Totals(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, in := range totals.Rows[0] {
		n += in
	}
	s.out.line("both sides are equal: %s", items(n, s.link.Kind))
	s.showNotDone(t.plan, t.paths)
	return nil
}
