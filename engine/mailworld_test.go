package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/reconcile"
)

// mailWorld is a world of messages: users add, copy, delete, move and mark
// them on both sides, before and during passes.
type mailWorld struct {
	*world
	opt     mailOptions
	bodies  int
	created [2]map[core.Sum]int
	deleted map[core.Sum]int
	multi   map[core.Sum]bool       // there were copies
	lost    map[core.Sum]bool       // a restored backup lost it: no user deleted it
	ambig   map[core.Sum]bool       // nobody could know
	copied  map[core.Sum]int        // half moves: a copy, then a deletion
	mixed   map[core.Sum]core.Marks // changed differently on both halves of a move
	private [2]map[core.Sum]core.Marks

	// since the last check
	touched    [2]map[core.Sum]bool
	flipped    [2]map[core.Sum]map[string]bool
	moved      [2]map[core.Sum]core.CollectionID
	gone       map[core.Sum]bool
	anyMark    map[core.Sum]bool // an open mark write was undone by hand
	movedPass  map[core.Sum]bool
	skipMarks  core.Marks
	shrunk     bool
	truth      map[int64]core.Sum // of open intents
	seen       [2]map[core.Ref]core.Sum
	writing    core.Sum
	consenting bool
}

type mailOptions struct {
	portion                               int // items without a row that a pass plans at once
	labels, noDeltas, blind, same, noMove bool
	rebirth, backup, vocabulary           bool
	sizes                                 bool // bodies with equal Message-ID and size
	privateMarks                          bool
	adoptBySize                           bool
	headers                               bool // bodies have headers, which tell them apart
}

var mailMarks = []string{core.Seen, core.Flagged, "work", "home", "later"}

func marksOf(bits int) core.Marks {
	var all []string
	for i, m := range mailMarks {
		if bits&(1<<i) != 0 {
			all = append(all, m)
		}
	}
	return core.NewMarks(all...)
}

func newMailWorld(d dice, opt mailOptions) *mailWorld {
	vocabulary := [2]core.Vocabulary{{Marks: marksOf(0b01111)}, {Marks: marksOf(0b11011)}}
	var shapes [2]memory.Shape
	for x := range shapes {
		shapes[x] = memory.Shape{
			Ops:     core.Operations{Create: core.Blind, Mark: core.Commutative, Move: core.Checked, Delete: core.Checked},
			Ordered: true, Deltas: true, TellsID: d.Intn(2) == 0, TellsSame: d.Intn(2) == 0 && opt.same, Exact: true, Digest: digest,
			Page: d.Intn(3) * 2,
		}
		if x == 1 || d.Intn(2) == 0 {
			shapes[x].Deltas = !opt.noDeltas
		}
		if opt.blind {
			shapes[x].TellsID = false
		}
		if opt.headers {
			shapes[x].Header = func(body []byte) []byte { return body[:min(len(body), len("body 123"))] }
		}
	}
	if opt.labels {
		l := &shapes[0]
		l.Ops.Shared, l.Ops.Place, l.OneFeed, l.Ordered = true, core.Commutative, true, false
		l.Deltas, l.TellsID, l.TellsSame = true, true, true
	}
	if opt.noMove { // no MOVE: copy, then delete
		shapes[1].Ops.Move, shapes[1].Ops.Place = core.Unsupported, core.Blind
	}
	w := &mailWorld{
		world: newWorld(d, shapes[0], shapes[1], core.Traits{Immutable: true, Digest: digestReader},
			reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}, AdoptBySize: opt.adoptBySize}),
		opt: opt, deleted: map[core.Sum]int{}, multi: map[core.Sum]bool{}, lost: map[core.Sum]bool{}, ambig: map[core.Sum]bool{},
		seen:  [2]map[core.Ref]core.Sum{{}, {}},
		truth: map[int64]core.Sum{}, copied: map[core.Sum]int{}, movedPass: map[core.Sum]bool{},
		mixed: map[core.Sum]core.Marks{},
	}
	w.world.edit = w.userEdit
	w.started, w.written = w.beforeWrite, w.afterWrite
	w.engine.Consent = func(s core.Step) bool {
		m := w.servers[s.Side].At(s.Ref)
		return w.consenting && m != nil && !w.lost[m.Sum]
	}
	for x := range w.servers {
		w.created[x], w.private[x] = map[core.Sum]int{}, map[core.Sum]core.Marks{}
		for _, name := range []string{"a", "b", "c"} {
			w.servers[x].AddFolder(name, core.RoleNone, vocabulary[x])
		}
	}
	w.reset()
	for range 5 { // what lay on both sides before us
		m := w.newMessage(w.servers[0])
		c := w.folder()
		for x, s := range w.servers {
			m.Marks = marksOf(d.Intn(32))
			ref := s.Add(c, m)
			sum := s.At(ref).Sum
			w.private[x][sum] = s.At(ref).Marks
			w.created[x][sum] = 1
			w.touched[x][sum] = true
		}
	}
	return w
}

func (w *mailWorld) reset() {
	w.touched = [2]map[core.Sum]bool{{}, {}}
	w.flipped = [2]map[core.Sum]map[string]bool{{}, {}}
	w.moved = [2]map[core.Sum]core.CollectionID{{}, {}}
	w.gone, w.anyMark = map[core.Sum]bool{}, map[core.Sum]bool{}
	clear(w.mixed)
	w.skipMarks = ""
}

func (w *mailWorld) folder() core.CollectionID {
	return core.CollectionID([]string{"a", "b", "c"}[w.dice.Intn(3)])
}

func (w *mailWorld) common() core.Vocabulary {
	return w.vocabulary(0).Common(w.vocabulary(1))
}

func (w *mailWorld) vocabulary(x int) core.Vocabulary {
	return w.servers[x].VocabularyOf("a")
}

// newMessage makes a message; now and then without Message-ID, or with that
// of another one.
func (w *mailWorld) newMessage(s *memory.Server) memory.Message {
	w.bodies++
	key, size := core.Key(fmt.Sprint("k", w.bodies)), 40+w.bodies
	switch w.dice.Intn(6) {
	case 0:
		key, size = "", 40+w.dice.Intn(3)
	case 1:
		if refs := s.Refs(); len(refs) > 0 {
			o := s.At(refs[w.dice.Intn(len(refs))])
			key = o.Key
			if w.opt.sizes && w.dice.Intn(2) == 0 {
				size = len(o.Body)
			}
		}
	}
	body := fmt.Sprintf("body %d ", w.bodies)
	return memory.Message{Body: []byte(body + strings.Repeat("x", max(0, size-len(body)))), Key: key}
}

// noteIntents remembers what open intents are about, before anybody acts.
func (w *mailWorld) noteIntents() []core.Intent {
	all, _ := w.store.Intents(context.Background())
	for x, s := range w.servers {
		for _, r := range s.Refs() {
			w.seen[x][r] = s.At(r).Sum
		}
	}
	for _, in := range all {
		if _, known := w.truth[in.N]; known {
			continue
		}
		sum := in.Sum
		if in.Op != core.OpCreate && in.Op != core.OpPlace {
			sum = w.seen[in.Side][in.At]
		}
		w.truth[in.N] = sum
	}
	return all
}

// open tells whether an intent of some ops about a body is open on a side.
func (w *mailWorld) open(x int, sum core.Sum, bit string, ops ...core.Op) bool {
	return slices.ContainsFunc(w.noteIntents(), func(in core.Intent) bool {
		return int(in.Side) == x && w.truth[in.N] == sum && slices.Contains(ops, in.Op) && (bit == "" || in.Bits.Has(bit))
	})
}

func (w *mailWorld) userEdit() {
	w.noteIntents()
	x := w.dice.Intn(2)
	s := w.servers[x]
	refs := s.Refs()
	op := w.dice.Intn(11)
	if len(refs) == 0 {
		op = 0
	}
	var r core.Ref
	var m *memory.Message
	var sum core.Sum
	if len(refs) > 0 {
		r = refs[w.dice.Intn(len(refs))]
		m = s.At(r)
		sum = m.Sum
	}
	c := w.folder()
	shared := s.Shape.Ops.Shared
	switch {
	case op <= 1 && len(refs) > 14:
	case op == 0:
		n := w.newMessage(s)
		n.Marks = marksOf(w.dice.Intn(32))
		ref := s.Add(c, n)
		sum = s.At(ref).Sum
		w.created[x][sum]++
		w.touched[x][sum] = true
		w.private[x][sum] = s.At(ref).Marks
		w.trace(" user %s new %v %s key %s size %d", s.Name, ref, sum, n.Key, len(n.Body))
	case op == 1:
		if shared {
			if s.At(core.Ref{Collection: c, ID: r.ID}) != nil {
				return
			}
			s.AddPlace(r, c)
		} else {
			copied := *m
			s.Add(c, copied)
		}
		w.created[x][sum]++
		w.multi[sum], w.touched[x][sum] = true, true
		w.trace(" user %s copy %v %s to %s", s.Name, r, sum, c)
	case op <= 3:
		if w.open(x, sum, "", core.OpCreate, core.OpPlace) {
			return // deleted before anybody could learn that it was created: inherent
		}
		w.halved(x, sum)
		s.Remove(r)
		w.deleted[sum]++
		w.gone[sum], w.touched[x][sum] = true, true
		w.trace(" user %s delete %v %s", s.Name, r, sum)
	case op <= 6:
		if c == r.Collection || shared && s.At(core.Ref{Collection: c, ID: r.ID}) != nil {
			return
		}
		w.movedPass[sum] = true
		w.halved(x, sum)
		if w.open(x, sum, "", core.OpDelete, core.OpPlace) {
			w.ambig[sum] = true // moved by the user or deleted by us: nobody can tell
		}
		n := s.Move(r, c)
		w.moved[x][sum] = c
		w.touched[x][sum] = true
		w.trace(" user %s move %v %s to %v", s.Name, r, sum, n)
	default:
		mark := mailMarks[w.dice.Intn(len(mailMarks))]
		if !s.VocabularyOf(r.Collection).Holds(mark) {
			return
		}
		one := core.NewMarks(mark)
		on := !m.Marks.Has(mark)
		if on {
			s.Mark(r, m.Marks.Union(one))
		} else {
			s.Mark(r, m.Marks.Minus(one))
		}
		if was, twice := w.flipped[x][sum][mark]; twice && was != on && w.copied[sum] > 0 {
			w.mixed[sum] = w.mixed[sum].Union(one)
		}
		flip(w.flipped[x], sum, mark, on)
		if w.open(x, sum, mark, core.OpMark) { // applied and undone, or never applied: inherent
			flip(w.flipped[1-x], sum, mark, true)
		}
		w.private[x][sum] = w.private[x][sum].Minus(one).Union(m.Marks.Intersect(one))
		w.touched[x][sum] = true
		w.trace(" user %s mark %v %s %s=%v", s.Name, r, sum, mark, on)
	}
}

// halved: while a half-done move shows two, a user deletes or moves one of them;
// what he wants with the other nobody can know.
func (w *mailWorld) halved(x int, sum core.Sum) {
	w.multi[sum] = w.multi[sum] || w.copied[sum] > 0 && w.count(x, sum) > 1
}

func flip(m map[core.Sum]map[string]bool, sum core.Sum, mark string, on bool) {
	if m[sum] == nil {
		m[sum] = map[string]bool{}
	}
	m[sum][mark] = on
}

func (w *mailWorld) beforeWrite(s *memory.Server, wr core.Write) {
	w.noteIntents()
	w.writing = wr.Item.Sum
	if m := s.At(wr.Ref); m != nil {
		w.writing = m.Sum
	}
}

// afterWrite: no write about something that nobody touched on the other side.
func (w *mailWorld) afterWrite(s *memory.Server, wr core.Write) {
	x := 0
	if s == w.servers[1] {
		x = 1
	}
	if wr.Op == core.OpPlace && !s.Shape.Ops.Shared {
		w.copied[w.writing]++ // for a moment users see two
	}
	labels := w.servers[0].Shape.Ops.Shared && x == 1 && (wr.Op == core.OpMark || w.touched[1][w.writing] && wr.Op != core.OpMove && wr.Op != core.OpDelete)
	// Copies are one another's like: which of them was marked may be mixed up
	// when two of them are under way at once, or come under new IDs.
	twins := w.multi[w.writing] && (wr.Op == core.OpMark || w.opt.rebirth) || w.copied[w.writing] > 0 && wr.Op == core.OpMark
	if !w.touched[1-x][w.writing] && !labels && !twins && !(w.opt.rebirth && w.ambig[w.writing]) {
		w.violate("echo: %s on %s of %s, which nobody touched on the other side", wr.Op, s.Name, w.writing)
	}
}

func (w *mailWorld) count(x int, sum core.Sum) (n int) {
	for _, r := range w.servers[x].Refs() {
		if w.servers[x].At(r).Sum == sum {
			n++
		}
	}
	return n
}

func (w *mailWorld) reincarnate() {
	x := w.dice.Intn(2)
	s := w.servers[x]
	if s.Shape.Ops.Shared {
		return
	}
	c := w.folder()
	w.trace(" %s/%s new incarnation", s.Name, c)
	for _, in := range w.noteIntents() {
		if in.Op == core.OpDelete && int(in.Side) == x {
			w.ambig[w.truth[in.N]] = true // deleted by us or not: nobody can tell any more, so it is kept
		}
	}
	first := true
	s.Rebirth(c, func(n int, swap func(i, j int)) { shuffle(w.dice, n, swap) }, func(m *memory.Message) bool {
		lose := first && w.opt.backup && w.dice.Intn(3) == 0 && !w.multi[m.Sum] && w.count(1-x, m.Sum) > 0
		first = false
		if lose {
			w.lost[m.Sum] = true
			w.trace(" %s lost %s", s.Name, m.Sum)
		}
		return lose
	})
}

func (w *mailWorld) changeVocabulary() {
	s := w.servers[1]
	v := s.VocabularyOf("a")
	w.skipMarks = core.NewMarks(core.Flagged)
	if w.shrunk {
		v.Marks = v.Marks.Union(w.skipMarks)
	} else {
		v.Marks = v.Marks.Minus(w.skipMarks)
		for _, marks := range w.flipped[1] {
			delete(marks, core.Flagged)
		}
	}
	w.shrunk = !w.shrunk
	for _, c := range s.Folders() {
		s.SetVocabulary(c, v)
	}
	w.trace(" vocabulary of %s: %s", s.Name, v.Marks)
	for x := range w.servers {
		for _, r := range w.servers[x].Refs() {
			w.touched[x][w.servers[x].At(r).Sum] = true
		}
	}
}

func (w *mailWorld) onePass() {
	clear(w.movedPass)
	w.pass()
	for _, in := range w.noteIntents() {
		if (in.Op == core.OpDelete || in.Op == core.OpPlace) && w.movedPass[w.truth[in.N]] {
			w.ambig[w.truth[in.N]] = true
		}
	}
}

// run plays some rounds of trouble, each ended by calm and a check.
func (w *mailWorld) run() string {
	w.armed = false
	w.pass()
	w.calm("start")
	clear(w.created[1]) // what lay on both sides counts once
	for round := 0; round < 6 && len(w.bad) == 0; round++ {
		w.trace("---- round %d", round)
		w.armed = true
		for range 1 + w.dice.Intn(5) {
			for range w.dice.Intn(4) {
				w.userEdit()
			}
			if w.opt.rebirth && w.dice.Intn(6) == 0 {
				w.reincarnate()
			}
			if w.opt.vocabulary && w.dice.Intn(4) == 0 {
				w.changeVocabulary()
			}
			w.onePass()
		}
		w.calm(fmt.Sprint("round ", round))
	}
	return w.verdict()
}

func (w *mailWorld) calm(tag string) {
	w.consenting = true
	w.quiesce(tag)
	w.consenting = false
	w.check(tag)
}

// place is one copy of a message: where, with which common marks.
type place struct {
	c     core.CollectionID
	marks core.Marks
}

// check holds the oracles.
func (w *mailWorld) check(tag string) {
	by := [2]map[core.Sum][]place{{}, {}}
	private := [2]map[core.Sum]core.Marks{{}, {}}
	all := map[core.Sum]bool{}
	common := w.common()
	for x, s := range w.servers {
		for _, r := range s.Refs() {
			m := s.At(r)
			by[x][m.Sum] = append(by[x][m.Sum], place{r.Collection, common.Cut(m.Marks)})
			private[x][m.Sum] = m.Marks
			all[m.Sum] = true
		}
		for sum := range w.created[x] {
			all[sum] = true
		}
	}
	for _, sum := range sortedSums(all) {
		for x := range by {
			slices.SortFunc(by[x][sum], func(a, b place) int {
				return strings.Compare(string(a.c)+"\x00"+string(a.marks), string(b.c)+"\x00"+string(b.marks))
			})
		}
		w.checkOne(tag, sum, by[0][sum], by[1][sum], [2]core.Marks{private[0][sum], private[1][sum]})
	}
	w.reset()
}

func sortedSums(m map[core.Sum]bool) []core.Sum {
	var out []core.Sum
	for s := range m {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func (w *mailWorld) checkOne(tag string, sum core.Sum, l, r []place, private [2]core.Marks) {
	createdL, createdR, deleted, n := w.created[0][sum], w.created[1][sum], w.deleted[sum], len(l)
	if w.lost[sum] {
		if deleted == 0 && len(l)+len(r) == 0 && createdL+createdR > 0 {
			w.violate("lost by a new incarnation: %s", sum)
		}
		return
	}
	if !slices.Equal(l, r) {
		w.violate("unequal at %s: %s left %v right %v", tag, sum, l, r)
		return
	}
	labels := w.servers[0].Shape.Ops.Shared
	if n > createdL+createdR+w.copied[sum] && !w.ambig[sum] && !(w.opt.backup && w.multi[sum]) { // in doubt it is kept
		w.violate("duplicate: %s is there %d times, created %d+%d", sum, n, createdL, createdR)
	}
	low := max(createdL, createdR) - deleted
	if labels || w.opt.noMove { // places are sets; and a user's copy to where we copy looks like ours: copies may fall together
		low = 0
		if deleted == 0 {
			low = 1
		}
	}
	if n < low {
		w.violate("lost: %s is there %d times, created %d+%d, deleted %d", sum, n, createdL, createdR, deleted)
	}
	if w.multi[sum] || w.ambig[sum] {
		return
	}
	if deleted > 0 && n > 0 {
		w.violate("resurrected: %s", sum)
	}
	if n == 1 {
		w.checkEdits(sum, l[0], private)
	}
}

// checkEdits: edits made on one side only survive.
func (w *mailWorld) checkEdits(sum core.Sum, at place, private [2]core.Marks) {
	common := w.common()
	for x := range w.servers {
		for _, mark := range mailMarks {
			on, flippedHere := w.flipped[x][sum][mark]
			_, both := w.flipped[1-x][sum][mark]
			if flippedHere && !both && !w.skipMarks.Has(mark) && !w.mixed[sum].Has(mark) && common.Holds(mark) && at.marks.Has(mark) != on {
				w.violate("mark edit lost: %s %s on side %d wanted %v", sum, mark, x, on)
			}
		}
		if to, ok := w.moved[x][sum]; ok && w.moved[1-x][sum] == "" && at.c != to {
			w.violate("move lost: %s side %d wanted %s is in %s", sum, x, to, at.c)
		}
		if w.opt.privateMarks && (w.created[x][sum] > 0 || w.private[x][sum] != "") {
			own := func(m core.Marks) core.Marks { return m.Minus(common.Marks) }
			if got, want := own(private[x]), own(w.private[x][sum]); got != want {
				w.violate("private marks lost: %s side %d %q want %q", sum, x, got, want)
			}
		}
	}
}
