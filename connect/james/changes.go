package james

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// pageSize is how many elements a page of a feed holds.
const pageSize = 2000

// Changes implements core.Replica. Every listing is full. A token is the number
// of listings so far, and while one is being told also how much of it was: it is
// read as a whole before its first page, since webadmin sends whole lists.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	const op = "james.Changes"
	resource := element.Resource(feed)
	if !slices.Contains(r.enabled(), resource) || resource == element.Identity {
		return core.Delta{}, missing(op, string(feed))
	}
	t, ok := parseToken(since)
	if !ok {
		return core.Delta{}, core.Errorf(op, core.Resync, "the token %q is none of ours", since)
	}
	all, begun := r.pages[resource]
	if t.told > 0 && (!begun || t.told > len(all)) {
		return core.Delta{}, core.Errorf(op, core.Resync, "a listing of %s was broken off", feed)
	}
	if t.told == 0 {
		var err error
		if all, err = r.list(ctx, resource, t.listings); err != nil {
			return core.Delta{}, err
		}
	}
	end := min(t.told+pageSize, len(all))
	d := core.Delta{Full: true, Changed: make([]core.Stub, 0, end-t.told), More: end < len(all), Next: token{t.listings + 1, 0}.String()}
	for _, l := range all[t.told:end] {
		d.Changed = append(d.Changed, l.stub())
	}
	if d.More {
		r.pages[resource] = all
		d.Next = token{t.listings, end}.String()
	} else {
		delete(r.pages, resource)
	}
	return d, nil
}

// list reads a collection, sorted by its places. listings is how many there were
// before.
func (r *Replica) list(ctx context.Context, resource element.Resource, listings int) (out []listed, err error) {
	switch resource {
	case element.User:
		out, err = r.listUsers(ctx)
	case element.Quota:
		out, err = r.listQuotas(ctx)
	case element.Contact:
		out, err = r.listContacts(ctx, listings)
	default:
		out, err = r.listMappings(ctx, resource)
	}
	if err != nil {
		return nil, err
	}
	return oneOfEach(out), nil
}

// token is a position in a feed.
type token struct {
	listings int // that were told to their end
	told     int // of the one that is being told; 0 = none is
}

func (t token) String() core.Token {
	s := strconv.Itoa(t.listings)
	if t.told > 0 {
		s += "+" + strconv.Itoa(t.told)
	}
	return core.Token(s)
}

func parseToken(s core.Token) (t token, ok bool) {
	if s == "" {
		return t, true
	}
	listings, told, paging := strings.Cut(string(s), "+")
	var err1, err2 error
	t.listings, err1 = strconv.Atoi(listings)
	if paging {
		t.told, err2 = strconv.Atoi(told)
	}
	return t, err1 == nil && err2 == nil && t.listings >= 0 && t.told >= 0 && (t.told > 0) == paging
}
