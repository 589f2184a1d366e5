package cli

import (
	"context"
	"fmt"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// conflictsCommand is lockstep conflicts.
type conflictsCommand struct {
	List    conflictsListCommand    `cmd:"" default:"withargs" help:"List conflicts that are open."`
	Show    conflictsShowCommand    `cmd:"" help:"Show a conflict, with both values."`
	Resolve conflictsResolveCommand `cmd:"" help:"Settle a conflict: left or right wins, or both keep their own."`
}

func (conflictsCommand) Help() string {
	return "A conflict is what both sides changed differently, so that neither could be kept without losing the other. " +
		"Until it is settled each side keeps its own."
}

type conflictsListCommand struct {
	oneLink
	All bool `help:"List settled ones too."`
}

func (conflictsListCommand) Help() string {
	return "Of each conflict it shows the number, the item, and what became of it. " +
		"conflicts show NUMBER shows both values; conflicts resolve NUMBER left, right or both settles it."
}

type conflictsShowCommand struct {
	oneLink
	ID int64 `arg:"" name:"id" help:"Number of the conflict, as conflicts lists it."`
}

func (conflictsShowCommand) Help() string {
	return "Shows what each side has. Several links may have a conflict of one number: --link tells which."
}

type conflictsResolveCommand struct {
	oneLink
	ID     int64  `arg:"" name:"id" help:"Number of the conflict, as conflicts lists it."`
	Choice string `arg:"" enum:"left,right,both" help:"left or right: that side's values win; both: each side keeps its own."`
}

func (conflictsResolveCommand) Help() string {
	return "Neither side is written now: the next sync carries the choice over."
}

// Run implements the command.
func (c *conflictsListCommand) Run(ctx context.Context, a *app) error {
	shown := 0
	err := a.eachKnown(ctx, c.Link, a.read, func(s *session) error {
		all, err := s.store.Conflicts(ctx)
		if err != nil {
			return err
		}
		head, err := s.store.Head(ctx)
		if err != nil {
			return err
		}
		for _, one := range all {
			if !c.All && !unsettled(one) {
				continue
			}
			shown++
			a.out.object(pathsOf(head).conflictJSON(s.link.Name, one))
			a.out.line("%s  %d  %s  %s: %s (%s)", safe(s.link.Name), one.ID, a.moment(one.Time), nameOf(one.Key, one.Refs[0].ID), safe(one.Why), fate(one))
		}
		return nil
	})
	if err == nil && shown == 0 && a.code == exitDone {
		a.out.line("no conflict is open")
	}
	return err
}

func unsettled(c state.Conflict) bool { return c.Open && c.Resolved == "" }

// fate says what became of a conflict.
func fate(c state.Conflict) string {
	switch {
	case c.Resolved == "both":
		return "settled: each side keeps its own"
	case c.Resolved == "edited":
		return "edited since: equal now, or told by a later conflict"
	case c.Resolved != "":
		return "settled: the " + c.Resolved + " wins"
	case c.Open:
		return "open"
	}
	return "settled by the link's rule"
}

// withConflict opens the one link that has a conflict, and calls do with it.
func (a *app) withConflict(ctx context.Context, names []string, id int64, open opener, do func(*session, state.Conflict) error) error {
	find := func(s *session, do func(state.Conflict) error) (bool, error) {
		all, err := s.store.Conflicts(ctx)
		i := slices.IndexFunc(all, func(c state.Conflict) bool { return c.ID == id })
		if err != nil || i < 0 {
			return false, err
		}
		return true, do(all[i])
	}
	return a.findOne(ctx, names, wanted{"conflicts", fmt.Sprintf("conflict %d", id), `"lockstep conflicts --all" lists them`},
		func(s *session) (bool, error) { return find(s, func(state.Conflict) error { return nil }) }, open,
		func(s *session) error {
			_, err := find(s, func(c state.Conflict) error { return do(s, c) })
			return err
		})
}

// Run implements the command.
func (c *conflictsShowCommand) Run(ctx context.Context, a *app) error {
	return a.withConflict(ctx, c.Link, c.ID, a.read, func(s *session, one state.Conflict) error {
		head, err := s.store.Head(ctx)
		if err != nil {
			return err
		}
		at := pathsOf(head)
		a.out.object(at.conflictJSON(s.link.Name, one))
		a.out.line("%s  conflict %d of run %s, %s", a.out.paint(bold, safe(s.link.Name)), one.ID, one.Run, a.moment(one.Time))
		a.out.line("  item   %s", nameOf(one.Key, ""))
		for _, x := range core.Sides() {
			a.out.line("  %s  %s in %s", pad(x.String(), 5), nameOf("", one.Refs[x].ID), safe(at.of(x, one.Refs[x].Collection)))
		}
		a.out.line("  what   %s", safe(one.Why))
		for _, clash := range one.Collisions {
			a.showClash(clash)
		}
		a.out.line("  state  %s", fate(one))
		return nil
	})
}

// Run implements the command.
func (c *conflictsResolveCommand) Run(ctx context.Context, a *app) error {
	return a.withConflict(ctx, c.Link, c.ID, a.open, func(s *session, one state.Conflict) error {
		if !unsettled(one) {
			return core.Errorf("conflicts", core.Conflict, "conflict %d is closed (%s)", one.ID, fate(one))
		}
		traits, err := a.sys.Traits(s.link.Kind)
		if err != nil {
			return err
		}
		if err := a.engine(nil).Resolve(ctx, s.store, traits, one.ID, c.Choice); err != nil {
			return err
		}
		head, err := s.store.Head(ctx)
		if err != nil {
			return err
		}
		one.Resolved = c.Choice
		a.out.object(pathsOf(head).conflictJSON(s.link.Name, one))
		a.out.line("conflict %d is %s; the next sync carries it over", one.ID, fate(one))
		return nil
	})
}
