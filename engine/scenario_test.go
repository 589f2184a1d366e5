package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/reconcile"
)

// scenario is a story of a few lines about one rule; it returns what went
// wrong. Stories stand where chance does not reach, or says too little.
type scenario struct {
	rule reconcile.Rule
	name string
	tell func(without reconcile.Without) string
}

// TestScenarios tells every story twice: with all rules it ends well, without
// its own it does not.
func TestScenarios(t *testing.T) {
	for _, s := range []scenario{
		{reconcile.RuleBadIsListed, "11: a bad item is no deletion", badIsListed},
		{reconcile.RuleDropHolds, "12: a drop against the last good run stops the grace", dropStopsGrace},
		{reconcile.RuleTwinMarks, "13: among twins equal marks first", twinMarks},
		{reconcile.RuleCutVocabulary, "19: base marks are cut to the common vocabulary", vocabularyShrinks},
		{reconcile.RuleDeleteTwins, "17: an open delete with twins is not put on a new ID", deleteTwins},
		{reconcile.RulePlaceFirst, "20: a create on a label side adds a place", placeFirst},
		{reconcile.RuleFirstBearer, "28: the first bearer of a key is bound, others are parked", firstBearer},
		{reconcile.RuleOnlyNamed, "29: what has no row goes only from owners that the left names", onlyNamed},
		{reconcile.RuleRename, "30: a bound row with another key is a rename", renameKeeps},
		{reconcile.RuleOwnerParks, "31: a refused owner parks its elements", ownerParks},
		{reconcile.RuleChildrenFirst, "32: children first, the owner last", childrenFirst},
		{reconcile.RuleGrace, "33: an owner waits for its grace", ownerWaits},
		{reconcile.RuleAdditiveReread, "34: what is there before us is adopted", additiveReread},
		{reconcile.RuleOneEntry, "35: of two entries with one address one lives", oneEntry},
		{reconcile.RuleGuard, "36: a mass deletion is held back", massDeletion},
		{reconcile.RuleGuard, "36: owners who leave all at once are held back", massDeparture},
		{reconcile.RuleAskLazy, "37: what is not listed is asked for, once", askedOnce},
		{reconcile.RuleLeftoverMarks, "38: marks of what a move left behind go to what was moved", leftoverMarks},
		{reconcile.RuleLeftoverMarks, "38: ... and are not set twice", leftoverMarksOnce},
	} {
		t.Run(s.name, func(t *testing.T) {
			if bad := s.tell(0); bad != "" {
				t.Fatalf("with all rules in force: %s", bad)
			}
			if bad := s.tell(reconcile.Without(0).Out(s.rule)); bad == "" {
				t.Fatal("it ends well without the rule: it proves nothing")
			}
		})
	}
}

// still is chance that never strikes.
type still struct{}

func (still) Intn(int) int { return 0 }

func quietMail(without reconcile.Without) *mailWorld {
	w := newMailWorld(still{}, mailOptions{})
	w.engine.Without = without
	w.engine.Consent = nil
	return w
}

func badIsListed(without reconcile.Without) string {
	w := quietMail(without)
	w.pass()
	s := w.servers[0]
	broken := s.Refs()[0]
	s.Shape.Bad = func(st core.Stub) string {
		if st.Ref == broken {
			return "the file cannot be read"
		}
		return ""
	}
	s.Mark(broken, core.NewMarks(core.Seen)) // so that it is listed again
	before := len(w.servers[1].Refs())
	w.pass()
	if n := len(w.servers[1].Refs()); n != before {
		return fmt.Sprintf("%d items became %d", before, n)
	}
	if w.report.Parked != 1 {
		return "it is not parked"
	}
	return ""
}

// dropStopsGrace: a wrong search base hides most owners for longer than the
// grace. Who leaves just when it is put right waits for the grace all the same.
func dropStopsGrace(without reconcile.Without) string {
	w, _ := quietProvision(without)
	w.link.Policy.Guard = reconcile.GuardPolicy{Percent: 20, Count: 1}
	var last *entry
	for i := range 10 {
		last = w.enter(fmt.Sprintf("n%d@d", i))
	}
	w.pass()
	w.pass()
	w.servers[0].Shape.Omit = func(s core.Stub) bool { return strings.HasPrefix(s.Owner, "n") }
	for range provGrace + 2 {
		w.pass()
	}
	w.servers[0].Shape.Omit = nil
	w.depart(last)
	w.pass()
	if _, there := w.servers[1].ByKey(elementKey("user", last.mail, "")); !there {
		return "an account was deleted in the first good pass that did not see its owner"
	}
	return ""
}

// twinMarks: two copies of one message, with different marks, are moved.
func twinMarks(without reconcile.Without) string {
	w := quietMail(without)
	w.pass()
	left := w.servers[0]
	one := left.Refs()[0]
	copied := *left.At(one)
	copied.Marks = core.NewMarks("work") // one of them is read, the other is not
	left.Mark(one, core.NewMarks(core.Seen))
	other := left.Add(one.Collection, copied)
	w.pass()
	w.pass()
	to := core.CollectionID("b")
	if one.Collection == to {
		to = "c"
	}
	left.Move(other, to) // the later one first, so that the order tells nothing
	left.Move(one, to)
	marked := 0
	w.pass()
	marked += w.report.Left.Marked + w.report.Right.Marked
	w.pass()
	marked += w.report.Left.Marked + w.report.Right.Marked
	if marked > 0 {
		return fmt.Sprintf("%d marks were written, and nobody changed one", marked)
	}
	return ""
}

// vocabularyShrinks: a side can no longer hold a mark, and later it can again.
func vocabularyShrinks(without reconcile.Without) string {
	w := quietMail(without)
	w.pass()
	left, right := w.servers[0], w.servers[1]
	one := left.Refs()[0]
	left.Mark(one, core.NewMarks(core.Flagged))
	w.pass()
	whole := right.VocabularyOf(one.Collection)
	cut := whole
	cut.Marks = cut.Marks.Minus(core.NewMarks(core.Flagged))
	for i, v := range []core.Vocabulary{cut, whole} {
		for _, c := range right.Folders() {
			right.SetVocabulary(c, v)
		}
		right.Shape.Bad = func(core.Stub) string {
			if i == 0 { // the first pass dies after it saw the vocabulary, before it listed
				panic(crash{})
			}
			return ""
		}
		w.pass()
	}
	w.pass()
	if !left.At(one).Marks.Has(core.Flagged) {
		return "a flag that nobody removed is gone"
	}
	return ""
}

// deleteTwins: one of two copies is deleted; the process dies after the write,
// and then the folder is replaced. The other copy must stay.
func deleteTwins(without reconcile.Without) string {
	w := newMailWorld(still{}, mailOptions{})
	w.engine.Without, w.engine.Consent, w.engine.BatchItems = without, nil, 1
	w.pass()
	right := w.servers[1]
	one := right.Refs()[0]
	sum := right.At(one).Sum
	right.Add(one.Collection, *right.At(one))
	w.pass()
	w.pass() // both rows are as agreed now
	right.Remove(one)
	w.written = func(s *memory.Server, wr core.Write) {
		if wr.Op == core.OpDelete {
			panic(crash{})
		}
	}
	w.pass()
	w.written = nil
	w.servers[0].Rebirth(one.Collection, func(int, func(int, int)) {}, func(*memory.Message) bool { return false })
	w.pass()
	w.pass()
	if l, r := w.count(0, sum), w.count(1, sum); l != 1 || r != 1 {
		return fmt.Sprintf("of two copies one was deleted: %d are left on one side and %d on the other", l, r)
	}
	return ""
}

func placeFirst(without reconcile.Without) string {
	w := newMailWorld(still{}, mailOptions{labels: true})
	w.engine.Without = without
	w.pass()
	folders := w.servers[1]
	r := folders.Refs()[0]
	copied := *folders.At(r)
	to := core.CollectionID("b")
	if r.Collection == to {
		to = "c"
	}
	folders.Add(to, copied)
	w.pass()
	ids := map[core.ID]bool{}
	for _, ref := range w.servers[0].Refs() {
		if w.servers[0].At(ref).Sum == copied.Sum {
			ids[ref.ID] = true
		}
	}
	if len(ids) != 1 {
		return fmt.Sprintf("a copy of one message made %d messages; it is one in two places", len(ids))
	}
	return ""
}

func firstBearer(without reconcile.Without) string {
	w := newDavWorld(still{}, davOptions{})
	w.engine.Without = without
	for i := range 2 {
		w.put(w.servers[0], core.Ref{}, map[string]string{"UID": "u1", "FN": fmt.Sprint("n", i)})
	}
	w.pass()
	w.pass()
	if w.report.Parked != 1 || w.report.Dropped != 0 {
		return fmt.Sprintf("%d parked, %d dropped", w.report.Parked, w.report.Dropped)
	}
	if len(w.servers[0].Refs()) != 2 || len(w.servers[1].Refs()) != 1 {
		return "a card was lost or doubled"
	}
	return ""
}

// quietProvision is a world in which nothing goes wrong, with two entries that
// have an alias and a forward each; it returns the second.
func quietProvision(without reconcile.Without) (*provWorld, *entry) {
	w := newProvWorld(still{}, false)
	w.engine.Without = without
	other := w.enter("m9@d") // so that no resource is ever empty
	w.wish(other, "alias", "al2@d", "a")
	w.wish(other, "fwd", "z@out", "f")
	e := w.enter("m5@d")
	w.wish(e, "alias", "al1@d", "a")
	w.wish(e, "fwd", "x@out", "f")
	return w, e
}

func ownerParks(without reconcile.Without) string {
	w, _ := quietProvision(without)
	w.servers[1].Shape.Refuses = func(*memory.Server, core.CollectionID, core.Item) string { return "quota of users reached" }
	tried := 0
	w.started = func(*memory.Server, core.Write) { tried++ }
	w.pass()
	if tried != 2 {
		return fmt.Sprintf("%d writes were tried for two owners that were refused", tried)
	}
	return ""
}

func childrenFirst(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.pass()
	w.depart(e)
	var order []string
	w.written = func(_ *memory.Server, wr core.Write) { order = append(order, string(wr.Ref.Collection)) }
	for range provGrace + 2 {
		w.pass()
	}
	if len(order) != 3 || order[2] != "user" {
		return fmt.Sprintf("deleted in the order %v", order)
	}
	return ""
}

func ownerWaits(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.pass()
	deleted := 0
	w.written = func(_ *memory.Server, wr core.Write) {
		if wr.Op == core.OpDelete {
			deleted++
		}
	}
	w.servers[0].Shape.Omit = func(s core.Stub) bool { return s.Owner == e.mail } // a wrong filter
	for range provGrace - 1 {
		w.pass()
	}
	w.servers[0].Shape.Omit = nil
	w.pass()
	if deleted > 0 {
		return "an account was deleted because of a wrong answer, and made again, empty"
	}
	return ""
}

func additiveReread(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.pass()
	w.wish(e, "fwd", "y@out", "f")
	once := true
	w.started = func(s *memory.Server, wr core.Write) { // a user is quicker than our write
		if once && wr.Op == core.OpCreate {
			once = false
			w.addRight(s, "fwd", e.mail, "y@out", "f")
		}
	}
	w.pass()
	w.pass()
	w.unwish(e, "fwd/y@out")
	w.pass()
	w.pass()
	if _, there := w.servers[1].ByKey(elementKey("fwd", e.mail, "y@out")); !there {
		return "a forward that a user made was deleted"
	}
	return ""
}

// halfMoved is a world without MOVE that died after it copied a message which
// was moved on the left, before the original went. It returns the original and
// the copy; both have one mark.
func halfMoved(without reconcile.Without) (w *mailWorld, original, copied core.Ref) {
	w = newMailWorld(still{}, mailOptions{noMove: true})
	w.engine.Without, w.engine.Consent, w.engine.BatchItems = without, nil, 1
	right := w.servers[1]
	original = right.Refs()[0]
	right.Mark(original, core.NewMarks(core.Seen))
	w.pass()
	w.pass()
	for _, r := range w.servers[0].Refs() {
		if w.servers[0].At(r).Sum == right.At(original).Sum {
			w.servers[0].Move(r, "b")
		}
	}
	w.written = func(s *memory.Server, wr core.Write) {
		if wr.Op == core.OpPlace {
			panic(crash{})
		}
	}
	w.pass()
	w.written = nil
	for _, r := range right.Refs() {
		if r != original && right.At(r).Sum == right.At(original).Sum {
			copied = r
		}
	}
	return w, original, copied
}

// stands tells what is wrong if a message is not there once on each side, in b,
// with marks.
func (w *mailWorld) stands(sum core.Sum, marks [2]core.Marks) string {
	for x, s := range w.servers {
		n := 0
		for _, r := range s.Refs() {
			if s.At(r).Sum != sum {
				continue
			}
			if n++; r.Collection != "b" || s.At(r).Marks != marks[x] {
				return fmt.Sprintf("on the %s it is in %s with %q", core.Side(x), r.Collection, s.At(r).Marks)
			}
		}
		if n != 1 {
			return fmt.Sprintf("on the %s it is there %d times", core.Side(x), n)
		}
	}
	return ""
}

// leftoverMarks: a user marks what a move has left behind, before it goes, and
// while it goes. What he did has to be on both sides.
func leftoverMarks(without reconcile.Without) string {
	w, original, _ := halfMoved(without)
	sum := w.servers[1].At(original).Sum
	w.servers[1].Mark(original, core.NewMarks(core.Flagged))
	once := true
	w.started = func(s *memory.Server, wr core.Write) { // a user is quicker than our write
		if once && wr.Op == core.OpDelete {
			once = false
			s.Mark(original, core.NewMarks(core.Flagged, "home"))
		}
	}
	for range 6 {
		w.pass()
	}
	marks := core.NewMarks(core.Flagged, "home")
	return w.stands(sum, [2]core.Marks{marks, marks})
}

// leftoverMarksOnce: what was carried over, and taken back by its user while what
// was left behind still stands, is not set again; and it is not lost if the
// process dies after the write.
func leftoverMarksOnce(without reconcile.Without) string {
	w, original, copied := halfMoved(without)
	right := w.servers[1]
	sum := right.At(original).Sum
	right.Mark(original, core.NewMarks(core.Seen, core.Flagged, "home"))
	w.written = func(s *memory.Server, wr core.Write) {
		if s == right && wr.Op == core.OpMark {
			panic(crash{})
		}
	}
	w.pass()
	if right.At(original) == nil || !right.At(copied).Marks.Has(core.Flagged) {
		return "the marks were not carried to the copy before the original went"
	}
	w.written = nil
	w.link.Policy.Deletes[1] = false // so that it stays for a while
	w.pass()
	right.Mark(copied, right.At(copied).Marks.Minus(core.NewMarks(core.Flagged)))
	w.pass()
	w.link.Policy.Deletes[1] = true
	w.pass()
	w.pass()
	return w.stands(sum, [2]core.Marks{core.NewMarks(core.Seen, "home"), core.NewMarks(core.Seen, "home")})
}

func massDeletion(without reconcile.Without) string {
	w := quietMail(without)
	w.link.Policy.Guard = reconcile.GuardPolicy{Percent: 20, Count: 3}
	for i := range 20 {
		w.servers[0].Add("a", memory.Message{Key: core.Key(fmt.Sprint("m", i)), Body: []byte(fmt.Sprint("mail ", i))})
	}
	w.pass()
	w.pass()
	before := len(w.servers[1].Refs())
	for _, r := range w.servers[0].Refs()[:10] {
		w.servers[0].Remove(r)
	}
	w.pass()
	if n := len(w.servers[1].Refs()); n != before {
		return fmt.Sprintf("%d of %d items were deleted", before-n, before)
	}
	id := w.report.PlanID
	if id == "" || w.report.Held == 0 {
		return "nothing is held"
	}
	w.confirm = "another plan"
	if w.pass(); len(w.servers[1].Refs()) != before {
		return "a wrong confirmation released deletions"
	}
	w.confirm = id
	if w.pass(); len(w.servers[1].Refs()) != len(w.servers[0].Refs()) {
		return "a confirmation did not release them"
	}
	return ""
}
