package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lockstep/config"
	"lockstep/core"
)

// showNotDone prints what is not done, and why: held deletions, conflicts,
// notes by reason, and parked items.
func (s *session) showNotDone(p core.Plan, at paths) {
	s.showHeld(p, at)
	for _, c := range p.Conflicts {
		s.out.line("%s %s: %s", s.out.paint(yellow, "conflict"), nameOf(c.Key, c.Refs[0].ID), safe(c.Why))
	}
	var notes, parked []core.Note
	for _, n := range p.Notes {
		if n.Parked {
			parked = append(parked, n)
		} else {
			notes = append(notes, n)
		}
	}
	show := func(title string, notes []core.Note) { s.showNotes(title, notes, at) }
	if provisions(s.link) {
		show = s.showOwnerNotes
	}
	show("not done", notes)
	show("parked (tried again in the next sync)", parked)
}

// showHeld prints deletions that wait for consent, and how to give it.
func (s *session) showHeld(p core.Plan, at paths) {
	n := len(p.Held) + len(p.HeldCollections)
	if n == 0 {
		return
	}
	s.out.line("%s", s.out.paint(red, "held back: "+plural(n, "deletion")))
	for _, why := range p.HeldWhy {
		s.out.line("  %s", safe(why))
	}
	s.showHeldSteps(p, at)
	if provisions(s.link) {
		s.out.line("  if the directory is wrong, correct it: until then they stay")
	}
	s.out.line("  to delete exactly these: %s", confirmCommand(s.link, p.HeldID))
}

func (s *session) showHeldSteps(p core.Plan, at paths) {
	if provisions(s.link) {
		s.showOwners(p.Held, "  ", p.HeldWhy)
		return
	}
	groups := s.groups(p.Held, at)
	width := columns(groups)
	for _, g := range groups {
		s.out.line("  %s", g.side.String()+"  "+safe(g.path))
		shown := fold(g.lines, s.globals.Verbose, alike)
		for i, l := range shown.lines {
			s.out.line("  %s", s.stepLine(l, width))
			if more := shown.hidden[i]; more > 0 {
				s.out.line("      … and %s more like these; --verbose shows all", number(more))
			}
		}
	}
}

// confirmCommand is the command that releases held deletions.
func confirmCommand(l *config.Link, id string) string {
	words := []string{"lockstep", "sync", l.Name}
	if isAdHoc(l) {
		words = []string{"lockstep", "sync", quoted(l.Left.String()), quoted(l.Right.String())}
	}
	return strings.Join(append(words, "--confirm", id), " ")
}

// quoted is a word for a shell.
func quoted(word string) string {
	if !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%_+:,./=-", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(safe(word), "'", `'\''`) + "'"
}

// noteGroup is notes of one reason in one folder.
type noteGroup struct {
	side   core.Side
	folder string
	why    string
	whole  bool // about a folder or a side, not about items
	names  []string
}

// examples of a reason are shown unless --verbose asks for all.
const examples = 3

func (s *session) showNotes(title string, notes []core.Note, at paths) {
	if len(notes) == 0 {
		return
	}
	s.out.line("%s", s.out.paint(yellow, title))
	for _, g := range groupNotes(notes, at) {
		where := g.side.String()
		if g.folder != "" {
			where += "  " + safe(g.folder)
		}
		if g.whole {
			s.out.line("  %s: %s", where, safe(g.why))
			continue
		}
		s.out.line("  %s: %s: %s%s", where, items(len(g.names), s.link.Kind), safe(g.why), s.hint(core.Note{Why: g.why}))
		names := g.names
		if !s.globals.Verbose {
			names = names[:min(examples, len(names))]
		}
		for _, name := range names {
			s.out.line("    %s", name)
		}
		if more := len(g.names) - len(names); more > 0 {
			s.out.line("    … and %s more; --verbose shows all", number(more))
		}
	}
}

// groupNotes puts equal reasons together; what a reason tells of the one item,
// its file at the beginning or brackets at its end, does not make it another.
func groupNotes(notes []core.Note, at paths) []noteGroup {
	type reason struct {
		side        core.Side
		folder, why string
		whole       bool
	}
	found := map[reason]int{}
	var groups []noteGroup
	for _, n := range notes {
		g := noteGroup{side: n.Side, why: n.Why, whole: n.Ref.ID == "" && n.Key == ""}
		if n.Ref.Collection != "" {
			g.folder = at.of(n.Side, n.Ref.Collection)
		}
		name := nameOf(n.Key, n.Ref.ID)
		if cut := strings.LastIndex(n.Why, " ("); cut > 0 && strings.HasSuffix(n.Why, ")") && !n.Parked && !g.whole {
			g.why, name = n.Why[:cut], name+safe(n.Why[cut:])
		}
		if file, err := strconv.QuotedPrefix(g.why); err == nil && !g.whole { // a file that it begins with is the item
			name, g.why = strings.Trim(file, `"`), strings.TrimSpace(strings.TrimPrefix(g.why[len(file):], ":"))
		}
		key := reason{g.side, g.folder, g.why, g.whole}
		i, ok := found[key]
		if !ok {
			i = len(groups)
			found[key] = i
			groups = append(groups, g)
		}
		groups[i].names = append(groups[i].names, name)
	}
	slices.SortStableFunc(groups, func(x, y noteGroup) int {
		return cmp.Or(cmp.Compare(x.side, y.side), cmp.Compare(x.folder, y.folder), cmp.Compare(x.why, y.why))
	})
	for _, g := range groups {
		slices.Sort(g.names)
	}
	return groups
}
