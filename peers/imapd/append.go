package imapd

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"
)

// arrival is a message that a client stores.
type arrival struct {
	flags []string
	at    time.Time // zero = now
	body  string
}

// append: APPEND (RFC 3501, section 6.3.11); with MULTIAPPEND of several
// messages, of which all are stored or none.
func (c *session) append(p *parser) answer {
	p.sp()
	name, good := c.mailboxName(p)
	p.sp()
	all := []arrival{p.arrival()}
	for c.srv.has("MULTIAPPEND") && p.peek() == ' ' { // RFC 3502, section 6.3.11
		p.sp()
		all = append(all, p.arrival())
	}
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
	}
	for _, a := range all {
		if most := b.settings.AppendLimit; most > 0 && len(a.body) > most { // RFC 7889, section 4
			return no("[TOOBIG] Message is too large")
		}
		if a.body == "" { // as Dovecot; of several it gives all up (RFC 3502, section 6.3.11)
			return no("Can't save a zero byte message")
		}
	}
	first := b.uidnext
	for _, a := range all {
		if a.at.IsZero() {
			a.at = c.srv.opt.Now()
		}
		c.srv.deliver(c.user.name, b, []byte(a.body), b.keeps(a.flags), a.at, c.by(), "APPEND")
	}
	if !c.srv.has("UIDPLUS") {
		return ok("Append completed.")
	}
	uids := fmt.Sprint(first) // RFC 4315, section 3
	if len(all) > 1 {
		uids = fmt.Sprintf("%d:%d", first, b.uidnext-1)
	}
	return ok("[APPENDUID %d %s] Append completed.", b.uidvalidity, uids)
}

// arrival is append-message (RFC 4466, section 6).
func (p *parser) arrival() (a arrival) {
	if p.peek() == '(' {
		a.flags = p.flags()
		p.sp()
	}
	if p.peek() == '"' {
		a.at = p.date()
		p.sp()
	}
	if p.try("UTF8 (~") { // RFC 6855, section 4
		if !p.utf8 {
			p.fail("APPEND UTF8 before ENABLE UTF8=ACCEPT")
		}
		a.body = p.str()
		p.want(")")
		return a
	}
	if p.rest() != "" || p.bad == "" && !p.parts[p.i].ends {
		p.fail("APPEND without a literal")
	}
	a.body = p.str()
	if head := header([]byte(a.body)); p.utf8 && utf8.Valid(head) && bytes.ContainsFunc(head, func(r rune) bool { return r >= utf8.RuneSelf }) {
		p.fail("a header in UTF-8 that is not told to be so")
	}
	return a
}
