package imapd

import "slices"

// tombstone is a UID that was expunged, and when.
type tombstone struct {
	uid    uint32
	modseq uint64
}

// known is what a client knows of a mailbox that it selects (RFC 7162, section
// 3.2.5).
type known struct {
	validity, modseq uint64
	uids             set // nil = not told
}

// known reads the parameter QRESYNC.
func (c *session) known(p *parser) *known {
	k := &known{}
	p.want("(")
	k.validity = p.number()
	p.sp()
	k.modseq = p.number()
	if p.try(" ") {
		k.uids = p.set()
		if p.try(" (") { // sequence numbers and their UIDs: a hint that is not needed
			p.set()
			p.sp()
			p.set()
			p.want(")")
		}
	}
	p.want(")")
	if !c.qresync {
		p.fail("QRESYNC was not enabled")
	}
	if k.modseq == 0 {
		p.fail("QRESYNC since 0")
	}
	return k
}

// resync tells what changed since a client last looked: nothing, if it knew
// another mailbox (RFC 7162, section 3.2.5.1).
func (c *session) resync(k *known) {
	if k == nil || uint64(c.box.uidvalidity) != k.validity || !c.modseqs() {
		return
	}
	within := func(uid uint32) bool { return k.uids == nil || k.uids.holds(uid, 1<<32-1) }
	c.tellVanished(k.modseq, within)
	for i, s := range c.view {
		if s.m.modseq > k.modseq && within(s.m.uid) {
			c.out.line("* %d FETCH (UID %d MODSEQ (%d) %s)", i+1, s.m.uid, s.m.modseq, c.flagText(s.m))
		}
	}
}

// tellVanished names what was expunged since. Where the tombstones are lost, it
// names every UID that is not there, as the RFC allows and Dovecot does.
func (c *session) tellVanished(since uint64, within func(uint32) bool) {
	var gone []uint32
	if since < c.box.forgotten {
		for uid := uint32(1); uid < c.box.uidnext; uid++ {
			if c.box.byUID(uid) == nil && within(uid) {
				gone = append(gone, uid)
			}
		}
	} else {
		for _, t := range c.box.expunged {
			if t.modseq > since && within(t.uid) {
				gone = append(gone, t.uid)
			}
		}
		slices.Sort(gone)
	}
	if gone != nil {
		c.out.line("* VANISHED (EARLIER) %s", compact(gone))
	}
}

// ForgetExpunges loses the record of what was expunged from a mailbox.
func (u *User) ForgetExpunges(name string) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	b, err := u.find(name)
	if err == nil {
		b.expunged, b.forgotten = nil, b.highest
	}
	return err
}
