package imap

import (
	"context"
	"iter"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Apply implements core.Replica. Writes of one sort to one mailbox that follow
// each other are sent together.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		a := &applying{Replica: r, ctx: ctx, yield: yield}
		var group []core.Write
		size := int64(0)
		for w := range writes {
			if len(group) > 0 && (len(group) >= r.config.Batch || size > mostBytes || !alike(group[0], w)) {
				a.group(group)
				group, size = nil, 0
			}
			if a.stopped {
				return
			}
			group = append(group, w)
			size += max(w.Item.Size, 0)
		}
		if len(group) > 0 && !a.stopped {
			a.group(group)
		}
	}
}

// mostBytes of the bodies of one group.
const mostBytes = 8 << 20

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
}

func (a *applying) answer(w core.Write, s core.Stub, asSent bool, err error) {
	if !a.stopped && !a.yield(core.Result{Seq: w.Seq, Stub: s, AsSent: asSent}, err) {
		a.stopped = true
	}
}

func (a *applying) refuse(group []core.Write, err error) {
	for _, w := range group {
		a.answer(w, core.Stub{}, false, err)
	}
}

// group makes some writes that are alike.
func (a *applying) group(group []core.Write) {
	const op = "imap.Apply"
	w := group[0]
	if a.Operations().Of(w.Op) == core.Unsupported {
		a.refuse(group, core.Errorf(op, core.Permanent, "the server cannot %s", w.Op))
		return
	}
	conn, m, err := a.open(a.ctx, op, w.Ref.Collection, true, false)
	switch {
	case err != nil:
	case w.Incarnation != "" && w.Incarnation != incarnation(m.UIDValidity):
		err = core.Errorf(op, core.Resync, "UIDVALIDITY of %s is another", w.Ref.Collection)
	case m.ReadOnly && w.Op != core.OpPlace:
		err = &core.Error{Op: op, Class: core.Permanent, Thing: string(w.Ref.Collection), Remedy: "the account may only read it"}
	}
	if err != nil {
		a.refuse(group, err)
		return
	}
	if w.Op == core.OpCreate {
		a.create(conn, m, group)
		return
	}
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
	conn   *wire.Conn
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
