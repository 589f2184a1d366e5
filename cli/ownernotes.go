package cli

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// showOwnerNotes prints notes of a provisioning, one line each: whom and what
// it is about, why, and where the directory has it.
func (s *session) showOwnerNotes(title string, notes []core.Note) {
	if len(notes) == 0 {
		return
	}
	s.out.line("%s", s.out.paint(yellow, title))
	notes = slices.Clone(notes)
	slices.SortStableFunc(notes, func(a, b core.Note) int {
		return cmp.Or(strings.Compare(reason(a), reason(b)), strings.Compare(a.Owner, b.Owner), strings.Compare(string(a.Key), string(b.Key)))
	})
	few := fold(notes, s.globals.Verbose, func(a, b core.Note) bool { return reason(a) == reason(b) })
	for i, n := range few.lines {
		s.out.line("  %s%s", s.sentence(n), s.hint(n))
		if n.Where != "" && !strings.Contains(n.Why, n.Where) {
			s.out.line("    %s", s.out.paint(dim, safe(n.Where)))
		}
		if more := few.hidden[i]; more > 0 {
			s.out.line("    … and %s more like these; --verbose shows all", number(more))
		}
	}
}

// reason is why, without whom it names.
func reason(n core.Note) string {
	if n.Owner == "" {
		return n.Why
	}
	return strings.ReplaceAll(n.Why, n.Owner, "")
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

// hint tells how to have what a note says is not done.
func (s *session) hint(n core.Note) string {
	if s.clean || !strings.Contains(n.Why, "deletions are") {
		return ""
	}
	return " (--clean writes them)"
}
