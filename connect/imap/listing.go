package imap

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/mime"
	wire "lockstep/protocol/imap"
)

// listing is what is in a mailbox, while it is listed page by page.
type listing struct {
	id    core.CollectionID
	found wire.UIDSet
	point point
}

func (l listing) of(id core.CollectionID, at point) bool {
	return l.id == id && l.point.validity == at.validity && l.point.next == at.next
}

func (l listing) from(now point) point {
	now.paging, now.below = true, now.next
	return now
}

// search learns which UIDs are there. It is believed only if it counts as many
// as the server says there are: an empty answer is not an empty mailbox.
func (r *Replica) search(ctx context.Context, op string, id core.CollectionID, now point) error {
	for try := 0; ; try++ {
		m := r.conn.Mailbox()
		before := m.Exists
		var found wire.UIDSet
		if before > 0 && now.next > 1 {
			var err error
			if found, _, err = r.conn.Search(ctx, wire.Between(1, now.next-1)); err != nil {
				return failure(op, string(id), reading, err)
			}
		}
		// Messages that came since the mailbox was opened have higher UIDs.
		if n := found.Count(); n <= uint64(now.count) && n+uint64(m.Expunged) >= uint64(now.count) &&
			(len(found) == 0 || found[len(found)-1].Hi < now.next) {
			r.listing = listing{id: id, found: found, point: now}
			return nil
		}
		if try == 1 {
			return core.Errorf(op, core.Transient, "the server says that %s has %d messages, and names %d", id, now.count, found.Count())
		}
		again, err := r.look(ctx, op, id)
		if err != nil {
			return err
		}
		if again.validity != now.validity {
			return core.Errorf(op, core.Resync, "%s was replaced", id)
		}
		if !now.paging {
			now.count = again.count
		}
	}
}

// page lists the next messages below a UID.
func (r *Replica) page(ctx context.Context, op string, id core.CollectionID, at point) (core.Delta, error) {
	set := r.listing.found.Last(uint64(r.config.Page), at.below)
	d := core.Delta{Full: true, Incarnation: incarnation(at.validity)}
	end := r.listing.point
	end.paging, end.below = false, 0
	d.Next = end.token()
	if len(set) == 0 {
		return d, nil
	}
	l := lister{Replica: r, ctx: ctx, op: op, id: id, set: set}
	if err := l.read(); err != nil {
		return core.Delta{}, err
	}
	var err error
	if d.Changed, err = l.stubs(); err != nil {
		return core.Delta{}, err
	}
	if set[0].Lo > r.listing.found[0].Lo {
		d.More = true
		at.below = set[0].Lo
		d.Next = at.token()
	}
	return d, nil
}

// lister makes the stubs of some messages.
type lister struct {
	*Replica
	ctx context.Context
	op  string
	id  core.CollectionID
	// set of the messages to list; nil = those that are seen.
	set wire.UIDSet
	// seen messages with their flags.
	seen map[uint32]core.Stub
	// whole: messages of which everything was read.
	whole map[uint32]bool
	// known is what was recalled.
	known map[core.Ref]core.Stub
	// strange is a message that the server showed and had not named; 0 = none.
	strange uint32
}

func (l *lister) flags(m *wire.Message) {
	if l.seen == nil {
		l.seen, l.whole = map[uint32]core.Stub{}, map[uint32]bool{}
	}
	if l.set != nil && !l.set.Has(m.UID) { // it is not kept: there may be any number
		l.strange = m.UID
		return
	}
	s, known := l.seen[m.UID]
	if !known {
		s = core.Stub{Ref: core.Ref{Collection: l.id, ID: idOf(m.UID)}, Position: uint64(m.UID), Size: -1}
	}
	if m.HasFlags {
		s.Marks = marksOf(m.Flags)
	}
	if m.Size >= 0 && m.HasHeader {
		s.Size, s.Same = m.Size, core.Same(m.EmailID)
		s.Key, _ = mime.MessageID(strings.NewReader(m.Header)) // a string cannot fail to be read
		if !m.Time.IsZero() {
			s.Time = m.Time.Unix()
		}
		l.whole[m.UID] = true
	}
	l.seen[m.UID] = s
}

// marksOf leaves \Recent out, which is about sessions, and what is no mark.
func marksOf(flags []string) core.Marks {
	out := make([]string, 0, len(flags))
	for _, f := range flags {
		if strings.EqualFold(f, `\Recent`) {
			continue
		}
		for _, own := range []string{core.Seen, core.Answered, core.Flagged, core.Deleted, core.Draft} {
			if strings.EqualFold(f, own) {
				f = own
			}
		}
		out = append(out, f)
	}
	return core.NewMarks(out...)
}

// remember asks what was listed of some messages before, all at once.
func (l *lister) remember(uids []uint32) {
	if l.recall == nil || len(uids) == 0 {
		return
	}
	refs := make([]core.Ref, len(uids))
	for i, uid := range uids {
		refs[i] = core.Ref{Collection: l.id, ID: idOf(uid)}
	}
	l.known = l.recall(refs)
}

// recalled returns what was listed of a message before; false = it has to be
// read.
func (l *lister) recalled(uid uint32) (core.Stub, bool) {
	s, known := l.known[core.Ref{Collection: l.id, ID: idOf(uid)}]
	return s, known && s.Bad == "" && s.Size >= 0 && s.ID == idOf(uid)
}

// read asks for the flags of a page, and for everything of what is not known.
func (l *lister) read() error {
	var unknown []uint32
	l.seen, l.whole = map[uint32]core.Stub{}, map[uint32]bool{}
	l.remember(slices.Collect(l.set.All())) // a page of them
	for uid := range l.set.All() {
		if _, known := l.recalled(uid); !known {
			unknown = append(unknown, uid)
		}
	}
	if len(unknown) < int(l.set.Count()) {
		span := wire.Between(l.set[0].Lo, l.set[len(l.set)-1].Hi)
		if err := l.conn.Fetch(l.ctx, span, wire.ItemFlags, l.flags); err != nil {
			return failure(l.op, string(l.id), reading, err)
		}
	}
	if err := l.describe(unknown); err != nil {
		return err
	}
	if l.strange != 0 {
		return core.Errorf(l.op, core.Transient, "the server shows message %d of %s that it did not name", l.strange, l.id)
	}
	return l.unanswered()
}

// longestSet of UIDs in a command; RFC 7162, section 4, advises 8192 bytes a
// line.
const longestSet = 7000

// describe reads all of the stubs of some messages.
func (l *lister) describe(uids []uint32) error {
	items := wire.ItemStub
	switch {
	case l.conn.Has("OBJECTID"):
		items = wire.ItemStubID
	case l.conn.Has("X-GM-EXT-1"):
		items = wire.ItemStubGmail
	}
	for _, set := range wire.NewUIDSet(uids...).Chunks(longestSet) {
		if err := l.conn.Fetch(l.ctx, set, items, l.flags); err != nil {
			return failure(l.op, string(l.id), reading, err)
		}
	}
	return nil
}

// unanswered messages are gone, or there and not readable; which, is asked.
func (l *lister) unanswered() error {
	var rest []uint32
	for uid := range l.set.All() {
		if _, there := l.seen[uid]; !there {
			rest = append(rest, uid)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	for _, set := range wire.NewUIDSet(rest...).Chunks(longestSet) {
		found, _, err := l.conn.Search(l.ctx, set)
		if err != nil {
			return failure(l.op, string(l.id), reading, err)
		}
		for _, uid := range rest {
			if found.Has(uid) {
				return core.Errorf(l.op, core.Transient, "the server names message %d of %s, but does not show it", uid, l.id)
			}
		}
	}
	if n := l.conn.Mailbox().Expunged; n == 0 {
		return core.Errorf(l.op, core.Transient, "messages of %s disappeared without a word", l.id)
	}
	return nil
}

// stubs of the messages that were seen, in order; what is not known of them is
// recalled or read.
func (l *lister) stubs() ([]core.Stub, error) {
	var partly, unknown []uint32
	for _, uid := range slices.Sorted(maps.Keys(l.seen)) {
		if !l.whole[uid] {
			partly = append(partly, uid)
		}
	}
	if l.set == nil { // a page was asked for already
		l.remember(partly)
	}
	for _, uid := range partly {
		s := l.seen[uid]
		was, known := l.recalled(uid)
		if !known {
			unknown = append(unknown, uid)
			continue
		}
		was.Marks, was.Position = s.Marks, s.Position
		l.seen[uid], l.whole[uid] = was, true
	}
	if err := l.describe(unknown); err != nil {
		return nil, err
	}
	out := make([]core.Stub, 0, len(l.seen))
	for uid, s := range l.seen {
		if !l.whole[uid] {
			s.Bad = "the server does not tell its size and Message-ID"
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b core.Stub) int { return cmp.Compare(b.Position, a.Position) })
	return out, nil
}
