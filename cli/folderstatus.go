package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/state"
)

// pairJSON is how one pair of folders is.
type pairJSON struct {
	Left  *folderStateJSON `json:"left,omitempty"` // nil = that side has no such folder
	Right *folderStateJSON `json:"right,omitempty"`
	// Parked items, and why the folder as a whole is parked.
	Parked int    `json:"parked"`
	Why    string `json:"why,omitempty"`
	// Success is the last run, if it is known to have left nothing undone in it.
	Success string `json:"success,omitempty"`
	// Ended is when that was, Unix seconds.
	Ended int64 `json:"ended,omitempty"`
	// Out: the configuration leaves it out now.
	Out bool `json:"out,omitempty"`
}

// folderStateJSON is one side of it, as last seen.
type folderStateJSON struct {
	Folder string `json:"folder"`
	// Items that it has; of these New are not on the other side and Changed
	// differ. Gone were in step and are there no more. What cannot be read, and
	// what is outside the window that is synced, is only parked, or not counted.
	Items   int `json:"items"`
	New     int `json:"new,omitempty"`
	Changed int `json:"changed,omitempty"`
	Gone    int `json:"gone,omitempty"`
	// How it is read, and what proves that it was read to its end.
	How   string `json:"how,omitempty"`
	Proof string `json:"proof,omitempty"`
}

// sides are both sides, left first.
func (p *pairJSON) sides() [2]*folderStateJSON { return [2]*folderStateJSON{p.Left, p.Right} }

// path is what the pair is called: by its left side, else by its right one.
func (p *pairJSON) path() string {
	for _, f := range p.sides() {
		if f != nil {
			return f.Folder
		}
	}
	return ""
}

// well tells whether there is nothing to say of a pair but that it is in step.
func (p *pairJSON) well() bool { return len(p.troubles()) == 0 }

// troubles say what is not in step, the worst first.
func (p *pairJSON) troubles() (out []string) {
	if p.Why != "" {
		out = append(out, "parked as a whole") // the reason stands with what is parked
	}
	if p.Parked > 0 {
		out = append(out, number(p.Parked)+" parked")
	}
	for x, f := range p.sides() {
		side := core.Side(x).String()
		if f == nil {
			out = append(out, "not on the "+side)
			continue
		}
		if f.How == "" && p.Why == "" {
			out = append(out, "the "+side+" is not yet read to its end")
		}
		for _, n := range []struct {
			count int
			what  string
		}{{f.New, "only on the "}, {f.Changed, "changed on the "}, {f.Gone, "gone from the "}} {
			if n.count > 0 {
				out = append(out, number(n.count)+" "+n.what+side)
			}
		}
	}
	return out
}

// seenIn counts what a side shows that differs from what was agreed, by folder.
type seenIn map[core.CollectionID]*folderStateJSON

func (in seenIn) of(id core.CollectionID) *folderStateJSON {
	if in[id] == nil {
		in[id] = &folderStateJSON{}
	}
	return in[id]
}

// seen counts what each folder of a side was last seen to have otherwise, and all
// of it.
func (s *session) seen(ctx context.Context, x core.Side) (in seenIn, differs int, err error) {
	in = seenIn{}
	const atOnce = 1000
	var there []core.Ref
	count := func() error {
		rows, err := s.store.RowsAt(ctx, x, there)
		for _, ref := range there {
			if _, bound := rows[ref]; bound {
				in.of(ref.Collection).Changed++
			} else {
				in.of(ref.Collection).New++
			}
		}
		there = there[:0]
		return err
	}
	for o, err := range s.store.Observed(ctx, x) {
		if err != nil {
			return nil, 0, err
		}
		differs++
		switch {
		case o.Gone:
			in.of(o.Collection).Gone++
		case o.Out || o.Bad != "":
		default:
			there = append(there, o.Ref)
		}
		if len(there) == atOnce {
			if err := count(); err != nil {
				return nil, 0, err
			}
		}
	}
	return in, differs, count()
}

// pairs tells how all paired folders are, by name.
func (s *session) pairs(head state.Head, totals state.Totals, seen [2]seenIn, parked []core.Note, st *statusJSON) []pairJSON {
	out := make([]pairJSON, 0, len(head.Collections))
	for _, row := range head.Collections {
		p := pairJSON{Out: row.Out}
		for x, to := range [2]**folderStateJSON{&p.Left, &p.Right} {
			at := row.Side[x]
			if at.None {
				continue
			}
			c := at.Collection
			f := *seen[x].of(c.ID)
			f.Folder = c.Path
			f.Items = max(0, totals.Rows[x][c.ID]-f.Gone+f.New)
			if !c.Lazy {
				f.How, f.Proof = all.Reading(s.link.Ends()[x], c, head.Sides[x].Tokens[c.Feed])
			} else {
				f.How = "asked for each item of the other side"
			}
			*to = &f
			p.takeNotes(core.Side(x), c.ID, parked)
		}
		if run := st.successOf(&p); run != nil {
			p.Success, p.Ended = run.ID, run.Ended
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b pairJSON) int { return cmp.Compare(a.path(), b.path()) })
	return out
}

// takeNotes takes what is parked in a folder of one side, and what holds for the side
// as a whole.
func (p *pairJSON) takeNotes(x core.Side, id core.CollectionID, parked []core.Note) {
	for _, n := range parked {
		switch {
		case n.Side == x && n.Ref == (core.Ref{}) && n.Key == "" && n.Owner == "" && n.Count == 0:
			p.Why = n.Why
		case n.Side != x || n.Ref.Collection != id:
		case n.Ref.ID == "" && n.Key == "" && n.Count == 0:
			p.Why = n.Why
		default:
			p.Parked += max(1, n.Count)
		}
	}
}

// successOf is the run that is known to have left nothing undone in a pair of
// folders: the last one, if it came to its end, and left nothing undone at all or
// nothing is parked and nothing differs there. nil = it is not known.
func (st *statusJSON) successOf(p *pairJSON) *runJSON {
	ended := st.ended
	switch {
	case ended == nil || p.Out || p.Why != "" || p.Parked > 0:
		return nil
	case p.Left == nil || p.Right == nil || p.Left.How == "" || p.Right.How == "":
		return nil
	case ended.good() || p.well() && !ended.inPart:
		return ended
	}
	return nil
}

// showPairs prints how the folders are: those that are not well, and the others
// if they are few or all are asked for.
func (a *app) showPairs(st statusJSON) {
	var shown []pairJSON
	well, out := 0, 0
	for _, p := range st.Folders {
		switch {
		case p.Out && !a.globals.Verbose:
			out++
		case p.well() && len(st.Folders) > fewFolders && !a.globals.Verbose:
			well++
		default:
			shown = append(shown, p)
		}
	}
	if len(st.Folders) == 1 && st.Folders[0].well() && !a.globals.Verbose {
		return // the sides say it
	}
	few := fold(shown, a.globals.Verbose, func(p, _ pairJSON) bool { return !p.well() })
	a.pairTable(few)
	if well > 0 {
		rest := "  " + plural(well, "folder")
		if len(shown) > 0 {
			rest = "  " + number(well) + " other " + strings.TrimPrefix(plural(well, "folder"), number(well)+" ")
		}
		a.out.line("%s in step", rest)
	}
	if out > 0 {
		a.out.line("  %s left out by the configuration; --verbose shows all", are(plural(out, "folder"), out))
	}
}

// fewFolders are shown one by one although all is well.
const fewFolders = 6

// pairTable prints pairs in columns.
func (a *app) pairTable(few folded[pairJSON]) {
	name := cells("folder")
	count := [2]int{cells("left"), cells("right")}
	for _, p := range few.lines {
		name = max(name, min(cells(safe(p.path())), widest))
		for x, f := range p.sides() {
			if f != nil {
				count[x] = max(count[x], len(number(f.Items)))
			}
		}
	}
	if len(few.lines) > 0 {
		a.out.line("  %s", a.out.paint(dim, pad("folder", name)+"  "+padLeft("left", count[0])+"  "+padLeft("right", count[1])))
	}
	for i, p := range few.lines {
		cell := [2]string{"-", "-"}
		for x, f := range p.sides() {
			if f != nil {
				cell[x] = number(f.Items)
			}
		}
		path := safe(p.path())
		if !a.globals.Verbose {
			path = clip(path, widest)
		}
		a.out.line("  %s  %s  %s  %s", pad(path, name), padLeft(cell[0], count[0]), padLeft(cell[1], count[1]), a.pairWords(p))
		if a.globals.Verbose {
			a.showProofs(p)
		}
		if more := few.hidden[i]; more > 0 {
			a.out.line("    … and %s more; --verbose shows all", number(more))
		}
	}
}

func (a *app) pairWords(p pairJSON) string {
	troubles := p.troubles()
	switch {
	case p.Out:
		return "left out by the configuration; what is on both sides stays so"
	case len(troubles) == 0:
		return "in step"
	}
	return a.out.paint(yellow, safe(strings.Join(troubles, "; ")))
}

// showProofs prints the last success of a pair, and what proves that each side was
// read to its end.
func (a *app) showProofs(p pairJSON) {
	if p.Success != "" {
		a.out.line("    %s", a.out.paint(dim, fmt.Sprintf("last success  %s, run %s", a.ago(p.Ended), p.Success)))
	}
	for x, f := range p.sides() {
		if f == nil || f.Proof == "" {
			continue
		}
		other := ""
		if p.path() != f.Folder {
			other = safe(f.Folder) + ": "
		}
		a.out.line("    %s", a.out.paint(dim, pad(core.Side(x).String(), 5)+"  "+other+f.Proof))
	}
}

// readingLines say how the folders of both sides are read, in one line if it is
// the same.
func readingLines(pairs []pairJSON) (out []string) {
	var how [2]string
	for _, x := range core.Sides() {
		if how[x] = readingLine(pairs, x); how[x] != "" {
			out = append(out, x.String()+": "+how[x])
		}
	}
	if len(out) == 2 && how[core.Left] == how[core.Right] {
		return how[:1]
	}
	return out
}

// readingLine says how the folders of a side are read: the ways, and how many are
// read so if there are several.
func readingLine(pairs []pairJSON, x core.Side) string {
	ways := map[string]int{}
	var names []string
	for _, p := range pairs {
		f := p.sides()[x]
		if f == nil || f.How == "" || p.Out {
			continue
		}
		if ways[f.How] == 0 {
			names = append(names, f.How)
		}
		ways[f.How]++
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = plural(ways[name], "folder") + ": " + name
	}
	return strings.Join(names, "; ")
}
