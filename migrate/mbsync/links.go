package mbsync

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/migrate/settings"
)

// link of the new configuration.
type link struct {
	name     string
	settings []settings.Setting
	channels []string
}

// bundle is channels that become one link, so that a message that is moved
// between their folders is moved.
type bundle struct {
	channels []*channel
	pairs    []pair
}

// makeLinks makes links of the channels, in their order.
func (m *importer) makeLinks() {
	var bundles []*bundle
	for _, c := range m.channels {
		if c.far.account.place != "" && c.far.account.place == c.near.account.place {
			m.note(c.section.opened, "both sides are one place; nothing is made of the channel")
			continue
		}
		if len(c.patterns) > 0 {
			bundles = append(bundles, &bundle{channels: []*channel{c}})
			continue
		}
		i := slices.IndexFunc(bundles, func(b *bundle) bool { return b.takes(c) })
		if i < 0 {
			i = len(bundles)
			bundles = append(bundles, &bundle{})
		}
		bundles[i].channels = append(bundles[i].channels, c)
		bundles[i].pairs = append(bundles[i].pairs, c.boxes...)
	}
	for _, b := range bundles {
		if c := b.channels[0]; len(c.patterns) > 0 {
			m.linkPatterns(c)
		} else {
			m.linkPairs(b)
		}
	}
	for _, g := range m.groups {
		var names []string
		for _, l := range m.links {
			if slices.ContainsFunc(l.channels, func(name string) bool { return slices.Contains(g.channels, name) }) {
				names = append(names, l.name)
			}
		}
		if len(names) > 0 {
			m.comments = append(m.comments, fmt.Sprintf("The group %s: lockstep sync %s", g.name, strings.Join(names, " ")))
		}
	}
}

// takes tells whether a channel fits: the same stores and rules, and no folder
// twice.
func (b *bundle) takes(c *channel) bool {
	first := b.channels[0]
	same := func(x, y settings.Setting) bool {
		return x.Key == y.Key && x.Value == y.Value && slices.Equal(x.Comments, y.Comments)
	}
	return len(first.patterns) == 0 && first.far == c.far && first.near == c.near && slices.EqualFunc(first.policy, c.policy, same) &&
		!slices.ContainsFunc(b.pairs, func(p pair) bool {
			return slices.ContainsFunc(c.boxes, func(q pair) bool { return p.far == q.far || p.near == q.near })
		})
}

// name of the link of a bundle: that of the group that is just its channels,
// else of the first channel.
func (m *importer) nameOf(b *bundle) string {
	var names []string
	for _, c := range b.channels {
		names = append(names, c.name)
	}
	for _, g := range m.groups {
		if len(names) > 1 && len(g.channels) == len(names) && !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(g.channels, n) }) {
			return g.name
		}
	}
	return names[0]
}

// linkPairs makes a link of folders that are named one by one.
func (m *importer) linkPairs(b *bundle) {
	c := b.channels[0]
	var folders, moved []string
	var inboxes []pair
	for _, p := range b.pairs {
		far, fine := m.at(c, c.far, p.far)
		near, alsoFine := m.at(c, c.near, p.near)
		switch {
		case !fine || !alsoFine:
		case far == "" || near == "":
			inboxes = append(inboxes, p)
		default:
			text := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(far)
			for _, gmail := range []string{"[Gmail]", "[Google Mail]"} {
				if far == gmail || strings.HasPrefix(far, gmail+"/") {
					text = strings.TrimPrefix(text, `\`)
				}
			}
			folders = append(folders, text)
			if far != near {
				moved = append(moved, settings.Quote(far)+" = "+settings.Quote(near))
			}
		}
	}
	name := m.nameOf(b)
	if len(folders) > 0 {
		own := []settings.Setting{settings.List("folders", folders)}
		if len(moved) > 0 {
			own = append(own, settings.Bare("map", "{"+strings.Join(moved, ", ")+"}"))
		}
		m.add(name, b.channels, own)
	}
	for _, p := range inboxes {
		m.linkAlone(name+"-inbox", b.channels, p)
	}
}

// at is the path of a folder in a store; "" = it is INBOX, which lies elsewhere.
// false = it cannot be linked, and that is reported.
func (m *importer) at(c *channel, st *store, name string) (string, bool) {
	if name == "INBOX" {
		p, within := st.inboxPath()
		if !within {
			p = ""
		}
		return escaped(decoded(p)), true
	}
	opened := c.section.opened
	deep := strings.Contains(name, "/")
	switch {
	case !validFolder(name):
		m.note(opened, "%s cannot be the name of a folder; it is left out", settings.Quote(name))
	case st.maildir && st.path == "":
		m.note(opened, "the store %s has no Path that folders could lie in; %s is left out", st.name, settings.Quote(name))
	case st.maildir && deep && st.flatten != "":
		return escaped(strings.ReplaceAll(name, "/", st.flatten)), true
	case deep && (st.flatten != "" || st.legacy != nil):
		m.note(cmp.Or(st.flattenLine, st.legacy), "%s lies elsewhere on the disk than here and is left out; rename its folder and name it in folders", settings.Quote(name))
	default:
		return escaped(name), true
	}
	return "", false
}

// escaped writes a name in a path: a % stands before a code.
func escaped(name string) string { return strings.ReplaceAll(name, "%", "%25") }

// linkPatterns makes links of the patterns of a channel.
func (m *importer) linkPatterns(c *channel) {
	for _, st := range []*store{c.far, c.near} {
		if st.flattenLine != nil && !st.maildir {
			m.note(st.flattenLine, "folders of a server keep their places; nothing is made of the channel %s", c.name)
			return
		}
	}
	inbox := selects(c.patterns, "INBOX")
	at := [2]string{}
	alone := false
	for side, st := range [2]*store{c.far, c.near} {
		p, within := st.inboxPath()
		at[side] = escaped(decoded(p))
		alone = alone || !within
	}
	if alone && inbox {
		m.linkAlone(c.name+"-inbox", []*channel{c}, pair{"INBOX", "INBOX"})
	}
	for _, st := range []*store{c.far, c.near} {
		if st.maildir && st.path == "" {
			if slices.ContainsFunc(c.patterns, func(p pattern) bool { return !p.exclude && !strings.EqualFold(p.text, "INBOX") }) {
				m.note(c.section.opened, "the store %s has no Path that folders could lie in; only INBOX is linked", st.name)
			}
			return
		}
	}
	var also []string // more to exclude
	if alone {
		also = append(also, "INBOX")
	}
	for _, st := range []*store{c.far, c.near} {
		switch {
		case st.flatten != "" && c.deep():
			also = append(also, "*/**", "*"+literal(strings.ReplaceAll(escaped(st.flatten), "*", ""), false, false)+"*")
			m.note(st.flattenLine, "folders within others lie flat on the disk, and are left out of the link %s: rename their folders (A%sB to A/B) and remove the last two patterns of exclude", c.name, st.flatten)
		case st.legacy != nil && c.deep():
			also = append(also, "*/**")
			m.note(st.legacy, "folders within others lie in folders whose names begin with a dot, and are left out of the link %s: rename them (A/.B to A/B) and remove the last pattern of exclude", c.name)
		}
	}
	for i, b := range blocks(c.patterns) {
		folders, exclude := m.globsOf(c, b.folders), m.globsOf(c, b.exclude)
		if len(folders) == 0 || exclude == nil && len(b.exclude) > 0 {
			continue
		}
		if folders[0] == "**" {
			folders = folders[:1] // all
		}
		own := []settings.Setting{}
		if !slices.Equal(folders, []string{"**"}) {
			own = append(own, settings.List("folders", folders))
		}
		if exclude = append(exclude, also...); len(exclude) > 0 {
			own = append(own, settings.List("exclude", exclude))
		}
		if at[0] != at[1] && !alone {
			own = append(own, settings.Bare("map", "{"+settings.Quote(at[0])+" = "+settings.Quote(at[1])+"}", "INBOX lies in a folder of this name."))
		}
		name := c.name
		if i > 0 {
			name += "-also"
			own = append([]settings.Setting{settings.Remark("The last pattern that matches a folder counts for mbsync; here exclude always counts, so this link takes what comes after it.")}, own...)
		}
		m.add(name, []*channel{c}, own)
	}
}

// deep tells whether patterns could select a folder within another.
func (c *channel) deep() bool {
	return slices.ContainsFunc(c.patterns, func(p pattern) bool { return !p.exclude && strings.ContainsAny(p.text, "*/") })
}

// globsOf writes patterns as folders and exclude take them; nil = one cannot be
// written, and that is reported.
func (m *importer) globsOf(c *channel, all []pattern) []string {
	out := []string{}
	for _, p := range all {
		globs, err := p.globs()
		if err != nil {
			m.note(c.section.opened, "its pattern %s cannot be written here, as %v; what it stands in is left out. Name the folders in folders of a link", settings.Quote(p.text), err)
			return nil
		}
		for _, g := range globs {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// add makes a link of two trees.
func (m *importer) add(name string, channels []*channel, own []settings.Setting) {
	c := channels[0]
	m.use(c.far)
	m.use(c.near)
	ends := []settings.Setting{settings.Quoted("left", c.far.account.name, madeOf(channels)), settings.Quoted("right", c.near.account.name)}
	roles := settings.Bare("roles", "false", "mbsync pairs folders by their names, whatever they are for.")
	m.links = append(m.links, link{m.unique(" ", name), slices.Concat(ends, own, []settings.Setting{roles}, c.policy), namesOf(channels)})
}

// linkAlone makes a link of an INBOX that lies in no tree.
func (m *importer) linkAlone(name string, channels []*channel, p pair) {
	c := channels[0]
	var ends []settings.Setting
	for side, st := range [2]*store{c.far, c.near} {
		key, folder := [2]string{"left", "right"}[side], [2]string{p.far, p.near}[side]
		end := ""
		switch {
		case folder == "INBOX" && st.maildir: // its messages lie directly in the path
			if !settings.ValidPath(st.inbox) {
				return // reported
			}
			end = "maildir:" + strings.NewReplacer("#", "%23", "%", "%25").Replace(st.inbox) + "#INBOX"
		default:
			at, fine := m.at(c, st, folder)
			if !fine {
				return
			}
			if st.maildir && folder != "INBOX" {
				m.note(c.section.opened, "INBOX lies outside of its Path, and its partner %s within that of %s; write this link by hand", settings.Quote(folder), st.name)
				return
			}
			m.use(st)
			end = st.account.name + "#" + fragment(at)
		}
		ends = append(ends, settings.Quoted(key, end))
	}
	ends[0].Comments = []string{madeOf(channels)}
	m.links = append(m.links, link{m.unique(" ", name), slices.Concat(ends, c.policy), namesOf(channels)})
}

// fragment writes a folder after the # of an address.
func fragment(p string) string {
	return strings.NewReplacer("%", "%25", "#", "%23").Replace(p)
}

func namesOf(channels []*channel) (names []string) {
	for _, c := range channels {
		names = append(names, c.name)
	}
	return names
}

// madeOf tells of which channels a link is made.
func madeOf(channels []*channel) string {
	if len(channels) == 1 {
		return "Of the channel " + channels[0].name + "."
	}
	return "Of the channels " + strings.Join(namesOf(channels), ", ") + "."
}
