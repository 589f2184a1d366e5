package imap

import (
	"cmp"
	"slices"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// carry moves or copies messages. Which are there is asked first, in the same
// round trip; the new UIDs are those of COPYUID, if that is plausible.
func (b *batch) carry(op core.Op, to core.CollectionID) {
	there := map[uint32]core.Marks{}
	look := b.present(there)
	start := b.conn.StartMove
	if op == core.OpPlace {
		start = b.conn.StartCopy
	}
	cmd := start(b.ctx, b.set(), b.name(to))
	err := b.conn.Wait(b.ctx, look)
	if failed := b.conn.Wait(b.ctx, cmd); failed != nil || err != nil {
		b.carryFailed(op, there, cmd, failed, err)
		return
	}
	b.missingOnes(there)
	var pairs map[uint32]uint32
	if c := cmd.Done.Copy; c != nil && b.fits(to, c) {
		pairs = c.Pairs(b.set())
	}
	for uid := range b.set().All() {
		s := core.Stub{Size: -1}
		if n := pairs[uid]; n != 0 {
			s = core.Stub{Ref: core.Ref{Collection: to, ID: idOf(n)}, Position: uint64(n), Marks: there[uid], Size: -1}
		}
		b.end(uid, s, nil)
	}
}

// fits tells whether new UIDs may be believed: they are of the incarnation that
// was surveyed, were issued since, and are told once each.
func (r *Replica) fits(id core.CollectionID, told *wire.CopyUID) bool {
	c, known := r.surveyed[id]
	if !known || c.Incarnation != incarnation(told.UIDValidity) {
		return false
	}
	ranges := slices.SortedFunc(slices.Values(told.To), func(a, b wire.Range) int { return cmp.Compare(a.Lo, b.Lo) })
	last := c.Position
	for _, r := range ranges {
		if uint64(r.Lo) <= last {
			return false
		}
		last = uint64(r.Hi)
	}
	return true
}

// carryFailed finds out what a failed move or copy has done: a message that is
// gone was moved.
func (b *batch) carryFailed(op core.Op, before map[uint32]core.Marks, cmd *wire.Command, failed, looked error) {
	if failed == nil {
		failed = looked
	}
	err := b.failure(failed)
	if !cmd.Sent() && core.ClassOf(err) == core.Unknown {
		err = core.Errorf("imap.Apply", core.Transient, "not sent: %w", failed)
	}
	if b.conn.Err() != nil || looked != nil {
		b.endAll(err)
		return
	}
	now := map[uint32]core.Marks{}
	if again := b.conn.Wait(b.ctx, b.present(now)); again != nil {
		b.endAll(core.Errorf("imap.Apply", core.Unknown, "what became of it cannot be told: %w", failed))
		return
	}
	b.missingOnes(before)
	for uid := range b.set().All() {
		_, still := now[uid]
		switch {
		case still && op == core.OpMove, op == core.OpPlace: // COPY does all or nothing (RFC 9051, section 6.4.7)
			b.end(uid, core.Stub{}, err)
		default:
			b.end(uid, core.Stub{}, core.Errorf("imap.Apply", core.Unknown, "it left, and the server says: %w", failed))
		}
	}
}
