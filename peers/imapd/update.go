package imapd

import (
	"slices"
	"sort"
	"strings"
)

// seen is a message as a session knows it; its index is the sequence number
// less one.
type seen struct {
	m       *message
	version uint64
}

// update tells a session what changed in its mailbox (RFC 3501, section 7).
// Without expunges, those wait for a command that allows them.
func (c *session) update(expunges bool) {
	b := c.box
	if b == nil || b.version == c.version && !b.gone {
		return
	}
	if b.gone {
		c.out.line("* BYE Mailbox was deleted or changed under us")
		c.closing = true
		return
	}
	if c.keywords != len(b.keywords) {
		c.tellVocabulary()
	}
	waiting := false
	var gone []uint32
	var changed []flagged // told after VANISHED, so that their numbers are right
	kept := c.view[:0:0]
	for _, s := range c.view {
		switch {
		case s.m.gone && expunges && c.qresync:
			gone = append(gone, s.m.uid)
			continue
		case s.m.gone && expunges:
			c.out.line("* %d EXPUNGE", len(kept)+1)
			continue
		case s.m.gone:
			waiting = true
		case s.m.version > s.version:
			s.version = s.m.version
			changed = append(changed, flagged{len(kept) + 1, s.m})
		}
		kept = append(kept, s)
	}
	c.view = kept
	if gone != nil { // RFC 7162, section 3.2.10.2
		c.out.line("* VANISHED %s", compact(gone))
	}
	for _, f := range changed {
		c.tellFlags(f.seq, f.m)
	}
	if c.arrive() {
		c.out.line("* %d EXISTS", len(c.view))
		c.out.line("* %d RECENT", c.recents())
	}
	if c.version = b.version; waiting {
		c.version = 0
	}
}

// arrive takes new messages into the view.
func (c *session) arrive() bool {
	from := sort.Search(len(c.box.messages), func(i int) bool { return c.box.messages[i].uid > c.lastUID })
	for _, m := range c.box.messages[from:] {
		if !m.claimed && !c.examine { // RFC 3501, section 2.3.2: the first session is told \Recent
			m.claimed, m.recent = true, c
		}
		c.view = append(c.view, &seen{m, m.version})
		c.lastUID = m.uid
	}
	return from < len(c.box.messages)
}

func (c *session) recents() int {
	n := 0
	for _, s := range c.view {
		if s.m.recent == c {
			n++
		}
	}
	return n
}

// flagged is a message whose flags changed.
type flagged struct {
	seq int
	m   *message
}

// tellFlags sends an unsolicited FETCH.
func (c *session) tellFlags(seq int, m *message) {
	c.out.text("* " + decimal(uint32(seq)) + " FETCH (")
	if c.qresync { // RFC 7162, section 3.2.4
		c.out.text("UID " + decimal(m.uid) + " ")
	}
	if c.condstore && c.modseqs() {
		c.out.text("MODSEQ (" + decimal64(m.modseq) + ") ")
	}
	c.out.text(c.flagText(m) + ")")
	c.out.end()
}

func (c *session) flagText(m *message) string {
	flags := m.flags
	if m.recent == c {
		flags = append(slices.Clone(flags), `\Recent`)
	}
	return "FLAGS (" + strings.Join(flags, " ") + ")"
}

// modseqs: the mailbox has mod-sequences to tell.
func (c *session) modseqs() bool { return c.srv.has("CONDSTORE") && !c.box.settings.NoModSeq }

// pick returns the view's messages in a set, by UID or by sequence number;
// false = a sequence number that is not there (RFC 3501, section 9, seq-number).
func (c *session) pick(s set, uid bool) (out []int, known bool) {
	last := uint32(len(c.view))
	if uid && last > 0 {
		last = c.view[last-1].m.uid
	}
	if !uid {
		for _, r := range s {
			if max(r.from, r.to) > last || last == 0 {
				return nil, false
			}
		}
	}
	for _, r := range s {
		from, to := r.from, r.to
		if from == 0 {
			from = last
		}
		if to == 0 {
			to = last
		}
		from, to = min(from, to), max(from, to) // RFC 3501, section 9: in any order
		i := int(max(from, 1)) - 1
		if uid {
			i = sort.Search(len(c.view), func(i int) bool { return c.view[i].m.uid >= from })
		}
		for ; i < len(c.view) && (uid && c.view[i].m.uid <= to || !uid && uint32(i) < to); i++ {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), true
}
