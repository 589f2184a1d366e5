package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
)

// Mapper is a link's folder map: data given by the configuration.
type Mapper interface {
	// Map returns the path that a side's collection has on the other side;
	// false = it is not synced, and why.
	Map(side core.Side, c core.Collection) (path string, synced bool, why string)
	// ByRole tells whether collections of equal role are paired whatever
	// their names.
	ByRole() bool
}

// Pairing is what a look at both sides says about their collections.
type Pairing struct {
	Rows []core.CollectionRow
	// Renamed collections: their rows are re-addressed.
	Renamed []RenamedCollection
	// Reborn tells which sides have a collection of a new incarnation.
	Reborn [2]bool
	// Relist names collections whose known listing is void: a new
	// incarnation, a new vocabulary, a new pairing.
	Relist [2]map[core.CollectionID]bool
	// Shrunk names pairs (by left collection) whose common vocabulary lost marks.
	Shrunk map[core.CollectionID]core.Vocabulary
	Steps  []core.CollectionStep
	Notes  []core.Note
}

// RenamedCollection is a collection whose handle changed.
type RenamedCollection struct {
	Side     core.Side
	From, To core.CollectionID
}

// PairCollections pairs the collections of both sides and plans what is to be
// created, renamed and deleted. It is the same table as for items: what was
// paired and is gone on one side is deleted on the other, what is new is
// created, a rename is followed.
func PairCollections(known []core.CollectionRow, surveys [2]core.Survey, m Mapper, policy Policy) Pairing {
	c := &collections{m: m, policy: policy, surveys: surveys, replaced: [2]map[int64]bool{{}, {}}}
	c.out.Shrunk = map[core.CollectionID]core.Vocabulary{}
	for _, x := range core.Sides() {
		c.out.Relist[x] = map[core.CollectionID]bool{}
		c.free[x] = map[core.CollectionID]core.Collection{}
		for _, col := range surveys[x].Collections {
			if _, synced, _ := m.Map(x, col); synced {
				c.free[x][col.ID] = col
			}
		}
	}
	rows := slices.Clone(known)
	for i := range rows {
		c.refresh(&rows[i])
		c.last = max(c.last, rows[i].N)
	}
	for i := range rows {
		c.findRenamed(&rows[i])
	}
	for _, row := range rows {
		c.decide(row)
	}
	c.pairNew()
	slices.SortFunc(c.out.Rows, func(a, b core.CollectionRow) int { return cmp.Compare(a.N, b.N) })
	sortSteps(c.out.Steps)
	return c.out
}

func sortSteps(steps []core.CollectionStep) {
	rank := func(op core.CollectionOp) int { // what is to be coloured is made before
		if op == core.ColorCollection {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(steps, func(a, b core.CollectionStep) int {
		return cmp.Or(cmp.Compare(a.Side, b.Side), cmp.Compare(rank(a.Op), rank(b.Op)), cmp.Compare(a.Op, b.Op), strings.Compare(a.Path, b.Path))
	})
}

type collections struct {
	m       Mapper
	policy  Policy
	surveys [2]core.Survey
	free    [2]map[core.CollectionID]core.Collection
	last    int64
	out     Pairing
	// replaced: rows whose handle names another collection now.
	replaced [2]map[int64]bool
}

// refresh takes the surveyed collections of a row's two sides.
func (c *collections) refresh(row *core.CollectionRow) {
	for _, x := range core.Sides() {
		at := &row.Side[x]
		now, there := c.free[x][at.Collection.ID]
		if !there || at.None {
			continue
		}
		if was := at.Collection.Same; was != "" && now.Same != "" && was != now.Same && c.elsewhere(x, was, now.ID) {
			// The name is another collection's now: the one that we know was
			// renamed, and something took its place.
			c.replaced[x][row.N] = true
			continue
		}
		delete(c.free[x], now.ID)
		c.take(x, row, now)
	}
}

// elsewhere tells whether a collection with this identity is there under
// another handle.
func (c *collections) elsewhere(x core.Side, same core.Same, id core.CollectionID) bool {
	return slices.ContainsFunc(c.surveys[x].Collections, func(o core.Collection) bool { return o.Same == same && o.ID != id })
}

// take records a collection as it is now and what follows from the change.
func (c *collections) take(x core.Side, row *core.CollectionRow, now core.Collection) {
	was := row.Side[x].Collection
	if was.Incarnation != now.Incarnation {
		c.out.Reborn[x] = true
		c.out.Relist[x][now.ID] = true
	}
	if was.Vocabulary != now.Vocabulary {
		c.out.Relist[x][now.ID] = true // and the other side, whose marks now count or do not
		c.out.Relist[x.Other()][row.Side[x.Other()].Collection.ID] = true
		other := row.Side[x.Other()].Collection.Vocabulary
		if before := was.Vocabulary.Common(other); before.Cut(now.Vocabulary.Marks) != before.Marks || before.Any && !now.Vocabulary.Any {
			c.out.Shrunk[row.Side[core.Left].Collection.ID] = now.Vocabulary.Common(other)
		}
	}
	if was.Role != core.RoleNone && now.Role == core.RoleNone {
		now.Role = was.Role // a server that forgets a role for once does not unmake it
	}
	row.Side[x].Collection = now
}

// findRenamed looks for a collection that is gone under another handle: by its
// own identity, else (a look told no identities) by its incarnation if that is
// unmistakable.
func (c *collections) findRenamed(row *core.CollectionRow) {
	for _, x := range core.Sides() {
		was := row.Side[x].Collection
		if row.Side[x].None || c.surveyed(x, was.ID) && !c.replaced[x][row.N] || !c.surveys[x].Complete {
			continue
		}
		var found []core.Collection
		for _, f := range c.free[x] {
			switch {
			case was.Same != "" && f.Same != "":
				if was.Same == f.Same {
					found = append(found, f)
				}
			case row.Renaming.Side == x && row.Renaming.Agreed[x] == f.Path: // our own rename, which was not answered
				found = append(found, f)
			case was.Incarnation != "" && was.Incarnation == f.Incarnation && f.Position >= was.Position && c.countIncarnation(x, f.Incarnation) == 1:
				found = append(found, f)
			}
		}
		if len(found) != 1 {
			continue
		}
		delete(c.free[x], found[0].ID)
		delete(c.replaced[x], row.N)
		c.out.Renamed = append(c.out.Renamed, RenamedCollection{Side: x, From: was.ID, To: found[0].ID})
		c.out.Relist[x][found[0].ID] = true
		c.take(x, row, found[0])
	}
}

func (c *collections) surveyed(x core.Side, id core.CollectionID) bool {
	return slices.ContainsFunc(c.surveys[x].Collections, func(col core.Collection) bool { return col.ID == id })
}

func (c *collections) surveyedPath(x core.Side, path string) bool {
	return slices.ContainsFunc(c.surveys[x].Collections, func(col core.Collection) bool { return col.Path == path })
}

func (c *collections) countIncarnation(x core.Side, i core.Incarnation) (n int) {
	for _, col := range c.surveys[x].Collections {
		if col.Incarnation == i {
			n++
		}
	}
	return n
}

// decide applies the table to a pair of collections.
func (c *collections) decide(row core.CollectionRow) {
	row.Out = false
	for _, x := range core.Sides() {
		if _, synced, why := c.m.Map(x, row.Side[x].Collection); !synced && c.surveyed(x, row.Side[x].Collection.ID) {
			row.Out = true // its rows stay as they are: a scope never deletes
			c.out.Rows = append(c.out.Rows, row)
			c.out.Notes = append(c.out.Notes, core.Note{Side: x, Ref: core.Ref{Collection: row.Side[x].Collection.ID},
				Why: fmt.Sprintf("%q is not synced: %s", row.Side[x].Collection.Path, why)})
			delete(c.free[x.Other()], row.Side[x.Other()].Collection.ID)
			return
		}
	}
	var gone [2]bool
	for _, x := range core.Sides() {
		if to := row.Renaming.Agreed[x]; to != "" && row.Renaming.Side == x && !c.surveyed(x, row.Side[x].Collection.ID) && !c.surveyedPath(x, to) {
			c.out.Rows = append(c.out.Rows, row) // some servers do not list it at once
			c.out.Notes = append(c.out.Notes, core.Note{Side: x, Ref: core.Ref{Collection: row.Side[x].Collection.ID},
				Why: fmt.Sprintf("%q was being renamed to %q, and the %s lists neither", row.Side[x].Collection.Path, to, x)})
			return
		}
		gone[x] = row.Side[x].None || c.replaced[x][row.N] || !c.surveyed(x, row.Side[x].Collection.ID)
		if gone[x] && !row.Side[x].None && !c.surveys[x].Complete {
			c.out.Rows = append(c.out.Rows, row) // not seen is not gone
			c.out.Notes = append(c.out.Notes, core.Note{Side: x, Ref: core.Ref{Collection: row.Side[x].Collection.ID},
				Why: fmt.Sprintf("%q is not in the list of the %s, which may be incomplete", row.Side[x].Collection.Path, x)})
			return
		}
	}
	l, r := row.Side[core.Left].Collection, row.Side[core.Right].Collection
	switch {
	case gone[core.Left] && gone[core.Right]:
		return
	case gone[core.Left]:
		c.goneOn(core.Left, row, r)
	case gone[core.Right]:
		c.goneOn(core.Right, row, l)
	default:
		c.followRename(&row, l, r)
		c.out.Rows = append(c.out.Rows, row)
	}
}

// goneOn plans the deletion of a collection that the other side no longer has.
// The engine carries it out only once it is empty; the deletion of its items
// is decided item by item, under the guard.
func (c *collections) goneOn(lost core.Side, row core.CollectionRow, kept core.Collection) {
	x := lost.Other()
	for _, again := range sortedCollections(c.free[lost]) { // made anew under its name
		if path, _, _ := c.m.Map(lost, again); path == kept.Path || again.Role != core.RoleNone && again.Role == kept.Role {
			delete(c.free[lost], again.ID)
			sameName := again.Path == row.Side[lost].Collection.Path
			row.Side[lost] = core.CollectionAt{Collection: again, Agreed: again.Path}
			row.Side[x].Agreed, row.Side[x].Color, row.Renaming = kept.Path, "", core.CollectionRenaming{}
			c.out.Relist[lost][again.ID], c.out.Relist[x][kept.ID] = true, true
			if sameName { // it may be another login's: what it lacks, nobody is known to have deleted
				c.out.Reborn[lost] = true
			}
			c.out.Rows = append(c.out.Rows, row)
			return
		}
	}
	row.Side[lost].None = true
	c.out.Rows = append(c.out.Rows, row)
	if !c.policy.Write[x] || !c.policy.Deletes[x] {
		return
	}
	c.out.Steps = append(c.out.Steps, core.CollectionStep{
		Side: x, Op: core.DeleteCollection, Row: row.N, ID: kept.ID, Path: kept.Path, Role: kept.Role, Count: kept.Count,
		Why: fmt.Sprintf("deleted on the %s", lost),
	})
}

// followRename renames the other side's collection if one side's path is no
// longer the one on which both agreed.
func (c *collections) followRename(row *core.CollectionRow, l, r core.Collection) {
	now := [2]core.Collection{l, r}
	if begun := row.Renaming; begun.Agreed[begun.Side] == now[begun.Side].Path { // ours, and done
		row.Side[core.Left].Agreed, row.Side[core.Right].Agreed = begun.Agreed[core.Left], begun.Agreed[core.Right]
	}
	row.Renaming = core.CollectionRenaming{}
	lead := c.policy.Winner
	movedL, movedR := row.Side[core.Left].Agreed != l.Path, row.Side[core.Right].Agreed != r.Path
	switch {
	case !movedL && !movedR:
		return
	case movedL && !movedR:
		lead = core.Left
	case movedR && !movedL:
		lead = core.Right
	}
	x := lead.Other()
	path, synced, _ := c.m.Map(lead, now[lead])
	if !synced || path == now[x].Path || row.Side[lead].Agreed == "" {
		row.Side[core.Left].Agreed, row.Side[core.Right].Agreed = l.Path, r.Path
		return
	}
	if !c.policy.Write[x] || now[x].Role != core.RoleNone {
		return
	}
	row.Renaming.Side = x
	row.Renaming.Agreed[x], row.Renaming.Agreed[lead] = path, now[lead].Path
	c.out.Steps = append(c.out.Steps, core.CollectionStep{
		Side: x, Op: core.RenameCollection, Row: row.N, ID: now[x].ID, Path: path,
		Why: fmt.Sprintf("renamed on the %s from %q", lead, row.Side[lead].Agreed),
	})
}

// pairNew pairs collections that no row has, and plans the ones to create.
func (c *collections) pairNew() {
	for _, byRole := range []bool{true, false} {
		for _, l := range sortedCollections(c.free[core.Left]) {
			if byRole && (l.Role == core.RoleNone || !c.m.ByRole()) {
				continue
			}
			path, _, _ := c.m.Map(core.Left, l)
			for _, r := range sortedCollections(c.free[core.Right]) {
				back, _, _ := c.m.Map(core.Right, r)
				if byRole && l.Role == r.Role || !byRole && (path == r.Path || back == l.Path) {
					c.pair(l, r)
					break
				}
			}
		}
	}
	for _, x := range core.Sides() {
		for _, col := range sortedCollections(c.free[x]) {
			path, _, _ := c.m.Map(x, col)
			c.createFor(x, col, path)
		}
	}
}

func (c *collections) pair(l, r core.Collection) {
	delete(c.free[core.Left], l.ID)
	delete(c.free[core.Right], r.ID)
	c.last++
	c.out.Rows = append(c.out.Rows, core.CollectionRow{N: c.last, Side: [2]core.CollectionAt{{Collection: l, Agreed: l.Path}, {Collection: r, Agreed: r.Path}}})
	c.out.Relist[core.Left][l.ID], c.out.Relist[core.Right][r.ID] = true, true
}

func (c *collections) createFor(y core.Side, col core.Collection, path string) {
	x := y.Other()
	note := func(why string) {
		c.out.Notes = append(c.out.Notes, core.Note{Side: y, Ref: core.Ref{Collection: col.ID}, Why: fmt.Sprintf("%q is not synced: %s", col.Path, why)})
	}
	taken := slices.IndexFunc(c.surveys[x].Collections, func(o core.Collection) bool { return o.Path == path })
	switch {
	case !c.policy.Write[x]:
	case !c.surveys[x].Complete:
		note(fmt.Sprintf("the list of the %s may be incomplete", x))
	case taken >= 0:
		note(fmt.Sprintf("%q on the %s is paired with another collection, or excluded", path, x))
	default:
		c.out.Steps = append(c.out.Steps, core.CollectionStep{
			Side: x, Op: core.CreateCollection, Path: path, Role: col.Role, ID: col.ID,
			Why: fmt.Sprintf("new on the %s", y),
		})
	}
}

func sortedCollections(m map[core.CollectionID]core.Collection) []core.Collection {
	out := make([]core.Collection, 0, len(m))
	for _, col := range m {
		out = append(out, col)
	}
	slices.SortFunc(out, func(a, b core.Collection) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
	})
	return out
}
