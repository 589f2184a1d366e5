package cli

import (
	"context"

	"lockstep/core"
	"lockstep/state"
)

// explainCommand is lockstep explain.
type explainCommand struct {
	oneLink
	Key string `arg:"" help:"Key of an item (Message-ID, UID), or a part of it, or of its ID on a side."`
}

func (explainCommand) Help() string {
	return "Tells what the state knows of the items that match: where they are, what both sides agreed on, what was seen since, what is " +
		"open or parked, and what was written when and why. Neither side is asked. Exit code 1 if nothing matches."
}

// known is all that is known of one item.
type known struct {
	Link     string        `json:"link"`
	Key      string        `json:"key"`
	Row      *core.Row     `json:"row,omitempty"`
	Observed []seen        `json:"observed,omitempty"`
	Open     []core.Intent `json:"open_writes,omitempty"`
	Notes    []core.Note   `json:"parked,omitempty"`
	Log      []entryJSON   `json:"log,omitempty"`
	entries  []state.Entry // of Log, as they are
}

// seen is what a side was last seen to have otherwise than agreed.
type seen struct {
	Side string `json:"side"`
	state.Observation
	side core.Side
}

type place struct {
	side core.Side
	ref  core.Ref
}

// Run implements the command.
func (c *explainCommand) Run(ctx context.Context, a *app) error {
	found := false
	err := a.eachKnown(ctx, c.Link, func(s *session) error {
		all, at, err := s.explain(ctx, c.Key)
		if err != nil {
			return err
		}
		for _, k := range all {
			found = true
			a.out.object(k)
			s.showKnown(k, at)
		}
		return nil
	})
	if err == nil && !found && a.code == exitDone {
		return core.Errorf("explain", core.Missing, "nothing is known of %q; a part of its Message-ID or UID is enough", c.Key)
	}
	return err
}
