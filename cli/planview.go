package cli

import (
	"cmp"
	"slices"

	"lockstep/core"
)

// planLine is one step as it is shown, in columns.
type planLine struct {
	op                        core.Op
	when, size, what, to, why string
}

// planGroup is the steps of one folder of one side.
type planGroup struct {
	side  core.Side
	path  string
	lines []planLine
}

// widest is how much of a key is shown.
const widest = 44

// showSteps prints the steps of a plan, by what a person looks for.
func (s *session) showSteps(p core.Plan, at paths) {
	if !provisions(s.link) {
		s.showPlan(p, at)
		return
	}
	s.showFolders(p.Collections)
	s.showOwners(p.Steps, "", nil)
	if len(p.Steps) > 0 {
		s.out.line("")
	}
}

// showPlan prints the steps of a plan by folder, in columns.
func (a *app) showPlan(p core.Plan, at paths) {
	a.showFolders(p.Collections)
	groups := a.groups(p.Steps, at)
	width := columns(groups)
	for _, g := range groups {
		a.out.line("%s", a.out.paint(bold, g.side.String()+"  "+safe(g.path)))
		shown := fold(g.lines, a.globals.Verbose, alike)
		for i, l := range shown.lines {
			a.out.line("%s", a.stepLine(l, width))
			if n := shown.hidden[i]; n > 0 {
				a.out.line("    %s", a.out.paint(dim, "… and "+number(n)+" more like these; --verbose shows all"))
			}
		}
		a.out.line("")
	}
}

func (a *app) groups(steps []core.Step, at paths) []planGroup {
	type folder struct {
		side core.Side
		path string
	}
	found := map[folder]int{}
	var groups []planGroup
	for _, s := range steps {
		f := folder{s.Side, at.folderOf(s)}
		i, ok := found[f]
		if !ok {
			i = len(groups)
			found[f] = i
			groups = append(groups, planGroup{side: f.side, path: f.path})
		}
		groups[i].lines = append(groups[i].lines, a.planLine(s, at))
	}
	slices.SortStableFunc(groups, func(x, y planGroup) int {
		return cmp.Or(cmp.Compare(x.side, y.side), cmp.Compare(x.path, y.path))
	})
	return groups
}

func (a *app) planLine(s core.Step, at paths) planLine {
	what := nameOf(s.Key, s.Ref.ID)
	if s.Key == "" && s.Op == core.OpCreate {
		what = nameOf("", s.Source.ID)
	}
	switch label := cmp.Or(s.Source.Label, s.Before); { // the UID of a card says nothing to people
	case label != "" && a.globals.Verbose:
		what = safe(label) + " (" + what + ")"
	case label != "":
		what = safe(label)
	}
	if !a.globals.Verbose {
		what = clip(what, widest)
	}
	return planLine{op: s.Op, when: a.moment(s.Time), size: size(s.Size), what: what, to: at.changes(s), why: safe(s.Why)}
}

// widths of the columns.
type widths struct{ when, size, what, to int }

func columns(groups []planGroup) (w widths) {
	for _, g := range groups {
		for _, l := range g.lines {
			w.when, w.size = max(w.when, len(l.when)), max(w.size, len(l.size))
			w.what = max(w.what, cells(l.what))
			w.to = max(w.to, min(cells(l.to), widest))
		}
	}
	return w
}

func (a *app) stepLine(l planLine, w widths) string {
	text := "  " + a.out.paint(colourOf(l.op), string(rune(l.op))) + " "
	if w.when > 0 {
		text += pad(l.when, w.when) + "  "
	}
	if w.size > 0 {
		text += padLeft(l.size, w.size) + "  "
	}
	text += pad(l.what, w.what) + "  "
	if w.to > 0 {
		text += pad(l.to, w.to) + "  "
	}
	return text + a.out.paint(dim, l.why)
}

func colourOf(op core.Op) style {
	switch op {
	case core.OpCreate, core.OpPlace:
		return green
	case core.OpDelete:
		return red
	case core.OpUpdate:
		return yellow
	case core.OpMark:
		return cyan
	}
	return blue
}

// showFolders prints the changes of the list of folders.
func (a *app) showFolders(steps []core.CollectionStep) {
	if len(steps) == 0 {
		return
	}
	width := 0
	for _, s := range steps {
		width = max(width, cells(safe(s.Path)))
	}
	a.out.line("%s", a.out.paint(bold, "folders"))
	for _, s := range steps {
		a.out.line("  %s", a.folderLine(s, pad(safe(s.Path), width)))
	}
	a.out.line("")
}

// folderLine is one change of the list of folders; name is how the folder is
// shown.
func (a *app) folderLine(s core.CollectionStep, name string) string {
	return a.folderSign(s.Op) + " " + pad(s.Side.String(), 5) + "  " + name + "  " + a.out.paint(dim, safe(s.Why))
}

func (a *app) folderSign(op core.CollectionOp) string {
	as := map[core.CollectionOp]core.Op{
		core.CreateCollection: core.OpCreate, core.RenameCollection: core.OpMove, core.DeleteCollection: core.OpDelete,
		core.ColorCollection: core.OpUpdate,
	}[op]
	return a.out.paint(colourOf(as), string(rune(as)))
}
