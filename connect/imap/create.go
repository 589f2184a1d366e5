package imap

import (
	"time"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// creation is a group of new messages on its way.
type creation struct {
	*group
	session *session // nil = no further connection could be had
	answers []answer
}

type answer struct {
	stub   core.Stub
	asSent bool
	err    error
}

// worthAnother connection: so many messages or bytes in one group.
const (
	worthMessages = 10
	worthBytes    = 256 << 10
)

// create begins to store a group of messages, and waits only if all
// connections are in use, or its mailbox is.
func (a *applying) create(g *group) {
	in := g.writes[0].Ref.Collection
	for a.busy[in] {
		a.await()
	}
	if _, err := a.connected(a.ctx, "imap.Apply"); err != nil && len(a.busy) == 0 {
		a.refuse(g, err)
		return
	}
	s := a.pool.take(in)
	if s == nil && (len(g.writes) >= worthMessages || g.size >= worthBytes) && a.pool.mayOpen() {
		a.busy[in] = true
		go func() {
			if s := a.pool.open(a.ctx); s != nil {
				a.store(s, g)
				return
			}
			a.ended <- creation{group: g}
		}()
		return
	}
	if s == nil {
		a.await()
		a.create(g)
		return
	}
	a.busy[in] = true
	go a.store(s, g)
}

// await takes the answers of one group that has ended.
func (a *applying) await() {
	c := <-a.ended
	delete(a.busy, c.writes[0].Ref.Collection)
	if c.session == nil { // it waits for one that there is
		a.create(c.group)
		return
	}
	a.pool.put(a.ctx, c.session)
	for i, w := range c.writes {
		a.answer(w, c.answers[i].stub, c.answers[i].asSent, c.answers[i].err)
	}
}

// settle waits for all that is under way.
func (a *applying) settle() {
	for len(a.busy) > 0 {
		a.await()
	}
}

// store stores messages, many before the first is answered, and compares the
// sizes that the server then tells: only a message of the same size is taken
// for stored as sent. Marks that the mailbox does not keep are left out.
func (a *applying) store(s *session, g *group) {
	c := creation{group: g, session: s, answers: make([]answer, len(g.writes))}
	defer func() {
		g.close()
		a.ended <- c
	}()
	// The view is a fresh one: a connection that was lost while nobody used it
	// is found out before a message is sent.
	m, err := a.target(s, g.writes[0], true)
	if err != nil {
		for i := range c.answers {
			c.answers[i].err = err
		}
		return
	}
	next := m.UIDNext // the server may tell another one later
	commands := make([]*wire.Command, len(g.writes))
	marks := make([]core.Marks, len(g.writes))
	for i, w := range g.writes {
		var kept []string
		for _, name := range w.Add.List() {
			if keeps(m, name) {
				kept = append(kept, name)
			}
		}
		marks[i] = core.NewMarks(kept...)
		var when wire.Arg
		if w.Item.Time != 0 {
			when = wire.Date(time.Unix(w.Item.Time, 0).UTC())
		}
		body := wire.Literal{Size: g.bodies[i].size, Body: g.bodies[i].reader()}
		commands[i] = s.StartAppend(a.ctx, a.name(w.Ref.Collection), wire.Flags(kept...), when, body)
	}
	var uids []uint32
	claims := map[uint32]int{}
	for i, cmd := range commands {
		err := s.Wait(a.ctx, cmd)
		c.answers[i].err = failure("imap.Apply", string(g.writes[i].Ref.Collection), writing, err)
		// A UID is believed if it is new: of this incarnation, not issued before
		// the mailbox was opened, and told of one message.
		if d := cmd.Done; err == nil && d.AppendUID >= max(next, 1) && d.AppendValidity == m.UIDValidity {
			uids = append(uids, d.AppendUID)
			claims[d.AppendUID]++
		}
	}
	sizes := map[uint32]int64{}
	if len(uids) > 0 && s.Err() == nil {
		_ = s.Fetch(a.ctx, wire.NewUIDSet(uids...), wire.ItemSize, func(m *wire.Message) { sizes[m.UID] = m.Size }) // without a size it is read back
	}
	for i, w := range g.writes {
		if c.answers[i].err != nil {
			continue
		}
		stub := core.Stub{Size: -1}
		uid := commands[i].Done.AppendUID
		size, seen := sizes[uid]
		if seen = seen && claims[uid] == 1; seen {
			stub = core.Stub{Ref: core.Ref{Collection: w.Ref.Collection, ID: idOf(uid)}, Position: uint64(uid), Size: w.Item.Size,
				Key: w.Item.Key, Time: w.Item.Time, Marks: marks[i]}
		}
		c.answers[i].stub, c.answers[i].asSent = stub, seen && size == g.bodies[i].size
	}
}
