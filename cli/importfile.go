package cli

import (
	"context"

	"lockstep/config"
	"lockstep/core"
	"lockstep/state"
)

// importFileCommand is lockstep import of a file of contacts or events.
type importFileCommand struct {
	File string `arg:"" name:"file" help:"A .vcf or .ics, with as many contacts or events as it may hold."`
	To   string `arg:"" name:"account" help:"An account or an address, with #NAME for the address book or calendar, if it is not to be called as the file is."`
	Plan bool   `env:"LOCKSTEP_IMPORT_PLAN" help:"Show what would be written; change nothing."`
}

func (importFileCommand) Help() string {
	return "What is not there yet is made; what is there under the same UID gets what it lacks, and where both say something else it keeps its own, " +
		"which lockstep conflicts --all shows. Nothing is ever deleted, so a second time there is nothing to do. What earlier imports brought and " +
		"somebody deleted since comes back. What cannot be read is told with its file and line, and the rest goes on.\n\n" +
		"A .vcf may hold cards of vCard 2.1, 3.0 and 4.0; those of 2.1 are written as 3.0, in UTF-8. The password of an address is LOCKSTEP_PASSWORD_RIGHT. " +
		"To keep a file and an address book in step, name it in a link, as vcf:FILE or ics:FILE.\n\n" +
		"Exit codes: those of sync, and of plan with --plan."
}

// Run implements the command: a sync of an ad-hoc link, from the beginning.
func (c *importFileCommand) Run(ctx context.Context, a *app) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	l, err := conf.Import(c.File, c.To)
	if err != nil {
		return err
	}
	open, do := a.open, func(s *session, t *tally) error { return (&syncCommand{}).one(ctx, s, t, savedPlan{}) }
	if c.Plan {
		open, do = a.imagine, func(s *session, t *tally) error { return (&planCommand{}).one(ctx, s, t) }
	}
	return a.each(ctx, []*config.Link{l}, open, func(s *session, t *tally) error {
		if err := s.startOver(ctx); err != nil {
			return err
		}
		return do(s, t)
	})
}

// startOver forgets what both sides of a link once agreed on, and keeps its log. A link
// that has seen an item deleted on the right leaves it deleted; who imports a file wants
// all of it. Without a base items are paired by their UIDs and joined, so nothing comes
// twice and nothing is lost, open writes included.
func (s *session) startOver(ctx context.Context) error {
	head, err := s.store.Head(ctx)
	if err != nil {
		return err
	}
	b := &state.Batch{Collections: []core.CollectionRow{}, Parked: &[]core.Note{}}
	dropped := map[int64]bool{}
	for _, x := range core.Sides() {
		b.Sides[x] = &state.SideState{Held: head.Sides[x].Held}
		for _, pair := range head.Collections {
			for row, err := range s.store.RowsIn(ctx, x, pair.Side[x].Collection.ID) {
				if err != nil {
					return err
				}
				if !dropped[row.N] {
					dropped[row.N] = true
					b.DropRows = append(b.DropRows, row.N)
				}
			}
		}
		for o, err := range s.store.Observed(ctx, x) {
			if err != nil {
				return err
			}
			b.Unobserve[x] = append(b.Unobserve[x], o.Ref)
		}
	}
	open, err := s.store.Intents(ctx)
	if err != nil {
		return err
	}
	for _, in := range open {
		b.DropIntents = append(b.DropIntents, in.N)
	}
	return s.store.Commit(ctx, b)
}
