package imapd

import "strings"

// create: CREATE (RFC 3501, section 6.3.3), with a special use (RFC 6154,
// section 3).
func (c *session) create(p *parser) answer {
	p.sp()
	name, good := c.mailboxName(p)
	use := ""
	if p.try(" ") {
		p.list(func() {
			p.want("USE ")
			p.list(func() { p.want(`\`); use = `\` + p.atom() })
		})
		if !c.srv.has("CREATE-SPECIAL-USE") {
			p.fail("CREATE-SPECIAL-USE was not offered")
		}
	}
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	name = strings.TrimSuffix(name, c.srv.opt.Delimiter)
	if why := c.unfit(name); why != "" {
		return no("[CANNOT] %s", why)
	}
	if c.user.boxes[name] != nil {
		return no("[ALREADYEXISTS] Mailbox already exists")
	}
	b := c.srv.newMailbox(name)
	b.settings.Use = use
	c.user.boxes[name] = b
	c.srv.stir(c.user)
	if c.srv.has("OBJECTID") { // RFC 8474, section 4.1
		return ok("[MAILBOXID (%s)] Create completed.", b.id)
	}
	return ok("Create completed.")
}

// unfit says why no mailbox may have a name.
func (c *session) unfit(name string) string {
	d := c.srv.opt.Delimiter
	switch {
	case name == "" || strings.Contains(d+name+d, d+d):
		return "Empty part in a mailbox name"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "Control character in a mailbox name"
	case len(name) > 255:
		return "Mailbox name too long"
	case name != "INBOX" && !strings.HasPrefix(name, c.srv.opt.Prefix):
		return "Mailbox name outside of the namespace"
	}
	return ""
}

// delete: DELETE (RFC 3501, section 6.3.4). A mailbox with children goes, its
// name stays as their parent.
func (c *session) delete(p *parser) answer {
	p.sp()
	name, good := c.mailboxName(p)
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	b := c.user.boxes[name]
	switch {
	case b == nil:
		return noSuch(name)
	case name == "INBOX":
		return no("[CANNOT] INBOX can't be deleted.")
	case b.settings.ReadOnly:
		return no("[NOPERM] Permission denied")
	}
	if c.box == b {
		c.leave()
	}
	c.user.drop(b, c.by())
	return ok("Delete completed.")
}

// rename: RENAME (RFC 3501, section 6.3.5).
func (c *session) rename(p *parser) answer {
	p.sp()
	from, good := c.mailboxName(p)
	p.sp()
	to, goodTo := c.mailboxName(p)
	if !p.end() {
		return answer{}
	}
	if !good || !goodTo {
		return c.badName(from + " " + to)
	}
	if c.user.boxes[from] == nil {
		return noSuch(from)
	}
	if why := c.unfit(to); why != "" {
		return no("[CANNOT] %s", why)
	}
	if strings.HasPrefix(to, from+c.srv.opt.Delimiter) {
		return no("[CANNOT] Can't rename mailbox under itself")
	}
	if c.user.boxes[to] != nil {
		return no("[ALREADYEXISTS] Target mailbox already exists")
	}
	if from == "INBOX" { // its messages move, it stays
		b := c.srv.newMailbox(to)
		c.user.boxes[to] = b
		in := c.user.boxes["INBOX"]
		for _, m := range in.messages {
			c.srv.put(b, m.email, m.flags, m.internal, c.by(), "RENAME INBOX")
		}
		c.srv.remove(in, func(*message) bool { return true }, c.by(), "RENAME INBOX")
		return ok("Rename completed.")
	}
	c.user.rename(from, to)
	return ok("Rename completed.")
}

// subscribe: SUBSCRIBE and UNSUBSCRIBE (RFC 3501, sections 6.3.6 and 6.3.7).
func (c *session) subscribe(p *parser, on bool) answer {
	p.sp()
	name, good := c.mailboxName(p)
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	if on && c.user.boxes[name] == nil { // without a code, as Dovecot
		return no("Mailbox doesn't exist: %s", encodeName(name))
	}
	if on {
		c.user.subscriptions[name] = true
	} else {
		delete(c.user.subscriptions, name)
	}
	return ok("Subscribe completed.")
}
