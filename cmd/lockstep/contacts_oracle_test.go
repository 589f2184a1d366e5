package main

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
)

// addresses is what two people do to an address book, and what has to be there
// because of it.
type addresses struct {
	rnd    *rand.Rand
	device *device
	users  [2]cardUser
	dropsX bool
	// otherNames: the server gives what it is sent names of its own.
	otherNames bool
	all        map[string]*contact

	round, serial, created, resolved, tidied int
}

func (c *contact) note(s *addresses, x core.Side, format string, args ...any) {
	c.history = append(c.history, fmt.Sprintf("round %d, %s: ", s.round, x)+fmt.Sprintf(format, args...))
}

func (s *addresses) wrong(t *testing.T, c *contact, format string, args ...any) {
	t.Helper()
	t.Errorf("round %d: %s (%s): %s\n\t%s", s.round, c.uid, [...]string{"shared", "owned by the " + c.owner.String(), "contested"}[c.sort],
		fmt.Sprintf(format, args...), strings.Join(c.history, "\n\t"))
}

// create lets the user of a side make a card.
func (s *addresses) create(t *testing.T, x core.Side) {
	t.Helper()
	s.created++
	c := &contact{uid: fmt.Sprintf("c%03d", s.created), sort: sortOfCard(s.rnd.Intn(3)), origin: x, owner: core.Side(s.rnd.Intn(2)),
		lines: map[string]string{}, heads: map[string][]string{}, set: map[string][2]int{}}
	s.all[c.uid] = c
	body := newCard(c.uid, "x")
	for _, p := range cardLines() {
		if p == "X-FOO" && x == core.Right {
			continue
		}
		value := s.fresh(p)
		body = withValue(body, p, value)
		c.keep(p, "", value)
	}
	c.note(s, x, "created")
	s.users[x].add(t, fmt.Sprintf("%s-%d.vcf", c.uid, s.rnd.Intn(1000)), body)
}

// keep remembers that a property was set by somebody who saw another value.
func (c *contact) keep(property, saw, value string) {
	if c.sort != contested || property != "FN" && property != "NOTE" {
		c.lines[property] = value
		return
	}
	heads := slices.DeleteFunc(slices.Clone(c.heads[property]), func(v string) bool { return v == saw })
	c.heads[property] = append(heads, value)
}

// edits lets the user of a side do some things. beside: the program is at work, so he
// leaves alone what the other side may be editing.
func (s *addresses) edits(t *testing.T, x core.Side, n int, beside bool) {
	t.Helper()
	cards := s.users[x].cards(t)
	names := slices.Sorted(maps.Keys(cards))
	s.rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:min(n, len(names))] {
		c := s.all[uidOfCard(cards[name])]
		if c == nil || beside && (c.sort != owned || c.owner != x || !c.agreed) {
			continue
		}
		s.edit(t, x, c, name, cards[name])
	}
	for range s.rnd.Intn(n/3 + 1) {
		s.create(t, x)
	}
}

func (s *addresses) edit(t *testing.T, x core.Side, c *contact, name, body string) {
	t.Helper()
	u := s.users[x]
	c.unknown = c.unknown || s.otherNames && !c.agreed && x != c.origin
	switch what := s.rnd.Intn(10); {
	case what == 0 && (c.sort == contested || c.sort == owned && c.owner == x):
		if !u.drop(t, name) {
			c.note(s, x, "somebody else deleted it first")
			c.doubtful = true
			return
		}
		c.note(s, x, "deleted")
		c.deleted[x] = s.round
		c.gone = c.gone || c.sort == owned
		c.doubtful = c.doubtful || !c.agreed && x != c.origin
	case what == 1:
		c.unknown = c.unknown || !c.agreed && x != c.origin
		to := fmt.Sprintf("%s-%d.vcf", c.uid, s.rnd.Intn(1000))
		if to != name && u.rename(t, name, to) {
			c.note(s, x, "renamed from %s to %s", name, to)
		}
	case what == 2: // stored again, and says the same
		u.change(t, name, body, withValue(body, "REV", fmt.Sprintf("20260101T%06dZ", s.serial%240000)))
	default:
		property := cardLines()[s.rnd.Intn(len(cardLines()))]
		if !c.mayEdit(x, property) {
			return
		}
		saw, value := valueOf(body, property), s.fresh(property)
		if (property == "TITLE" || property == "BDAY") && s.rnd.Intn(4) == 0 {
			value = ""
		}
		if !u.change(t, name, body, withValue(body, property, value)) {
			return // somebody else was there first, and he gives up
		}
		c.note(s, x, "%s from %q to %q", property, saw, value)
		c.keep(property, saw, value)
		set := c.set[property]
		set[x] = s.round
		c.set[property] = set
	}
}

// untouched: whatever was killed, each side has what nobody deleted, and what only its
// own user edits is as he left it.
func (s *addresses) untouched(t *testing.T) {
	t.Helper()
	for _, x := range core.Sides() {
		there := byUID(t, s.users[x].cards(t))
		for _, uid := range slices.Sorted(maps.Keys(s.all)) {
			c := s.all[uid]
			body, is := there[uid]
			switch deleted := c.gone || c.deleted != [2]int{}; {
			case !is && (c.agreed || c.origin == x) && !deleted:
				s.wrong(t, c, "the %s has it no more, and nobody deleted it", x)
			case !is || c.doubtful || c.unknown || deleted || !c.agreed && c.origin != x:
			default:
				for _, p := range cardLines() {
					if (p == "TEL" || p == "TYPE") && c.mixed() {
						continue
					}
					if got := valueOf(body, p); c.sort != contested && c.mayEdit(x, p) && !(s.dropsX && p == "X-FOO" && x == core.Right) && got != c.lines[p] {
						s.wrong(t, c, "%s of the %s is %q, and its user left %q", p, x, got, c.lines[p])
					}
				}
			}
		}
	}
}

// inStep: after a sync that nobody killed both sides are equal, but for the conflicts
// that are open, and have what the users left.
func (s *addresses) inStep(t *testing.T, open []conflict) {
	t.Helper()
	there := [2]map[string]string{byUID(t, s.users[0].cards(t)), byUID(t, s.users[1].cards(t))}
	apart := map[string][]string{}
	for _, one := range open {
		for _, clash := range one.Collisions {
			apart[one.Key+" "+clash.Property] = append(apart[one.Key+" "+clash.Property], clash.Left, clash.Right)
			if c := s.all[one.Key]; c == nil || c.sort != contested || c.set[clash.Property][0] == 0 || c.set[clash.Property][1] == 0 {
				if c != nil && c.unknown {
					continue
				}
				s.phantom(t, c, one)
			}
		}
	}
	for _, x := range core.Sides() {
		for uid := range there[x] {
			if s.all[uid] == nil {
				t.Errorf("round %d: the %s has a card %q that nobody made", s.round, x, uid)
			}
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(s.all)) {
		s.asLeft(t, s.all[uid], [2]string{there[0][uid], there[1][uid]}, apart)
	}
}

func (s *addresses) phantom(t *testing.T, c *contact, one conflict) {
	t.Helper()
	if c == nil {
		t.Errorf("round %d: a conflict about nothing: %+v", s.round, one)
		return
	}
	s.wrong(t, c, "a conflict, and only one side edited that: %+v", one)
}

// asLeft: a card is on both sides as the users left it.
func (s *addresses) asLeft(t *testing.T, c *contact, bodies [2]string, apart map[string][]string) {
	t.Helper()
	if (bodies[0] == "") != (bodies[1] == "") {
		s.wrong(t, c, "only one side has it:\n%q\n%q", bodies[0], bodies[1])
		return
	}
	if is := bodies[0] != ""; is == c.gone && !c.doubtful && !c.unknown && c.sort != contested {
		s.wrong(t, c, "it is there: %v, and its owner deleted it: %v", is, c.gone)
		return
	}
	if bodies[0] == "" {
		if c.sort == contested && !c.mayBeGone() {
			s.wrong(t, c, "it is gone, although it was edited on the other side, or nobody deleted it")
		}
		return
	}
	if c.unknown { // both versions are kept, so there may be two of a line
		x := without("X-FOO")
		if !s.dropsX && !sameCard(strings.ToUpper(x(bodies[0])), strings.ToUpper(x(bodies[1]))) && len(apart) == 0 {
			s.wrong(t, c, "the left has\n%s\nthe right\n%s", bodies[0], bodies[1])
		}
		return
	}
	if c.mixed() {
		left, right := numbers(bodies[0]), numbers(bodies[1])
		if !slices.Equal(left, right) || !slices.ContainsFunc(left, func(l string) bool { return strings.HasSuffix(l, ":"+c.lines["TEL"]) }) {
			s.wrong(t, c, "the left has the numbers %q, the right %q, and the users left %q", left, right, c.lines["TEL"])
		}
	}
	for _, p := range cardLines() {
		left, right := valueOf(bodies[0], p), valueOf(bodies[1], p)
		if p == "X-FOO" && (s.dropsX || right == "") {
			right = left
		}
		if (p == "TEL" || p == "TYPE") && c.mixed() {
			continue
		}
		heads, kept := c.heads[p], apart[c.uid+" "+p]
		switch {
		case len(kept) > 0:
			for _, v := range heads { // nothing is lost: each is on a side, or was when they clashed
				if v != left && v != right && !slices.Contains(kept, v) {
					s.wrong(t, c, "%s %q is on no side, but %q and %q", p, v, left, right)
				}
			}
		case left != right:
			s.wrong(t, c, "%s is %q on the left and %q on the right:\n%s\n%s", p, left, right, bodies[0], bodies[1])
		case c.doubtful || c.deleted != [2]int{}: // back from a deletion, with what one side had
		case len(heads) > 1:
			s.wrong(t, c, "two people set %s to %q, it is %q, and there is no conflict", p, heads, left)
		case len(heads) == 1 && left != heads[0] || len(heads) == 0 && left != c.lines[p]:
			s.wrong(t, c, "%s is %q, and the users left %q %q", p, left, heads, c.lines[p])
		}
	}
}

// mixed: one side edited the number and the other its type. After a killed run, in
// which one of them had come and was not known yet to have, nobody can tell any more
// whether both are about one number; both stay then.
func (c *contact) mixed() bool {
	number, sort := c.set["TEL"], c.set["TYPE"]
	return c.sort == shared && (number[0] > 0 && sort[1] > 0 || number[1] > 0 && sort[0] > 0)
}

// numbers of a card, in order.
func numbers(body string) (all []string) {
	for _, line := range unfolded(strings.ToUpper(body)) {
		if strings.HasPrefix(line, "TEL") {
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return all
}

// tidy lets the user of the left remove numbers that came to be there twice. It tells
// whether there were any.
func (s *addresses) tidy(t *testing.T) (some bool) {
	t.Helper()
	cards := s.users[core.Left].cards(t)
	for _, name := range slices.Sorted(maps.Keys(cards)) {
		c := s.all[uidOfCard(cards[name])]
		if all := numbers(cards[name]); len(all) > 1 {
			number := c.lines["TEL"]
			if !slices.ContainsFunc(all, func(l string) bool { return strings.HasSuffix(l, ":"+number) }) {
				number = valueOf(cards[name], "TEL")
			}
			body := adding("TEL;TYPE=HOME:" + number)(without("TEL")(cards[name]))
			some = s.users[core.Left].change(t, name, cards[name], body) || some
			s.tidied++
			c.note(s, core.Left, "tidied up: %q", all)
		}
	}
	return some
}

// mayBeGone: somebody deleted a contested card, and it is not so that the other side
// had edited it since the last run that was killed or ended: an edit beats a deletion,
// but after a killed run he who deleted it may have seen the edit.
func (c *contact) mayBeGone() bool {
	for _, x := range core.Sides() {
		if c.deleted[x] == 0 {
			continue
		}
		beaten := false
		for _, set := range c.set {
			beaten = beaten || set[x.Other()] == c.deleted[x] && c.agreed
		}
		if !beaten || c.deleted[x.Other()] != 0 {
			return true
		}
	}
	return c.doubtful
}

// resolve settles the conflicts, by chance.
func (s *addresses) resolve(t *testing.T, open []conflict) {
	t.Helper()
	for _, one := range open {
		x := core.Side(s.rnd.Intn(2))
		s.device.ends(t, 0, "conflicts", "resolve", fmt.Sprint(one.ID), x.String())
		s.resolved++
		c := s.all[one.Key]
		body := byUID(t, s.users[x].cards(t))[one.Key]
		for _, clash := range one.Collisions {
			if _, is := c.heads[clash.Property]; is {
				c.heads[clash.Property] = []string{valueOf(body, clash.Property)}
			} else {
				c.lines[clash.Property] = valueOf(body, clash.Property)
			}
		}
		c.note(s, x, "resolved for this side: %+v", one)
	}
}

// agree begins anew: both sides are equal.
func (s *addresses) agree(t *testing.T) {
	t.Helper()
	there := map[string]string{}
	for _, body := range s.device.cards(t) {
		there[uidOfCard(body)] = body
	}
	for uid, c := range s.all {
		body := there[uid]
		if body == "" {
			delete(s.all, uid)
			continue
		}
		c.agreed, c.gone, c.doubtful, c.unknown, c.deleted, c.set = true, false, false, false, [2]int{}, map[string][2]int{}
		for _, p := range cardLines() {
			if _, is := c.heads[p]; is {
				c.heads[p] = []string{valueOf(body, p)}
			} else {
				c.lines[p] = valueOf(body, p)
			}
		}
	}
}
