package imapd

// copy: COPY and MOVE (RFC 3501, section 6.4.7; RFC 6851), with COPYUID
// (RFC 4315, section 3).
func (c *session) copy(p *parser, uid, move bool) answer {
	p.sp()
	s := p.set()
	p.sp()
	name, good := c.mailboxName(p)
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	picked, known := c.pick(s, uid)
	if !known {
		p.fail("sequence number that does not exist")
		return answer{}
	}
	to := c.user.boxes[name]
	switch {
	case to == nil:
		return no("[TRYCREATE] Mailbox doesn't exist: %s", encodeName(name))
	case to.settings.NoSelect:
		return no("Mailbox isn't selectable")
	case to.settings.ReadOnly:
		return no("[NOPERM] Mailbox is read-only")
	case move && c.examine:
		return no("[READ-ONLY] Mailbox is read-only")
	}
	var from, now []uint32
	gone := map[*message]bool{}
	for _, i := range picked {
		m := c.view[i].m
		if m.gone { // RFC 3501, section 6.4.7: all or none
			return no("[EXPUNGEISSUED] Some of the requested messages no longer exist.")
		}
		gone[m] = true
	}
	verb := "COPY"
	if move {
		verb = "MOVE"
	}
	for _, i := range picked {
		m := c.view[i].m
		from = append(from, m.uid)
		now = append(now, c.srv.put(to, m.email, to.keeps(m.flags), m.internal, c.by(), verb+" to").uid)
	}
	code := ""
	if len(from) > 0 && c.srv.has("UIDPLUS") {
		code = "[COPYUID " + decimal(to.uidvalidity) + " " + compact(from) + " " + compact(now) + "] "
	}
	if !move {
		return ok("%sCopy completed.", code)
	}
	if code != "" { // RFC 6851, section 4.3: before the EXPUNGEs
		c.out.line("* OK %sMoved UIDs.", code)
	}
	c.srv.remove(c.box, func(m *message) bool { return gone[m] }, c.by(), "MOVE from")
	return ok("Move completed.")
}

// expunge: EXPUNGE (RFC 3501, section 6.4.3) and UID EXPUNGE (RFC 4315,
// section 2.1).
func (c *session) expunge(p *parser, uid bool) answer {
	var s set
	if uid {
		p.sp()
		s = p.set()
	}
	if !p.end() {
		return answer{}
	}
	if c.examine {
		return no("[READ-ONLY] Mailbox is read-only")
	}
	last := uint32(0)
	if n := len(c.view); n > 0 {
		last = c.view[n-1].m.uid
	}
	c.srv.remove(c.box, func(m *message) bool {
		return m.has(`\Deleted`) && m.uid <= last && (!uid || s.holds(m.uid, last))
	}, c.by(), "EXPUNGE")
	if c.qresync && c.modseqs() { // RFC 7162, section 3.2.7
		return ok("[HIGHESTMODSEQ %d] Expunge completed.", c.box.highest)
	}
	return ok("Expunge completed.")
}
