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
	case since != "" && r.chance(20):
		return core.Delta{}, core.Errorf("memory.Changes", core.Resync, "token expired")
	}
	at, page, paging := parseToken(since)
	if since == "" || paging || !r.server.Shape.Deltas {
		if since == "" || !paging {
			at, page = len(r.server.log), 0
		}
		return r.full(feed, at, page), nil
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

func parseToken(t core.Token) (at, page int, paging bool) {
	a, p, paging := strings.Cut(string(t), "+")
	at, _ = strconv.Atoi(a)
	page, _ = strconv.Atoi(p)
	return at, page, paging
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

func (r *Replica) covers(feed core.FeedID, c core.CollectionID) bool {
	return r.server.Shape.OneFeed || core.FeedID(c) == feed
}

// full lists a page of everything. With a window the listing is not Full:
// what it does not name may be outside.
func (r *Replica) full(feed core.FeedID, at, page int) core.Delta {
	d := core.Delta{Full: true, Next: core.Token(strconv.Itoa(at))}
	var refs []core.Ref
	for _, ref := range r.server.Refs() {
		if r.covers(feed, ref.Collection) {
			refs = append(refs, ref)
		}
	}
	size := r.server.Shape.Page
	if size == 0 {
		size = len(refs) + 1
	}
	from := min(page*size, len(refs))
	to := min(from+size, len(refs))
	for _, ref := range refs[from:to] {
		d.Changed = append(d.Changed, r.listed(ref))
	}
	if to < len(refs) {
		d.More = true
		d.Next = core.Token(strconv.Itoa(at) + "+" + strconv.Itoa(page+1))
	}
	return d
}

// Find implements core.Finder.
func (r *Replica) Find(_ context.Context, c core.CollectionID, key core.Key) ([]core.Stub, error) {
	r.call()
	var out []core.Stub
	for _, ref := range r.server.Refs() {
		if ref.Collection == c && r.server.At(ref).Key == key {
			out = append(out, r.server.stub(ref))
		}
	}
	return out, nil
}
