package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/state"
)

// showOwner tells all that is known of an owner.
func (s *session) showOwner(o *ownerKnown) {
	s.out.line("%s  %s", s.out.paint(bold, safe(s.link.Name)), s.out.paint(bold, safe(o.owner)))
	tell := func(format string, args ...any) { s.out.line("  "+format, args...) }
	s.tellEntry(tell, o)
	width := 0
	for _, k := range o.all {
		width = max(width, min(cells(k.called()), widest))
	}
	for _, k := range o.all {
		tell("%s  %s  %s", pad(string(k.element().Resource), 10), pad(safe(k.called()), width), s.standing(k))
	}
	for _, k := range o.all {
		for _, in := range k.open {
			tell("A write is open whose outcome is not known: to %s %s, of run %s. The next sync finds out.", in.Op, safe(string(in.Key)), in.Run)
		}
		for _, n := range k.parked {
			tell("Parked: %s: %s. It is tried again when it changes.", safe(s.subject(n)), safe(n.Why))
		}
	}
	s.tellLog(tell, o)
	s.out.line("")
}

// tellEntry says what the directory has of an owner, and what follows if it has
// nothing.
func (s *session) tellEntry(tell func(string, ...any), o *ownerKnown) {
	where, same := o.entry()
	grace := s.ownerGrace(o)
	policy := s.link.Policy(s.sys.Now())
	switch {
	case where != "":
		tell("The directory has it as %s (%s %s).", safe(where), safe(s.link.Directory.ID.String()), safe(entryID(same)))
	case grace == nil:
		tell("No entry of the directory names it.")
	}
	if grace != nil {
		tell("It is gone from the directory since %s, seen by %s.", s.moment(grace.Since), plural(grace.Passes, "sync"))
		waits := []string{}
		if s.sys.Now().Unix() < grace.Until {
			waits = append(waits, "before "+s.moment(grace.Until))
		}
		if more := grace.NeedsPasses - grace.Passes; more > 0 {
			waits = append(waits, "until "+plural(more, "more sync")+" saw it gone")
		}
		switch {
		case len(waits) > 0:
			tell("Nothing of it is deleted %s.", strings.Join(waits, ", nor "))
		case !policy.Deletes[core.Right]:
			tell("The grace is over; deletions are off in %s, and sync --clean writes them.", "links."+safe(s.link.Name))
		default:
			tell("The grace is over.")
		}
	}
	if policy.Protected(o.owner) {
		tell("It is protected: nothing of it is ever deleted.")
	}
}

// called is the name and the value of an element, as far as they say anything.
func (k *known) called() string {
	value := ""
	for _, x := range core.Sides() {
		if s, there := k.on(x); there && value == "" {
			value = s.Label
		}
	}
	return strings.Join(nonempty(k.element().Name, value), "  ")
}

// standing says how both sides have an element.
func (s *session) standing(k *known) string {
	l, wished := k.on(core.Left)
	r, stands := k.on(core.Right)
	made := "it was on the server before"
	if k.row != nil && k.row.Origin == core.Ours {
		made = "lockstep made it"
	}
	switch {
	case wished && l.Bad != "":
		return "cannot be provisioned: " + safe(l.Bad)
	case stands && r.Bad != "":
		return "cannot be read on the server: " + safe(r.Bad)
	case wished && stands && l.Sum != "" && r.Sum != "" && l.Sum != r.Sum:
		return fmt.Sprintf("differs: %s in the directory, %s on the server", safe(firstOf(l.Label, "another value")), safe(firstOf(r.Label, "another value")))
	case wished && stands && k.row != nil:
		return "in step; " + made
	case wished && stands:
		return "on both sides; not yet paired"
	case wished:
		return "in the directory only; to be made"
	case stands && k.row != nil:
		return "no longer in the directory; " + made
	case stands:
		return "on the server only"
	}
	return "gone; only the log tells of it"
}

// mostTold is how many lines of the log are told of an owner.
const mostTold = 10

func (s *session) tellLog(tell func(string, ...any), o *ownerKnown) {
	var entries []state.Entry
	for _, k := range o.all {
		entries = append(entries, k.entries...)
	}
	slices.SortStableFunc(entries, func(a, b state.Entry) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Run, b.Run)) })
	if len(entries) == 0 {
		tell("Nothing was ever written of it.")
		return
	}
	hidden := 0
	if !s.globals.Verbose {
		hidden = max(0, len(entries)-mostTold)
	}
	if hidden > 0 {
		tell("… %s more; --verbose shows all", number(hidden))
	}
	for _, e := range entries[hidden:] {
		owner := ""
		if e.Owner != o.owner { // its name was another one
			owner = safe(e.Owner)
		}
		tell("%s", s.elementEntry(e, owner))
	}
}
