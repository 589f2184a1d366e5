package cli

import (
	"context"

	"lockstep/config"
	"lockstep/engine"
)

// checkCommand is lockstep check.
type checkCommand struct {
	links
}

func (checkCommand) Help() string {
	return "Lists both sides from the beginning, whatever was known of them, and shows what differs, as plan does. " +
		"What a filter or deletes = false leaves out is no difference.\n\n" +
		"Exit codes: 0 both sides are equal, 3 they differ, 6 a login is needed."
}

// Run implements the command.
func (c *checkCommand) Run(ctx context.Context, a *app) error {
	links, err := a.selected(c.Links)
	if err != nil {
		return err
	}
	return a.each(ctx, links, func(l *config.Link) error { return a.check(ctx, l) })
}

func (a *app) check(ctx context.Context, l *config.Link) (err error) {
	t := newTally(l.Name)
	defer func() { t.end(a, err) }()
	s, err := a.open(ctx, l)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.planOnly(ctx, t, engine.Options{PlanOnly: true, Full: true}); err != nil {
		return err
	}
	if !t.plan.Empty() || t.Held > 0 || t.Parked > 0 {
		t.Exit = exitDiffers
		s.showPlanned(t)
		a.out.line("the sides differ")
		return nil
	}
	if a.out.json {
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
	a.out.line("both sides are equal: %s", items(n, l.Kind))
	s.showNotDone(t.plan, t.paths)
	return nil
}
