package dav

import (
	"context"
	"slices"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// checkAbsent refuses the creates of items whose UIDs came since the list that they were
// planned from, under names that are not ours. Many servers take a second item with
// one UID; then only this keeps another program's new card from being doubled. It
// takes one question for what changed, for each collection and part of a batch, and
// leaves the window between that and the write. Where changes cannot be asked for, only
// the name guards.
func (r *Replica) checkAbsent(ctx context.Context, jobs []*job) {
	if r.client.Quirks().ChecksUID {
		return
	}
	creates := map[*book][]*job{}
	for _, j := range jobs {
		if j.err == nil && j.Op == core.OpCreate && j.If.Absent && j.book.asks {
			creates[j.book] = append(creates[j.book], j)
		}
	}
	books := make([]*book, 0, len(creates))
	for b := range creates {
		books = append(books, b)
	}
	slices.SortFunc(books, func(a, b *book) int { return strings.Compare(string(a.id), string(b.id)) })
	for _, b := range books {
		came, err := r.came(ctx, b)
		for _, j := range creates[b] {
			switch id, is := came[j.Item.Key]; {
			case err != nil:
				j.err = err
			case is:
				j.err = core.Errorf("dav.Apply", core.Conflict, "%s has this UID already", id)
			}
		}
	}
}

// came are the Keys of what others have made or changed since all was known. What is
// only ours moves on what is known; what is another's is asked about again, until a
// list tells it to the engine.
func (r *Replica) came(ctx context.Context, b *book) (map[core.Key]core.ID, error) {
	out := map[core.Key]core.ID{}
	token, others := b.known, false
	for more := true; more; {
		var all []wire.Entry
		got, err := r.client.Sync(ctx, r.config.Flavour, b.URL, token, 0, func(e wire.Entry) error {
			all = append(all, e)
			return nil
		})
		if err != nil {
			if ends(err) {
				return nil, unsent(err)
			}
			return out, nil // it cannot be asked; the name guards
		}
		var wants []wire.Want
		for _, e := range once(all) {
			if !e.Gone && !b.owned(e.Name) && e.Size <= r.config.MaxSize {
				wants = append(wants, wire.Want{Name: e.Name, Size: e.Size})
			}
		}
		read, _, err := r.describeAll(ctx, b, wants)
		if err != nil {
			return nil, unsent(err)
		}
		for _, s := range read {
			if was, is := out[s.Key]; s.Key != "" && (!is || s.ID < was) {
				out[s.Key] = s.ID
			}
		}
		token, more, others = got.Token, got.More, others || len(wants) > 0
	}
	if !others {
		b.known = token
	}
	return out, nil
}

// unsent: the write was not even tried, so its outcome is known.
func unsent(err error) error {
	if core.ClassOf(err) != core.Unknown {
		return err
	}
	return core.Errorf("dav.Apply", core.Transient, "%w", err)
}
