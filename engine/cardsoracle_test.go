package engine_test

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/vcard"
	"lockstep/merge/contact"
	"lockstep/state"
)

// cardHistory is what users did to one card, for the oracle.
type cardHistory struct {
	// start is the meaning of the card before anybody edited it; nil = a user
	// made it.
	start   map[string]string
	touched map[string]bool // names that a user changed, with their wholes
	// spoke is the sides on which a class of properties was changed since both
	// agreed last.
	spoke map[string][2]bool
	// apart is the classes of which both sides had their own when they agreed last, as
	// recorded: an edit of one of them is a new record.
	apart    map[string]bool
	written  map[string]*writing // by the number in it
	met      bool                // both sides had it when they agreed
	created  int
	deleted  bool
	crowded  bool // it had more addresses than a weak server has room for
	collided map[string]bool
	many     map[string]bool // values that stood in more than one line
}

// writing is what became of one value that a user wrote.
type writing struct {
	class string
	// stood is the classes where a user wrote it, who gives one label to two lines;
	// taken those from which a user took it.
	stood, taken map[string]bool
	// removed by a user who saw it; collided: each side kept its own; agreed: both
	// sides had it in a quiet pass; unwanted: it was removed when it was agreed.
	removed, collided, agreed, unwanted bool
}

func (w *cardsWorld) history(uid core.Key) *cardHistory {
	if w.seen[uid] == nil {
		w.seen[uid] = &cardHistory{touched: map[string]bool{}, spoke: map[string][2]bool{}, written: map[string]*writing{}, collided: map[string]bool{}, many: map[string]bool{}}
	}
	return w.seen[uid]
}

// canonicalCard is what a card means, by the names of its properties.
func canonicalCard(body []byte) map[string]string {
	f := contact.Format{}
	p, _ := f.Parse(body)
	for name, v := range p {
		if f.Ignored(name) || name == f.Identity() {
			delete(p, name)
		} else {
			p[name] = f.Canonical(name, v)
		}
	}
	return p
}

// number finds what users wrote.
var number = regexp.MustCompile(`q\d+q|\+1555\d{6}`)

// numbers are what users wrote into a card, with the class of where it stands first.
func numbers(card map[string]string) map[string]string {
	all := map[string]string{}
	for n, classes := range classesOf(card) {
		all[n] = classes[0]
	}
	return all
}

// classesOf are the classes in which each number stands, in the order of the names.
func classesOf(card map[string]string) map[string][]string {
	all := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(card)) {
		_, part, isPart := strings.Cut(name, "|")
		own, class := name+card[name], contact.Format{}.Class(name)
		if isPart {
			own = card[name]
			if strings.HasPrefix(part, "TYPE=") {
				continue
			}
		}
		for _, n := range number.FindAllString(own, -1) {
			if class == "TEL" && n[0] == 'q' { // of one value many times
				all[n] = append(all[n], "TEL|many")
			} else {
				all[n] = append(all[n], class)
			}
		}
	}
	return all
}

// edited takes note of what a user did; no body = the card was not there, or is
// no longer.
func (h *cardHistory) edited(w *cardsWorld, x int, before, after []byte) {
	was, is := map[string]string{}, map[string]string{}
	if before != nil {
		was = canonicalCard(before)
	}
	if after != nil {
		is = canonicalCard(after)
	}
	hadNumbers, hasNumbers := classesOf(was), classesOf(is)
	for n, classes := range hadNumbers {
		t := h.written[n]
		if t == nil {
			continue
		}
		if hasNumbers[n] == nil {
			t.removed = true
			t.unwanted = t.agreed
		}
		for _, class := range classes {
			t.taken[class] = t.taken[class] || !slices.Contains(hasNumbers[n], class)
		}
	}
	for n, classes := range hasNumbers {
		if h.written[n] == nil {
			h.written[n] = &writing{class: classes[0], stood: map[string]bool{}, taken: map[string]bool{}}
		}
		for _, class := range classes {
			h.written[n].stood[class] = true
		}
	}
	if after == nil {
		h.deleted = true
		for _, t := range h.written { // what the side could not show
			t.removed = t.removed || x == 1 && !w.holds(t.class)
		}
	}
	for _, p := range []map[string]string{was, is} {
		for name := range p {
			h.many[name] = h.many[name] || strings.Contains(p[name], "\n") && (contact.Format{}).Counted((contact.Format{}).Class(name))
			v, had := was[name]
			u, has := is[name]
			if had == has && u == v {
				continue
			}
			h.touched[name] = true
			for _, t := range h.written { // a label that the side could not show goes with what it is of
				for class := range t.stood {
					part := strings.HasPrefix(class, contact.Format{}.Class(name)+"|")
					t.taken[class] = t.taken[class] || had && !has && x == 1 && part && !w.holds(class)
				}
			}
			if whole := (contact.Format{}).Whole(name); whole != "" {
				h.touched[whole] = true
			}
			h.says(x, name)
			w.trace("   user %d: %s %q was %q", x, name, u, v)
		}
	}
	for _, t := range h.written { // one user took it from here, another one from there
		gone := true
		for class := range t.stood {
			gone = gone && t.taken[class]
		}
		t.removed = t.removed || gone
	}
}

// says notes that a side has news about a property.
func (h *cardHistory) says(x int, name string) {
	class := contact.Format{}.Class(name)
	sides := h.spoke[class]
	sides[x] = true
	h.spoke[class] = sides
}

// holds tells whether the right server keeps all of a class.
func (w *cardsWorld) holds(class string) bool {
	name, part, isPart := strings.Cut(class, "|")
	switch {
	case strings.HasPrefix(name, "X-"):
		return false
	case !w.opt.weak:
		return true
	case isPart && (strings.HasPrefix(part, "X-AB") || part == "many"):
		return false
	}
	return name != "EMAIL"
}

// collect looks at the collisions that are recorded: each is of a property that
// users changed on both sides since these agreed.
func (w *cardsWorld) collect() {
	conflicts, _ := w.store.Conflicts(context.Background())
	for _, c := range conflicts {
		h := w.history(c.Key)
		for _, col := range c.Collisions {
			for _, v := range col.Value {
				for _, n := range number.FindAllString(col.Property+v, -1) {
					if t := h.written[n]; t != nil {
						t.collided = true
					}
				}
			}
			id := strings.Join([]string{col.Property, col.Value[0], col.Value[1]}, "\x00")
			if h.collided[id] {
				continue
			}
			h.collided[id] = true
			sides := h.spoke[contact.Format{}.Class(col.Property)]
			lines := strings.Contains(col.Value[0]+col.Value[1], "\n") // of one side, in which what the other says has no place
			open := h.apart[contact.Format{}.Class(col.Property)]
			news := sides[0] && sides[1] || (!h.met || lines || open) && (sides[0] || sides[1])
			if !news || col.Value[0] == col.Value[1] {
				w.violate("phantom collision: %s %s %q", c.Key, col.Property, col.Value)
			}
		}
	}
}

// cards are one card on both sides; nil = it is not there.
func (w *cardsWorld) cards(uid core.Key) (cards [2]map[string]string) {
	for x, s := range w.servers {
		n := 0
		for _, r := range s.Refs() {
			if s.At(r).Key == uid {
				n++
				cards[x] = canonicalCard(s.At(r).Body)
			}
		}
		if n > 1 {
			w.violate("duplicate: %s is there %d times on %s", uid, n, s.Name)
		}
	}
	for name := range cards[0] {
		if strings.HasPrefix(name, "EMAIL:") && !strings.Contains(name, "|") {
			n := 0
			for other := range cards[0] {
				if strings.HasPrefix(other, "EMAIL:") && !strings.Contains(other, "|") {
					n++
				}
			}
			w.history(uid).crowded = w.history(uid).crowded || n > weakEmails
			break
		}
	}
	return cards
}

// settle notes what both sides have after a pass with nothing to do.
func (w *cardsWorld) settle() {
	for _, uid := range slices.Sorted(maps.Keys(w.seen)) {
		h, cards := w.seen[uid], w.cards(uid)
		left, right := numbers(cards[0]), numbers(cards[1])
		for n, t := range h.written {
			t.agreed = t.agreed || left[n] != "" && right[n] != ""
		}
		if w.equal(uid, cards) {
			clear(h.spoke)
			h.apart = map[string]bool{}
			for name, l := range cards[0] {
				if r, there := cards[1][name]; there && l != r && h.hasCollided(contact.Format{}.Class(name), l, r) {
					h.apart[contact.Format{}.Class(name)] = true
				}
			}
			h.met = h.met || cards[0] != nil && w.compared(uid)
		}
	}
}

// compared tells whether both bodies of a card were ever read: what a pass could not
// read it knows nothing of, and leaves for later.
func (w *cardsWorld) compared(uid core.Key) bool {
	rows, _ := w.store.RowsWith(context.Background(), state.Property{Key: uid})
	return slices.ContainsFunc(rows, func(row core.Row) bool { return row.Side[0].Sum != "" && row.Side[1].Sum != "" })
}

// equal tells whether both sides have nothing to tell each other.
func (w *cardsWorld) equal(uid core.Key, cards [2]map[string]string) bool {
	return (cards[0] == nil) == (cards[1] == nil) && len(w.differences(uid, cards)) == 0
}

// differences are the names of what the sides do not have alike, but for what the
// right never holds and what collided.
func (w *cardsWorld) differences(uid core.Key, cards [2]map[string]string) (names []string) {
	h, f := w.history(uid), contact.Format{}
	all := maps.Clone(cards[0])
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, cards[1])
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l, onLeft := cards[0][name]
		r, onRight := cards[1][name]
		class := f.Class(name)
		base, whole := strings.Split(class, "|")[0], f.Whole(name)
		switch {
		case onLeft == onRight && l == r:
		case onLeft && !onRight && base != "EMAIL" && !w.holds(class):
		case onLeft && !onRight && base == "EMAIL" && w.opt.weak && (h.crowded || strings.HasPrefix(class, "EMAIL|X-AB")):
		case unsayable(name, l, r) && !w.sameVersion(uid):
		case w.opt.weak && strings.Contains(l+r, "\n") && f.Counted(class): // one value many times, with labels
		case h.hasCollided(class, l, r):
		case whole != "" && h.hasCollided(f.Class(whole), cards[0][whole], cards[1][whole]): // each side says it of its own
		case whole != "" && h.manyTimes(class): // and edits of such a value take that over to the next
		default:
			names = append(names, name)
		}
	}
	return names
}

// manyTimes tells whether a value of the class of a part stood in many lines once:
// parts of the other side have no place in it.
func (h *cardHistory) manyTimes(class string) bool {
	base, _, _ := strings.Cut(class, "|")
	for name, many := range h.many {
		if many && (contact.Format{}).Class(name) == base {
			return true
		}
	}
	return false
}

// unsayable tells what a card of an older version cannot say: some parts, and a
// property in more than one language.
func unsayable(name, l, r string) bool {
	switch _, part, _ := strings.Cut(contact.Format{}.Class(name), "|"); part {
	case "":
		return strings.Contains(l+r, "; ALTID=")
	case "PREF":
		return l+r != "1"
	case "LABEL", "SORT-AS", "ALTID", "GEO", "TZ":
		return true
	}
	return false
}

// sameVersion tells whether both sides hold a card as the same version.
func (w *cardsWorld) sameVersion(uid core.Key) bool {
	versions := map[string]bool{}
	for _, s := range w.servers {
		if r, there := s.ByKey(uid); there {
			if c, err := vcard.Parse(s.At(r).Body); err == nil {
				versions[c.Version] = true
			}
		}
	}
	return len(versions) == 1
}

// hasCollided tells whether one of two values of a class was recorded.
func (h *cardHistory) hasCollided(class, l, r string) bool {
	for id := range h.collided {
		parts := strings.Split(id, "\x00")
		if (contact.Format{}).Class(parts[0]) == class && (slices.Contains(parts[1:], l) || slices.Contains(parts[1:], r)) {
			return true
		}
	}
	return false
}

// check is the oracle at the end of a world.
func (w *cardsWorld) check() {
	for _, uid := range slices.Sorted(maps.Keys(w.seen)) {
		h, cards := w.seen[uid], w.cards(uid)
		left, right := numbers(cards[0]), numbers(cards[1])
		for _, n := range slices.Sorted(maps.Keys(h.written)) {
			t := h.written[n]
			onLeft, onRight := left[n] != "", right[n] != ""
			switch {
			case t.collided:
			case strings.Contains(t.class, "|") && onLeft != onRight && h.manyTimes(t.class):
			case !t.removed && (!onLeft || !onRight && w.holds(t.class)):
				w.violate("edit lost: %s %s of %s: left %v right %v", uid, n, t.class, onLeft, onRight)
			case t.unwanted && !h.deleted && (onLeft || onRight) && (t.class == "CATEGORIES" || t.class == "TITLE"):
				w.violate("removed and back: %s %s of %s: left %v right %v", uid, n, t.class, onLeft, onRight)
			}
		}
		switch {
		case (cards[0] == nil) != (cards[1] == nil):
			w.violate("unequal: %s left %v right %v", uid, cards[0], cards[1])
			continue
		case cards[0] == nil:
			if !h.deleted && (h.start != nil || h.created > 0) {
				w.violate("deleted, and by no user: %s", uid)
			}
			continue
		}
		for _, name := range w.differences(uid, cards) {
			w.violate("diverged: %s %s left %q right %q", uid, name, cards[0][name], cards[1][name])
		}
		for _, name := range slices.Sorted(maps.Keys(h.start)) {
			whole := contact.Format{}.Whole(name)
			if v, there := cards[0][name]; h.created == 0 && !h.touched[name] && !h.touched[whole] && (!there || v != h.start[name]) {
				w.violate("what nobody touched is lost: %s %s is %q, was %q", uid, name, v, h.start[name])
			}
		}
	}
}
