package imap

import (
	"errors"
	"math"
	"strings"
	"time"

	"lockstep/core"
	"lockstep/format/mime"
	wire "lockstep/protocol/imap"
)

// mostTogether bytes of the messages that one command stores; a larger message
// goes by itself. If the server refuses them, so much was sent in vain.
const mostTogether = 2 << 20

// stand is a mailbox before messages were stored in it, and how many the server
// then said it had stored.
type stand struct {
	validity, next uint32
	stored         uint64
	left           bool // the server then ended the connection
}

// parcel is the messages of a group that one command stores: from up to to.
type parcel struct {
	from, to int
	cmd      *wire.Command
	uids     []uint32 // that were told, and then those that are believed; nil = none
}

// parcels cuts a group. An empty message goes by itself: among others it means
// that the command is given up (RFC 3502, section 6.3.11).
func (g *group) parcels(together bool) (out []*parcel) {
	var size int64
	for i, b := range g.bodies {
		size += b.size
		if !together || i == 0 || b.size == 0 || g.bodies[i-1].size == 0 || size > mostTogether {
			out = append(out, &parcel{from: i})
			size = b.size
		}
		out[len(out)-1].to = i + 1
	}
	return out
}

// store stores messages: many with one command where the server can do that
// (MULTIAPPEND), and many commands before the first is answered. If the server
// refuses several messages it has stored none of them, and each is sent again
// by itself, so that only the bad one is refused, for its own reason.
func (a *applying) store(s *session, g *group) {
	c := creation{group: g, session: s, answers: make([]answer, len(g.writes))}
	defer func() { a.ended <- c }()
	in := g.writes[0].Ref.Collection
	// The view is a fresh one: a connection that was lost while nobody used it
	// is found out before a message is sent.
	m, err := a.target(s, g.writes[0], true)
	if err == nil {
		err = a.noneKept(s, m, g)
	}
	if err != nil {
		// Some servers hang up on a message that they refuse: another connection.
		again := s.Err() != nil && g.refused != nil && !g.refused.left
		if again {
			c.stood = *g.refused
			c.stood.left = true
		}
		for i := range c.answers {
			c.answers[i] = answer{err: err, again: again}
		}
		return
	}
	c.stood = stand{validity: m.UIDValidity, next: m.UIDNext} // the server may tell another UIDNEXT later
	together := s.Has("MULTIAPPEND") && m.UIDNext > 0 && g.refused == nil
	messages, marks := a.messages(m, g, s.Enabled("UTF8=ACCEPT"))
	parcels := g.parcels(together)
	for _, p := range parcels {
		p.cmd = s.StartMultiAppend(a.ctx, a.name(in), messages[p.from:p.to]...)
	}
	for _, p := range parcels {
		err := s.Wait(a.ctx, p.cmd)
		again := p.to-p.from > 1 && refusal(err)
		for i := p.from; i < p.to; i++ {
			c.answers[i].err, c.answers[i].again = failure("imap.Apply", string(in), writing, err), again
		}
		if err == nil {
			p.uids = p.cmd.Done.AppendUIDs
			c.stood.stored += uint64(p.to - p.from)
		}
	}
	believe(parcels, c.stood)
	found := a.found(s, parcels, together)
	for _, p := range parcels {
		for i := p.from; i < p.to; i++ {
			if c.answers[i].err != nil {
				continue
			}
			w := g.writes[i]
			c.answers[i].stub = core.Stub{Size: -1}
			if p.uids == nil {
				continue
			}
			uid := p.uids[i-p.from]
			is, there := found[uid]
			if !there || p.to-p.from > 1 && is.Key != w.Item.Key { // another message has this UID
				continue
			}
			c.answers[i].stub = core.Stub{Ref: core.Ref{Collection: in, ID: idOf(uid)}, Position: uint64(uid), Size: w.Item.Size,
				Key: w.Item.Key, Time: w.Item.Time, Marks: marks[i]}
			c.answers[i].asSent = is.Size == g.bodies[i].size
		}
	}
}

// refusal tells that a command was refused, so that it stored nothing.
func refusal(err error) bool {
	var lost *wire.LostError
	var status *wire.StatusError
	var arg *wire.ArgError
	return !errors.As(err, &lost) && (errors.As(err, &status) || errors.As(err, &arg))
}

// messages of a group as they are sent. Marks that the mailbox does not keep
// are left out.
func (a *applying) messages(m *wire.MailboxState, g *group, utf8 bool) ([]wire.NewMessage, []core.Marks) {
	messages, marks := make([]wire.NewMessage, len(g.writes)), make([]core.Marks, len(g.writes))
	for i, w := range g.writes {
		var kept []string
		for _, name := range w.Add.List() {
			if keeps(m, name) {
				kept = append(kept, name)
			}
		}
		marks[i] = core.NewMarks(kept...)
		messages[i] = wire.NewMessage{Flags: wire.Flags(kept...), Body: wire.Literal{Size: g.bodies[i].size, Body: g.bodies[i].reader(), UTF8: utf8 && g.bodies[i].inUTF8()}}
		if w.Item.Time != 0 {
			messages[i].When = wire.Date(time.Unix(w.Item.Time, 0).UTC())
		}
	}
	return messages, marks
}

// noneKept makes sure that a server which refused messages has not kept some of
// them all the same. If more came into the mailbox than it said it had stored,
// nobody knows: it is found out in the next pass.
func (a *applying) noneKept(s *session, m *wire.MailboxState, g *group) error {
	was := g.refused
	if was == nil || m.UIDValidity == was.validity && uint64(m.UIDNext) == uint64(was.next)+was.stored {
		return nil
	}
	if m.UIDValidity == was.validity {
		since, told, err := s.Search(a.ctx, wire.Between(was.next, math.MaxUint32))
		if err == nil && told && since.Count() <= was.stored {
			return nil
		}
	}
	return core.Errorf("imap.Apply", core.Unknown, "messages came into %s while the server refused some", g.writes[0].Ref.Collection)
}

// believe takes the UIDs that are told of new messages if they are new: of this
// incarnation, not issued before the mailbox was opened, and told once.
func believe(parcels []*parcel, was stand) {
	claims := map[uint32]int{}
	for _, p := range parcels {
		for _, uid := range p.uids {
			claims[uid]++
		}
	}
	for _, p := range parcels {
		for _, uid := range p.uids {
			if uid < max(was.next, 1) || claims[uid] > 1 || p.cmd.Done.AppendValidity != was.validity {
				p.uids = nil
				break
			}
		}
	}
}

// found asks for the sizes of new messages: only one of the same size is taken
// for stored as sent. Where one answer told of several, it asks for the
// Message-IDs, too: they must be in the order in which they were sent. What is
// not told is read back.
func (a *applying) found(s *session, parcels []*parcel, together bool) map[uint32]core.Stub {
	out := map[uint32]core.Stub{}
	var uids []uint32
	for _, p := range parcels {
		uids = append(uids, p.uids...)
	}
	if len(uids) == 0 || s.Err() != nil {
		return out
	}
	items := wire.ItemSize
	if together {
		items = wire.ItemStored
	}
	_ = s.Fetch(a.ctx, wire.NewUIDSet(uids...), items, func(m *wire.Message) {
		if m.Size < 0 || together && !m.HasHeader {
			return // the flags of something that changed
		}
		key, _ := mime.MessageID(strings.NewReader(m.Header)) // a string cannot fail to be read
		out[m.UID] = core.Stub{Key: key, Size: m.Size}
	})
	return out
}
