package imapd

import (
	"time"
)

// append: APPEND (RFC 3501, section 6.3.11).
func (c *session) append(p *parser) answer {
	p.sp()
	name, good := c.mailboxName(p)
	p.sp()
	var flags []string
	if p.peek() == '(' {
		flags = p.flags()
		p.sp()
	}
	var at time.Time
	if p.peek() == '"' {
		at = p.date()
		p.sp()
	}
	if p.rest() != "" || p.bad == "" && !p.parts[p.i].ends {
		p.fail("APPEND without a literal")
	}
	body := p.str()
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	b := c.user.boxes[name]
	switch {
	case b == nil: // RFC 3501, section 6.3.11
		return no("[TRYCREATE] Mailbox doesn't exist: %s", encodeName(name))
	case b.settings.NoSelect:
		return no("Mailbox isn't selectable")
	case b.settings.ReadOnly:
		return no("[NOPERM] Mailbox is read-only")
	case body == "": // as Dovecot
		return no("Can't save a zero byte message")
	}
	if at.IsZero() {
		at = c.srv.opt.Now()
	}
	m := c.srv.deliver(c.user.name, b, []byte(body), b.keeps(flags), at, c.by(), "APPEND")
	if !c.srv.has("UIDPLUS") {
		return ok("Append completed.")
	}
	return ok("[APPENDUID %d %d] Append completed.", b.uidvalidity, m.uid) // RFC 4315, section 3
}
