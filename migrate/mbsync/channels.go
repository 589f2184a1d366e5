package mbsync

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// channel is one Channel of the file.
type channel struct {
	name      string
	section   *section
	far, near *store
	// boxes that are linked alone, or the patterns.
	boxes    []pair
	patterns []pattern
	policy   []settings.Setting
}

// pair of folders, by their names on the far and the near side.
type pair struct{ far, near string }

// group of channels.
type group struct {
	name     string
	channels []string
}

// defaults are keywords that stand for all channels at the top of the file.
func defaults() []string {
	return []string{"Sync", "Create", "Remove", "Expunge", "ExpungeSolo", "MaxMessages", "ExpireUnread", "ExpireSide"}
}

// said is the line of a keyword in a channel, or at the top of the file.
func (m *importer) said(s *section, name string) *line {
	if l := s.last(name); l != nil {
		return l
	}
	return m.file.global.last(name)
}

// readChannel translates a Channel.
func (m *importer) readChannel(s *section) {
	c := &channel{name: s.name, section: s}
	s.all("CopyArrivalDate", "SyncState")
	far, near := s.last("Far", "Master"), s.last("Near", "Slave")
	patterns := s.all("Pattern", "Patterns")
	var boxes [2]string
	for _, of := range []struct {
		l    *line
		name string
		to   **store
		box  *string
	}{{far, "Far", &c.far, &boxes[0]}, {near, "Near", &c.near, &boxes[1]}} {
		if of.l == nil {
			m.note(s.opened, "it names no %s side; nothing is made of it", of.name)
			s.skip()
			return
		}
		rest, colon := strings.CutPrefix(of.l.arg(), ":")
		name, box, ended := strings.Cut(rest, ":")
		*of.to, *of.box = m.stores[name], decoded(box)
		switch {
		case !colon || !ended:
			m.note(of.l, "it is not :STORE:MAILBOX; nothing is made of the channel")
		case *of.to == nil:
			m.note(of.l, "there is no store of this name; nothing is made of the channel")
		case (*of.to).account.unusable:
			m.note(of.l, "nothing was made of this store, and so nothing of the channel")
		default:
			continue
		}
		s.skip()
		return
	}
	if c.far == c.near {
		m.note(s.opened, "both sides are one store; nothing is made of the channel")
		s.skip()
		return
	}
	if !m.choose(c, patterns, boxes, far) || !m.readPolicy(c) {
		s.skip()
		return
	}
	m.channels = append(m.channels, c)
}

// choose reads which folders a channel is about.
func (m *importer) choose(c *channel, lines []*line, boxes [2]string, far *line) bool {
	c.patterns = readPatterns(lines)
	switch {
	case len(c.patterns) == 0:
		for i, box := range boxes {
			if box == "" || strings.EqualFold(box, "INBOX") {
				boxes[i] = "INBOX"
			}
		}
		c.boxes = []pair{{boxes[0], boxes[1]}}
		return true
	case boxes != [2]string{}:
		m.note(far, "folders below a folder of one side cannot be linked by patterns; nothing is made of the channel. Name them in folders of a link, and their partners in map")
		return false
	case slices.ContainsFunc(c.patterns, func(p pattern) bool { return p.wild() || p.exclude }):
		return true
	}
	for _, p := range c.patterns {
		name := p.text
		if strings.EqualFold(name, "INBOX") {
			name = "INBOX"
		}
		if both := (pair{name, name}); !slices.Contains(c.boxes, both) {
			c.boxes = append(c.boxes, both)
		}
	}
	c.patterns = nil
	return true
}

// readPolicy reads what a channel carries over; false = it copies nothing.
func (m *importer) readPolicy(c *channel) bool {
	s := c.section
	sync := m.said(s, "Sync")
	ops, err := readOperations(sync)
	if err != nil {
		m.note(sync, "%v; nothing is made of the channel %s", err, c.name)
		return false
	}
	write := ops.fresh
	switch write {
	case [2]bool{}:
		m.note(sync, "it copies no new messages; nothing is made of the channel %s", c.name)
		return false
	case [2]bool{core.Right: true}:
		c.policy = append(c.policy, settings.Quoted("mode", "left-to-right"))
	case [2]bool{core.Left: true}:
		c.policy = append(c.policy, settings.Quoted("mode", "right-to-left"))
	}
	for side := range write {
		if !write[side] && (ops.flags[side] || ops.gone[side]) {
			m.note(sync, "marks and deletions go only where new messages go; without mode in the link %s all goes both ways", c.name)
			break
		}
	}
	for side := range write {
		if write[side] && !ops.flags[side] {
			m.note(sync, "marks are carried over with messages; that cannot be turned off (%s)", c.name)
			break
		}
	}
	deletes := [2]bool{write[0] && ops.gone[0], write[1] && ops.gone[1]}
	switch {
	case deletes == write:
	case deletes == [2]bool{}:
		c.policy = append(c.policy, settings.Bare("deletes", "false"))
	case deletes[core.Left]:
		c.policy = append(c.policy, settings.Quoted("deletes", "left"))
	default:
		c.policy = append(c.policy, settings.Quoted("deletes", "right"))
	}
	m.readExpunge(c, write)
	m.readFolderRules(c, write, deletes)
	m.readLimits(c, write)
	return true
}

// readExpunge translates what becomes of a message that is deleted.
func (m *importer) readExpunge(c *channel, write [2]bool) {
	s := c.section
	expunge, expungeSolo := m.said(s, "Expunge"), m.said(s, "ExpungeSolo")
	is, known := sides(expunge)
	solo, alsoKnown := sides(expungeSolo)
	if !known {
		m.note(expunge, "it is none of None, Far, Near and Both; None is taken")
	}
	if !alsoKnown {
		m.note(expungeSolo, "it is none of None, Far, Near and Both; None is taken")
	}
	var servers, expunged, trash int
	for side, st := range [2]*store{c.far, c.near} {
		is[side] = is[side] || solo[side]
		if !st.maildir && write[side] {
			servers++
			if is[side] {
				expunged++
			}
			if st.trash != nil && is[side] {
				trash++
			}
		}
	}
	switch {
	case is == [2]bool{}:
		c.policy = append(c.policy, settings.Quoted("trash", "flags", "mbsync removes nothing here (no Expunge): a message that is marked as deleted is only marked. What is gone on one side goes to the trash of the server, or on this machine to the undo area."))
	case servers == 0, trash == servers:
		// trash is what holds anyway
	case expunged == 0:
		c.policy = append(c.policy, settings.Quoted("trash", "flags"))
		m.note(cmp.Or(expunge, expungeSolo), "messages that are marked as deleted are only marked on both sides of %s; what is gone on this machine goes to the trash of the server", c.name)
	case expunged == servers && trash == 0:
		c.policy = append(c.policy, settings.Quoted("trash", "expunge", "mbsync removes deleted messages from the server for good (Expunge). Without this line they go to its trash."))
	default:
		m.note(cmp.Or(expunge, expungeSolo), "the two servers of %s treat deletions differently; here what is deleted goes to the trash of each", c.name)
	}
	for _, st := range []*store{c.far, c.near} {
		if !st.maildir && st.trash != nil {
			c.policy = append(c.policy, settings.Remark("Trash "+settings.Quote(decoded(st.trash.arg()))+": what is deleted goes to the folder that the server calls its trash, or that is called so."))
		}
	}
}

// readFolderRules compares what is done with folders that are missing or gone.
func (m *importer) readFolderRules(c *channel, write, deletes [2]bool) {
	create, remove := m.said(c.section, "Create"), m.said(c.section, "Remove")
	missing := func(l *line, wanted [2]bool) bool {
		is, _ := sides(l)
		return wanted[0] && !is[0] || wanted[1] && !is[1]
	}
	if len(c.patterns) > 0 && missing(create, write) {
		const made = "a folder that is missing on one side is made there"
		if create != nil {
			m.note(create, "%s, unless mode of the link %s leaves that side alone; folders and exclude say which ones take part", made, c.name)
		} else {
			c.policy = append(c.policy, settings.Remark("mbsync makes no folders here (no Create); "+made+"."))
		}
	}
	if remove != nil && missing(remove, deletes) {
		m.note(remove, "a folder that is deleted on one side is deleted on the other where deletes of the link %s allows it, and the guard holds many messages back", c.name)
	}
}

// readLimits translates what is too large or too much.
func (m *importer) readLimits(c *channel, write [2]bool) {
	size := c.section.last("MaxSize")
	if size == nil {
		for side, st := range [2]*store{c.far, c.near} {
			if st.maxSize != nil && write[side] {
				size = st.maxSize
			}
		}
	}
	if text, unit, ok := sizeOf(size.arg()); size != nil && !ok {
		m.note(size, "it is no size; nothing is left out for it")
	} else if size != nil && text != "0" {
		c.policy = append(c.policy, settings.Quoted("max_size", text+unit))
		m.note(size, "messages above it are left out on both sides, flagged or not, and no placeholder is made. Placeholders that mbsync made are messages here: before the first sync remove the files of %s that grep -rl '^Subject: \\[placeholder\\] ' finds", c.name)
	}
	most := m.said(c.section, "MaxMessages")
	for _, name := range []string{"ExpireUnread", "ExpireSide"} {
		m.said(c.section, name)
	}
	if most != nil && most.arg() != "0" {
		m.note(most, "the number of messages in a folder has no limit, and older ones come back; since = \"90d\" in the link %s keeps away what is older", c.name)
	}
}

// sizeOf reads a size: a number of bytes, with k for KiB or m for MiB.
func sizeOf(text string) (number, unit string, ok bool) {
	text = strings.ToLower(text)
	text = strings.TrimSuffix(text, "b")
	unit = "B"
	if rest, is := strings.CutSuffix(text, "k"); is {
		text, unit = rest, "KiB"
	} else if rest, is := strings.CutSuffix(text, "m"); is {
		text, unit = rest, "MiB"
	}
	n, err := strconv.ParseUint(text, 10, 32)
	return strconv.FormatUint(n, 10), unit, err == nil
}

// readGroup takes note of a Group: it names links for the command line.
func (m *importer) readGroup(s *section) {
	g := group{name: s.name}
	lines := append([]*line{{number: s.opened.number, keyword: s.opened.keyword, args: s.opened.args[min(1, len(s.opened.args)):]}}, s.all("Channel", "Channels")...)
	for _, l := range lines {
		for _, word := range l.args {
			name, boxes, some := strings.Cut(word, ":")
			if some && boxes != "" {
				m.note(l, "a group cannot choose folders (%s); name them in folders of the link", boxes)
			}
			g.channels = append(g.channels, name)
		}
	}
	m.groups = append(m.groups, g)
}
