package dav

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Collections implements core.Replica. A home that was known and is not there any more
// is looked for once anew.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	all, odd, err := r.look(ctx)
	if class := core.ClassOf(err); err != nil && (class == core.Missing || class == core.Permanent) && r.account.known() {
		r.account.forget()
		all, odd, err = r.look(ctx)
	}
	if err != nil {
		return core.Survey{}, err
	}
	books := map[core.CollectionID]*book{}
	s := core.Survey{Complete: odd == 0}
	for i, path := range pathsOf(all, r.config.ByAddress) {
		b := &book{Collection: all[i], path: path, id: core.CollectionID(all[i].URL.EscapedPath())}
		if books[b.id] != nil { // the same path on another host
			b.id = core.CollectionID(all[i].URL.String())
		}
		quirks := r.client.Quirks()
		b.asks = b.SyncToken != "" && (b.Sync || !b.Reports)
		b.syncs = b.asks && !quirks.TakesAnyToken && !quirks.StateTokens
		b.known = b.SyncToken
		if was := r.books[b.id]; was != nil {
			b.own = was.own
		}
		books[b.id] = b
		c := b.collection(r.week(r.config.Now()))
		c.ByContent = quirks.StateTokens
		s.Collections = append(s.Collections, c)
	}
	r.books, r.surveyed = books, true
	return s, nil
}

// known tells whether the way to the collections was found in an earlier pass.
func (a *Account) known() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.place != nil
}

// look lists the collections. odd rows may have been others.
func (r *Replica) look(ctx context.Context) (all []wire.Collection, odd int, err error) {
	place, fresh, err := r.account.where(ctx)
	switch {
	case err != nil:
		return nil, 0, err
	case place.Collection != nil && fresh:
		return []wire.Collection{*place.Collection}, 0, nil
	case place.Collection != nil:
		c, err := r.client.Look(ctx, r.config.Flavour, place.Collection.URL)
		if err == nil && !c.Is {
			err = core.Errorf("dav.Collections", core.Missing, "%s is no %s any more", c.URL.EscapedPath(), r.config.Flavour.Collection)
		}
		return []wire.Collection{c}, 0, err
	case fresh && place.Listed != nil:
		return place.Listed, place.Odd, nil
	}
	for _, home := range place.Homes {
		found, more, err := r.client.Children(ctx, r.config.Flavour, home)
		if err != nil {
			return nil, 0, err
		}
		all, odd = append(all, found...), odd+more
	}
	return all, odd, nil
}

// collection is a book as the engine knows it. The week belongs to the Rev, so that
// every collection is looked into once in it, even if it seems to be as it was: what
// came and went may leave no trace.
func (b *book) collection(week int64) core.Collection {
	c := core.Collection{ID: b.id, Path: b.path, Feed: core.FeedID(b.id), Count: -1, ReadOnly: b.ReadOnly, MaxSize: b.MaxSize, Color: core.ColorOf(b.Color)}
	switch {
	case b.syncs:
		c.Rev = core.Rev(fmt.Sprintf("s%d:%s", week, b.SyncToken))
	case b.CTag != "":
		c.Rev = core.Rev(fmt.Sprintf("c%d:%s", week, b.CTag))
	}
	return c
}

// week numbers the spans of time in each of which everything is listed once.
func (r *Replica) week(t time.Time) int64 {
	return t.Unix() / max(int64(r.config.FullAfter/time.Second), 1)
}

// book finds a collection; a replica that has not surveyed yet does so.
func (r *Replica) book(ctx context.Context, op string, id core.CollectionID) (*book, error) {
	if !r.surveyed {
		if _, err := r.Collections(ctx); err != nil {
			return nil, err
		}
	}
	if b := r.books[id]; b != nil {
		return b, nil
	}
	return nil, missing(op, string(id))
}

// overlooked is the error about a collection that its home does not name: it is gone only
// if the server says so where it was.
func (r *Replica) overlooked(ctx context.Context, op string, id core.CollectionID, unnamed error) error {
	if core.ClassOf(unnamed) != core.Missing {
		return unnamed
	}
	place, _, err := r.account.where(ctx)
	if err != nil {
		return err
	}
	beside := r.client.URL()
	for _, home := range place.Homes { // which may be on another host
		if strings.HasPrefix(string(id), home.EscapedPath()) {
			beside = home
			break
		}
	}
	at, err := beside.Parse(string(id))
	if err != nil {
		return unnamed
	}
	c, err := r.client.Look(ctx, r.config.Flavour, at)
	switch {
	case err != nil:
		return err
	case !c.Is:
		return unnamed
	}
	return &core.Error{Op: op, Class: core.Permanent, Thing: string(id), Err: errors.New("its home does not name it, but it is there")}
}

// version of vCard that bodies are read in: 4.0 of a server that would make 3.0 of it
// otherwise; "" = as they are stored.
func (r *Replica) version(b *book) string {
	if !r.client.Quirks().Converts {
		return ""
	}
	for _, v := range b.Versions {
		if v == "4.0" {
			return v
		}
	}
	return ""
}
