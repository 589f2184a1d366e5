package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/core"
)

// showLeftOut tells what a plan is not about because the link is so
// configured: folders that it does not take part in, and items that only the
// side has which it is copied to.
func (s *session) showLeftOut(ctx context.Context, t *tally) error {
	var notes []core.Note
	folders, err := s.foldersLeftOut(ctx, t)
	if err != nil {
		return err
	}
	for _, x := range core.Sides() {
		if n := len(folders[x]); n > 0 {
			names := folders[x]
			if !s.globals.Verbose && n > examples {
				names = append(slices.Clone(names[:examples]), fmt.Sprintf("%d more", n-examples))
			}
			notes = append(notes, core.Note{Side: x, Why: fmt.Sprintf("%s left out by the configuration: %s", plural(n, "folder"), list(names))})
		}
	}
	write := s.link.Policy(s.sys.Now()).Write
	for _, x := range core.Sides() {
		if write[x.Other()] || provisions(s.link) { // what else a mail server has is its own
			continue
		}
		n, err := s.onlyOn(ctx, x)
		if err != nil {
			return err
		}
		if n > 0 {
			notes = append(notes, core.Note{Side: x, Why: fmt.Sprintf("%s only there; this link writes nothing to the %s", are(items(n, s.link.Kind), n), x.Other())})
		}
	}
	if len(notes) == 0 {
		return nil
	}
	s.out.line("%s", s.out.paint(yellow, "left out"))
	for _, n := range notes {
		s.out.object(t.paths.noteJSON(s.link.Name, n))
		s.out.line("  %s  %s", pad(n.Side.String(), 5), safe(n.Why))
	}
	return nil
}

func are(what string, n int) string {
	if n == 1 {
		return what + " is"
	}
	return what + " are"
}

// foldersLeftOut are the folders that a side has and that are neither paired,
// nor to be, nor told of in a note.
func (s *session) foldersLeftOut(ctx context.Context, t *tally) (out [2][]string, err error) {
	head, err := s.passed.Head(ctx)
	if err != nil {
		return out, err
	}
	for _, x := range core.Sides() {
		rest := maps.Clone(t.paths[x])
		for _, row := range head.Collections {
			if row.On(x) {
				delete(rest, row.Side[x].Collection.ID)
			}
		}
		for _, step := range t.plan.Collections {
			if (step.Op == core.CreateCollection) == (step.Side != x) { // of a new one it is the ID on the other side
				delete(rest, step.ID)
			}
		}
		for _, n := range t.plan.Notes {
			if n.Side == x && n.Ref.ID == "" {
				delete(rest, n.Ref.Collection)
			}
		}
		maps.DeleteFunc(rest, func(id core.CollectionID, _ string) bool { return strings.HasPrefix(string(id), "new:") })
		out[x] = slices.Sorted(maps.Values(rest))
	}
	return out, nil
}

// onlyOn counts what only one side has, in folders that are synced.
func (s *session) onlyOn(ctx context.Context, x core.Side) (n int, err error) {
	const atOnce = 1000
	var refs []core.Ref
	count := func() error {
		rows, err := s.passed.RowsAt(ctx, x, refs)
		n += len(refs) - len(rows)
		refs = refs[:0]
		return err
	}
	for o, err := range s.passed.Observed(ctx, x) {
		if err != nil {
			return 0, err
		}
		if o.Gone || o.Out || o.Bad != "" {
			continue
		}
		if refs = append(refs, o.Ref); len(refs) == atOnce {
			if err := count(); err != nil {
				return 0, err
			}
		}
	}
	return n, count()
}
