package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

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
	// extra folders of the users: nobody else touches what is in them.
	extra [2][]string
	// beside: the program is at work while the users are, so that it may have
	// moved a wild message that is being deleted.
	beside bool
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
	// agreed: both sides had it when a sync ended that nobody killed; changed:
	// since then.
	agreed, changed bool
	// doubtful: somebody deleted what a killed sync had just written, and
	// nobody can know that: it may come back, once.
	doubtful bool
	// halves: what users set marks to while they saw both halves of a move; mixed
	// are those that they set differently: which of them came last, nobody can know.
	halves  map[string]bool
	mixed   core.Marks
	history []string
}

type held struct {
	folder string
	marks  core.Marks
}

func (s *story) note(m *message, x core.Side, format string, args ...any) {
	m.changed = true
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

// setOnHalf remembers that a mark was set on one of two halves.
func (m *message) setOnHalf(mark string, to bool) {
	if was, twice := m.halves[mark]; twice && was != to {
		m.mixed = m.mixed.Union(core.NewMarks(mark))
	}
	if m.halves == nil {
		m.halves = map[string]bool{}
	}
	m.halves[mark] = to
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
	folder := s.folder(m)
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

// folder that a message may be in.
func (s *story) folder(m *message) string {
	all := folders()
	if m.sort == copied {
		all = append(all, s.extra[m.master]...)
	}
	return all[s.rnd.Intn(len(all))]
}

// begin delivers to both sides what is there before the first sync.
func (s *story) begin(t *testing.T, n int) {
	t.Helper()
	for range n {
		s.deliver(t, core.Left)
		s.deliver(t, core.Right)
		if m := s.messages[len(s.messages)-1]; m.n%3 == 0 { // some were copied by hand before
			m.both = true
			s.put(t, m, core.Left, m.copies[0])
		}
	}
}

// refolder makes a folder of a side's user, or gives one another name.
func (s *story) refolder(t *testing.T, x core.Side) {
	t.Helper()
	name := fmt.Sprintf("%s%d", [...]string{"Ours", "Mine/sub"}[x], s.rnd.Intn(1e9))
	own := s.extra[x]
	if len(own) < 3 {
		s.users[x].makeFolder(t, name)
		s.extra[x] = append(own, name)
		return
	}
	at := s.rnd.Intn(len(own))
	if s.beside {
		t.Logf("%d, round %d, %s: %s is called %s now", time.Now().Unix(), s.round, x, own[at], name)
	}
	s.users[x].renameFolder(t, own[at], name)
	for _, m := range s.messages {
		for i := range m.copies {
			if m.copies[i].folder == own[at] {
				m.copies[i].folder = name
				s.note(m, x, "%s is called %s now", own[at], name)
			}
		}
	}
	own[at] = name
}

// edits lets the user of a side change some messages, each once, and deliver
// some new ones.
func (s *story) edits(t *testing.T, x core.Side, n int) {
	t.Helper()
	all := s.users[x].list(t)
	s.untouched(t, x, all)
	s.rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if s.rnd.Intn(3) > 0 { // what writes may be open about, first
		all = append(slices.DeleteFunc(slices.Clone(all), s.calm), slices.DeleteFunc(all, func(p place) bool { return !s.calm(p) })...)
	}
	seen := map[core.Sum]int{}
	for _, p := range all {
		seen[p.sum]++
	}
	for _, p := range all[:min(n, len(all))] {
		if m := s.bySum[p.sum]; m != nil && (m.agreed || !m.both) {
			s.edit(t, x, m, p, seen[p.sum] > len(m.copies))
		}
	}
	for range s.rnd.Intn(n/4 + 1) {
		s.deliver(t, x)
	}
}

// calm: nobody changed the message since a sync that nobody killed.
func (s *story) calm(p place) bool {
	m := s.bySum[p.sum]
	return m == nil || m.agreed && !m.changed
}

// edit does one thing to one copy. more: the user sees more copies than the users
// made; without MOVE a killed sync has made one, and left the other behind.
func (s *story) edit(t *testing.T, x core.Side, m *message, p place, more bool) {
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
		// Of two copies he deletes one: the other may be meant to stay, so it does.
		m.doubtful = m.doubtful || !m.agreed && (m.sort == wild || x != m.origin) || (s.beside || more) && m.sort == wild
	case what <= 2 && places:
		to := s.folder(m)
		s.note(m, x, "moved from %s to %s", p.folder, to)
		done = u.move(t, p, to)
		m.copies[at].folder = to
	case what <= 4 && m.sort == copied && places:
		to := s.folder(m)
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
		if more {
			m.setOnHalf(mark, add)
		}
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
