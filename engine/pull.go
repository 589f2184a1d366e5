package engine

import (
	"context"
	"fmt"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// pull lists the feeds that moved, a page at a time, into the observed trees,
// which hold only what differs from the base; then it proves that what was
// listed is one picture: rule 8.
func (p *pass) pull(ctx context.Context) error {
	for _, x := range core.Sides() {
		p.listed[x] = map[core.CollectionID]bool{}
		if known, can := p.link.Replicas[x].(core.Recaller); can {
			known.Recall(func(refs []core.Ref) map[core.Ref]core.Stub { return p.recall(ctx, x, refs) })
		}
		for _, feed := range p.feedsOf(x) {
			if err := p.pullFeed(ctx, x, feed, p.moved(x, feed)); err != nil {
				return err
			}
		}
	}
	return p.prove(ctx)
}

// feedsOf returns the feeds of a side's paired collections, in order.
func (p *pass) feedsOf(x core.Side) []core.FeedID {
	var out []core.FeedID
	for _, row := range p.head.Collections {
		if c := row.Side[x].Collection; row.On(x) && !c.Lazy {
			out = append(out, c.Feed)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inFeed returns the paired collections of a feed as surveyed.
func (p *pass) inFeed(x core.Side, feed core.FeedID) map[core.CollectionID]core.Collection {
	out := map[core.CollectionID]core.Collection{}
	for _, c := range p.surveys[x].Collections {
		if c.Feed == feed && p.paired(x, c.ID) {
			out[c.ID] = c
		}
	}
	return out
}

func (p *pass) paired(x core.Side, id core.CollectionID) bool {
	return slices.ContainsFunc(p.head.Collections, func(r core.CollectionRow) bool {
		return r.On(x) && r.Side[x].Collection.ID == id
	})
}

// moved tells whether a feed has to be asked: its Rev differs or is unknown,
// or it was never read to its end.
func (p *pass) moved(x core.Side, feed core.FeedID) bool {
	if _, read := p.head.Sides[x].Tokens[feed]; !read {
		return true
	}
	for id, c := range p.inFeed(x, feed) {
		if stored, ok := collectionOf(p.head.Collections, x, id); !ok || c.Rev == "" || c.Rev != stored.Rev {
			return true
		}
	}
	return false
}

// pullFeed reads a feed to its end. A failure of this feed alone leaves its
// collections unlisted: nothing is concluded from them in this pass.
func (p *pass) pullFeed(ctx context.Context, x core.Side, feed core.FeedID, moved bool) error {
	in := p.inFeed(x, feed)
	if !moved {
		for id := range in {
			p.listed[x][id] = true
		}
		return nil
	}
	if err := p.silent[x][feed]; err != nil {
		p.unread(x, in, fmt.Errorf("it is not listed, and it is not said to be gone: %w", err))
		return nil
	}
	l := &listing{pass: p, side: x, feed: feed, in: in, fresh: refs{}}
	err := l.read(ctx, p.head.Sides[x].Tokens[feed])
	switch core.ClassOf(err) {
	case core.Auth:
		return err
	default:
		if err == nil {
			for id := range in {
				p.listed[x][id] = true
			}
			return nil
		}
		if ctx.Err() != nil || l.state {
			return err
		}
		if core.ClassOf(err) != core.Permanent {
			p.torn[x] = true // it will be listed soon; until then nothing new is concluded
		}
		p.unread(x, in, err)
		return nil
	}
}

// unread notes that some collections cannot be listed.
func (p *pass) unread(x core.Side, in map[core.CollectionID]core.Collection, err error) {
	for _, id := range sortedIDs(in) {
		p.plan.Notes = append(p.plan.Notes, core.Note{Side: x, Ref: core.Ref{Collection: id}, Parked: true,
			Why: "cannot list " + in[id].Path + ": " + err.Error() + "; nothing is concluded from it"})
		p.listed[x][id] = false
	}
}

// listing is one reading of one feed.
type listing struct {
	*pass
	side  core.Side
	feed  core.FeedID
	in    map[core.CollectionID]core.Collection
	full  bool
	named numbers // rows named by a full listing
	fresh refs    // handles without a row named by it
	state bool    // the error is the store's, not the feed's
}

func (l *listing) read(ctx context.Context, since core.Token) error {
	l.recalled = recollection{}
	restarts := 0
	for {
		var d core.Delta
		err := l.retry(ctx, l.side, func() (err error) {
			l.report.Requests++
			d, err = l.link.Replicas[l.side].Changes(ctx, l.feed, since)
			return err
		})
		if core.ClassOf(err) == core.Resync && err != nil && restarts < 2 {
			restarts++ // the token is too old: from the beginning
			since = ""
			l.named, l.fresh = nil, refs{}
			continue
		}
		if err != nil {
			return err
		}
		for _, c := range l.in {
			if d.Incarnation != "" && c.Incarnation != "" && d.Incarnation != c.Incarnation {
				return core.Errorf("engine.pull", core.Transient, "%s was replaced while it was being listed", c.Path)
			}
		}
		l.full = d.Full
		if err := l.page(ctx, d); err != nil {
			l.state = true
			return err
		}
		l.emit(Event{Type: EventListed, Side: l.side, Path: string(l.feed), Count: len(d.Changed) + len(d.Gone)})
		since = d.Next
		if !d.More {
			break
		}
	}
	if err := l.finish(ctx, since); err != nil {
		l.state = true
		return err
	}
	return nil
}

func (p *pass) agreedOn(row *core.Row, x core.Side, s core.Stub) bool {
	if row.Side[x.Other()].None {
		return false
	}
	v := reconcile.View{Traits: p.link.Traits, Policy: p.link.Policy}
	return v.AsAgreed(row, x, s, p.common(row.Side[core.Left].Ref.Collection, row.Side[core.Right].Ref.Collection))
}

// common returns the marks that two collections can both hold.
func (p *pass) common(l, r core.CollectionID) core.Vocabulary {
	pair := [2]core.CollectionID{l, r}
	v, known := p.vocabulary[pair]
	if !known {
		left, _ := collectionOf(p.head.Collections, core.Left, l)
		right, _ := collectionOf(p.head.Collections, core.Right, r)
		v = left.Vocabulary.Common(right.Vocabulary)
		p.vocabulary[pair] = v
	}
	return v
}

// finish ends a listing: what a full one did not name is gone. Only now the
// token is stored, with the Revs that it covers.
func (l *listing) finish(ctx context.Context, next core.Token) error {
	b := &state.Batch{}
	if l.full {
		for _, id := range sortedIDs(l.in) {
			if err := l.unnamed(ctx, b, id); err != nil {
				return err
			}
		}
	}
	side := l.head.Sides[l.side]
	if side.Tokens == nil {
		side.Tokens = map[core.FeedID]core.Token{}
	}
	side.Tokens[l.feed] = next
	l.head.Sides[l.side] = side
	b.Sides[l.side] = &side
	l.head.Collections = slices.Clone(l.head.Collections)
	for i := range l.head.Collections {
		at := &l.head.Collections[i].Side[l.side]
		if c, mine := l.in[at.Collection.ID]; mine && !at.None {
			at.Collection.Rev = c.Rev
		}
	}
	b.Collections = l.stored()
	return l.commitBatch(ctx, b)
}

func (l *listing) unnamed(ctx context.Context, b *state.Batch, id core.CollectionID) error {
	all, err := l.allNamed(ctx)
	if err != nil {
		return err
	}
	if !all {
		for row, err := range l.link.Store.RowsIn(ctx, l.side, id) {
			if err != nil {
				return err
			}
			if ref := row.Side[l.side].Ref; !l.named.has(row.N) {
				b.Observe[l.side] = append(b.Observe[l.side], state.Observation{Stub: core.Stub{Ref: ref}, Gone: true})
			}
		}
	}
	var unnamed []core.Ref
	for o, err := range l.link.Store.ObservedIn(ctx, l.side, id) {
		if err != nil {
			return err
		}
		if !o.Gone && !l.fresh.has(o.Ref) {
			unnamed = append(unnamed, o.Ref)
		}
	}
	rows, err := l.link.Store.Outlines(ctx, l.side, unnamed)
	if err != nil {
		return err
	}
	for _, ref := range unnamed {
		if _, bound := rows[ref]; !bound {
			b.Unobserve[l.side] = append(b.Unobserve[l.side], ref)
		}
	}
	return nil
}

// allNamed tells whether as many rows were named as there are on this side, so
// that none needs to be looked for.
func (l *listing) allNamed(ctx context.Context) (bool, error) {
	if l.pass.bound == nil {
		totals, err := l.link.Store.Totals(ctx)
		if err != nil {
			return false, err
		}
		l.pass.bound = &totals.Rows // no row comes or goes while feeds are listed
	}
	n := 0
	for id := range l.in {
		n += l.pass.bound[l.side][id]
	}
	return l.named.count() == n, nil
}

func sortedIDs(m map[core.CollectionID]core.Collection) []core.CollectionID {
	out := make([]core.CollectionID, 0, len(m))
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// prove takes a second look after the last listing. A collection whose
// position or count is another one was torn while it was listed, and is listed
// again. Without anything gone or new there is nothing to prove.
func (p *pass) prove(ctx context.Context) error {
	needed, err := p.anyGoneOrNew(ctx)
	if err != nil {
		return err
	}
	for _, x := range core.Sides() {
		p.whole[x] = p.surveys[x].Complete
		if !needed || !p.engine.Without.Holds(reconcile.RuleSecondSurvey) {
			continue
		}
		for try := 0; ; try++ {
			first := p.surveys[x]
			if err := p.look(ctx, x); err != nil {
				return err
			}
			torn := tornFeeds(first, p.surveys[x])
			if !p.surveys[x].Complete || rebornBetween(first, p.surveys[x]) {
				p.whole[x], p.torn[x] = false, true // the next pass finds the new incarnation
				break
			}
			if len(torn) == 0 {
				break
			}
			if try == 6 {
				p.report.Torn, p.torn[x], p.whole[x] = true, true, false
				p.plan.Notes = append(p.plan.Notes, core.Note{Side: x, Why: "it kept changing while it was listed; what came and went is decided in the next pass"})
				break
			}
			for _, feed := range torn {
				if err := p.pullFeed(ctx, x, feed, len(p.inFeed(x, feed)) > 0); err != nil {
					return err
				}
			}
		}
	}
	for _, x := range core.Sides() {
		p.proved[x] = p.whole[x]
		for id := range p.listed[x] { // renamed or deleted since: nothing is known of it, its vocabulary least of all
			if !slices.ContainsFunc(p.surveys[x].Collections, func(c core.Collection) bool { return c.ID == id }) {
				p.listed[x][id] = false
			}
		}
		for _, row := range p.head.Collections {
			if c := row.Side[x].Collection; row.On(x) && !c.Lazy && !p.listed[x][c.ID] {
				p.whole[x] = false
			}
		}
		p.report.InPart[x] = !p.whole[x]
	}
	return nil
}

// tornFeeds compares two surveys around a listing.
func tornFeeds(a, b core.Survey) (feeds []core.FeedID) {
	for _, now := range b.Collections {
		i := slices.IndexFunc(a.Collections, func(c core.Collection) bool { return c.ID == now.ID })
		if i < 0 || now.Lazy {
			continue // made since, which the next pass sees; or never listed
		}
		was := a.Collections[i]
		if was.Position != now.Position || was.Count != now.Count || was.Incarnation != now.Incarnation ||
			now.Position == 0 && was.Rev != now.Rev {
			feeds = append(feeds, now.Feed)
		}
	}
	slices.Sort(feeds)
	return slices.Compact(feeds)
}

func rebornBetween(a, b core.Survey) bool {
	return slices.ContainsFunc(b.Collections, func(now core.Collection) bool {
		return slices.ContainsFunc(a.Collections, func(was core.Collection) bool {
			return was.ID == now.ID && was.Incarnation != now.Incarnation
		})
	})
}

// anyGoneOrNew tells whether anything will be concluded from an absence: that
// an open write has not happened is such a conclusion too.
func (p *pass) anyGoneOrNew(ctx context.Context) (bool, error) {
	if intents, err := p.link.Store.Intents(ctx); err != nil || len(intents) > 0 {
		return true, err
	}
	for _, row := range p.head.Collections {
		if row.N != 0 && row.Side[0].None != row.Side[1].None {
			return true, nil
		}
	}
	for _, x := range core.Sides() {
		for o, err := range p.link.Store.Observed(ctx, x) {
			if err != nil {
				return false, err
			}
			if o.Gone {
				return true, nil
			}
			rows, err := p.link.Store.Outlines(ctx, x, []core.Ref{o.Ref})
			if err != nil {
				return false, err
			}
			if len(rows) == 0 || rows[o.Ref].Side[x].Place != o.Collection {
				return true, nil
			}
		}
	}
	return false, nil
}
