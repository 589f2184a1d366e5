package imapd

import (
	"fmt"
	"slices"
	"strings"
)

// item is one thing to fetch: its answer's name, and what writes its value.
type item struct {
	name  string
	write func(*message)
	reads bool // it sets \Seen
}

// fetch: FETCH and UID FETCH (RFC 3501, sections 6.4.5 and 6.4.8).
func (c *session) fetch(p *parser, uid bool) answer {
	p.sp()
	s := p.set()
	p.sp()
	items := c.fetchItems(p)
	since, vanished := uint64(0), false
	if p.try(" (CHANGEDSINCE ") { // RFC 7162, section 3.1.4.1
		since = p.number()
		vanished = p.try(" VANISHED")
		p.want(")")
		c.needCondstore(p)
		items = c.addItem(p, items, "MODSEQ")
	}
	if uid && !slices.ContainsFunc(items, func(i item) bool { return i.name == "UID" }) {
		items = append([]item{c.named(p, "UID")}, items...)
	}
	if vanished && !(uid && c.qresync) { // RFC 7162, section 3.2.6
		p.fail("VANISHED without UID FETCH or before ENABLE QRESYNC")
	}
	if !p.end() {
		return answer{}
	}
	picked, known := c.pick(s, uid)
	if !known {
		p.fail("sequence number that does not exist")
		return answer{}
	}
	if vanished {
		c.tellVanished(since, func(uid uint32) bool { return s.holds(uid, 1<<32-1) })
	}
	missing := false
	for _, i := range picked {
		v := c.view[i]
		switch {
		case v.m.gone:
			missing = true
		case since > 0 && v.m.modseq <= since:
		default:
			c.fetchOne(i+1, v, items)
		}
	}
	if missing { // RFC 5530, section 3
		return ok("[EXPUNGEISSUED] Some of the requested messages no longer exist.")
	}
	return ok("Fetch completed.")
}

func (c *session) fetchOne(seq int, v *seen, items []item) {
	reads := slices.ContainsFunc(items, func(i item) bool { return i.reads })
	if reads && !c.examine && !v.m.has(`\Seen`) && len(c.box.keeps([]string{`\Seen`})) > 0 {
		c.srv.flag(c.box, v.m, append(slices.Clone(v.m.flags), `\Seen`), c.by())
		if !slices.ContainsFunc(items, func(i item) bool { return i.name == "FLAGS" }) {
			items = append(slices.Clone(items), c.flagsItem())
		}
	}
	c.out.text("* " + decimal(uint32(seq)) + " FETCH (")
	for i, it := range items {
		if i > 0 {
			c.out.text(" ")
		}
		if it.name == "FLAGS" {
			v.version = v.m.version // told
		} else {
			c.out.text(it.name + " ")
		}
		it.write(v.m)
	}
	c.out.text(")")
	c.out.end()
}

func (c *session) needCondstore(p *parser) {
	if !c.srv.has("CONDSTORE") {
		p.fail("CONDSTORE was not offered")
	} else if !c.modseqs() { // RFC 7162, section 3.1.2.2
		p.fail("mailbox without mod-sequences")
	}
	if p.bad == "" && !c.condstore { // RFC 7162, section 3.1: enabled by its first use
		c.condstore, c.box.wanted = true, true
		c.out.line("* OK [HIGHESTMODSEQ %d] Highest", c.box.highest)
	}
}

func (c *session) fetchItems(p *parser) []item {
	var items []item
	if p.peek() == '(' {
		p.list(func() { items = append(items, c.fetchItem(p)) })
		return items
	}
	switch {
	case p.try("ALL"):
		return []item{c.flagsItem(), c.named(p, "INTERNALDATE"), c.named(p, "RFC822.SIZE"), c.named(p, "ENVELOPE")}
	case p.try("FAST"):
		return []item{c.flagsItem(), c.named(p, "INTERNALDATE"), c.named(p, "RFC822.SIZE")}
	}
	return append(items, c.fetchItem(p))
}

func (c *session) flagsItem() item {
	return item{name: "FLAGS", write: func(m *message) { c.out.text(c.flagText(m)) }}
}

// addItem adds an item unless it is there.
func (c *session) addItem(p *parser, items []item, name string) []item {
	if slices.ContainsFunc(items, func(i item) bool { return i.name == name }) {
		return items
	}
	return append(items, c.named(p, name))
}

func (c *session) fetchItem(p *parser) item {
	name := strings.ToUpper(p.span("a FETCH item", func(b byte) bool { return atomByte(b) && b != '[' }))
	if p.peek() == '[' && (name == "BODY" || name == "BODY.PEEK") {
		return c.sectionItem(p, name == "BODY")
	}
	return c.named(p, name)
}

// named finds an item that is one word (RFC 3501, section 6.4.5).
func (c *session) named(p *parser, name string) item {
	it := item{name: name}
	text := func(value func(m *message) string) { it.write = func(m *message) { c.out.text(value(m)) } }
	switch name {
	case "FLAGS":
		return c.flagsItem()
	case "UID":
		text(func(m *message) string { return decimal(m.uid) })
	case "RFC822.SIZE":
		text(func(m *message) string { return fmt.Sprint(len(m.email.body)) })
	case "INTERNALDATE": // the moment, not the zone it was given in: as Dovecot
		text(func(m *message) string { return quoted(m.internal.UTC().Format("02-Jan-2006 15:04:05 -0700")) })
	case "ENVELOPE":
		it.write = func(m *message) { c.envelope(m.email.body) }
	case "BODYSTRUCTURE", "BODY":
		text(func(m *message) string { return structure(m.email.body) })
	case "RFC822":
		it.reads, it.write = true, func(m *message) { c.out.literal(m.email.body) }
	case "RFC822.HEADER":
		it.write = func(m *message) { c.out.literal(header(m.email.body)) }
	case "RFC822.TEXT":
		it.reads, it.write = true, func(m *message) { c.out.literal(m.email.body[len(header(m.email.body)):]) }
	case "MODSEQ": // RFC 7162, section 3.1.4.2
		c.needCondstore(p)
		text(func(m *message) string { return fmt.Sprintf("(%d)", m.modseq) })
	case "EMAILID": // RFC 8474, section 5.3
		text(func(m *message) string { return "(" + m.email.id + ")" })
		if !c.srv.has("OBJECTID") {
			p.fail("OBJECTID was not offered")
		}
	case "X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS": // of Gmail
		if !c.srv.has("X-GM-EXT-1") {
			p.fail("X-GM-EXT-1 was not offered")
		}
		text(func(m *message) string {
			if name == "X-GM-LABELS" {
				return `("\\Important" "\\Inbox" (odd) caf&AOk- "a b")`
			}
			return fmt.Sprint(1<<60 + m.email.serial)
		})
	case "THREADID":
		text(func(*message) string { return "NIL" })
	default:
		p.fail("unknown FETCH item %q", name)
	}
	return it
}
