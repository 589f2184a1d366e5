package vdirsyncer

import (
	"slices"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// link of the new configuration.
type link struct {
	name     string
	settings []settings.Setting
}

// pair is one pair of the file: a is left, b is right.
type pair struct {
	section *section
	ends    [2]*storage
	// write tells which sides are written to.
	write  [2]bool
	policy []settings.Setting
}

// readPair translates a pair.
func (m *importer) readPair(s *section) {
	p := &pair{section: s}
	for side, key := range []string{"a", "b"} {
		o := s.find(key)
		name, _ := o.string()
		p.ends[side] = m.storages[name]
		switch {
		case o == nil:
			m.note(s.header, "it has no %s; nothing is made of it", key)
		case p.ends[side] == nil:
			m.note(o, "there is no storage of this name; nothing is made of the pair")
		case p.ends[side].unusable:
			m.note(o, "nothing was made of this storage, and so nothing of the pair")
		default:
			continue
		}
		s.skip()
		return
	}
	a, b := p.ends[0], p.ends[1]
	switch {
	case a.kind != b.kind:
		m.note(s.header, "one side holds contacts and the other events; nothing is made of it")
	case a.place == b.place:
		m.note(s.header, "both sides are one place; nothing is made of it")
	case a.readOnly != nil && b.readOnly != nil:
		m.note(s.header, "both sides are only read; nothing is made of it")
	default:
		m.direction(p)
		m.deletes(p)
		m.conflict(p)
		m.collections(p)
		if o := s.find("metadata"); !o.none() {
			all, is := o.value.([]any)
			if !is || slices.ContainsFunc(all, func(one any) bool { return one != "color" }) {
				m.note(o, "colours of collections follow, names and the like are not carried over")
			}
		}
		s.find("implicit") // a collection that is missing on one side is made there
		return
	}
	s.skip()
}

// direction translates a side that is only read.
func (m *importer) direction(p *pair) {
	p.write = [2]bool{p.ends[0].readOnly == nil, p.ends[1].readOnly == nil}
	partial := p.section.find("partial_sync")
	readOnly := p.ends[0].readOnly
	switch {
	case p.write == [2]bool{true, true}:
		if !partial.none() {
			m.note(partial, "no side is read only, so it means nothing")
		}
		return
	case !p.write[core.Left]:
		p.policy = append(p.policy, settings.Quoted("mode", "left-to-right"))
	default:
		readOnly = p.ends[1].readOnly
		p.policy = append(p.policy, settings.Quoted("mode", "right-to-left"))
	}
	const stays = "what is changed on the other side stays as it is there, in the pair %s: it is neither undone nor an error"
	switch word, _ := partial.string(); {
	case partial.none():
		m.note(readOnly, stays+" (partial_sync = \"ignore\" in vdirsyncer)", p.section.name)
	case word != "ignore":
		m.note(partial, stays, p.section.name)
	}
}

// deletes translates a side where nothing is deleted.
func (m *importer) deletes(p *pair) {
	may := [2]bool{p.write[0] && p.ends[0].noDelete == nil, p.write[1] && p.ends[1].noDelete == nil}
	switch {
	case may == p.write:
	case may == [2]bool{}:
		p.policy = append(p.policy, settings.Bare("deletes", "false"))
	case may[core.Left]:
		p.policy = append(p.policy, settings.Quoted("deletes", "left"))
	default:
		p.policy = append(p.policy, settings.Quoted("deletes", "right"))
	}
}

// conflict translates who wins. Where one side is only read, it wins if nothing
// is said, which vdirsyncer does not do.
func (m *importer) conflict(p *pair) {
	o := p.section.find("conflict_resolution")
	oneWay := p.write != [2]bool{true, true}
	const stays = "what both sides changed differently stays as it is on each until you settle it, with lockstep conflicts"
	switch word, _ := o.string(); {
	case o.none():
	case word == "a wins" && p.write[core.Right], word == "b wins" && p.write[core.Left]:
		if !oneWay {
			p.policy = append(p.policy, settings.Quoted("conflict", map[string]string{"a wins": "left", "b wins": "right"}[word]))
		}
		return
	case word == "a wins", word == "b wins":
	case o.isCommand():
		m.note(o, "no command is run for a conflict: %s", stays)
	default:
		m.note(o, "it is none of null, \"a wins\", \"b wins\" and a command; %s", stays)
	}
	if oneWay {
		p.policy = append(p.policy, settings.Quoted("conflict", "both", "The values of the side that is written to stay, too."))
	}
}

// isCommand tells whether an option is a list that begins with "command".
func (o *option) isCommand() bool {
	words, is := o.strings()
	return is && len(words) > 1 && words[0] == "command"
}

// add makes a link of a pair.
func (m *importer) add(p *pair, name, left, right string, own ...settings.Setting) {
	all := []settings.Setting{settings.Quoted("left", left, "Of the pair "+p.section.name+"."), settings.Quoted("right", right)}
	if p.ends[0].local && p.ends[1].local {
		all = append(all, settings.Quoted("kind", string(p.ends[0].kind)))
	}
	m.links = append(m.links, link{m.unique(" ", name), slices.Concat(all, own, p.policy)})
}
