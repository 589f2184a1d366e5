package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// showOwnerNotes prints notes of a provisioning, one line each: whom and what it
// is about, why, and where the directory has it. Notes of one reason stand
// together: those of one owner are one, and of many owners some are shown.
func (s *session) showOwnerNotes(title string, notes []core.Note) {
	if len(notes) == 0 {
		return
	}
	s.out.line("%s", s.out.paint(yellow, title))
	groups := groupOwnerNotes(notes, s.globals.Verbose)
	for len(groups) > 0 {
		n := 1
		for n < len(groups) && groups[n].why == groups[0].why {
			n++
		}
		show := n
		if n > foldNotes && !s.globals.Verbose {
			show = examples
		}
		hidden := 0
		for i, g := range groups[:n] {
			if i >= show {
				hidden += 1 + g.more
				continue
			}
			s.showOwnerNote(g)
		}
		if hidden > 0 {
			s.out.line("    … and %s more like these; --verbose shows all", number(hidden))
		}
		groups = groups[n:]
	}
}

// foldNotes is how many notes of one reason are shown; of more, some examples.
const foldNotes = 10

func (s *session) showOwnerNote(g ownerNote) {
	more := ""
	if g.more > 0 {
		more = "; so for " + number(g.more) + " more of this owner"
	}
	s.out.line("  %s%s%s", s.sentence(g.Note), s.hint(g.Note), more)
	if g.Where != "" && !strings.Contains(g.Why, g.Where) {
		s.out.line("    %s", s.out.paint(dim, safe(g.Where)))
	}
}

// ownerNote is a note, and how many more its owner has for the same reason.
type ownerNote struct {
	core.Note
	why  string
	more int
}

// groupOwnerNotes sorts notes by reason and owner, and puts those of one owner
// together unless all are wanted.
func groupOwnerNotes(notes []core.Note, all bool) (out []ownerNote) {
	for _, n := range notes {
		out = append(out, ownerNote{Note: n, why: reason(n)})
	}
	slices.SortStableFunc(out, func(a, b ownerNote) int {
		return cmp.Or(strings.Compare(a.why, b.why), strings.Compare(a.Owner, b.Owner), strings.Compare(string(a.Key), string(b.Key)))
	})
	if all {
		return out
	}
	kept := out[:0]
	for _, g := range out {
		if last := len(kept) - 1; last >= 0 && g.Owner != "" && kept[last].Owner == g.Owner && kept[last].why == g.why {
			kept[last].more++
			continue
		}
		kept = append(kept, g)
	}
	return kept
}

// reason is why, without whom and what it names, and without what follows.
func reason(n core.Note) string {
	why := n.Why
	for _, end := range []string{"; what stands on the right is kept", "; the first one is kept"} {
		why = strings.TrimSuffix(why, end)
	}
	names := []string{n.Where, n.Owner}
	if e, ok := element.Parse(n.Key); ok {
		names = append(names, e.Name)
	}
	for _, name := range names {
		if name != "" {
			why = strings.ReplaceAll(why, name, "")
		}
	}
	return why
}

// sentence is a note in words; a reason that names whom or what it is about needs
// no subject.
func (s *session) sentence(n core.Note) string {
	if n.Owner != "" && strings.HasPrefix(n.Why, n.Owner) || n.Owner == "" && n.Key == "" && n.Count > 0 {
		return safe(n.Why)
	}
	return s.subject(n) + ": " + safe(n.Why)
}

// subject is what a note is about.
func (s *session) subject(n core.Note) string {
	e, ok := element.Parse(n.Key)
	if !ok {
		e = element.Element{}
	}
	what := nonempty(ownerName(firstOf(n.Owner, e.Owner)), firstOf(string(e.Resource), string(n.Ref.Collection)), e.Name)
	if len(what) == 0 {
		what = nonempty(n.Side.String(), firstOf(string(n.Key), string(n.Ref.ID)))
	}
	if n.Count > 1 {
		what = append(what, "("+items(n.Count, s.link.Kind)+")")
	}
	return safe(strings.Join(what, " "))
}

// hint tells how to have what a note says is not done: which setting to change.
func (s *session) hint(n core.Note) string {
	link, in := "[links."+s.link.Name+"]", fmt.Sprintf("[links.%s.%s]", s.link.Name, n.Ref.Collection)
	if provisions(s.link) && isAdHoc(s.link) {
		link = "a link of the configuration"
	}
	of := element.Resource(n.Ref.Collection)
	_, provisioned := s.link.Provisioned(of)
	switch {
	case strings.Contains(n.Why, "deletions are off") && !s.clean && of == element.User && !s.link.Departed.Accounts:
		return " (deletes = true and deletion = \"account\" in " + link + " delete them)"
	case strings.Contains(n.Why, "deletions are off") && !s.clean && provisions(s.link):
		return " (deletes = true in " + link + " deletes them, --clean does it once)"
	case strings.Contains(n.Why, "deletions are") && !s.clean:
		return " (--clean writes them)"
	case !provisions(s.link) || !of.Known():
		return ""
	case strings.Contains(n.Why, "ing is off") && !provisioned:
		return " (" + in + " in the configuration would provision them)"
	case strings.Contains(n.Why, "deleting is off") && of == element.User && !s.link.Departed.Accounts:
		return " (deletion = \"account\" in " + link + " deletes them)"
	case strings.Contains(n.Why, "deleting is off"):
		return " (delete = true in " + in + " deletes them)"
	case strings.Contains(n.Why, "updating is off"):
		return " (update = true in " + in + " changes them)"
	case strings.Contains(n.Why, "creating is off"):
		return " (create = true in " + in + " makes them)"
	}
	return ""
}
