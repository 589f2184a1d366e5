package maildir

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"lockstep/core"
)

// Collections implements core.Replica. It looks at directories only, never at
// messages. The survey is not complete if something could not be looked into.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	if err := ctx.Err(); err != nil {
		return core.Survey{}, err
	}
	t, err := r.scan(ctx)
	if err != nil {
		return core.Survey{}, err
	}
	r.tree, r.shared = t, nil
	r.keepSame(t)
	roles := r.rolesOf(t)
	s := core.Survey{Complete: len(t.hidden) == 0}
	now := r.config.Now()
	for _, p := range t.places {
		c := p.collection(now)
		c.Role = roles[p.id]
		s.Collections = append(s.Collections, c)
	}
	return s, nil
}

// keepSame closes the folders that another directory has taken the place of.
func (r *Replica) keepSame(t *tree) {
	kept := r.folders[:0]
	for _, f := range r.folders {
		if p := t.byID[f.place.id]; p != nil && p.obstacle == nil && p.dir == f.place.dir && os.SameFile(p.cur, f.place.cur) {
			kept = append(kept, f)
		} else {
			f.close()
		}
	}
	r.folders = kept
}

// collection describes a folder.
func (p *place) collection(now time.Time) core.Collection {
	c := core.Collection{
		ID: p.id, Path: string(p.id), Feed: core.FeedID(p.id), Count: -1, ReadOnly: p.obstacle != nil,
		Vocabulary: core.Vocabulary{Marks: systemMarks(), Any: true},
	}
	if p.obstacle != nil {
		return c
	}
	device, inode := identity(p.cur)
	c.Same = core.Same(fmt.Sprintf("%d:%d", device, inode))
	rev, young := strconv.FormatUint(inode, 36), false
	for _, seen := range []fs.FileInfo{p.cur, p.new, p.keywords} {
		if seen == nil {
			continue
		}
		changed := seen.ModTime()
		rev += "." + strconv.FormatInt(changed.UnixNano(), 36)
		young = young || hot(changed, now)
		// The messages of a folder have no order, but this moves with every
		// one that comes or goes, which proves a listing.
		c.Position = max(c.Position, uint64(max(changed.UnixNano(), 0)))
	}
	if !young { // else more may change and leave the same times
		c.Rev = core.Rev(rev)
	}
	if p.empty {
		c.Count = 0
	}
	return c
}

// settled is the age from which the time of a directory proves that nothing
// changed since: some file systems count whole seconds, and clocks differ.
const settled = 2 * time.Second

func hot(changed, now time.Time) bool { return now.Sub(changed) < settled }
