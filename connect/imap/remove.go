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
	set := b.set()
	first := b.present(before)
	store := b.conn.StartStore(b.ctx, set, true, wire.Flags(core.Deleted))
	looked, stored := b.conn.Wait(b.ctx, first), b.conn.Wait(b.ctx, store)
	// The expunge waits for the flags: Dovecot 2.3 may carry out both at once,
	// and then removes nothing and says OK.
	expunge := func() *wire.Command {
		if b.conn.Has("UIDPLUS") {
			return b.conn.StartExpunge(b.ctx, set)
		}
		return b.conn.Start(b.ctx, "EXPUNGE")
	}
	err := stored
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
