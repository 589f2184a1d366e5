package imapd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// notice is what a session wants to be told of the mailboxes that it has not
// selected (RFC 5465, section 3), and what it was told last.
type notice struct {
	groups []noticeGroup
	// told is how each mailbox stood, by name.
	told map[string]stood
	// overflow: it was too much, and ends with a word (section 5.8).
	overflow bool
}

// noticeGroup is mailboxes and what of them is wanted.
type noticeGroup struct {
	filter   string
	names    []string
	messages bool // MessageNew and MessageExpunge
	flags    bool // FlagChange
	renames  bool // MailboxName
}

// stood is what a status tells.
type stood struct {
	box     *mailbox
	count   int
	next    uint32
	highest uint64
}

// notify: NOTIFY (RFC 5465, section 3.1).
func (c *session) notify(p *parser) answer {
	p.sp()
	if p.try("NONE") {
		if !p.end() {
			return answer{}
		}
		c.notice = nil
		return ok("NOTIFY completed.")
	}
	p.want("SET")
	status := p.try(" STATUS")
	n := &notice{told: map[string]stood{}}
	for first := true; p.bad == "" && (first || p.peek() == ' '); first = false {
		p.sp()
		n.groups = append(n.groups, c.noticeGroup(p))
	}
	if !p.end() {
		return answer{}
	}
	c.notice = n
	for _, name := range slices.Sorted(maps.Keys(c.user.boxes)) {
		b := c.user.boxes[name]
		n.told[name] = b.stood()
		if g := n.group(c, name); status && g != nil && g.messages && b != c.box {
			c.out.line("%s", c.statusLine(b, []string{"MESSAGES", "UIDNEXT", "UIDVALIDITY"}))
		}
	}
	return ok("NOTIFY completed.")
}

// noticeGroup reads one event group (RFC 5465, section 8).
func (c *session) noticeGroup(p *parser) noticeGroup {
	g := noticeGroup{}
	p.want("(")
	switch g.filter = strings.ToLower(p.atom()); g.filter {
	case "selected", "selected-delayed", "inboxes", "personal", "subscribed":
	case "subtree", "mailboxes":
		p.sp()
		if p.peek() == '(' {
			p.list(func() { g.names = append(g.names, c.noticeName(p)) })
		} else {
			g.names = append(g.names, c.noticeName(p))
		}
	default:
		p.fail("unknown NOTIFY filter %q", g.filter)
	}
	p.sp()
	if p.try("NONE") {
		p.want(")")
		return g
	}
	came, went := false, false
	p.list(func() {
		switch event := strings.ToLower(p.atom()); event {
		case "messagenew":
			came = true
		case "messageexpunge":
			went = true
		case "flagchange":
			g.flags = true
		case "mailboxname":
			g.renames = true
		default:
			p.fail("unknown NOTIFY event %q", event)
		}
	})
	if g.messages = came; came != went || g.flags && !came { // RFC 5465, section 5
		p.fail("MessageNew, MessageExpunge and FlagChange go together")
	}
	p.want(")")
	return g
}

func (c *session) noticeName(p *parser) string {
	name, good := c.mailboxName(p)
	if !good {
		p.fail("mailbox name %q is not modified UTF-7", name)
	}
	return name
}

// group finds the first that names a mailbox; nil = it is not wanted.
func (n *notice) group(c *session, name string) *noticeGroup {
	for i, g := range n.groups {
		fits := false
		switch g.filter {
		case "personal":
			fits = name == "INBOX" || strings.HasPrefix(name, c.srv.opt.Prefix)
		case "inboxes":
			fits = name == "INBOX"
		case "subscribed":
			fits = c.user.subscriptions[name]
		case "mailboxes":
			fits = slices.Contains(g.names, name)
		case "subtree":
			fits = slices.ContainsFunc(g.names, func(root string) bool {
				return name == root || strings.HasPrefix(name, root+c.srv.opt.Delimiter)
			})
		}
		if fits {
			return &n.groups[i]
		}
	}
	return nil
}

func (b *mailbox) stood() stood { return stood{b, len(b.messages), b.uidnext, b.highest} }

// notices tells what became of the mailboxes that are not selected.
func (c *session) notices() {
	n := c.notice
	if n == nil || c.user == nil {
		return
	}
	if n.overflow {
		c.notice = nil
		c.out.line("* OK [NOTIFICATIONOVERFLOW] Too much happens.")
		return
	}
	c.renames(n)
	for _, name := range slices.Sorted(maps.Keys(c.user.boxes)) {
		b, was := c.user.boxes[name], n.told[name]
		now := b.stood()
		n.told[name] = now
		g := n.group(c, name)
		switch {
		case g == nil || b == c.box || now == was:
		case g.messages && (was.box != b || was.count != now.count || was.next != now.next):
			items := []string{"MESSAGES", "UIDNEXT", "UIDVALIDITY"}
			if c.condstore {
				items = append(items, "HIGHESTMODSEQ")
			}
			c.out.line("%s", c.statusLine(b, items))
		case g.flags && c.condstore: // RFC 5465, section 5.3
			c.out.line("%s", c.statusLine(b, []string{"HIGHESTMODSEQ"}))
		}
	}
}

// renames tells which mailboxes came, went and have another name (RFC 5465,
// section 5.4).
func (c *session) renames(n *notice) {
	wanted := func(name string) bool {
		g := n.group(c, name)
		return g != nil && g.renames
	}
	old := map[string]string{} // by the name now
	for _, name := range slices.Sorted(maps.Keys(n.told)) {
		b := n.told[name].box
		switch {
		case c.user.boxes[name] == b:
			continue
		case !b.gone && c.user.boxes[b.name] == b:
			old[b.name] = name
			n.told[b.name] = n.told[name]
		case c.user.boxes[name] == nil && wanted(name):
			c.out.line(`* LIST (\NonExistent) %s %s`, quoted(c.srv.opt.Delimiter), c.spelt(name))
		}
		delete(n.told, name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.user.boxes)) {
		_, known := n.told[name]
		was, renamed := old[name]
		if known && !renamed || !wanted(name) {
			continue
		}
		line := fmt.Sprintf(`* LIST () %s %s`, quoted(c.srv.opt.Delimiter), c.spelt(name))
		if renamed {
			line += fmt.Sprintf(` ("OLDNAME" (%s))`, c.spelt(was))
		}
		c.out.line("%s", line)
		n.told[name] = c.user.boxes[name].stood()
	}
}

// stir wakes the sessions of a user that want to be told.
func (s *Server) stir(u *User) {
	for c := range s.sessions {
		if c.user == u && c.notice != nil {
			c.stir()
		}
	}
}

func (c *session) stir() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// OverflowNotices makes the server give up telling the sessions of a user what
// happens.
func (u *User) OverflowNotices() {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	for c := range u.srv.sessions {
		if c.user == u && c.notice != nil {
			c.notice.overflow = true
			c.stir()
		}
	}
}
