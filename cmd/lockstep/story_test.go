package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/mime"
)

// story is what the users of two sides do, and what has to be there because of
// it. Every message has a master: the side that moves and deletes it, so that
// what has to be is known whatever was carried over when. Its marks are divided
// between the two sides. Two kinds are different: messages with copies belong to
// their master altogether, and wild ones to everybody, so that of them only
// the number is known.
type story struct {
	rnd      *rand.Rand
	users    [2]user
	messages []*message
	bySum    map[core.Sum]*message
	round    int
}

type sort int

const (
	divided sort = iota
	copied
	wild
)

// message is one that a user delivered; its copies are as the users left them.
type message struct {
	n      int
	body   []byte
	sort   sort
	master core.Side
	copies []held
	// both: it was delivered to both sides.
	both   bool
	origin core.Side
	// agreed: both sides had it when a sync ended that nobody killed.
	agreed bool
	// doubtful: somebody deleted what a killed sync had just written, and
	// nobody can know that: it may come back, once.
	doubtful bool
	history  []string
}

type held struct {
	folder string
	marks  core.Marks
}

func (s *story) note(m *message, x core.Side, format string, args ...any) {
	m.history = append(m.history, fmt.Sprintf("round %d, %s: ", s.round, x)+fmt.Sprintf(format, args...))
}

// owns tells whether a user of a side may change a mark of a message.
func (m *message) owns(x core.Side, mark string) bool {
	switch m.sort {
	case copied:
		return x == m.master
	case wild:
		return true
	}
	return (m.n+slices.Index(allMarks(), mark))%2 == int(x)
}

// deliver adds a new message to one side.
func (s *story) deliver(t *testing.T, x core.Side) *message {
	t.Helper()
	n := len(s.messages)
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: a@example.org\nSubject: message %d\n", n)
	if n%7 != 0 { // some have none
		fmt.Fprintf(&b, "Message-ID: <m%d@example.org>\n", n)
	}
	b.WriteString("\n")
	for range s.rnd.Intn(100) {
		fmt.Fprintf(&b, "%s\n", strings.Repeat("text ", s.rnd.Intn(14)))
	}
	m := &message{n: n, body: b.Bytes(), origin: x, master: core.Side(s.rnd.Intn(2))}
	switch n % 4 {
	case 0:
		m.sort, m.master = copied, x
	case 3:
		m.sort = wild
	}
	var marks []string
	for _, mark := range allMarks() {
		if s.rnd.Intn(5) == 0 {
			marks = append(marks, mark)
		}
	}
	folder := s.folder()
	sum, _, err := mime.Digest(bytes.NewReader(m.body))
	must(t, err)
	s.messages, s.bySum[sum] = append(s.messages, m), m
	s.put(t, m, x, held{folder, core.NewMarks(marks...)})
	return m
}

func (s *story) put(t *testing.T, m *message, x core.Side, h held) {
	t.Helper()
	s.users[x].add(t, h.folder, m.body, h.marks)
	m.copies = []held{h}
	s.note(m, x, "delivered to %s with %q", h.folder, h.marks)
}

func (s *story) folder() string { return folders()[s.rnd.Intn(len(folders()))] }

// edits lets the user of a side change some messages, each once, and deliver
// some new ones.
func (s *story) edits(t *testing.T, x core.Side, n int) {
	t.Helper()
	all := s.users[x].list(t)
	s.untouched(t, x, all)
	s.rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if s.rnd.Intn(2) == 0 { // what was just made, first
		slices.SortStableFunc(all, func(a, b place) int { return s.age(b) - s.age(a) })
	}
	for _, p := range all[:min(n, len(all))] {
		if m := s.bySum[p.sum]; m != nil && (m.agreed || !m.both) {
			s.edit(t, x, m, p)
		}
	}
	for range s.rnd.Intn(n/4 + 1) {
		s.deliver(t, x)
	}
}

// age of a message: greater for those that no whole sync has seen yet.
func (s *story) age(p place) int {
	if m := s.bySum[p.sum]; m != nil && !m.agreed {
		return 1
	}
	return 0
}

// edit does one thing to one copy.
func (s *story) edit(t *testing.T, x core.Side, m *message, p place) {
	t.Helper()
	u, places := s.users[x], m.sort == wild || m.master == x
	at := slices.Index(m.copies, held{p.folder, p.marks})
	if m.sort != copied {
		at = 0
	}
	if at < 0 || len(m.copies) == 0 {
		return // not his, or deleted on the other side
	}
	done, before := true, slices.Clone(m.copies)
	switch what := s.rnd.Intn(8); {
	case what == 0 && places:
		s.note(m, x, "deleted from %s", p.folder)
		done = u.remove(t, p)
		m.copies = slices.Delete(m.copies, at, at+1)
		m.doubtful = m.doubtful || !m.agreed && (m.sort == wild || x != m.origin)
	case what <= 2 && places:
		to := s.folder()
		s.note(m, x, "moved from %s to %s", p.folder, to)
		done = u.move(t, p, to)
		m.copies[at].folder = to
	case what <= 4 && m.sort == copied && places:
		to := s.folder()
		s.note(m, x, "copied from %s to %s", p.folder, to)
		done = u.duplicate(t, p, to)
		m.copies = append(m.copies, held{to, p.marks})
	default:
		mark := allMarks()[s.rnd.Intn(len(allMarks()))]
		if !m.owns(x, mark) {
			return
		}
		add := !p.marks.Has(mark)
		s.note(m, x, "in %s %s set to %v", p.folder, mark, add)
		done = u.mark(t, p, add, core.Marks(mark))
		if one := core.Marks(mark); add {
			m.copies[at].marks = m.copies[at].marks.Union(one)
		} else {
			m.copies[at].marks = m.copies[at].marks.Minus(one)
		}
	}
	if done {
		return
	}
	// A killed program's last words were obeyed meanwhile: only its number is
	// known now. What a side decides alone, nobody else can have moved.
	s.note(m, x, "and somebody else was there first")
	if m.copies = before; places && m.sort != wild {
		s.wrong(t, m, "somebody else moved it")
	}
	m.sort = wild
}

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
		switch {
		case !slices.Equal(l, r):
			s.wrong(t, m, fmt.Sprintf("the left has %q, the right %q", l, r))
		case m.doubtful && len(l) <= max(1, len(m.copies)):
		case m.sort == wild && len(l) == len(m.copies):
		case m.same(l, true, core.Left):
		default:
			s.wrong(t, m, fmt.Sprintf("both sides have %q, and the users left %q", l, m.copies))
		}
		m.agreed = true
	}
}
