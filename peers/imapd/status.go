package imapd

import (
	"fmt"
	"strings"
)

// status: STATUS (RFC 3501, section 6.3.10).
func (c *session) status(p *parser) answer {
	p.sp()
	name, good := c.mailboxName(p)
	p.sp()
	items := c.statusItems(p)
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	b := c.user.boxes[name]
	if b == nil { // without a code, as Dovecot
		return no("Mailbox doesn't exist: %s", encodeName(name))
	}
	if b.settings.NoSelect {
		return no("Mailbox isn't selectable: %s", encodeName(name))
	}
	c.out.line("%s", c.statusLine(b, items))
	return ok("Status completed.")
}

func (c *session) statusItems(p *parser) []string {
	items := []string{}
	p.list(func() {
		w := p.keyword()
		switch w {
		case "MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN":
		case "HIGHESTMODSEQ": // RFC 7162, section 3.1.7: it enables CONDSTORE
			if !c.srv.has("CONDSTORE") {
				p.fail("CONDSTORE was not offered")
			}
			c.condstore = true
		case "APPENDLIMIT": // RFC 7889, section 3.1
			if !c.srv.has("APPENDLIMIT") {
				p.fail("APPENDLIMIT was not offered")
			}
		case "MAILBOXID": // RFC 8474, section 4.3
			if !c.srv.has("OBJECTID") {
				p.fail("OBJECTID was not offered")
			}
		default:
			p.fail("unknown STATUS item %s", w)
		}
		items = append(items, w)
	})
	if len(items) == 0 {
		p.fail("no STATUS item")
	}
	return items
}

func (c *session) statusLine(b *mailbox, items []string) string {
	var out []string
	for _, item := range items {
		value := ""
		switch item {
		case "MESSAGES":
			value = fmt.Sprint(len(b.messages))
		case "RECENT":
			value = fmt.Sprint(b.count(func(m *message) bool { return !m.claimed }))
		case "UNSEEN":
			value = fmt.Sprint(b.count(func(m *message) bool { return !m.has(`\Seen`) }))
		case "UIDNEXT":
			value = fmt.Sprint(b.uidnext)
		case "UIDVALIDITY":
			value = fmt.Sprint(b.uidvalidity)
		case "HIGHESTMODSEQ":
			value = fmt.Sprint(b.highest)
			if b.settings.NoModSeq { // RFC 7162, section 3.1.2.2
				value = "0"
			}
		case "APPENDLIMIT":
			if value = "NIL"; b.settings.AppendLimit > 0 {
				value = fmt.Sprint(b.settings.AppendLimit)
			}
		case "MAILBOXID":
			value = "(" + b.id + ")"
		}
		out = append(out, item+" "+value)
	}
	return "* STATUS " + c.spelt(b.name) + " (" + strings.Join(out, " ") + ")"
}

func (b *mailbox) count(which func(*message) bool) int {
	n := 0
	for _, m := range b.messages {
		if which(m) {
			n++
		}
	}
	return n
}
