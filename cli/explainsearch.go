package cli

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/state"
)

// search collects what matches.
type search struct {
	*session
	match func(clues) bool
	head  state.Head
	all   []*known
	rows  map[int64]*known
	at    map[place]*known
}

// clues are what an item can be found by.
type clues struct {
	key   core.Key
	id    core.ID
	owner string
	where string
}

// holds finds a word, or a part of it, in what an item is called.
func (c clues) holds(word string) bool {
	return strings.Contains(string(c.key), word) || strings.Contains(string(c.id), word)
}

// explain finds all items that match: those of rows first, then what no row has,
// then what only the log remembers.
func (s *session) explain(ctx context.Context, match func(clues) bool) ([]*known, paths, error) {
	f := &search{session: s, match: match, rows: map[int64]*known{}, at: map[place]*known{}}
	var err error
	if f.head, err = s.store.Head(ctx); err != nil {
		return nil, paths{}, err
	}
	for _, find := range []func(context.Context) error{f.findRows, f.findObserved, f.findOpen, f.findParked, f.findLog} {
		if err := find(ctx); err != nil {
			return nil, paths{}, err
		}
	}
	slices.SortStableFunc(f.all, func(x, y *known) int { return cmp.Compare(x.key, y.key) })
	return f.all, pathsOf(f.head), nil
}

// allRows yields every row once.
func (f *search) allRows(ctx context.Context) iter.Seq2[core.Row, error] {
	return func(yield func(core.Row, error) bool) {
		for _, x := range core.Sides() {
			for _, c := range f.head.Collections {
				for row, err := range f.store.RowsIn(ctx, x, c.Side[x].Collection.ID) {
					if x == core.Right && !row.Side[core.Left].None {
						continue // yielded from the left
					}
					if !yield(row, err) || err != nil {
						return
					}
				}
			}
		}
	}
}

func (f *search) findRows(ctx context.Context) error {
	for row, err := range f.allRows(ctx) {
		if err != nil {
			return err
		}
		bound := func(x core.Side) bool {
			return f.match(clues{row.Key, row.Side[x].Ref.ID, row.Owner, row.Side[x].Where})
		}
		if !bound(core.Left) && !bound(core.Right) {
			continue
		}
		row.Side[core.Left].Body, row.Side[core.Right].Body = nil, nil // they are long
		k := f.add(row.Key)
		k.row = &row
		f.rows[row.N] = k
		for _, x := range core.Sides() {
			if !row.Side[x].None {
				f.at[place{x, row.Side[x].Ref}] = k
			}
		}
	}
	return nil
}

func (f *search) add(key core.Key) *known {
	k := &known{key: key}
	f.all = append(f.all, k)
	return k
}

// of finds what is known already of a handle, else of a key that has no row,
// and makes room for it if it matches.
func (f *search) of(p place, key core.Key, owner, where string) *known {
	if k := f.at[p]; k != nil && p.ref.ID != "" {
		return k
	}
	if !f.match(clues{key, p.ref.ID, owner, where}) {
		return nil
	}
	for _, k := range f.all {
		if k.key == key && key != "" {
			return k
		}
	}
	k := f.add(key)
	f.at[p] = k
	return k
}

func (f *search) findObserved(ctx context.Context) error {
	for _, x := range core.Sides() {
		for o, err := range f.store.Observed(ctx, x) {
			if err != nil {
				return err
			}
			if k := f.of(place{x, o.Ref}, o.Key, o.Owner, o.Where); k != nil {
				k.observed = append(k.observed, seen{o, x})
			}
		}
	}
	return nil
}

func (f *search) findOpen(ctx context.Context) error {
	intents, err := f.store.Intents(ctx)
	if err != nil {
		return err
	}
	for _, in := range intents {
		k := f.rows[in.Row]
		if k == nil {
			k = f.of(place{in.Side, in.At}, in.Key, in.Owner, in.Source.Where)
		}
		if k != nil {
			k.open = append(k.open, in)
		}
	}
	return nil
}

func (f *search) findParked(ctx context.Context) error {
	notes, err := f.store.Parked(ctx)
	if err != nil {
		return err
	}
	for _, n := range notes {
		k := f.rows[n.Row]
		if k == nil {
			k = f.of(place{n.Side, n.Ref}, n.Key, n.Owner, n.Where)
		}
		if k != nil {
			k.parked = append(k.parked, n)
		}
	}
	return nil
}

func (f *search) findLog(ctx context.Context) error {
	entries, err := f.store.Log(ctx, "")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Op == 0 {
			continue
		}
		k := f.rows[e.Row]
		if k == nil {
			k = f.of(place{e.Side, e.Ref}, e.Key, e.Owner, e.Where)
		}
		if k != nil {
			k.entries = append(k.entries, e)
		}
	}
	return nil
}
