package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
)

// byMessage sorts what is there by message; what nobody delivered is an error.
func (s *story) byMessage(t *testing.T, x core.Side, all []place) map[*message][]held {
	t.Helper()
	out := map[*message][]held{}
	for _, p := range all {
		m := s.bySum[p.sum]
		if m == nil {
			t.Errorf("round %d: %s in %s of the %s is no message that anybody delivered", s.round, p.handle, p.folder, x)
			continue
		}
		out[m] = append(out[m], held{p.folder, p.marks})
	}
	return out
}

// same tells whether what is there is what the users left, as far as a side
// decides it: all of it when the sides are in step.
func (m *message) same(is []held, inStep bool, x core.Side) bool {
	if len(is) != len(m.copies) {
		return false
	}
	a, b := slices.Clone(is), slices.Clone(m.copies)
	if m.sort == divided && !inStep && len(a) == 1 {
		var own []string
		for _, mark := range allMarks() {
			if m.owns(x, mark) {
				own = append(own, mark)
			}
		}
		a[0].marks, b[0].marks = a[0].marks.Intersect(core.NewMarks(own...)), b[0].marks.Intersect(core.NewMarks(own...))
	}
	sortHeld(a)
	sortHeld(b)
	return slices.Equal(a, b)
}

func sortHeld(h []held) {
	slices.SortFunc(h, func(a, b held) int {
		return strings.Compare(a.folder+"\x00"+string(a.marks), b.folder+"\x00"+string(b.marks))
	})
}

// untouched: whatever was killed, a side still has what only its own user
// changes, just as he left it.
func (s *story) untouched(t *testing.T, x core.Side, all []place) {
	t.Helper()
	there := s.byMessage(t, x, all)
	for _, m := range s.messages {
		if m.sort != wild && m.master == x && !m.doubtful && !(m.origin != x && !m.agreed) && !m.same(there[m], false, x) {
			s.wrong(t, m, fmt.Sprintf("the %s has %q, and its user left %q", x, there[m], m.copies))
			m.doubtful = true // told once
		}
	}
}

func (s *story) wrong(t *testing.T, m *message, why string) {
	t.Helper()
	t.Errorf("round %d: message %d (%s): %s\n\t%s", s.round, m.n, [...]string{"divided", "copied", "wild"}[m.sort], why, strings.Join(m.history, "\n\t"))
}

// inStep: after a sync that nobody killed both sides are equal, and have what
// the users left.
func (s *story) inStep(t *testing.T) {
	t.Helper()
	var there [2]map[*message][]held
	for _, x := range core.Sides() {
		there[x] = s.byMessage(t, x, s.users[x].list(t))
	}
	for _, m := range s.messages {
		l, r := there[core.Left][m], there[core.Right][m]
		sortHeld(l)
		sortHeld(r)
		if m.mixed != "" && len(l) == 1 && len(m.copies) == 1 {
			m.copies[0].marks = m.copies[0].marks.Minus(m.mixed).Union(l[0].marks.Intersect(m.mixed))
		}
		m.halves, m.mixed = nil, ""
		switch {
		case !slices.Equal(l, r):
			s.wrong(t, m, fmt.Sprintf("the left has %q, the right %q", l, r))
		case m.doubtful && len(l) <= max(1, len(m.copies)):
		case m.sort == wild && len(l) == len(m.copies):
		case m.same(l, true, core.Left):
		default:
			s.wrong(t, m, fmt.Sprintf("both sides have %q, and the users left %q", l, m.copies))
		}
		m.agreed, m.changed = true, false
	}
}
