package memory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lockstep/core"
)

// Changes implements core.Replica. A token is a position in the log; while a
// full listing is being paged it also holds how far that has come.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	r.call()
	switch {
	case ctx.Err() != nil:
		return core.Delta{}, ctx.Err()
	case r.chance(30):
		return core.Delta{}, transient("memory.Changes")
	case r.server.Shape.Unlisted != nil && r.server.Shape.Unlisted(core.CollectionID(feed)):
		return core.Delta{}, core.Errorf("memory.Changes", core.Permanent, "%s is out of order", feed)
	case !r.covered(feed):
		return core.Delta{}, core.Errorf("memory.Changes", core.Missing, "%s is gone", feed)
	case r.server.Shape.Lazy != nil && r.server.Shape.Lazy(core.CollectionID(feed)):
		return core.Delta{}, core.Errorf("memory.Changes", core.Permanent, "%s cannot be listed", feed)
	case since != "" && r.chance(20):
		return core.Delta{}, core.Errorf("memory.Changes", core.Resync, "token expired")
	}
	at, after, paging := parseToken(since)
	if since == "" || paging || !r.server.Shape.Deltas {
		if !paging {
			at = len(r.server.log)
		}
		return r.full(feed, at, after), nil
	}
	d := core.Delta{Next: core.Token(strconv.Itoa(len(r.server.log)))}
	seen := map[core.Ref]bool{}
	for _, ref := range r.server.log[min(at, len(r.server.log)):] {
		if seen[ref] || !r.covers(feed, ref.Collection) {
			continue
		}
		seen[ref] = true
		r.tell(&d, ref)
		if r.chance(15) {
			r.tell(&d, ref) // said twice
		}
	}
	if r.chance(4) {
		slices.Reverse(d.Changed)
	}
	return d, nil
}

func parseToken(t core.Token) (at int, after core.Ref, paging bool) {
	a, rest, paging := strings.Cut(string(t), "+")
	at, _ = strconv.Atoi(a)
	c, id, _ := strings.Cut(rest, "\x00")
	return at, core.Ref{Collection: core.CollectionID(c), ID: core.ID(id)}, paging
}

func (r *Replica) tell(d *core.Delta, ref core.Ref) {
	if r.server.At(ref) != nil {
		d.Changed = append(d.Changed, r.listed(ref))
	} else {
		d.Gone = append(d.Gone, ref)
	}
}

// listed is a stub as listings tell it: now and then without its Rev.
func (r *Replica) listed(ref core.Ref) core.Stub {
	s := r.server.stub(ref)
	if r.server.Shape.HidesRev && s.Rev != "" && r.chance(6) {
		s.Rev = ""
	}
	return s
}

// covered tells whether a feed is that of a folder.
func (r *Replica) covered(feed core.FeedID) bool {
	for _, f := range r.server.folders {
		if f.collection.Feed == feed {
			return true
		}
	}
	return false
}

func (r *Replica) covers(feed core.FeedID, c core.CollectionID) bool {
	return r.server.Shape.OneFeed || core.FeedID(c) == feed
}

// full lists a page of everything. Pages go on after the last item named, so
// that what is there all the time is named whatever comes and goes; the token
// is the position at the start, so that what changed meanwhile is told next.
func (r *Replica) full(feed core.FeedID, at int, after core.Ref) core.Delta {
	d := core.Delta{Full: r.server.Shape.Partial == nil || !r.server.Shape.Partial(), Next: core.Token(strconv.Itoa(at))}
	var refs []core.Ref
	for _, ref := range r.server.Refs() {
		if omit := r.server.Shape.Omit; omit != nil && omit(r.server.stub(ref)) {
			continue
		}
		if r.covers(feed, ref.Collection) && (after == core.Ref{} || after.Less(ref)) {
			refs = append(refs, ref)
		}
	}
	n := len(refs)
	if r.server.Shape.Page > 0 {
		n = min(n, r.server.Shape.Page)
	}
	for _, ref := range refs[:n] {
		d.Changed = append(d.Changed, r.listed(ref))
	}
	if n < len(refs) {
		d.More = true
		last := refs[n-1]
		d.Next = core.Token(strconv.Itoa(at) + "+" + string(last.Collection) + "\x00" + string(last.ID))
	}
	return d
}
