package dav

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Tokens of a feed. What follows the letter is opaque but to the branch that wrote it.
//
//	s<day>:<token>  changes since a sync-token; the day (since 1970) of the last full list
//	f<day>:<token>  a full list goes on: the server sent it in parts
//	l               it was listed in full; so it will be next time
//	p<n>            the next page of the list that this replica holds
const (
	tokenSync = 's'
	tokenFull = 'f'
	tokenList = 'l'
	tokenPage = 'p'
)

// listing is what was listed, while it is told page by page.
type listing struct {
	feed    core.FeedID
	entries []wire.Entry // by name, each once
	full    bool
	// next is the token after the last page; more = there is a part to come.
	next core.Token
	more bool
	// anew: it began at the engine's wish, so the window may be another one than before.
	anew bool
}

// mostRows is the limit that is asked for only where a server refuses to tell all.
const mostRows = 500

// Changes implements core.Replica.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	const op = "dav.Changes"
	b, err := r.book(ctx, op, core.CollectionID(feed))
	if err != nil {
		return core.Delta{}, r.overlooked(ctx, op, core.CollectionID(feed), err)
	}
	kind, rest := byte(0), ""
	if since != "" {
		kind, rest = since[0], string(since[1:])
	}
	if kind == tokenPage {
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 || r.listing.feed != feed || n > len(r.listing.entries) {
			return core.Delta{}, core.Errorf(op, core.Resync, "the list of %s is not held any more", feed)
		}
		return r.page(ctx, b, n)
	}
	anew := since == "" || kind == tokenFull && (r.listing.feed != feed || r.listing.anew)
	today := r.config.Now().Unix() / (24 * 60 * 60)
	days, token, _ := strings.Cut(rest, ":")
	day, bad := strconv.ParseInt(days, 10, 64)
	switch {
	case since == "", kind == tokenList && rest == "":
		err = r.listAll(ctx, b, today, "")
	case kind == tokenSync && bad == nil && token != "":
		if r.week(time.Unix(day*24*60*60, 0)) != r.week(time.Unix(today*24*60*60, 0)) || !b.syncs {
			err = r.listAll(ctx, b, today, "") // a full list may always begin
			break
		}
		err = r.sync(ctx, b, token, day, false)
	case kind == tokenFull && bad == nil && token != "":
		err = r.listAll(ctx, b, day, token)
	default:
		err = core.Errorf(op, core.Resync, "%q is no token of this connector", since)
	}
	if err != nil {
		return core.Delta{}, err
	}
	r.listing.anew = anew
	return r.page(ctx, b, 0)
}

// listAll lists everything: by sync-collection, whose token covers just what it names;
// else by PROPFIND, with what the survey told before it.
func (r *Replica) listAll(ctx context.Context, b *book, day int64, token string) error {
	if b.syncs {
		err := r.sync(ctx, b, token, day, true)
		if err == nil || ends(err) || core.ClassOf(err) == core.Missing || token != "" {
			return err
		}
		b.syncs = false // it says that it can, and cannot
	}
	var all []wire.Entry
	if err := r.client.List(ctx, r.config.Flavour, b.URL, func(e wire.Entry) error {
		all = append(all, e)
		return nil
	}); err != nil {
		return err
	}
	r.listing = listing{feed: core.FeedID(b.id), entries: once(all), full: true, next: core.Token(tokenList)}
	return nil
}

// sync asks for changes; from "" on they are all that there is.
func (r *Replica) sync(ctx context.Context, b *book, token string, day int64, full bool) error {
	var all []wire.Entry
	ask := func(limit int) (wire.Changes, error) {
		all = nil
		return r.client.Sync(ctx, r.config.Flavour, b.URL, token, limit, func(e wire.Entry) error {
			all = append(all, e)
			return nil
		})
	}
	got, err := ask(0)
	if refusal, is := wire.Refused(err); is && (refusal.Status == http.StatusInsufficientStorage || refusal.Has("number-of-matches-within-limits")) && core.ClassOf(err) != core.Resync {
		got, err = ask(mostRows)
	}
	if err != nil {
		return err
	}
	l := listing{feed: core.FeedID(b.id), entries: once(all), full: full, more: got.More}
	kind := byte(tokenSync)
	if full && got.More {
		kind = tokenFull
	}
	l.next = core.Token(string(kind) + strconv.FormatInt(day, 10) + ":" + got.Token)
	r.listing = l
	return nil
}

// once sorts entries by name. Of an item that is named twice, which some servers do
// with different escapes, the last word counts; but what is also named as there is not
// gone, and what also has an ETag has it.
func once(all []wire.Entry) []wire.Entry {
	slices.SortStableFunc(all, func(a, b wire.Entry) int { return strings.Compare(a.Name, b.Name) })
	out := all[:0]
	for _, e := range all {
		if n := len(out); n > 0 && out[n-1].Name == e.Name {
			if was := out[n-1]; e.Gone || e.ETag == "" && was.ETag != "" && !was.Gone {
				continue
			}
			out[n-1] = e
			continue
		}
		out = append(out, e)
	}
	return out
}

// page tells a part of the listing.
func (r *Replica) page(ctx context.Context, b *book, from int) (core.Delta, error) {
	l := &r.listing
	to := min(from+r.config.Page, len(l.entries))
	d := core.Delta{Full: l.full, Next: l.next, More: l.more}
	if to < len(l.entries) {
		d.Next, d.More = core.Token(string(tokenPage)+strconv.Itoa(to)), true
	}
	var there []wire.Entry
	for _, e := range l.entries[from:to] {
		if e.Gone {
			d.Gone = append(d.Gone, core.Ref{Collection: b.id, ID: r.idOf(e.Name)})
			continue
		}
		there = append(there, e)
	}
	changed, gone, err := r.identify(ctx, b, there)
	if err != nil {
		return core.Delta{}, err
	}
	d.Changed = changed
	if !l.full {
		d.Gone = append(d.Gone, gone...)
	}
	return d, nil
}
