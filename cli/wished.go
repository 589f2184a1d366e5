package cli

import (
	"context"

	"lockstep/core"
	"lockstep/format/element"
)

// entriesJSON sums a provisioning up in the four numbers that tools which read
// directories end with.
type entriesJSON struct {
	// All elements that the directory names, ToModify those that had to be
	// written, Modified those that were, Errors what is parked or unfinished.
	All      int `json:"all"`
	ToModify int `json:"to_modify"`
	Modified int `json:"modified"`
	Errors   int `json:"errors"`
}

// sumUp fills the four numbers in.
func (s *session) sumUp(ctx context.Context, t *tally) error {
	if !provisions(s.link) {
		return nil
	}
	wished, err := s.wished(ctx)
	if err != nil {
		return err
	}
	t.Entries = &entriesJSON{ToModify: max(t.firstSteps, t.written()), Modified: t.written(), Errors: t.Parked + t.Unfinished}
	for _, n := range wished {
		t.Entries.All += n
	}
	return nil
}

// wished counts what the left was last seen to have, by collection: what both
// sides agreed on, without what is gone since, and what came since.
func (s *session) wished(ctx context.Context) (map[core.CollectionID]int, error) {
	totals, err := s.passed.Totals(ctx)
	if err != nil {
		return nil, err
	}
	out := map[core.CollectionID]int{}
	for id, n := range totals.Rows[core.Left] {
		out[id] = n
	}
	const atOnce = 1000
	gone := map[core.Ref]bool{}
	count := func() error {
		refs := make([]core.Ref, 0, len(gone))
		for ref := range gone {
			refs = append(refs, ref)
		}
		rows, err := s.passed.RowsAt(ctx, core.Left, refs)
		for ref, isGone := range gone {
			switch _, bound := rows[ref]; {
			case bound && isGone:
				out[ref.Collection]--
			case !bound && !isGone:
				out[ref.Collection]++
			}
		}
		clear(gone)
		return err
	}
	for o, err := range s.passed.Observed(ctx, core.Left) {
		if err != nil {
			return nil, err
		}
		if _, is := element.Parse(o.Key); !is && !o.Gone {
			continue // a directory that was not read to its end, not an element of it
		}
		if gone[o.Ref] = o.Gone; len(gone) == atOnce {
			if err := count(); err != nil {
				return nil, err
			}
		}
	}
	return out, count()
}
