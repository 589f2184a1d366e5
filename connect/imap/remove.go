package imap

import (
	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// remove takes exactly the named messages out of the mailbox: it marks them
// \Deleted and expunges them by UID (RFC 4315, section 2.1). Whether they are
// there is asked before and after: an OK alone proves nothing.
func (b *batch) remove() {
	if !b.conn.Has("UIDPLUS") && !b.alone() {
		return
	}
	before, after := map[uint32]core.Marks{}, map[uint32]core.Marks{}
	first := b.present(before)
	store := b.conn.StartStore(b.ctx, b.set(), true, wire.Flags(core.Deleted))
	looked, stored := b.conn.Wait(b.ctx, first), b.conn.Wait(b.ctx, store)
	// The expunge waits for the flags: Dovecot 2.3 may carry out both at once,
	// and then removes nothing and says OK.
	expunge := func() *wire.Command {
		if b.conn.Has("UIDPLUS") {
			return b.conn.StartExpunge(b.ctx, b.set())
		}
		return b.conn.Start(b.ctx, "EXPUNGE")
	}
	err := stored
	if err == nil && looked == nil {
		if b.spare(before); len(b.writes) == 0 {
			return
		}
	}
	if err == nil {
		err = b.conn.Wait(b.ctx, expunge())
	}
	if again := b.conn.Wait(b.ctx, b.present(after)); looked != nil || again != nil {
		b.endAll(core.Errorf("imap.Apply", core.Unknown, "what became of it cannot be told: %w", firstError(looked, again)))
		return
	}
	b.missingOnes(before)
	for uid := range b.set().All() {
		_, still := after[uid]
		switch {
		case !still:
			b.end(uid, core.Stub{}, nil)
		case err != nil:
			b.end(uid, core.Stub{}, b.failure(err))
		default:
			b.end(uid, core.Stub{}, core.Errorf("imap.Apply", core.Transient, "the server says OK and keeps message %d of %s", uid, b.in))
		}
	}
}

// spare ends the deletions of messages that have other marks than the write asks
// for, and takes our \Deleted back. Without UIDPLUS an EXPUNGE would take them
// too, so none is made.
func (b *batch) spare(before map[uint32]core.Marks) {
	var changed, ours []uint32
	for uid := range b.set().All() {
		now, there := before[uid]
		if want := b.writes[uid].If; there && want.Of.Cut(now) != want.Marks {
			changed = append(changed, uid)
		}
	}
	if len(changed) == 0 {
		return
	}
	spared := wire.NewUIDSet(changed...)
	if !b.conn.Has("UIDPLUS") {
		spared = b.set()
	}
	for uid := range spared.All() {
		if now, there := before[uid]; there && !now.Has(core.Deleted) {
			ours = append(ours, uid)
		}
	}
	err := core.Errorf("imap.Apply", core.Conflict, "the marks of what is to be deleted in %s were changed meanwhile", b.in)
	if len(ours) > 0 {
		if failed := b.conn.Wait(b.ctx, b.conn.StartStore(b.ctx, wire.NewUIDSet(ours...), false, wire.Flags(core.Deleted))); failed != nil {
			err = core.Errorf("imap.Apply", core.Unknown, "\\Deleted cannot be taken back: %w", failed)
		}
	}
	for uid := range spared.All() {
		b.end(uid, core.Stub{}, err)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// alone tells whether an EXPUNGE without UIDs would remove nothing else. It
// answers the writes if not.
func (b *batch) alone() bool {
	found, told, err := b.conn.SearchDeleted(b.ctx)
	switch {
	case err != nil:
		b.endAll(failure("imap.Apply", string(b.in), reading, err))
		return false
	case !told:
		b.endAll(core.Errorf("imap.Apply", core.Transient, "the server does not tell what is \\Deleted in %s", b.in))
		return false
	}
	ours := b.set()
	for _, r := range found {
		if n := ours.Missing(r.Lo, r.Hi).Count(); n > 0 {
			b.endAll(&core.Error{Op: "imap.Apply", Class: core.Permanent, Thing: string(b.in),
				Err: errOthersDeleted{}, Remedy: "remove the other messages marked as deleted, or ask for a server with UIDPLUS"})
			return false
		}
	}
	return true
}

// errOthersDeleted: an EXPUNGE would remove more than it should.
type errOthersDeleted struct{}

func (errOthersDeleted) Error() string {
	return "other messages are marked as deleted, and this server can only remove all of them at once"
}
