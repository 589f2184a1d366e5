package cli

import (
	"context"
	"fmt"

	"lockstep/core"
	"lockstep/state"
)

// explainCommand is lockstep explain.
type explainCommand struct {
	oneLink
	Key string `arg:"" help:"Key of an item (Message-ID, UID), or a part of it, or of its ID on a side; of a provisioning an address, an entryUUID or a DN."`
}

func (explainCommand) Help() string {
	return "Tells what the state knows of the items that match: where they are, what both sides agreed on, what was seen since, what is " +
		"open or parked, and what was written when and why. Of a provisioning it tells all of an owner: what the directory says, each element, what " +
		"stands on the server, and whether anything waits to be deleted. Neither side is asked. Exit code 1 if nothing matches."
}

// known is all that is known of one item.
type known struct {
	key      core.Key
	row      *core.Row
	observed []seen
	open     []core.Intent
	parked   []core.Note
	entries  []state.Entry
}

// seen is what a side was last seen to have otherwise than agreed.
type seen struct {
	state.Observation
	side core.Side
}

type place struct {
	side core.Side
	ref  core.Ref
}

// Run implements the command.
func (c *explainCommand) Run(ctx context.Context, a *app) error {
	if c.Key == "" {
		return usage("explain takes a part of a Message-ID, UID, file name or address, and this one is empty")
	}
	found := false
	err := a.eachKnown(ctx, c.Link, a.read, func(s *session) error {
		if provisions(s.link) {
			some, err := s.explainOwners(ctx, c.Key)
			found = found || some
			return err
		}
		all, at, err := s.explain(ctx, func(of clues) bool { return of.holds(c.Key) })
		if err != nil {
			return err
		}
		for _, k := range all {
			found = true
			a.out.object(at.itemJSON(s.link.Name, k))
			s.showKnown(k, at)
		}
		return nil
	})
	if err == nil && !found && a.code == exitDone {
		return &core.Error{Op: "explain", Class: core.Missing, Err: fmt.Errorf("nothing is known of %q", c.Key),
			Remedy: "a part of its Message-ID, UID, file name or address is enough, as it stands there"}
	}
	return err
}
