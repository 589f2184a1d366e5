package imap

import (
	"fmt"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// keeps tells whether a mailbox keeps a mark (PERMANENTFLAGS; RFC 9051, section
// 7.1). One that it takes and forgets would look as if a user had removed it.
func keeps(m *wire.MailboxState, mark string) bool {
	if !wire.ValidFlag(mark) {
		return false
	}
	if m.Permanent == nil {
		return true // not told: all are kept (RFC 9051, section 6.3.2)
	}
	for _, f := range m.Permanent {
		if strings.EqualFold(f, mark) || f == `\*` && !strings.HasPrefix(mark, `\`) {
			return true
		}
	}
	return false
}

func unkept(m *wire.MailboxState, marks core.Marks) string {
	for _, name := range marks.List() {
		if !keeps(m, name) {
			return name
		}
	}
	return ""
}

// mark adds and removes flags, and reads them back when that is done: what is
// not told is not there.
func (b *batch) mark(m *wire.MailboxState, add, remove core.Marks) {
	if name := unkept(m, add); name != "" {
		b.endAll(&core.Error{Op: "imap.Apply", Class: core.Permanent, Thing: string(b.in), Err: fmt.Errorf("it does not keep the mark %s", name)})
		return
	}
	var stores []*wire.Command
	if add != "" {
		stores = append(stores, b.conn.StartStore(b.ctx, b.set(), true, wire.Flags(add.List()...)))
	}
	if flags := sendable(remove); len(flags) > 0 {
		stores = append(stores, b.conn.StartStore(b.ctx, b.set(), false, wire.Flags(flags...)))
	}
	there := map[uint32]core.Marks{}
	var failed error
	for i, s := range stores {
		if err := b.conn.Wait(b.ctx, s); err != nil && failed == nil {
			failed = b.failure(err)
			if i > 0 || len(stores) > 1 || len(b.writes) > 1 {
				failed = core.Errorf("imap.Apply", core.Unknown, "some marks may have been changed: %w", err)
			}
		}
	}
	if err := b.conn.Wait(b.ctx, b.present(there)); err != nil {
		b.endAll(core.Errorf("imap.Apply", core.Unknown, "the marks cannot be read back: %w", err))
		return
	}
	b.missingOnes(there)
	for uid := range b.set().All() {
		s := core.Stub{Ref: core.Ref{Collection: b.in, ID: idOf(uid)}, Marks: there[uid], Position: uint64(uid), Size: -1}
		err := failed
		if done := there[uid].Intersect(add) == add && there[uid].Intersect(remove) == ""; done {
			err = nil
		}
		b.end(uid, s, err)
	}
}

// sendable marks; what cannot be sent cannot be there.
func sendable(marks core.Marks) (out []string) {
	for _, name := range marks.List() {
		if wire.ValidFlag(name) {
			out = append(out, name)
		}
	}
	return out
}
