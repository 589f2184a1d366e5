package imapd

import (
	"slices"
	"strings"
)

// store: STORE and UID STORE (RFC 3501, section 6.4.6), with UNCHANGEDSINCE
// (RFC 7162, section 3.1.3).
func (c *session) store(p *parser, uid bool) answer {
	p.sp()
	s := p.set()
	p.sp()
	limit, limited := uint64(0), false
	if p.try("(UNCHANGEDSINCE ") {
		limit, limited = p.number(), true
		p.want(") ")
		c.needCondstore(p)
	}
	sign := byte('=')
	if b := p.peek(); b == '+' || b == '-' {
		sign = b
		p.pos++
	}
	p.want("FLAGS")
	silent := p.try(".SILENT")
	p.sp()
	flags := p.flags()
	if !p.end() {
		return answer{}
	}
	picked, known := c.pick(s, uid)
	if !known {
		p.fail("sequence number that does not exist")
		return answer{}
	}
	if c.examine {
		return ok("Store ignored with read-only mailbox") // as Dovecot
	}
	flags = c.box.spell(c.box.keeps(flags))
	if c.keywords != len(c.box.keywords) {
		c.tellVocabulary()
	}
	var modified []uint32
	missing := false
	for _, i := range picked {
		v := c.view[i]
		switch {
		case v.m.gone:
			missing = true
		case limited && v.m.modseq > limit:
			if uid {
				modified = append(modified, v.m.uid)
			} else {
				modified = append(modified, uint32(i+1))
			}
		default:
			c.storeOne(i+1, v, merge(v.m.flags, flags, sign), uid, silent)
		}
	}
	switch {
	case modified != nil: // RFC 7162, section 3.1.3
		return ok("[MODIFIED %s] Conditional store failed", compact(modified))
	case missing:
		return no("[EXPUNGEISSUED] Some of the messages no longer exist.")
	}
	return ok("Store completed.")
}

func merge(old, flags []string, sign byte) []string {
	same := func(list []string, f string) bool {
		return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, f) })
	}
	switch sign {
	case '+':
		return append(slices.Clone(old), flags...)
	case '-':
		return slices.DeleteFunc(slices.Clone(old), func(f string) bool { return same(flags, f) })
	}
	return flags
}

// storeOne changes one message and tells: everything without .SILENT, the
// mod-sequence even with it (RFC 7162, section 3.1.3).
func (c *session) storeOne(seq int, v *seen, flags []string, uid, silent bool) {
	unseen := v.m.version > v.version // somebody else changed it too
	changed := c.srv.flag(c.box, v.m, flags, c.by())
	modseq := c.condstore && c.modseqs()
	if !changed && !unseen { // no word of what did not change, as Dovecot
		return
	}
	if silent && (unseen || !modseq || !changed) {
		if !unseen {
			v.version = v.m.version
		}
		return
	}
	v.version = v.m.version
	var parts []string
	if uid || c.qresync {
		parts = append(parts, "UID "+decimal(v.m.uid))
	}
	if modseq {
		parts = append(parts, "MODSEQ ("+decimal64(v.m.modseq)+")")
	}
	if !silent {
		parts = append(parts, c.flagText(v.m))
	}
	c.out.line("%s", "* "+decimal(uint32(seq))+" FETCH ("+strings.Join(parts, " ")+")")
}
