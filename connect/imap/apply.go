package imap

import (
	"context"
	"iter"
	"slices"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Apply implements core.Replica. Writes of one sort to one mailbox are sent
// together. New messages go out on several connections if there are many, those
// of one mailbox in order on one of them; every other write waits for all that
// were given before it.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		a := &applying{Replica: r, ctx: ctx, yield: yield, busy: map[core.CollectionID]bool{}, ended: make(chan creation)}
		defer a.settle()
		defer a.flush() // it makes nothing more once the consumer has stopped
		for w := range writes {
			if a.add(w); a.stopped {
				return
			}
		}
	}
}

// mostBytes of bodies that wait to be sent.
const mostBytes = 8 << 20

// group is writes that the same commands can make.
type group struct {
	writes []core.Write
	// bodies of creates, one for each write, as they will be sent.
	bodies []*spooled
	size   int64
	// refused: the server would not store these together, so they go one by one
	// (store.go); nil = it was not asked.
	refused *stand
}

func (g *group) close() {
	for _, b := range g.bodies {
		b.close()
	}
}

// add takes a write into a group. Only creates wait in several groups.
func (a *applying) add(w core.Write) {
	var body *spooled
	if w.Op == core.OpCreate {
		var err error
		if body, err = spool(w.Item.Body, a.config.MaxMessage); err == nil {
			if err = a.tooLarge("imap.Apply", w.Ref.Collection, body.size); err != nil {
				body.close()
			}
		}
		if err != nil { // it cannot be sent
			a.answer(w, core.Stub{}, false, failure("imap.Apply", string(w.Item.Key), writing, err))
			return
		}
		w.Item.Body = nil
	}
	g := a.groupOf(w)
	g.writes = append(g.writes, w)
	if body != nil {
		g.bodies = append(g.bodies, body)
		g.size += body.size
		a.size += body.size
	}
	switch {
	case a.size > mostBytes:
		a.flush()
	case len(g.writes) >= a.config.Batch:
		a.waiting = slices.DeleteFunc(a.waiting, func(o *group) bool { return o == g })
		a.make(g)
	}
}

// groupOf finds the group that a write joins, or begins one.
func (a *applying) groupOf(w core.Write) *group {
	for _, g := range a.waiting {
		if alike(g.writes[0], w) {
			return g
		}
	}
	if len(a.waiting) > 0 && (w.Op != core.OpCreate || a.waiting[0].writes[0].Op != core.OpCreate) {
		a.flush()
	}
	g := &group{}
	a.waiting = append(a.waiting, g)
	return g
}

// flush makes the writes that wait.
func (a *applying) flush() {
	all := a.waiting
	a.waiting = nil
	for _, g := range all {
		if a.stopped {
			g.close()
			continue
		}
		a.make(g)
	}
}

// alike writes can be made by the same commands.
func alike(a, b core.Write) bool {
	return a.Op == b.Op && a.Ref.Collection == b.Ref.Collection && a.To == b.To && a.Incarnation == b.Incarnation &&
		(a.Op != core.OpMark || a.Add == b.Add && a.Remove == b.Remove)
}

type applying struct {
	*Replica
	ctx     context.Context
	yield   func(core.Result, error) bool
	stopped bool
	// waiting groups, and the bytes of their bodies.
	waiting []*group
	size    int64
	// busy mailboxes are those that something is created in now (create.go).
	busy  map[core.CollectionID]bool
	ended chan creation
}

func (a *applying) answer(w core.Write, s core.Stub, asSent bool, err error) {
	if !a.stopped && !a.yield(core.Result{Seq: w.Seq, Stub: s, AsSent: asSent}, err) {
		a.stopped = true
	}
}

func (a *applying) refuse(g *group, err error) {
	for _, w := range g.writes {
		a.answer(w, core.Stub{}, false, err)
	}
	g.close()
}

// make makes the writes of a group.
func (a *applying) make(g *group) {
	a.size -= g.size
	w := g.writes[0]
	if a.Operations().Of(w.Op) == core.Unsupported {
		a.refuse(g, core.Errorf("imap.Apply", core.Permanent, "the server cannot %s", w.Op))
		return
	}
	if w.Op == core.OpCreate {
		a.create(g)
		return
	}
	a.settle()
	conn, err := a.connected(a.ctx, "imap.Apply")
	var m *wire.MailboxState
	if err == nil {
		m, err = a.target(conn, w, false)
	}
	if err != nil {
		a.refuse(g, err)
		return
	}
	a.change(conn, m, g.writes)
}

// target opens the mailbox that a write changes, and checks that it is the one
// that was planned for.
func (a *applying) target(s *session, w core.Write, fresh bool) (*wire.MailboxState, error) {
	const op = "imap.Apply"
	m, err := a.openOn(a.ctx, s, op, w.Ref.Collection, true, fresh)
	switch {
	case err != nil:
	case w.Incarnation != "" && w.Incarnation != incarnation(m.UIDValidity):
		err = core.Errorf(op, core.Resync, "UIDVALIDITY of %s is another", w.Ref.Collection)
	case m.ReadOnly && w.Op != core.OpPlace:
		err = &core.Error{Op: op, Class: core.Permanent, Thing: string(w.Ref.Collection), Remedy: "the account may only read it"}
	}
	return m, err
}

// change makes writes to messages that are there.
func (a *applying) change(conn *session, m *wire.MailboxState, group []core.Write) {
	const op = "imap.Apply"
	w := group[0]
	b := &batch{applying: a, conn: conn, in: w.Ref.Collection, writes: map[uint32]core.Write{}}
	for _, w := range group {
		uid := uidOf(w.Ref.ID)
		if _, twice := b.writes[uid]; uid == 0 || twice {
			a.answer(w, core.Stub{}, false, missing(op, string(w.Ref.ID)))
			continue
		}
		b.writes[uid] = w
	}
	if len(b.writes) == 0 {
		return
	}
	switch w.Op {
	case core.OpMark:
		b.mark(m, w.Add, w.Remove)
	case core.OpMove, core.OpPlace:
		b.carry(w.Op, w.To)
	case core.OpDelete:
		b.remove()
	}
}

// batch is writes to messages that are there, each to be answered once.
type batch struct {
	*applying
	conn   *session
	in     core.CollectionID
	writes map[uint32]core.Write
}

func (b *batch) set() wire.UIDSet {
	var uids []uint32
	for u := range b.writes {
		uids = append(uids, u)
	}
	return wire.NewUIDSet(uids...)
}

// end answers a write.
func (b *batch) end(uid uint32, s core.Stub, err error) {
	if w, open := b.writes[uid]; open {
		delete(b.writes, uid)
		b.answer(w, s, false, err)
	}
}

func (b *batch) endAll(err error) {
	for uid := range b.set().All() {
		b.end(uid, core.Stub{}, err)
	}
}

func (b *batch) failure(err error) error { return failure("imap.Apply", string(b.in), writing, err) }

// present asks which messages are there, with their flags, before what follows.
func (b *batch) present(into map[uint32]core.Marks) *wire.Command {
	return b.conn.StartFetch(b.ctx, b.set(), wire.ItemFlags, func(m *wire.Message) {
		if m.HasFlags {
			into[m.UID] = marksOf(m.Flags)
		}
	})
}

// missingOnes answers what is not there.
func (b *batch) missingOnes(there map[uint32]core.Marks) {
	for uid := range b.set().All() {
		if _, is := there[uid]; !is {
			b.end(uid, core.Stub{}, missing("imap.Apply", string(idOf(uid))))
		}
	}
}
