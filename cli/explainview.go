package cli

import (
	"fmt"
	"strings"

	"lockstep/core"
)

// showKnown tells in sentences what is known of an item.
func (s *session) showKnown(k *known, at paths) {
	name := k.name()
	s.out.line("%s  %s", s.out.paint(bold, safe(s.link.Name)), s.out.paint(bold, name))
	tell := func(format string, args ...any) { s.out.line("  "+format, args...) }
	if k.row == nil {
		tell("No pairing is known of it: it is not in step, or was deleted on both sides.")
	} else {
		s.tellRow(tell, *k.row, at)
	}
	told := ""
	for _, o := range k.observed {
		tell("%s", s.observation(o, at))
		if why := s.outOfScope(k, o, at); why != "" {
			tell("It is not copied: it is outside the link's scope, %s.", safe(why))
		}
		told += o.Bad
	}
	for _, in := range k.open {
		tell("A write is open whose outcome is not known: %s on the %s in %s, of run %s. The next sync finds out.",
			in.Op, in.Side, safe(at.of(in.Side, in.At.Collection)), in.Run)
	}
	for _, n := range k.parked {
		why := ""
		if n.Why != told {
			why = ": " + safe(n.Why)
		}
		tell("It is parked on the %s%s. It is tried again when it changes.", n.Side, why)
	}
	for _, e := range k.entries {
		tell("%s", s.entryLine(at, e))
	}
	if len(k.entries) == 0 {
		tell("Nothing was ever written of it.")
	}
	s.out.line("")
}

// tellRow tells what both sides agreed on.
func (s *session) tellRow(tell func(string, ...any), row core.Row, at paths) {
	for _, x := range core.Sides() {
		b := row.Side[x]
		switch {
		case b.None:
			tell("The %s does not have it.", x)
			continue
		case b.Ref.ID.Void():
			tell("On the %s it was in %s, before that was replaced or restored.", x, safe(at.of(x, b.Ref.Collection)))
		case b.Place != "" && b.Place != b.Ref.Collection:
			tell("On the %s it is %s in %s, moved there from %s.", x, safe(string(b.Ref.ID)), safe(at.of(x, b.Ref.Collection)), safe(at.of(x, b.Place)))
		default:
			tell("On the %s it is %s in %s.", x, safe(string(b.Ref.ID)), safe(at.of(x, b.Ref.Collection)))
		}
		if b.Unproven {
			tell("It is gone there since the %s was replaced or restored; nobody is known to have deleted it.", x)
		}
	}
	origin := "it was on both sides when they were first compared"
	if row.Origin == core.Ours {
		origin = "lockstep copied it from one side to the other"
	}
	agreed := []string{fmt.Sprintf("Both sides agreed on it (pairing %d): %s", row.N, origin)}
	if row.Size >= 0 {
		agreed = append(agreed, "size "+size(row.Size))
	}
	marks := "no marks"
	if row.Marks != "" {
		marks = "marks " + safe(string(row.Marks))
	}
	tell("%s.", strings.Join(append(agreed, marks), ", "))
}

// observation says what a side was seen to have otherwise.
func (s *session) observation(o seen, at paths) string {
	folder := safe(at.of(o.side, o.Collection))
	where := fmt.Sprintf("the %s, in %s", o.side, folder)
	switch {
	case o.Gone:
		return "When last listed it was gone on " + where + "."
	case o.Bad != "":
		return "On " + where + ", it cannot be synced: " + safe(o.Bad) + "."
	case o.Out:
		return "On " + where + ", it is outside the window that is synced."
	}
	marks := "no marks"
	if o.Marks != "" {
		marks = "marks " + safe(string(o.Marks))
	}
	return fmt.Sprintf("When last listed, the %s had it in %s as %s with %s.", o.side, folder, safe(string(o.ID)), marks)
}

// name is what an item is called for people: its key, else a handle of it.
func (k *known) name() string {
	id := core.ID("")
	switch {
	case k.row != nil:
		id = k.row.Side[core.Left].Ref.ID
	case len(k.observed) > 0:
		id = k.observed[0].ID
	case len(k.parked) > 0:
		id = k.parked[0].Ref.ID
	case len(k.entries) > 0:
		id = k.entries[0].Ref.ID
	}
	return nameOf(k.key, id)
}

// outOfScope tells why an item that only one side has is not copied; "" = the
// link's filters let it through.
func (s *session) outOfScope(k *known, o seen, at paths) string {
	filter := s.link.InScope(s.sys.Now())
	if filter == nil || k.row != nil || o.Gone || o.Bad != "" {
		return ""
	}
	in, why := filter(o.Stub, core.Collection{ID: o.Collection, Path: at.of(o.side, o.Collection)})
	if in {
		return ""
	}
	return why
}
