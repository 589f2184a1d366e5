package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/config"
	"lockstep/core"
	"lockstep/state"
)

// showStatus prints how a link is, for people.
func (a *app) showStatus(l *config.Link, st statusJSON) {
	ends := safe(l.Left.String()) + " <-> " + safe(l.Right.String())
	if provisions(l) {
		ends = safe(strings.Join(sourceNames(l), ", ")) + " -> " + safe(l.Right.String())
	}
	if isAdHoc(l) { // its name is its ends
		a.out.line("%s", a.out.paint(bold, ends))
	} else {
		a.out.line("%s  %s", a.out.paint(bold, safe(l.Name)), ends)
	}
	field := func(name, format string, args ...any) { a.out.line("  "+pad(name, 14)+format, args...) }
	if st.Running != nil {
		field("running", "%s", a.runningLine(*st.Running))
	}
	if st.Daemon != nil {
		field("watching", "%s", a.daemonLine(*st.Daemon))
	}
	if st.Last == nil && st.Running == nil {
		field("last run", "never synced; lockstep plan shows what a sync would do")
		return
	}
	if st.Last != nil { // else the first sync runs now
		field("last run", "%s", a.runLine(*st.Last))
	}
	switch {
	case st.Success == nil:
		field("last success", "none yet")
	default:
		field("last success", "%s, %s, run %s: both sides listed, nothing left undone", a.moment(st.Success.Started), a.ago(st.Success.Started), st.Success.ID)
	}
	if st.Running == nil && !st.Last.good() {
		field("next try", "with the next lockstep sync; nothing watches this link now")
	}
	for _, x := range core.Sides() {
		field(x.String(), "%s", a.sideLine(st, x, l.Kind))
	}
	for i, line := range readingLines(st.Folders) {
		field([]string{"read by", ""}[i], "%s", line)
	}
	if provisions(l) {
		a.showWaiting(field, l, st)
	} else {
		a.showPairs(st)
	}
	if st.Open > 0 {
		field("open writes", "%d, whose outcome is not known; the next sync finds out", st.Open)
	}
	if len(st.Parked) > 0 {
		field("parked", "%s", parkedCount(l, st.Parked))
		lines := a.parkedLines(l, st.Parked)
		shown := lines
		if !a.globals.Verbose {
			shown = lines[:min(len(lines), foldTo)]
		}
		for _, line := range shown {
			a.out.line("    %s", line)
		}
		if more := len(lines) - len(shown); more > 0 {
			a.out.line("    … and %s more; --verbose shows all", number(more))
		}
	}
	if st.Held > 0 {
		field("held back", "%s; to delete exactly these: %s", plural(st.Held, "deletion"), confirmCommand(l, st.PlanID))
	}
	if st.Conflicts > 0 {
		field("conflicts", "%d open; lockstep conflicts shows them", st.Conflicts)
	}
}

// parkedCount says how many items are parked, and how many folders as a whole.
func parkedCount(l *config.Link, parked []noteJSON) string {
	folders := 0
	for _, n := range parked {
		if n.Folder != "" && n.ID == "" && n.Key == "" && n.Count == 0 && !provisions(l) {
			folders++
		}
	}
	var words []string
	if n := len(parked) - folders; n > 0 {
		words = append(words, items(n, l.Kind))
	}
	if folders > 0 {
		words = append(words, plural(folders, "folder"))
	}
	return list(words)
}

// parkedLines are parked items, one line each.
func (a *app) parkedLines(l *config.Link, parked []noteJSON) (lines []string) {
	if !provisions(l) {
		for _, n := range parked {
			lines = append(lines, safe(strings.Join(nonempty(n.Side, n.Folder, clip(firstOf(n.Key, n.ID), widest)), " "))+": "+safe(n.Why))
		}
		return lines
	}
	s := &session{app: a, link: l}
	for _, n := range parked {
		note := core.Note{Owner: n.Owner, Key: core.Key(n.Key), Ref: core.Ref{Collection: core.CollectionID(n.Folder), ID: core.ID(n.ID)}, Count: n.Count, Why: n.Why}
		lines = append(lines, s.sentence(note))
	}
	return lines
}

// showWaiting prints how many owners there are, and who is gone.
func (a *app) showWaiting(field func(name, format string, args ...any), l *config.Link, st statusJSON) {
	field("owners", "%s", number(st.Owners))
	if len(st.Waiting) == 0 {
		return
	}
	field("gone", "%s gone from the directory", plural(len(st.Waiting), "owner"))
	few := fold(st.Waiting, a.globals.Verbose, func(x, y graceJSON) bool { return true })
	for i, g := range few.lines {
		a.out.line("    %s", a.graceLine(l, g))
		if more := few.hidden[i]; more > 0 {
			a.out.line("    … and %s more; --verbose shows all", number(more))
		}
	}
}

// graceLine says since when an owner is gone and when that counts.
func (a *app) graceLine(l *config.Link, g graceJSON) string {
	line := fmt.Sprintf("%s since %s, seen by %s", safe(g.Owner), a.moment(g.Since), plural(g.Passes, "sync"))
	switch {
	case l.Policy(a.sys.Now()).Protected(g.Owner):
		return line + "; protected"
	case a.sys.Now().Unix() < g.Until:
		return line + "; kept until " + a.moment(g.Until)
	case g.Passes < g.NeedsPasses:
		return line + "; kept until " + plural(g.NeedsPasses-g.Passes, "more sync") + " saw it gone"
	}
	return line + "; the grace is over"
}

// runningLine says who is at work on a link.
func (a *app) runningLine(by state.Holder) string {
	return fmt.Sprintf("process %d has been at work on this link since %s, %s", by.Process, a.moment(by.Since), a.ago(by.Since))
}

// sideLine counts the items of a side; of a provisioning by resource.
func (a *app) sideLine(st statusJSON, x core.Side, kind core.Kind) string {
	all := 0
	var folders []string
	for _, path := range slices.Sorted(maps.Keys(st.Items[x])) {
		n := st.Items[x][path]
		all += n
		folders = append(folders, safe(path)+" "+number(n))
	}
	line := items(all, kind) + " in step"
	if kind == core.Entry && len(folders) > 0 {
		line += " (" + strings.Join(folders, ", ") + ")"
	} else if n := len(st.Folders); n > 1 {
		line += " in " + plural(n, "folder")
	}
	switch n := st.Differs[x]; {
	case n == 0:
	case kind == core.Entry && x == core.Right: // what nobody wishes is the server's own
		line += "; " + number(n) + " more on the server, or with another value"
	default:
		line += "; " + number(n) + " seen to differ"
	}
	return line
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
