package imap

import (
	"context"
	"errors"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// news is what a server with QRESYNC tells of a mailbox as it opens it.
type news struct {
	lister
	// vanished may name messages that were never known.
	vanished wire.UIDSet
	// unread: some of it could not be read. doubt: some of it cannot be so.
	// many: more changed than is worth telling one by one.
	unread, doubt, many bool
}

// ask opens a mailbox anew. Where the server can, it tells in the same answer
// what changed since a token; otherwise the news are nil.
func (r *Replica) ask(ctx context.Context, op string, id core.CollectionID, at point) (*news, point, error) {
	conn, err := r.connected(ctx, op)
	if err != nil {
		return nil, point{}, err
	}
	if at.mod == 0 || at.paging || !conn.Enabled("QRESYNC") {
		now, err := r.look(ctx, op, id)
		return nil, now, err
	}
	n := &news{lister: lister{Replica: r, ctx: ctx, op: op, id: id}}
	most := int(min(uint64(at.count)+2*uint64(r.config.Page), 1<<31))
	conn.selected = ""
	m, err := conn.SelectSince(ctx, r.name(id), true, wire.State{UIDValidity: at.validity, HighestMod: at.mod}, func(m *wire.Message) {
		switch {
		case !m.HasFlags:
		case len(n.seen) >= most: // they are not kept
			n.many = true
		default:
			n.flags(m)
		}
	})
	var status *wire.StatusError
	if errors.As(err, &status) && status.Status == "BAD" { // it has no QRESYNC after all
		now, err := r.look(ctx, op, id)
		return nil, now, err
	}
	if err := conn.opened(op, id, false, m, err); err != nil {
		return nil, point{}, err
	}
	n.vanished, n.unread, n.doubt = m.Vanished, m.Unread, m.Doubt != ""
	now, err := r.agreed(ctx, op, id, m)
	return n, now, err
}

// told makes a delta of the news, if they fit all else that the server says and
// what it says when it is asked once more whether the vanished are gone. Where
// something contradicts, everything is listed, and nothing is deleted for it.
func (r *Replica) told(n *news, at, now point) (core.Delta, error) {
	ctx, op, id := n.ctx, n.op, n.id
	if n.unread || !n.doubt && !n.many && len(n.seen) == 0 && len(n.vanished) == 0 {
		return r.since(ctx, op, id, at, now) // a server whose QRESYNC is not to be used
	}
	gone, fits := n.gone(at, now)
	if !fits || gone.Count() > mostGaps {
		return r.full(ctx, op, id, now)
	}
	for _, set := range gone.Chunks(longestSet) {
		found, told, err := r.conn.Search(ctx, set)
		switch {
		case err != nil:
			return core.Delta{}, failure(op, string(id), reading, err)
		case !told || found.Count() > 0:
			return r.full(ctx, op, id, now)
		}
	}
	d := core.Delta{Next: now.token(), Incarnation: incarnation(now.validity)}
	for uid := range gone.All() {
		d.Gone = append(d.Gone, core.Ref{Collection: id, ID: idOf(uid)})
	}
	var err error
	d.Changed, err = n.stubs()
	return d, err
}

// gone are the messages that left: of those that were there at the token what
// the server names, and of those that came since all that it does not show. They
// fit if the server's counts say the same.
func (n *news) gone(at, now point) (wire.UIDSet, bool) {
	if n.doubt || n.many {
		return nil, false
	}
	if last := len(n.vanished) - 1; last >= 0 && n.vanished[last].Hi >= now.next {
		return nil, false // it was never issued
	}
	var came []uint32
	for uid := range n.seen {
		if uid >= now.next || n.vanished.Has(uid) {
			return nil, false
		}
		if uid >= at.next {
			came = append(came, uid)
		}
	}
	old := n.vanished.Within(1, at.next-1)
	lost := int64(at.count) + int64(len(came)) - int64(now.count)
	switch {
	case lost < 0 || uint64(lost) > old.Count() || len(came) > 2*n.config.Page:
		return nil, false
	case lost == 0: // they left before the token
		old = nil
	}
	// What came after the token and is gone again may be what we made.
	return append(old, wire.NewUIDSet(came...).Missing(at.next, now.next-1)...), true
}
