package imap

import (
	"strconv"
	"strings"

	"lockstep/format/utf7"
)

// read takes one response and hands it to the commands it belongs to.
func (c *Conn) read() error {
	r := c.r
	r.start()
	switch r.peek() {
	case '+':
		r.skip()
		r.spaces()
		c.continued, c.challenge = true, r.text()
	case '*':
		r.skip()
		r.spaces()
		c.untagged()
	default:
		c.tagged()
	}
	if r.err == nil && r.bad != "" {
		r.skipLine()
	}
	return r.err
}

func (c *Conn) tagged() {
	r := c.r
	tag := r.word("")
	r.spaces()
	status := strings.ToUpper(r.word(""))
	if !r.ok() {
		c.malformed()
		return
	}
	i := 0
	for i < len(c.pending) && c.pending[i].tag != tag {
		i++
	}
	if i == len(c.pending) { // an answer that was written before the question
		r.fatal(broken("an answer to a command that was not sent"))
		return
	}
	cmd := c.pending[i]
	code, text := c.respText(cmd)
	if !r.ok() {
		return
	}
	switch status {
	case "OK":
	case "NO", "BAD":
		cmd.err = &StatusError{Command: cmd.name, Status: status, Code: code, Text: text}
	default:
		r.fatal(broken("a command ended with %q", status))
		return
	}
	cmd.Done.Text = text
	cmd.ended = true
	c.pending = append(c.pending[:i:i], c.pending[i+1:]...)
	if cmd.name == compress && cmd.err == nil {
		c.deflate()
	}
}

// respText reads [CODE ...] text (RFC 9051, section 7.1). cmd is the command
// that it ends; nil = none.
func (c *Conn) respText(cmd *Command) (code, text string) {
	r := c.r
	r.spaces()
	if r.accept('[') {
		code = strings.ToUpper(r.word("]"))
		if r.ok() {
			c.code(cmd, code)
		}
		r.bad = "" // what follows a code is for people, if it is not known
		for r.err == nil {
			b := r.peek()
			if r.err != nil || b == '\n' {
				break
			}
			r.skip()
			if b == ']' {
				break
			}
		}
	}
	r.spaces()
	return code, r.text()
}

// code takes the response codes that matter.
func (c *Conn) code(cmd *Command, code string) {
	r := c.r
	r.spaces()
	switch code {
	case "CAPABILITY":
		c.capability(']')
	case "READ-ONLY", "READ-WRITE":
		if cmd != nil {
			cmd.Done.ReadOnly = code == "READ-ONLY"
		}
	case "UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ", "NOMODSEQ", "PERMANENTFLAGS":
		c.mailboxCode(code)
	case overflow:
		c.overflow = cmd == nil
	case "APPENDUID": // RFC 4315, section 3
		validity := r.number32()
		r.spaces()
		set := r.word("]")
		if r.ok() && cmd != nil && r.peek() == ']' {
			cmd.Done.AppendValidity, cmd.Done.AppendUIDs = validity, appended(set, cmd.appends)
		}
	case "COPYUID":
		validity := r.number32()
		r.spaces()
		from, ok1 := parseRanges(r.word("]"))
		r.spaces()
		to, ok2 := parseRanges(r.word("]"))
		if !r.ok() || !ok1 || !ok2 {
			return
		}
		if cmd == nil { // MOVE tells it before it ends (RFC 6851, section 4.3)
			cmd = c.first(func(p *Command) bool { return p.copies })
		}
		if cmd != nil {
			cmd.Done.Copy = &CopyUID{UIDValidity: validity, From: from, To: to}
		}
	}
}

func (c *Conn) mailboxCode(code string) {
	r, m := c.r, c.mailbox
	if m == nil {
		return
	}
	switch code {
	case "UIDVALIDITY":
		if n := r.number32(); r.ok() {
			m.UIDValidity = n
		}
	case "UIDNEXT":
		if n := r.number32(); r.ok() {
			m.UIDNext = n
		}
	case "HIGHESTMODSEQ":
		if n := r.number(); r.ok() {
			m.HighestMod = n
		}
	case "NOMODSEQ":
		m.HighestMod = 0
	case "PERMANENTFLAGS":
		if w := r.words(); r.ok() {
			m.Permanent = append([]string{}, w...)
		}
	}
}

// moved tells whoever waits for it that the open mailbox changed.
func (c *Conn) moved() {
	if p := c.first(func(p *Command) bool { return p.h.moved != nil }); p != nil && c.mailbox != nil {
		p.h.moved()
	}
}

// first command under way that fits.
func (c *Conn) first(fits func(*Command) bool) *Command {
	for _, p := range c.pending {
		if fits(p) {
			return p
		}
	}
	return nil
}

// malformed tells the commands that expect data that some was not readable.
func (c *Conn) malformed() {
	for _, p := range c.pending {
		if p.h.malformed != nil {
			p.h.malformed()
		}
	}
}

func (c *Conn) untagged() {
	r := c.r
	if b := r.peek(); b >= '0' && b <= '9' {
		n := r.number32()
		r.spaces()
		c.numbered(n, strings.ToUpper(r.word(atomStop)))
		return
	}
	name := strings.ToUpper(r.word(atomStop))
	if !r.ok() {
		return
	}
	known := true
	switch name {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		code, text := c.respText(nil)
		c.greeting = name
		if name == "BYE" && r.ok() {
			c.bye = &StatusError{Status: name, Code: code, Text: text}
		}
		return
	case "CAPABILITY":
		r.spaces()
		c.capability('\n')
	case "LIST":
		c.listData()
	case "STATUS":
		c.statusData()
	case "SEARCH":
		c.searchData()
	case "ESEARCH":
		c.esearchData()
	case "ENABLED":
		c.wordsData()
	case "VANISHED":
		c.vanishedData()
	case "NAMESPACE":
		c.namespaceData()
	default:
		known = false
	}
	if !known {
		r.skipLine()
		return
	}
	if r.end(); r.bad != "" {
		c.malformed()
	}
}

// numbered is untagged data that begins with a number.
func (c *Conn) numbered(n uint32, name string) {
	r := c.r
	switch name {
	case "EXISTS":
		if m := c.mailbox; m != nil {
			if m.HasExists && n < m.Exists { // RFC 9051, section 7.4.1: only an EXPUNGE makes it less
				m.Doubt = "messages left it without a word"
			}
			if n != m.Exists { // some servers repeat it while nothing happens
				c.moved()
			}
			m.Exists, m.HasExists = n, true
		}
	case "EXPUNGE":
		c.expunged(1, n)
	case "FETCH":
		c.moved()
		c.fetchData()
		return
	default:
		if r.ok() {
			r.skipLine()
		}
		return
	}
	r.end()
}

// expunged takes note that messages left; the highest of their numbers is last.
func (c *Conn) expunged(n uint64, last uint32) {
	c.moved()
	m := c.mailbox
	switch {
	case m == nil:
	case last == 0 || last > m.Exists || n > uint64(m.Exists):
		m.Doubt = "messages left it that it did not have"
	default:
		m.Exists -= uint32(n)
		m.Expunged += uint32(n)
	}
}

func (c *Conn) capability(stop byte) {
	r := c.r
	caps := map[string]bool{}
	for r.ok() {
		r.spaces()
		if b := r.peek(); b == stop || b == '\r' || b == '\n' {
			break
		}
		caps[strings.ToUpper(r.word("]"))] = true
	}
	if r.ok() {
		c.setCaps(caps)
	}
}

func (c *Conn) wordsData() {
	r := c.r
	var out []string
	for r.ok() {
		r.spaces()
		if b := r.peek(); b == '\r' || b == '\n' {
			break
		}
		out = append(out, strings.ToUpper(r.word("")))
	}
	if p := c.first(func(p *Command) bool { return p.h.words != nil }); p != nil && r.ok() {
		p.h.words(out)
	}
}

// listData reads LIST (RFC 9051, section 7.3.1; extended data, RFC 5258).
func (c *Conn) listData() {
	r := c.r
	var d ListData
	r.spaces()
	for _, a := range r.words() {
		d.Attributes = append(d.Attributes, strings.ToLower(a))
	}
	r.spaces()
	if s, there := r.str(); there && len(s) == 1 {
		d.Delimiter = s[0]
	}
	r.spaces()
	d.Raw, _ = r.str()
	for r.ok() {
		r.spaces()
		if b := r.peek(); b == '\r' || b == '\n' {
			break
		}
		r.value()
	}
	if !r.ok() {
		return
	}
	d.Name, d.Exact = c.decode(d.Raw)
	if p := c.first(func(p *Command) bool { return p.h.list != nil }); p != nil {
		p.h.list(d)
	}
}

// decode turns a name as the server writes it into what it stands for.
func (c *Conn) decode(raw string) (name string, exact bool) {
	if c.utf8 { // RFC 6855, section 3
		return raw, true
	}
	if name, exact = utf7.Decode(raw); !exact {
		name = raw
	}
	return name, exact
}

// statusData reads STATUS (RFC 9051, section 7.3.4).
func (c *Conn) statusData() {
	r := c.r
	d := StatusData{Messages: -1, UIDNext: -1, UIDValidity: -1, HighestMod: -1, AppendLimit: -1}
	r.spaces()
	d.Raw, _ = r.str()
	d.Name, _ = c.decode(d.Raw)
	r.spaces()
	r.list(func() {
		name := strings.ToUpper(r.atom())
		r.spaces()
		if name == "MAILBOXID" && r.peek() == '(' { // RFC 8474, section 4.3
			if w := r.words(); len(w) == 1 {
				d.MailboxID = w[0]
			}
			return
		}
		if b := r.peek(); b < '0' || b > '9' {
			r.value()
			return
		}
		n := int64(min(r.number(), 1<<63-1))
		switch name {
		case "MESSAGES":
			d.Messages = n
		case "UIDNEXT":
			d.UIDNext = n
		case "UIDVALIDITY":
			d.UIDValidity = n
		case "HIGHESTMODSEQ":
			d.HighestMod = n
		case "APPENDLIMIT":
			d.AppendLimit = n
		}
	})
	if p := c.first(func(p *Command) bool { return p.h.status != nil }); p != nil && r.ok() {
		p.h.status(d)
	}
}

// searchData reads SEARCH, whose numbers may come in any order.
func (c *Conn) searchData() {
	r := c.r
	r.most, r.tokens = r.limits.Search, -1<<40 // its size is its limit
	var found []Range
	for r.ok() {
		r.spaces()
		b := r.peek()
		if b == '\r' || b == '\n' {
			break
		}
		if b == '(' { // (MODSEQ n), RFC 7162, section 3.1.5
			r.value()
			continue
		}
		u := r.number32()
		if n := len(found); n > 0 && u != 0 && found[n-1].Hi == u-1 {
			found[n-1].Hi = u
		} else if r.ok() {
			found = append(found, Range{u, u})
		}
	}
	if p := c.first(func(p *Command) bool { return p.h.search != nil }); p != nil && r.ok() {
		p.h.search(normal(found))
	}
}

// esearchData reads ESEARCH (RFC 9051, section 7.3.4 and RFC 4731).
func (c *Conn) esearchData() {
	r := c.r
	r.most = r.limits.Search
	p := c.first(func(p *Command) bool { return p.h.search != nil })
	r.spaces()
	if r.peek() == '(' {
		if w := r.words(); len(w) == 2 && strings.EqualFold(w[0], "TAG") {
			p = c.first(func(p *Command) bool { return p.h.search != nil && p.tag == w[1] })
		}
	}
	var set UIDSet
	for r.ok() {
		r.spaces()
		if b := r.peek(); b == '\r' || b == '\n' {
			break
		}
		name := strings.ToUpper(r.atom())
		if name == "UID" {
			continue
		}
		r.spaces()
		if name != "ALL" {
			r.value()
			continue
		}
		var good bool
		if set, good = ParseUIDSet(r.atom()); !good {
			r.fail("a set of UIDs is missing")
		}
	}
	if p != nil && r.ok() {
		p.h.search(set)
	}
}

func quoteTag(prefix string, n uint64) string { return prefix + strconv.FormatUint(n, 10) }
