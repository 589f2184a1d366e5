package imap

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Changes implements core.Replica. A full listing goes from the newest message
// to the oldest, a page at a time; the token that ends it is how the mailbox
// stood at its first page.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	const op = "imap.Changes"
	id := core.CollectionID(feed)
	if id == "" { // that of mailboxes that cannot be read
		return core.Delta{}, &core.Error{Op: op, Class: core.Permanent, Thing: strings.Join(r.unread, ", "),
			Err: errors.New("the server refuses to tell the status"), Remedy: "make it readable, or exclude it from the link"}
	}
	at, ok := parseToken(since)
	if !ok {
		return core.Delta{}, core.Errorf(op, core.Resync, "an unknown token for %s", id)
	}
	if at.paging && r.conn.selected == id && r.listing.of(id, at) && r.conn.Mailbox() != nil {
		return r.page(ctx, op, id, at)
	}
	r.listing = listing{}
	n, now, err := r.ask(ctx, op, id, at)
	if err != nil {
		return core.Delta{}, r.unlisted(id, err)
	}
	switch {
	case since == "":
		return r.full(ctx, op, id, now)
	case at.validity != now.validity:
		return core.Delta{}, core.Errorf(op, core.Resync, "UIDVALIDITY of %s is another", id)
	case now.next < at.next:
		return core.Delta{}, core.Errorf(op, core.Transient, "UIDNEXT of %s went back from %d to %d", id, at.next, now.next)
	case at.paging:
		return core.Delta{}, core.Errorf(op, core.Resync, "the connection was lost while %s was listed", id)
	case at.mod == 0 || now.mod == 0: // no CONDSTORE
		return r.full(ctx, op, id, now)
	case now.mod < at.mod: // RFC 7162, section 3.1.2.1: they may be given anew
		return core.Delta{}, core.Errorf(op, core.Resync, "HIGHESTMODSEQ of %s went back", id)
	case now == at:
		return core.Delta{Next: now.token(), Incarnation: incarnation(now.validity)}, nil
	}
	if n != nil {
		return r.told(n, at, now)
	}
	return r.since(ctx, op, id, at, now)
}

// unlisted: servers without the response codes of RFC 5530 refuse a mailbox that is
// not there as any other; one that they do not list either is gone.
func (r *Replica) unlisted(id core.CollectionID, err error) error {
	var (
		status *wire.StatusError
		e      *core.Error
	)
	_, listed := r.surveyed[id]
	if listed || len(r.surveyed) == 0 || !errors.As(err, &status) || status.Status != "NO" || status.Code != "" || !errors.As(err, &e) {
		return err
	}
	gone := *e
	gone.Class = core.Missing
	return &gone
}

// point is how a mailbox stood; while a full listing is paged also below which
// UID it goes on.
type point struct {
	validity, next uint32
	mod            uint64
	count          uint32
	paging         bool
	below          uint32
}

func (p point) token() core.Token {
	if p.paging {
		return core.Token(fmt.Sprintf("%d:%d:%d:%d:%d", p.validity, p.mod, p.next, p.count, p.below))
	}
	return core.Token(fmt.Sprintf("%d:%d:%d:%d", p.validity, p.mod, p.next, p.count))
}

func parseToken(t core.Token) (p point, ok bool) {
	if t == "" {
		return p, true
	}
	n, _ := fmt.Sscanf(string(t), "%d:%d:%d:%d:%d", &p.validity, &p.mod, &p.next, &p.count, &p.below)
	p.paging = n == 5
	return p, p.token() == t && p.validity != 0
}

// look opens a mailbox anew and checks that the server says one thing only.
func (r *Replica) look(ctx context.Context, op string, id core.CollectionID) (point, error) {
	_, m, err := r.open(ctx, op, id, false, true)
	if err != nil {
		return point{}, err
	}
	return r.agreed(ctx, op, id, m)
}

// agreed compares how a mailbox was found with how it was surveyed.
func (r *Replica) agreed(ctx context.Context, op string, id core.CollectionID, m *wire.MailboxState) (point, error) {
	p := point{validity: m.UIDValidity, next: m.UIDNext, mod: m.HighestMod, count: m.Exists}
	was := r.surveyed[id]
	if p.next == 0 { // servers of RFC 2060 do not tell it here
		p.next = uint32(was.Position + 1)
	}
	switch {
	case !m.HasExists:
		return p, core.Errorf(op, core.Transient, "the server does not tell how many messages %s has", id)
	case was.Incarnation != incarnation(p.validity) || was.Count < 0:
	case uint64(p.next) < was.Position+1:
		return p, core.Errorf(op, core.Transient, "UIDNEXT of %s went back from %d to %d", id, was.Position+1, p.next)
	case int64(p.count) < int64(was.Count): // fewer than a moment ago: ask again
		return p, r.confirm(ctx, op, id, p)
	}
	return p, nil
}

// confirm asks for the status of a mailbox that has fewer messages than it was
// surveyed with, and opens it again: two answers that differ prove nothing.
func (r *Replica) confirm(ctx context.Context, op string, id core.CollectionID, p point) error {
	conn := r.conn
	conn.selected = ""
	if err := conn.Wait(ctx, conn.StartUnselect(ctx)); err != nil {
		return failure(op, string(id), reading, err)
	}
	told := int64(-1)
	err := conn.Wait(ctx, conn.StartStatus(ctx, r.name(id), func(s wire.StatusData) { told = s.Messages }))
	if err != nil {
		return failure(op, string(id), reading, err)
	}
	_, m, err := r.open(ctx, op, id, false, true)
	if err != nil {
		return err
	}
	if told != int64(p.count) || m.Exists != p.count || m.UIDValidity != p.validity {
		return core.Errorf(op, core.Transient, "the server counts %d messages in %s, and %d", p.count, id, told)
	}
	return nil
}

// mostGaps are UIDs that are named as gone one by one; with more of them
// everything that is there is named instead.
const mostGaps = 10_000

// since lists what changed, for servers that tell no more than that (CONDSTORE).
// What vanished is not told, but that something did: fewer messages are there
// than were and arrived.
func (r *Replica) since(ctx context.Context, op string, id core.CollectionID, at, now point) (core.Delta, error) {
	if int64(now.count)-int64(at.count) > int64(2*r.config.Page) {
		return r.full(ctx, op, id, now) // it is read in pages
	}
	l := lister{Replica: r, ctx: ctx, op: op, id: id}
	arrived := int64(0)
	most := int64(at.count) + int64(now.count) // more cannot have changed
	malformed, err := r.conn.FetchChanged(ctx, at.mod, func(m *wire.Message) {
		if m.HasFlags && int64(len(l.seen)) <= most {
			l.flags(m)
		}
	})
	if err != nil {
		return core.Delta{}, failure(op, string(id), reading, err)
	}
	malformed = malformed || int64(len(l.seen)) > most
	for uid := range l.seen {
		if uid >= at.next && uid < now.next {
			arrived++
		}
	}
	vanished := int64(at.count) + arrived - int64(now.count)
	if malformed || vanished < 0 { // it does not add up
		return core.Delta{}, core.Errorf(op, core.Resync, "what changed in %s does not add up", id)
	}
	d := core.Delta{Next: now.token(), Incarnation: incarnation(now.validity)}
	// What came after the token and is gone again may be what we made: it is
	// known by its ID, so it is named, too.
	passed := arrived < int64(now.next-at.next)
	if vanished > 0 || passed || r.conn.Mailbox().Expunged > 0 {
		if err := r.search(ctx, op, id, now); err != nil {
			return core.Delta{}, err
		}
		gaps := r.listing.found.Missing(1, now.next-1)
		if gaps.Count() > mostGaps {
			return r.page(ctx, op, id, r.listing.from(now))
		}
		for uid := range gaps.All() {
			d.Gone = append(d.Gone, core.Ref{Collection: id, ID: idOf(uid)})
		}
		for uid := range l.seen { // it changed, and then it went
			if uid < now.next && !r.listing.found.Has(uid) {
				delete(l.seen, uid)
			}
		}
	}
	d.Changed, err = l.stubs()
	return d, err
}

// full begins a full listing.
func (r *Replica) full(ctx context.Context, op string, id core.CollectionID, now point) (core.Delta, error) {
	if err := r.search(ctx, op, id, now); err != nil {
		return core.Delta{}, err
	}
	return r.page(ctx, op, id, r.listing.from(now))
}
