package imapd

import (
	"maps"
	"slices"
	"strings"
)

// listing is one LIST command.
type listing struct {
	patterns   []string
	subscribed bool // selection option SUBSCRIBED
	recursive  bool
	special    bool // selection option SPECIAL-USE
	showSubs   bool
	// returns: there are return options, and only what they name is told
	// (RFC 5258, section 3.2).
	returns, children, uses bool
	status                  []string
}

// list: LIST (RFC 3501, section 6.3.8; RFC 5258; RFC 5819; RFC 6154).
func (c *session) list(p *parser) answer {
	var l listing
	p.sp()
	extended := p.peek() == '('
	if extended {
		p.list(func() {
			switch w := p.keyword(); w {
			case "SUBSCRIBED":
				l.subscribed, l.showSubs = true, true
			case "SPECIAL-USE":
				l.special = true
			case "RECURSIVEMATCH":
				l.recursive = true
			case "REMOTE":
			default:
				p.fail("unknown LIST selection option %s", w)
			}
		})
		p.sp()
	}
	reference := p.astring()
	p.sp()
	if p.peek() == '(' {
		extended = true
		p.list(func() { l.patterns = append(l.patterns, reference+p.pattern()) })
	} else {
		l.patterns = []string{reference + p.pattern()}
	}
	if p.try(" RETURN ") {
		extended = true
		c.listReturn(p, &l)
	}
	if l.recursive && !l.subscribed { // RFC 5258, section 3.1
		p.fail("RECURSIVEMATCH alone")
	}
	if extended && !c.srv.has("LIST-EXTENDED") && !(c.srv.has("LIST-STATUS") && l.status != nil) {
		p.fail("LIST-EXTENDED was not offered")
	}
	if !p.end() {
		return answer{}
	}
	if !extended && l.patterns[0] == reference { // the delimiter and the root
		c.out.line(`* LIST (\Noselect) %s ""`, quoted(c.srv.opt.Delimiter))
		return ok("List completed.")
	}
	for _, name := range c.names() {
		c.listOne(&l, name)
	}
	return ok("List completed.")
}

func (c *session) listReturn(p *parser, l *listing) {
	l.returns = true
	p.list(func() {
		switch w := p.keyword(); w {
		case "SUBSCRIBED":
			l.showSubs = true
		case "CHILDREN":
			l.children = true
		case "SPECIAL-USE":
			l.uses = true
		case "STATUS": // RFC 5819, section 2
			if !c.srv.has("LIST-STATUS") {
				p.fail("LIST-STATUS was not offered")
			}
			p.sp()
			l.status = c.statusItems(p)
		default:
			p.fail("unknown LIST return option %s", w)
		}
	})
}

// names are those of all mailboxes and of the parents they need.
func (c *session) names() []string {
	all := map[string]bool{}
	for name := range c.user.boxes {
		all[name] = true
		for i := strings.LastIndex(name, c.srv.opt.Delimiter); i > 0; i = strings.LastIndex(name[:i], c.srv.opt.Delimiter) {
			all[name[:i]] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// listOne tells about one name, if it fits.
func (c *session) listOne(l *listing, name string) {
	b := c.user.boxes[name]
	fits := func(pattern string) bool {
		if strings.EqualFold(pattern, "INBOX") { // RFC 3501, section 6.3.8
			pattern = "INBOX"
		}
		return matches(pattern, encodeName(name), c.srv.opt.Delimiter) || c.utf8 && matches(pattern, name, c.srv.opt.Delimiter)
	}
	below := l.recursive && c.subscribedBelow(name)
	switch {
	case !slices.ContainsFunc(l.patterns, fits):
		return
	case l.subscribed && !c.user.subscriptions[name] && !below:
		return
	case l.special && (b == nil || b.settings.Use == ""):
		return
	}
	line := "* LIST (" + strings.Join(c.attributes(l, name), " ") + ") " + quoted(c.srv.opt.Delimiter) + " " + c.spelt(name)
	if below { // RFC 5258, section 3.5
		line += ` ("CHILDINFO" ("SUBSCRIBED"))`
	}
	c.out.line("%s", line)
	if l.status != nil && b != nil && !b.settings.NoSelect {
		c.out.line("%s", c.statusLine(b, l.status))
	}
}

func (c *session) subscribedBelow(name string) bool {
	for s := range c.user.subscriptions {
		if strings.HasPrefix(s, name+c.srv.opt.Delimiter) {
			return true
		}
	}
	return false
}

func (c *session) attributes(l *listing, name string) []string {
	b := c.user.boxes[name]
	var out []string
	switch {
	case b == nil && c.srv.has("LIST-EXTENDED"): // RFC 5258, section 3
		out = append(out, `\NonExistent`, `\Noselect`)
	case b == nil || b.settings.NoSelect:
		out = append(out, `\Noselect`)
	}
	if l.showSubs && c.user.subscriptions[name] {
		out = append(out, `\Subscribed`)
	}
	if l.children || !l.returns && c.srv.has("CHILDREN") { // RFC 3348
		child := `\HasNoChildren`
		for other := range c.user.boxes {
			if strings.HasPrefix(other, name+c.srv.opt.Delimiter) {
				child = `\HasChildren`
			}
		}
		out = append(out, child)
	}
	if b != nil && b.settings.Use != "" && c.srv.has("SPECIAL-USE") && (l.uses || l.special || !l.returns) {
		out = append(out, b.settings.Use)
	}
	return out
}

// lsub: LSUB (RFC 3501, section 6.3.9).
func (c *session) lsub(p *parser) answer {
	p.sp()
	reference := p.astring()
	p.sp()
	pattern := reference + p.pattern()
	if !p.end() {
		return answer{}
	}
	for _, name := range slices.Sorted(maps.Keys(c.user.subscriptions)) {
		if matches(pattern, encodeName(name), c.srv.opt.Delimiter) {
			c.out.line("* LSUB () %s %s", quoted(c.srv.opt.Delimiter), c.spelt(name))
		}
	}
	return ok("Lsub completed.")
}
