package merge

import (
	"bytes"
	"slices"

	"lockstep/core"
)

// merging is one three-way merge on its way.
type merging struct {
	Properties
	base, now [2]properties
	// to is what each side is to take over, and carried the names of it that are
	// the other side's; agreed is what both hold now.
	to, agreed [2]map[string]string
	carried    [2][]string
	collisions []core.Collision
	done       map[string]bool // wholes
}

// groups are the names of all bodies, in order: each whole with its parts.
func (w *merging) groups() (groups [][]string) {
	at := map[string]int{}
	names := map[string]bool{}
	for _, p := range [...]properties{w.base[0], w.base[1], w.now[0], w.now[1]} {
		for name := range p {
			names[name] = true
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		if !w.skip(name) && w.Format.Whole(name) == "" {
			at[name] = len(groups)
			groups = append(groups, []string{name})
		}
	}
	for _, name := range sorted {
		if whole := w.Format.Whole(name); whole != "" && !w.skip(name) {
			if i, known := at[whole]; known {
				groups[i] = append(groups[i], name)
			}
		}
	}
	return groups
}

// patched is the body that side x is to have; nil = the one it has. What has no place
// in that (a part of a value of several lines) is agreed to be there on one side only.
func (w *merging) patched(x int, now []byte) ([]byte, error) {
	if len(w.to[x]) == 0 {
		return nil, nil
	}
	if id := w.Format.Identity(); w.now[x].get(id) == Absent && w.now[1-x].get(id) != Absent {
		w.to[x][id] = w.now[1-x][id] // a body that is made from nothing
	}
	body, err := w.Format.Patch(now, w.to[x])
	if err != nil || !bytes.Equal(body, now) {
		return body, err
	}
	for _, name := range w.carried[x] {
		if was, is := names(name); was != is {
			return body, nil
		}
	}
	for _, name := range w.carried[x] {
		w.agreed[0][name], w.agreed[1][name] = w.now[0].get(name), w.now[1].get(name)
	}
	w.carried[x] = nil
	return nil, nil
}

func (w *merging) moved(x int, name string) bool {
	return !w.same(name, w.now[x].get(name), w.base[x].get(name))
}

// carry takes a property of the other side to side x.
func (w *merging) carry(x int, name, value string) {
	w.to[x][name] = value
	w.carried[x] = append(w.carried[x], name)
}

// group merges one property with its parts.
func (w *merging) group(names []string) {
	whole := names[0]
	if w.done[whole] {
		return
	}
	for x := range w.now {
		y := 1 - x
		if w.now[x].get(whole) != Absent || w.now[y].get(whole) == Absent {
			continue
		}
		edited := slices.ContainsFunc(names, func(name string) bool { return w.now[y].get(name) != Absent && w.moved(y, name) })
		for _, name := range names {
			value := w.now[y].get(name)
			switch {
			case value == Absent:
			case edited: // also one that was deleted: an edit beats the deletion of a property
				w.carry(x, name, value)
			case w.moved(x, whole):
				w.carry(y, name, Absent)
			}
		}
		return
	}
	for x := range w.now {
		y := 1 - x
		if w.several(y, whole) && !w.several(x, whole) && (w.moved(y, whole) || !w.moved(x, whole)) &&
			slices.ContainsFunc(names[1:], func(name string) bool { return w.moved(x, name) }) {
			w.lines(names) // what x says of its one line has no place in those of y
			return
		}
	}
	n := len(w.collisions)
	w.one(whole)
	if len(w.collisions) > n && (w.several(0, whole) || w.several(1, whole)) {
		w.collisions = w.collisions[:n]
		w.lines(names)
		return
	}
	for x := range w.now {
		theirs := w.now[1-x].get(whole)
		if w.to[x][whole] != theirs || theirs == Absent || !w.several(x, whole) || w.several(1-x, whole) {
			continue
		}
		for _, name := range names[1:] { // one line takes the place of several, and what is said of it comes along
			if value := w.now[1-x].get(name); value != Absent {
				w.carry(x, name, value)
			}
		}
		return
	}
	for _, name := range names[1:] {
		if x, alone := w.alone(whole); alone && w.now[1-x].get(name) == Absent && !w.moved(x, name) {
			if w.now[x].get(name) != Absent {
				w.carry(x, name, Absent) // it was said of the value that goes
			}
			continue
		}
		w.one(name)
	}
}

// alone tells whether a value of one line, which is carried to side x, was one of several
// lines before: its base does not tell what was said of it.
func (w *merging) alone(whole string) (x int, is bool) {
	for x := range w.now {
		was, value := w.base[1-x].get(whole), w.now[1-x].get(whole)
		if value != Absent && w.to[x][whole] == value && w.within(whole, was, was) && !w.several(1-x, whole) {
			return x, true
		}
	}
	return 0, false
}

// several tells whether side x has a value of several lines.
func (w *merging) several(x int, whole string) bool {
	value := w.now[x].get(whole)
	return w.within(whole, value, value)
}

// lines records that one side has several lines of a value, and each side keeps its
// own with what is said of them.
func (w *merging) lines(names []string) {
	c := core.Collision{Property: names[0]}
	for x := range w.now {
		c.Value[x] = w.Format.Canonical(names[0], w.now[x].get(names[0]))
		for _, name := range names {
			value := w.now[x].get(name)
			w.agreed[x][name] = value
			if name != names[0] && value != Absent {
				c.Value[x] += "; " + name[len(names[0])+1:] + "=" + w.Format.Canonical(name, value)
			}
		}
	}
	w.collisions = append(w.collisions, c)
}

// one merges one property that is there on both sides, or on none, or that is a
// part of one.
func (w *merging) one(name string) {
	l, r := w.now[0].get(name), w.now[1].get(name)
	movedL, movedR := w.moved(0, name), w.moved(1, name)
	switch {
	case !movedL && !movedR:
	case w.same(name, l, r):
		w.agreed[0][name], w.agreed[1][name] = l, r
	case movedL && movedR && w.within(name, l, r):
		w.carry(0, name, r)
	case movedL && movedR && w.within(name, r, l):
		w.carry(1, name, l)
	case movedL && movedR && l != Absent && r != Absent, movedL && w.poorer(0, name), movedR && w.poorer(1, name):
		w.agreed[0][name], w.agreed[1][name] = l, r // each side keeps its own, silently from now on
		w.collisions = append(w.collisions, core.Collision{
			Property: name, Value: [2]string{w.Format.Canonical(name, l), w.Format.Canonical(name, r)},
		})
	case movedL && (!movedR || r == Absent): // an edit beats the deletion of a property
		w.carry(1, name, l)
	default:
		w.carry(0, name, r)
	}
}

// within tells whether one value of several lines says all of another one.
func (w *merging) within(name, less, more string) bool {
	return less != Absent && more != Absent && w.Format.Within(name, less, more, func(string) bool { return false })
}

// poorer tells whether the server of side x keeps less of a value of several lines
// than the other side has, which an edit of what it keeps would overwrite.
func (w *merging) poorer(x int, name string) bool {
	mine, theirs := w.base[x].get(name), w.base[1-x].get(name)
	return w.now[0].get(name) != Absent && w.now[1].get(name) != Absent && !w.same(name, mine, theirs) && w.within(name, mine, theirs)
}

// edited merges the properties whose value one side edited, and with it their
// name, while the other side still has the old one: their parts are merged as if
// the name had stayed.
func (w *merging) edited(base, now [2][]byte) {
	w.done = map[string]bool{}
	groups := w.groups()
	at := map[string]int{}
	for i, group := range groups {
		at[group[0]] = i
	}
	for x := range now {
		y := 1 - x
		if len(base[x]) == 0 || len(now[x]) == 0 {
			continue
		}
		pairs := w.Format.Edited(base[x], now[x])
		for _, group := range groups {
			was := group[0]
			is, paired := pairs[was]
			if !paired || w.done[was] || w.done[is] || w.now[x].get(was) != Absent || w.now[x].get(is) == Absent ||
				w.now[y].get(was) == Absent || w.now[y].get(is) != Absent || w.moved(y, was) {
				continue
			}
			w.done[was], w.done[is] = true, true
			w.rename(x, group, groups[at[is]])
		}
	}
}

// rename carries a property that side x edited over to the other side, under its
// new name, with the parts that each side has or edited.
func (w *merging) rename(x int, was, is []string) {
	y := 1 - x
	w.to[y][was[0]] = Absent
	w.follow(y, was[0], is[0], w.now[x].get(is[0]))
	var parts []string
	for _, name := range was[1:] {
		parts = append(parts, name[len(was[0]):])
	}
	for _, name := range is[1:] {
		parts = append(parts, name[len(is[0]):])
	}
	slices.Sort(parts)
	for _, part := range slices.Compact(parts) {
		w.part(x, was[0]+part, is[0]+part)
	}
}

// follow is carry of what has another name in a base.
func (w *merging) follow(x int, was, is, value string) {
	w.to[x][is] = value
	w.carried[x] = append(w.carried[x], renamed(was, is))
}

// part merges a part of a property that side x renamed.
func (w *merging) part(x int, was, is string) {
	y := 1 - x
	mine, theirs := w.now[x].get(is), w.now[y].get(was)
	movedX, movedY := !w.same(is, mine, w.base[x].get(was)), !w.same(is, theirs, w.base[y].get(was))
	keep := func() {
		if theirs != Absent {
			w.to[y][is] = theirs
		}
	}
	switch {
	case w.same(is, mine, theirs), movedX && (!movedY || theirs == Absent):
		w.follow(y, was, is, mine)
	case movedY && (!movedX || mine == Absent):
		keep()
		w.follow(x, was, is, theirs)
	case movedX:
		keep()
		w.carried[y] = append(w.carried[y], renamed(was, is)) // so that it is silent from now on
		w.collisions = append(w.collisions, core.Collision{Property: is})
		w.collisions[len(w.collisions)-1].Value[x] = w.Format.Canonical(is, mine)
		w.collisions[len(w.collisions)-1].Value[y] = w.Format.Canonical(is, theirs)
	default: // one side never had it
		keep()
		w.carried[y] = append(w.carried[y], renamed(was, is))
	}
}
