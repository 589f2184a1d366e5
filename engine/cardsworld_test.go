package engine_test

import (
	"fmt"
	"strings"
	"sync"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/format/vcard"
	"lockstep/merge"
	"lockstep/merge/contact"
	"lockstep/reconcile"
)

// cardsWorld is a world of real cards: a plain store on the left, and on the
// right a server that rewrites what it stores (cardsserver_test.go). Users edit
// lines (cardsedits_test.go); cardsoracle_test.go knows what must become of it.
type cardsWorld struct {
	*world
	opt    cardsOptions
	merger merge.Properties
	time   int
	bodies [][]byte // to start with
	seen   map[core.Key]*cardHistory
	passes int // begun
}

type cardsOptions struct {
	weak    bool // the server has no room for labels and a fourth address
	portion int
}

// cardsRunner plays over our own cards, and with -corpus over real ones, too.
func cardsRunner(opt cardsOptions) runner {
	corpus := sync.OnceValues(corpusCards)
	return func(d dice, without reconcile.Without, trace func(string, ...any)) string {
		real, err := corpus()
		if err != nil {
			return fmt.Sprint("LOCKSTEP_CORPUS: ", err)
		}
		w := newCardsWorld(d, opt, append(ownCards(), real...))
		w.engine.Without, w.engine.Portion = without, opt.portion
		if trace != nil {
			w.trace = trace
		}
		return w.run()
	}
}

func newCardsWorld(d dice, opt cardsOptions, bodies [][]byte) *cardsWorld {
	m := merge.Properties{Format: contact.Format{}}
	sum := func(b []byte) core.Sum { s, _ := m.Sum(b); return s }
	key := func(b []byte) core.Key { uid, _, _ := vcard.Describe(b); return core.Key(uid) }
	ops := core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked, Named: true}
	left := memory.Shape{Ops: ops, UniqueKeys: true, Careless: true, TellsRev: true, TellsSum: true, TellsID: true, Exact: true, Digest: sum, Keys: key}
	right := memory.Shape{Ops: ops, UniqueKeys: true, TellsRev: true, HidesRev: true, TellsID: true, Deltas: true, Digest: sum, Keys: key, Page: d.Intn(3) * 2}
	w := &cardsWorld{opt: opt, merger: m, bodies: bodies, seen: map[core.Key]*cardHistory{}}
	right.Rewrite = w.rewrite
	w.world = newWorld(d, left, right, core.Traits{UniqueKeys: true, Merger: m, Digest: mergerDigest(m), KeyOf: key},
		reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}})
	w.world.edit = w.userEdit
	w.started = func(s *memory.Server, wr core.Write) {
		if m := s.At(wr.Ref); m != nil && wr.If.Sum != "" && wr.If.Sum != m.Sum && wr.If.Rev == core.Rev(fmt.Sprint("r", m.Version)) {
			w.violate("unseen body overwritten: %s %v", wr.Op, wr.Ref)
		}
	}
	w.written = func(s *memory.Server, wr core.Write) {
		if r, there := s.ByKey(wr.Item.Key); there {
			w.trace("   %s now has\n%s", s.Name, s.At(r).Body)
		}
	}
	for _, s := range w.servers {
		s.AddFolder("book", core.RoleNone, core.Vocabulary{})
	}
	return w
}

func (w *cardsWorld) add(x int, body []byte) core.Ref {
	uid, _, err := vcard.Describe(body)
	if err != nil {
		w.violate("a user made what is no card: %v\n%s", err, body)
	}
	if x == 1 {
		body = w.rewrite(body)
	}
	return w.servers[x].Add("book", memory.Message{Body: body, Key: core.Key(uid)})
}

// start puts cards on one side, or the same on both.
func (w *cardsWorld) start() {
	rich, err := withUID(richCard(), "rich")
	if err != nil {
		w.violate("%v", err)
	}
	w.add(1, rich)
	w.calm()
	for i := range 4 {
		n := w.dice.Intn(len(w.bodies))
		uid := fmt.Sprint("u", i)
		body, err := withUID(w.bodies[n], uid)
		if err != nil {
			w.violate("card %d: %v", n, err)
			continue
		}
		where := w.dice.Intn(3)
		w.trace(" card %d is %s on %d", n, uid, where)
		h := w.history(core.Key(uid))
		for x := range w.servers {
			if where == x || where == 2 {
				r := w.add(x, body)
				if h.start == nil {
					h.start = canonicalCard(w.servers[x].At(r).Body)
				}
				for name := range h.start {
					if where != 2 { // a user of the other side may make the same card
						h.says(x, name)
					}
				}
			}
		}
	}
}

func (w *cardsWorld) calm() {
	w.armed = false
	if _, err := w.pass(); err != nil {
		w.violate("error in the first pass: %v", err)
	}
	w.armed = true
}

func (w *cardsWorld) run() string {
	w.start()
	for range 8 {
		for range w.dice.Intn(4) {
			w.userEdit()
		}
		w.watchedPass()
	}
	w.quiesce("end")
	w.collect()
	w.check()
	return w.verdict()
}

// watchedPass is a pass after which the oracle looks at what is agreed.
func (w *cardsWorld) watchedPass() {
	w.passes++
	left, err := w.pass()
	w.collect()
	if left == 0 && err == nil && len(w.report.Plan.Notes) == 0 { // and both sides were listed
		w.settle()
	}
}

// userEdit: one act of one user on one card.
func (w *cardsWorld) userEdit() {
	x := w.dice.Intn(2)
	s := w.servers[x]
	uid := core.Key(fmt.Sprint("u", w.dice.Intn(6)))
	h := w.history(uid)
	r, there := s.ByKey(uid)
	if !there {
		body := w.newCard(x, string(uid))
		r = w.add(x, body)
		w.trace(" user %s new %s\n%s", s.Name, uid, s.At(r).Body)
		h.edited(w, x, nil, s.At(r).Body)
		h.created++
		return
	}
	before := s.At(r).Body
	switch w.dice.Intn(12) {
	case 0:
		w.trace(" user %s delete %s", s.Name, uid)
		s.Remove(r)
		h.edited(w, x, before, nil)
	case 1: // the same card under another name
		s.Remove(r)
		s.Add("book", memory.Message{Body: before, Key: uid})
		w.trace(" user %s renamed the file of %s", s.Name, uid)
	case 2: // written again, without meaning
		if x == 1 {
			s.Edit(r, w.rewrite(before))
		}
	default:
		card, err := vcard.Parse(before)
		if err != nil {
			w.violate("no card on %s: %v\n%s", s.Name, err, before)
			return
		}
		hand := &handwriting{cardsWorld: w, side: x, card: card}
		for range 1 + w.dice.Intn(2) {
			hand.act()
		}
		after := hand.card.Doc.Bytes()
		if x == 1 {
			after = w.rewrite(after)
		}
		s.Edit(r, after)
		h.edited(w, x, before, after)
	}
}

// newCard is a card that a user made, with a little in it.
func (w *cardsWorld) newCard(x int, uid string) []byte {
	h := &handwriting{cardsWorld: w, side: x}
	version := []string{vcard.V30, vcard.V40}[w.dice.Intn(2)]
	lines := []string{"UID:" + uid, "FN:" + h.text(), "N:;;;;"}
	if version == vcard.V30 {
		lines = append(lines, "TEL;TYPE=HOME:"+h.value("TEL", vcard.Property{}))
	}
	if w.dice.Intn(2) == 0 {
		lines = append(lines, "CATEGORIES:"+strings.Join([]string{h.text(), "Work"}, ","))
	}
	return cardOf(version, lines...)
}
