package imap

import (
	"errors"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// worker reads chunks of one mailbox on one connection. The next command is
// sent before the last is answered, so that the wire never idles.
type worker struct {
	*fetching
	s  *session
	in core.CollectionID
	// accused: this connection was lost, and the message at fault is known.
	accused bool
	// doubtful messages were not told although nothing failed; they are asked
	// for once more in a fresh view, one by one, and only then they are missing.
	doubtful []core.Ref
}

// asked is a command under way.
type asked struct {
	refs []core.Ref
	want map[uint32]core.Ref // not told yet
	cmd  *wire.Command
}

func (w *worker) mailbox(c chunk) {
	for now := w.ask(c.refs, false); now != nil; {
		var next *asked
		if f, more := w.following(w.in); more {
			next = w.ask(f.refs, false)
		}
		w.finish(now)
		now = next
	}
	for _, ref := range w.doubtful {
		w.once(ref)
	}
}

// ask sends a command for some messages; nil = it could not.
func (w *worker) ask(refs []core.Ref, fresh bool) *asked {
	const op = "imap.Fetch"
	m, err := w.openOn(w.ctx, w.s, op, w.in, false, fresh)
	if err == nil {
		if c := w.surveyed[w.in]; c.Incarnation != "" && c.Incarnation != incarnation(m.UIDValidity) {
			err = core.Errorf(op, core.Resync, "%s was replaced by another mailbox", w.in)
		}
	}
	if err != nil {
		w.failed(refs, false, err)
		return nil
	}
	a := &asked{refs: refs, want: map[uint32]core.Ref{}}
	var uids []uint32
	for _, ref := range refs {
		if u := uidOf(ref.ID); u != 0 {
			a.want[u], uids = ref, append(uids, u)
		}
	}
	if len(uids) > 0 {
		a.cmd = w.s.StartFetch(w.ctx, wire.NewUIDSet(uids...), wire.ItemBody, func(m *wire.Message) { w.told(a, m) })
	}
	return a
}

// told takes a message.
func (w *worker) told(a *asked, m *wire.Message) {
	ref, wanted := a.want[m.UID]
	if !wanted || m.Body == nil && !m.NoBody {
		return // the flags of something that changed
	}
	item := core.Item{Stub: core.Stub{Ref: ref, Size: m.BodySize, Position: uint64(m.UID)}}
	if m.NoBody {
		delete(a.want, m.UID)
		w.give(item, core.Errorf("imap.Fetch", core.Permanent, "the server cannot read message %d of %s", m.UID, w.in), func() {})
		return
	}
	if !w.room.take(w.ctx, m.BodySize) {
		return
	}
	body, from, local := keep(m.Body)
	switch {
	case from != nil: // the connection is lost, and the message asked for again
		w.room.give(m.BodySize)
	case local != nil:
		delete(a.want, m.UID)
		w.room.give(m.BodySize)
		w.give(item, &core.Error{Op: "imap.Fetch", Class: core.Transient, Thing: string(ref.ID), Err: local, Remedy: "make room for temporary files"}, func() {})
	default:
		delete(a.want, m.UID)
		item.Body = body
		w.give(item, nil, func() {
			body.close()
			w.room.give(m.BodySize)
		})
	}
}

// finish waits for a command and sees to what it did not tell.
func (w *worker) finish(a *asked) {
	var err error
	if a.cmd != nil {
		err = w.failure(w.s.Wait(w.ctx, a.cmd))
	}
	var rest []core.Ref
	for _, ref := range a.refs {
		if _, left := a.want[uidOf(ref.ID)]; left || uidOf(ref.ID) == 0 {
			rest = append(rest, ref)
		}
	}
	if err == nil || isStatus(err) && w.s.Err() == nil && core.ClassOf(err) != core.Missing {
		w.doubtful = append(w.doubtful, rest...)
		return
	}
	w.failed(rest, true, err)
}

// once asks for one message in a fresh view.
func (w *worker) once(ref core.Ref) {
	a := w.ask([]core.Ref{ref}, true)
	if a == nil {
		return
	}
	var err error
	if a.cmd != nil {
		err = w.failure(w.s.Wait(w.ctx, a.cmd))
	}
	switch {
	case len(a.want) == 0 && a.cmd != nil:
	case err != nil:
		w.failed([]core.Ref{ref}, true, err)
	default:
		w.give(core.Item{Stub: core.Stub{Ref: ref}}, missing("imap.Fetch", string(ref.ID)), func() {})
	}
}

// failed tells that messages could not be read, or leaves them to another
// connection if this one was lost. asked: the server was asked for them.
func (w *worker) failed(refs []core.Ref, asked bool, err error) {
	if w.s.Err() != nil {
		w.again(w.in, refs, asked && !w.accused, err)
		w.accused = w.accused || asked
		return
	}
	for _, ref := range refs {
		w.give(core.Item{Stub: core.Stub{Ref: ref}}, err, func() {})
	}
}

func (w *worker) failure(err error) error {
	return failure("imap.Fetch", string(w.in), reading, err)
}

func isStatus(err error) bool {
	var s *wire.StatusError
	return errors.As(err, &s)
}
