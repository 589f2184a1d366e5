package vdir

import (
	"context"
	"fmt"
	"slices"

	"lockstep/core"
)

// Collections implements core.Replica. It looks at directories only. The survey is
// complete, or it is an error: a root in which no collection is (any more) is a disk
// that is missing.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	if err := ctx.Err(); err != nil {
		return core.Survey{}, err
	}
	t, err := r.scan(ctx)
	if err != nil {
		return core.Survey{}, err
	}
	r.tree = t
	r.keepSame(t)
	s := core.Survey{Complete: true}
	for _, p := range t.places {
		s.Collections = append(s.Collections, p.collection())
	}
	return s, nil
}

// keepSame closes the collections that another directory has taken the place of.
func (r *Replica) keepSame(t *tree) {
	r.folders = slices.DeleteFunc(r.folders, func(f *folder) bool {
		p := t.byID[f.place.id]
		same := p != nil && p.obstacle == nil && p.dir == f.place.dir && p.incarnation == f.place.incarnation
		if !same {
			f.close()
		}
		return !same
	})
}

// collection describes a directory. It has no Rev, for a directory says nothing
// about edits of its files.
func (p *place) collection() core.Collection {
	c := core.Collection{
		ID: p.id, Path: string(p.id), Feed: core.FeedID(p.id), Count: -1, Incarnation: p.incarnation, ReadOnly: p.obstacle != nil,
		Color: core.ColorOf(p.color),
	}
	if p.seen == nil {
		return c
	}
	device, inode := identity(p.seen)
	c.Same = core.Same(fmt.Sprintf("%d:%d", device, inode))
	// Items have no order, but this moves with every one that comes or goes, which
	// proves a listing.
	c.Position = uint64(max(p.seen.ModTime().UnixNano(), 0))
	if p.empty {
		c.Count = 0
	}
	return c
}
