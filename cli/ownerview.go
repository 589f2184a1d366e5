package cli

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/element"
)

// provisions tells whether a link makes a mail server what a directory says, so
// that it is shown by owner and not by folder.
func provisions(l *config.Link) bool { return l.Mode == config.Provision }

// ownerGroup is what a plan does for one owner.
type ownerGroup struct {
	// owner's address, where the directory has it, and what is the reason of all
	// lines, if that is something of the owner.
	owner, where, why string
	lines             []elementLine
}

// elementLine is one step of a provisioning as it is shown, in columns.
type elementLine struct {
	op core.Op
	// what is the element's name and value.
	resource, what, why string
	// call that the step makes; "" = it is not known, or not asked for.
	call string
}

// showOwners prints steps by owner and, within an owner, by resource. Reasons
// that were told already, of all of them, are left out.
func (s *session) showOwners(steps []core.Step, indent string, told []string) {
	groups := s.ownerGroups(steps, told)
	width := elementWidths(groups)
	shown := map[string]int{}
	all := map[string]int{}
	for _, g := range groups {
		all[g.shape()]++
	}
	for _, g := range groups {
		shape := g.shape()
		shown[shape]++
		folds := all[shape] > foldFrom && !s.globals.Verbose
		if folds && shown[shape] > foldTo {
			continue
		}
		name := strings.Join(nonempty(s.out.paint(bold, safe(ownerName(g.owner))), safe(g.why)), " ")
		s.out.line("%s%s", indent, strings.Join(nonempty(name, s.out.paint(dim, safe(g.where))), "  "))
		s.showElements(g.lines, width, indent)
		if folds && shown[shape] == foldTo {
			s.out.line("%s%s", indent, s.out.paint(dim, "… and the same for "+plural(all[shape]-foldTo, "more owner")+"; --verbose shows all"))
		}
	}
}

func (s *session) showElements(lines []elementLine, width elementWidth, indent string) {
	few := fold(lines, s.globals.Verbose, func(a, b elementLine) bool { return a.op == b.op && a.resource == b.resource && a.why == b.why })
	for i, l := range few.lines {
		line := strings.TrimRight(pad(l.resource, width.resource)+"  "+pad(l.what, width.what), " ")
		if l.why != "" {
			line = pad(l.resource, width.resource) + "  " + pad(l.what, width.what) + "  " + s.out.paint(dim, l.why)
		}
		s.out.line("%s  %s %s", indent, s.out.paint(colourOf(l.op), string(rune(l.op))), line)
		if l.call != "" {
			s.out.line("%s      %s", indent, s.out.paint(dim, l.call))
		}
		if n := few.hidden[i]; n > 0 {
			s.out.line("%s    %s", indent, s.out.paint(dim, "… and "+number(n)+" more like these; --verbose shows all"))
		}
	}
}

// ownerGroups puts steps together by owner; they stay in the order of the plan
// within a resource.
func (s *session) ownerGroups(steps []core.Step, told []string) []ownerGroup {
	found := map[string]int{}
	var groups []ownerGroup
	for _, step := range steps {
		i, ok := found[step.Owner]
		if !ok {
			i = len(groups)
			found[step.Owner] = i
			groups = append(groups, ownerGroup{owner: step.Owner})
		}
		g := &groups[i]
		if g.where == "" {
			g.where = step.Source.Where
		}
		for _, why := range told {
			step.Why = strings.TrimSuffix(step.Why, "; "+why)
		}
		g.lines = append(g.lines, s.elementLine(step))
	}
	slices.SortFunc(groups, func(a, b ownerGroup) int { return cmp.Compare(a.owner, b.owner) })
	for i, g := range groups {
		slices.SortStableFunc(g.lines, func(a, b elementLine) int {
			return cmp.Compare(rank(element.Resource(a.resource)), rank(element.Resource(b.resource)))
		})
		groups[i].liftReason()
	}
	return groups
}

// liftReason says once what is the owner's own, where all lines are about that.
func (g *ownerGroup) liftReason() {
	if slices.ContainsFunc(g.lines, func(l elementLine) bool { _, is := ofOwner(l.why); return !is }) {
		return
	}
	g.why, _ = ofOwner(g.lines[0].why)
	for i := range g.lines {
		if why, _ := ofOwner(g.lines[i].why); why == g.why {
			g.lines[i].why = ""
		}
	}
}

// ofOwner is a reason that is the owner's own, as shortReason words it.
func ofOwner(why string) (of string, is bool) {
	if of, is = strings.CutPrefix(why, "its owner "); !is {
		of, is = why, strings.HasPrefix(why, "is ")
	}
	return of, is
}

// shortReason is the reason of a step beside its owner and what it changes, whom
// and what it does not name again.
func shortReason(step core.Step) string {
	if step.Op == core.OpRename && step.Why == "renamed from "+step.Before {
		return "renamed"
	}
	for _, renamed := range []string{"renamed from ", "renamed to "} {
		key, is := strings.CutPrefix(step.Why, renamed)
		if e, ok := element.Parse(core.Key(key)); is && ok {
			return renamed + e.Owner
		}
	}
	if step.Owner == "" {
		return step.Why
	}
	why := strings.TrimPrefix(step.Why, step.Owner+" ")
	return strings.Replace(why, "its owner "+step.Owner+" ", "its owner ", 1)
}

// rank is the place of a resource in the order in which they are made.
func rank(of element.Resource) int { return slices.Index(element.Resources(), of) }

func (s *session) elementLine(step core.Step) elementLine {
	l := elementLine{op: step.Op, resource: resourceOf(step), what: safe(strings.Join(nonempty(elementName(step.Key), change(step)), "  ")), why: safe(shortReason(step))}
	if s.globals.Verbose {
		l.call = safe(s.callOf(step))
	} else if step.Op != core.OpRename { // both addresses of one are what a person looks for
		l.what = clip(l.what, widest)
	}
	return l
}

// shape is what an owner's steps have in common with those of others; a reason
// that names the owner is no other one.
func (g ownerGroup) shape() string {
	var b strings.Builder
	b.WriteString(g.why + "\n")
	for _, l := range g.lines {
		b.WriteString(string(rune(l.op)) + l.resource + " " + strings.ReplaceAll(l.why, g.owner, "") + "\n")
	}
	return b.String()
}

// elementWidth is the widths of the columns.
type elementWidth struct{ resource, what int }

func elementWidths(groups []ownerGroup) (w elementWidth) {
	for _, g := range groups {
		for _, l := range g.lines {
			w.resource = max(w.resource, len(l.resource))
			w.what = max(w.what, min(cells(l.what), widest))
		}
	}
	return w
}

// resourceOf is the resource that a step writes to.
func resourceOf(step core.Step) string {
	if e, ok := element.Parse(step.Key); ok {
		return string(e.Resource)
	}
	return safe(string(step.Ref.Collection))
}

// elementName tells an element from the owner's others of the resource; "" = it
// is the only one.
func elementName(key core.Key) string {
	e, ok := element.Parse(key)
	if !ok {
		return string(key)
	}
	return e.Name
}

// change says which value a step replaces by which.
func change(step core.Step) string {
	before, after := step.Before, step.Source.Label
	switch step.Op {
	case core.OpDelete:
		return before
	case core.OpRename:
		return before + " -> " + step.Owner
	case core.OpUpdate:
		return firstOf(before, "(none)") + " -> " + firstOf(after, "(none)")
	}
	return after
}
