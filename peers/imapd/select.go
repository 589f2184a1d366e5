package imapd

import (
	"fmt"
	"strings"
)

// mailboxName reads a mailbox name. A name that is not modified UTF-7 comes
// back as it was and false.
func (c *session) mailboxName(p *parser) (string, bool) {
	return c.decode(p.astring())
}

func (c *session) decode(raw string) (string, bool) {
	if c.utf8 { // RFC 6855, section 3
		return c.srv.canonical(raw), true
	}
	name, good := decodeName(raw)
	if !good {
		return raw, false
	}
	return c.srv.canonical(name), true
}

// spelt is a mailbox name as it is sent: an atom if it can be one, as Dovecot
// does, else a quoted string.
func (c *session) spelt(name string) string {
	if !c.utf8 {
		name = encodeName(name)
	}
	atom := name != "" && !strings.EqualFold(name, "NIL")
	for i := range len(name) {
		atom = atom && atomByte(name[i])
	}
	if atom {
		return name
	}
	return quoted(name)
}

// badName answers a name that is not in modified UTF-7: NO, as Dovecot, and
// still a violation. The caller holds the lock.
func (c *session) badName(raw string) answer {
	c.srv.violations = append(c.srv.violations, fmt.Sprintf("session %d: mailbox name %q is not modified UTF-7", c.id, raw))
	return no("Mailbox name is not valid mUTF-7")
}

// noSuch answers for a mailbox that is not there (RFC 5530, section 3).
func noSuch(name string) answer {
	return no("[NONEXISTENT] Mailbox doesn't exist: %s", encodeName(name))
}

// doSelect: SELECT and EXAMINE (RFC 3501, sections 6.3.1 and 6.3.2).
func (c *session) doSelect(p *parser, examine bool) answer {
	p.sp()
	name, good := c.mailboxName(p)
	condstore := false
	var known *known
	if p.try(" ") { // select parameters: RFC 4466, section 2.1
		p.list(func() {
			if p.try("QRESYNC ") {
				known = c.known(p)
				return
			}
			p.want("CONDSTORE")
			condstore = true
		})
	}
	if condstore && !c.srv.has("CONDSTORE") {
		p.fail("CONDSTORE was not offered")
	}
	if !p.end() {
		return answer{}
	}
	if !good {
		return c.badName(name)
	}
	if c.box != nil && c.condstore { // RFC 7162, section 3.2.11
		c.out.line("* OK [CLOSED] Previous mailbox closed.")
	}
	c.leave()
	b := c.user.boxes[name]
	if b == nil { // without a code, as Dovecot
		return no("Mailbox doesn't exist: %s", encodeName(name))
	}
	if b.settings.NoSelect {
		return no("Mailbox isn't selectable: %s", encodeName(name))
	}
	c.condstore = c.condstore || condstore
	c.box, c.examine = b, examine || b.settings.ReadOnly
	c.arrive()
	c.version = b.version
	c.welcome()
	c.resync(known)
	if c.examine {
		return ok("[READ-ONLY] Select completed.")
	}
	return ok("[READ-WRITE] Select completed.")
}

// welcome is the untagged part of the answer to SELECT.
func (c *session) welcome() {
	b := c.box
	c.tellVocabulary()
	c.out.line("* %d EXISTS", len(c.view))
	c.out.line("* %d RECENT", c.recents())
	for i, s := range c.view {
		if !s.m.has(`\Seen`) {
			c.out.line("* OK [UNSEEN %d] First unseen.", i+1)
			break
		}
	}
	c.out.line("* OK [UIDVALIDITY %d] UIDs valid", b.uidvalidity)
	c.out.line("* OK [UIDNEXT %d] Predicted next UID", b.uidnext)
	switch {
	case !c.srv.has("CONDSTORE"):
	case !c.modseqs(): // RFC 7162, section 3.1.2.2
		c.out.line("* OK [NOMODSEQ] No permanent mod-sequences")
	case c.condstore || b.wanted: // not before somebody wants them, as Dovecot
		b.wanted = true
		c.out.line("* OK [HIGHESTMODSEQ %d] Highest", b.highest)
	}
	if c.srv.has("OBJECTID") { // RFC 8474, section 4.2
		c.out.line("* OK [MAILBOXID (%s)] Ok", b.id)
	}
}

// tellVocabulary sends FLAGS and PERMANENTFLAGS (RFC 3501, section 7.2.6).
func (c *session) tellVocabulary() {
	b := c.box
	c.keywords = len(b.keywords)
	flags := `\Answered \Flagged \Deleted \Seen \Draft`
	if words := b.words(); len(words) > 0 {
		flags += " " + strings.Join(words, " ")
	}
	c.out.line("* FLAGS (%s)", flags)
	permanent := flags + ` \*`
	if b.settings.PermanentFlags != nil {
		permanent = strings.Join(b.settings.PermanentFlags, " ")
	}
	if c.examine {
		permanent = ""
	}
	c.out.line("* OK [PERMANENTFLAGS (%s)] Flags permitted.", permanent)
}

// leave deselects.
func (c *session) leave() {
	c.box, c.view, c.lastUID, c.version = nil, nil, 0, 0
	select {
	case <-c.wake:
	default:
	}
}

// closeBox: CLOSE expunges without a word (RFC 3501, section 6.4.2).
func (c *session) closeBox(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	if !c.examine {
		c.srv.remove(c.box, func(m *message) bool { return m.has(`\Deleted`) }, c.by(), "CLOSE")
	}
	c.leave()
	return ok("Close completed.")
}

// unselect: UNSELECT (RFC 3691, section 2).
func (c *session) unselect(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	c.leave()
	return ok("Unselect completed.")
}
