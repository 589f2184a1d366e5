package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/record"
	"lockstep/reconcile"
)

// davWorld is a world of cards: a plain store on the left, and on the right a
// server that drops what it does not know, rewrites values, stamps revisions
// and hides ETags.
type davWorld struct {
	*world
	opt    davOptions
	merger merge.Properties
	time   int
	// narrow: half of the cards are outside the window; filtered: the listing
	// leaves them out instead of naming them.
	narrow, filtered bool
	// last is the last word of a user about a property.
	last map[core.Key]map[string]word
	op   map[core.Key]string // the last act: edit, del
	// was holds the bodies that a card ever had: who edits back to one of
	// them has not edited, for whoever looks later.
	was map[core.Key]map[core.Sum]bool
}

type davOptions struct {
	portion     int  // items without a row that a pass plans at once
	window      bool // the right shows a window only, which moves
	exactValues bool // compare values to the letter (the ablation of rule 27)
	settle      bool // of what both sides changed differently one wins
}

type word struct {
	value string
	side  int
}

const absentWord = ""

var cardProperties = []string{"FN", "NOTE", "TEL", "EMAIL:a", "EMAIL:b", "CAT:x", "X-FOO"}

func newDavWorld(d dice, opt davOptions) *davWorld {
	m := merge.Properties{Format: record.Format{Exact: opt.exactValues}}
	sum := func(b []byte) core.Sum { s, _ := m.Sum(b); return s }
	key := func(b []byte) core.Key {
		p, _ := record.Format{}.Parse(b)
		return core.Key(p["UID"])
	}
	ops := core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked, Named: true}
	left := memory.Shape{Ops: ops, UniqueKeys: true, Careless: true, TellsRev: true, TellsSum: true, TellsID: true, Exact: true, Digest: sum, Keys: key}
	right := memory.Shape{Ops: ops, UniqueKeys: true, TellsRev: true, HidesRev: true, TellsID: true, Deltas: true, Digest: sum, Keys: key, Page: d.Intn(3) * 2}
	w := &davWorld{opt: opt, merger: m, last: map[core.Key]map[string]word{}, op: map[core.Key]string{}, was: map[core.Key]map[core.Sum]bool{}}
	right.Rewrite = w.rewrite
	if opt.window {
		right.Window = func(s core.Stub) bool { return !w.narrow || s.Key < "u5" }
		right.Omit = func(s core.Stub) bool { return w.narrow && w.filtered && s.Key >= "u5" }
		right.Partial = func() bool { return w.narrow && w.filtered } // a filtered listing is not whole, and says so
	}
	w.world = newWorld(d, left, right, core.Traits{UniqueKeys: true, Merger: m, Digest: mergerDigest(m)},
		reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}, Settle: opt.settle})
	if opt.settle {
		w.link.Policy.Winner = core.Side(d.Intn(2))
	}
	w.world.edit = w.userEdit
	w.started = func(s *memory.Server, wr core.Write) {
		if m := s.At(wr.Ref); m != nil && wr.If.Sum != "" && wr.If.Sum != m.Sum && wr.If.Rev == core.Rev(fmt.Sprint("r", m.Version)) {
			w.violate("unseen body overwritten: %s %v", wr.Op, wr.Ref)
		}
	}
	for _, s := range w.servers {
		s.AddFolder("book", core.RoleNone, core.Vocabulary{})
	}
	return w
}

// rewrite is what the right server makes of a card.
func (w *davWorld) rewrite(body []byte) []byte {
	p, err := record.Format{}.Parse(body)
	if err != nil {
		return body
	}
	for name := range maps.Clone(p) {
		if strings.HasPrefix(name, "X-") {
			delete(p, name)
		}
	}
	if tel, ok := p["TEL"]; ok {
		p["TEL"] = strings.ReplaceAll(tel, " ", "")
	}
	w.time++
	p["REV"] = fmt.Sprint(w.time)
	return record.Print(p)
}

func (w *davWorld) parsed(s *memory.Server, r core.Ref) map[string]string {
	p, _ := record.Format{}.Parse(s.At(r).Body)
	return p
}

func (w *davWorld) put(s *memory.Server, r core.Ref, p map[string]string) {
	body := record.Print(p)
	uid := core.Key(p["UID"])
	if w.was[uid] == nil {
		w.was[uid] = map[core.Sum]bool{}
	}
	if r.ID != "" {
		w.was[uid][s.At(r).Sum] = true
	}
	if s == w.servers[1] {
		body = w.rewrite(body)
	}
	if r.ID != "" {
		s.Edit(r, body)
		return
	}
	s.Add("book", memory.Message{Body: body, Key: core.Key(p["UID"])})
}

// userEdit: one act of one user on one card.
func (w *davWorld) userEdit() {
	w.time++
	x := w.dice.Intn(2)
	s := w.servers[x]
	uid := core.Key(fmt.Sprint("u", w.dice.Intn(9)))
	r, there := s.ByKey(uid)
	if w.last[uid] == nil {
		w.last[uid] = map[string]word{}
	}
	switch {
	case !there:
		p := map[string]string{"UID": string(uid), "FN": fmt.Sprint("n", w.time)}
		w.change(x, uid, p)
		p["FN"] = fmt.Sprint("n", w.time)
		w.last[uid]["FN"] = word{p["FN"], x}
		w.put(s, core.Ref{}, p)
		w.op[uid] = "edit"
		w.trace(" user %s new %s %v", s.Name, uid, p)
	case w.dice.Intn(5) == 0:
		p := w.parsed(s, r)
		w.trace(" user %s delete %s %v", s.Name, uid, p)
		s.Remove(r)
		for name, said := range w.last[uid] { // what this side deleted knowingly
			if strings.HasPrefix(name, "X-") || said.side == x || plain(p[name]) == plain(said.value) {
				delete(w.last[uid], name)
			}
		}
		w.op[uid] = "del"
	case w.dice.Intn(8) == 0: // the same card under another name
		p := w.parsed(s, r)
		s.Remove(r)
		w.put(s, core.Ref{}, p)
		w.trace(" user %s renamed the file of %s", s.Name, uid)
	case w.dice.Intn(8) == 0 && x == 1: // touched, without meaning
		w.put(s, r, w.parsed(s, r))
	default:
		p := w.parsed(s, r)
		before := s.At(r).Sum
		w.change(x, uid, p)
		w.put(s, r, p)
		if now := s.At(r).Sum; now != before && !w.was[uid][now] {
			w.op[uid] = "edit"
		} else if now != before {
			w.op[uid] = "back"
		}
		w.trace(" user %s edit %s %v", s.Name, uid, p)
	}
}

// change sets or removes one or two properties.
func (w *davWorld) change(x int, uid core.Key, p map[string]string) {
	for range 1 + w.dice.Intn(2) {
		name := cardProperties[w.dice.Intn(len(cardProperties))]
		if x == 1 && strings.HasPrefix(name, "X-") {
			continue // that server would not keep it
		}
		value := fmt.Sprint("v", w.time)
		if name == "TEL" && w.dice.Intn(2) == 0 {
			value = fmt.Sprint("+1 ", w.time)
		}
		if w.dice.Intn(5) == 0 {
			delete(p, name)
			value = absentWord
		} else {
			p[name] = value
		}
		w.last[uid][name] = word{value, x}
	}
}

func plain(s string) string { return strings.ReplaceAll(s, " ", "") }

func (w *davWorld) run() string {
	// One rich card shows what the server holds: without it, nobody can tell
	// a property that it drops from one that was deleted before we looked.
	rich := map[string]string{"UID": "rich"}
	for _, name := range cardProperties {
		rich[name] = "1"
	}
	w.put(w.servers[1], core.Ref{}, rich)
	w.armed = false
	w.pass()
	w.armed = true
	for range 12 {
		for range w.dice.Intn(4) {
			w.userEdit()
		}
		if w.opt.window && w.dice.Intn(3) == 0 {
			w.narrow, w.filtered = !w.narrow, w.dice.Intn(2) == 0
			w.link.Scope = fmt.Sprint(w.narrow, w.filtered, w.time) // another scope lists again
			w.trace(" window narrow %v filtered %v", w.narrow, w.filtered)
		}
		w.pass()
	}
	w.narrow, w.link.Scope = false, "all"
	w.quiesce("end")
	w.check()
	return w.verdict()
}

func (w *davWorld) check() {
	conflicts, _ := w.store.Conflicts(context.Background())
	for _, uid := range slices.Sorted(maps.Keys(w.op)) {
		var cards [2]map[string]string
		for x, s := range w.servers {
			n := 0
			for _, r := range s.Refs() {
				if s.At(r).Key == uid {
					n++
					cards[x] = w.parsed(s, r)
				}
			}
			if n > 1 {
				w.violate("duplicate: %s is there %d times on %s", uid, n, s.Name)
			}
		}
		if (cards[0] == nil) != (cards[1] == nil) {
			w.violate("unequal: %s left %v right %v", uid, cards[0], cards[1])
			continue
		}
		recorded := func(name string, values ...string) bool {
			for _, c := range conflicts {
				for _, col := range c.Collisions {
					if c.Key == uid && col.Property == name && slices.ContainsFunc(values, func(v string) bool {
						return plain(v) == plain(col.Value[0]) || plain(v) == plain(col.Value[1])
					}) {
						return true
					}
				}
			}
			return false
		}
		if cards[0] == nil {
			// Who only removes again what we had written, before we learn that it
			// was, leaves no trace of an edit: nobody can know.
			news := false
			for name, said := range w.last[uid] {
				news = news || said.value != absentWord && !recorded(name, said.value)
			}
			if w.op[uid] == "edit" && news {
				w.violate("an edited card was deleted: %s", uid)
			}
			continue
		}
		for _, name := range cardProperties {
			w.checkProperty(uid, name, cards[0][name], cards[1][name], recorded)
		}
	}
	for _, c := range conflicts {
		for _, col := range c.Collisions {
			if col.Property == "TEL" && plain(col.Value[0]) == plain(col.Value[1]) {
				w.violate("phantom collision: %s %v", c.Key, col)
			}
		}
	}
}

func (w *davWorld) checkProperty(uid core.Key, name, l, r string, recorded func(string, ...string) bool) {
	said, spoken := w.last[uid][name]
	spoken = spoken && w.op[uid] == "edit"
	if strings.HasPrefix(name, "X-") { // only the left can hold it
		if spoken && l != said.value {
			w.violate("property lost: %s %s is %q, want %q", uid, name, l, said.value)
		}
		return
	}
	if plain(l) != plain(r) && (w.opt.settle || !recorded(name, l, r)) {
		w.violate("diverged: %s %s left %q right %q", uid, name, l, r)
	}
	if spoken && said.value != absentWord && plain(l) != plain(said.value) && plain(r) != plain(said.value) && !recorded(name, said.value) {
		w.violate("edit lost: %s %s wanted %q, has %q and %q", uid, name, said.value, l, r)
	}
}
