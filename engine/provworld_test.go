package engine_test

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/reconcile"
)

// provWorld is a directory on the left and a mail server on the right: users,
// aliases (exact), forwards (additive: users make their own), quotas and
// identities, which are asked for. People come, go, change their address and
// share one; the directory sometimes answers only in part, saying so or not.
type provWorld struct {
	*world
	switches
	entries map[string]*entry  // by what is stable of them
	before  map[string]address // entries at the start of the pass
	shown   map[string]string  // the addresses that an honest pass has shown
	serial  int
	// departures and contests so far, to tell whether a pass was quiet.
	departures int
	honest     int  // whole passes that saw the truth, since the last lie or departure
	lying      int  // passes that the listing lies for
	longLies   bool // longer than the grace, but with a guard
	partial    bool
	// own are forwards that a user made; ours the targets of those that the
	// engine ever made.
	own  map[*memory.Message]bool
	ours map[string]bool
	// boxes are the mailboxes that entries are known to have.
	boxes map[string]int
	// touched entries were edited since the pass began.
	touched map[string]bool
}

// entry is a person in the directory.
type entry struct {
	id, mail string
	refs     map[string]core.Ref // element -> item on the left
}

// address is what an entry was called and wished.
type address struct {
	mail   string
	wishes map[string]bool
}

// switches are what a configuration may turn off, and what servers differ in.
type switches struct {
	off       string // noCreate, noUpdate, noDelete of the resource, or a word of its own
	at        core.CollectionID
	protected string
	// aliasesFollow: the server moves the aliases of an account that is renamed.
	aliasesFollow bool
}

const provGrace = 3

var provResources = []core.CollectionID{"user", "alias", "fwd", "quota", "ident"}

func newProvWorld(d dice, longLies bool) *provWorld {
	w := &provWorld{
		longLies: longLies, entries: map[string]*entry{}, before: map[string]address{}, shown: map[string]string{}, own: map[*memory.Message]bool{},
		ours: map[string]bool{}, boxes: map[string]int{}, touched: map[string]bool{},
	}
	w.protected, w.aliasesFollow = "m8@d", d.Intn(2) == 1
	if d.Intn(3) == 2 {
		w.off = []string{"noCreate", "noUpdate", "noDelete", "deletes", "accounts"}[d.Intn(5)]
		w.at = provResources[d.Intn(4)]
	}
	policy := w.policy()
	w.world = newWorld(d, w.directory(), w.mailServer(), core.Traits{UniqueKeys: true, Digest: digestReader}, policy)
	w.world.edit, w.rates.crash = w.anyEdit, 200 // a pass makes many calls
	w.started = w.watch
	for _, s := range w.servers {
		for _, c := range provResources {
			s.AddFolder(string(c), core.RoleNone, core.Vocabulary{})
		}
	}
	w.serveFirst()
	return w
}

// policy of the link, with one thing turned off.
func (w *provWorld) policy() reconcile.Policy {
	p := reconcile.Policy{
		Mode: reconcile.Provision, Write: [2]bool{false, true}, Deletes: [2]bool{false, true},
		Resources: map[core.CollectionID]reconcile.Resource{
			"user": {Exact: true, Order: 0}, "alias": {Exact: true, Order: 1}, "fwd": {NeedsOwner: true, Order: 2},
			"quota": {Exact: true, NeedsOwner: true, Order: 2}, "ident": {CreateOnly: true, Order: 3},
		},
		OwnerResource: "user", GracePasses: provGrace, GraceSeconds: 100,
		Protected: func(owner string) bool { return owner == w.protected },
	}
	if w.longLies {
		p.Guard = reconcile.GuardPolicy{Percent: 1} // whoever is missing may be a lie
	}
	r := p.Resources[w.at]
	switch w.off {
	case "noCreate":
		r.NoCreate = true
	case "noUpdate":
		r.NoUpdate = true
	case "noDelete":
		r.NoDelete = true
	case "deletes":
		p.Deletes[core.Right] = false
	case "accounts":
		w.at = "user"
		r = p.Resources[w.at]
		r.NoDelete = true
	}
	if w.off != "" {
		p.Resources[w.at] = r
	}
	return p
}

// is tells whether something is turned off for a resource.
func (s switches) is(off string, at core.CollectionID) bool { return s.off == off && s.at == at }

// keepsGone tells whether accounts of people who are gone stay.
func (w *provWorld) keepsGone(mail string) bool {
	return w.off == "deletes" || w.is("noDelete", "user") || w.off == "accounts" || mail == w.protected
}

func elementKey(c core.CollectionID, owner, element string) core.Key {
	return core.Key(strings.TrimSuffix(string(c)+"/"+owner+"/"+element, "/"))
}

// elementOf reads a Key.
func elementOf(key core.Key) (c core.CollectionID, owner, element string) {
	collection, rest, _ := strings.Cut(string(key), "/")
	owner, element, _ = strings.Cut(rest, "/")
	return core.CollectionID(collection), owner, element
}

func (w *provWorld) anyEdit() {
	if w.dice.Intn(3) == 0 {
		w.userEdit()
	} else {
		w.directoryEdit()
	}
}

func (w *provWorld) run() string {
	w.armed = true
	for range 30 {
		for range w.dice.Intn(4) {
			w.anyEdit()
		}
		w.lie()
		w.onePass()
	}
	w.lying, w.partial, w.armed = 0, false, false
	w.confirming = true
	for range provGrace + 2 {
		w.pass()
	}
	w.quiesce("end")
	w.check()
	return w.verdict()
}

// lie lets the directory name only a part, never for longer than the grace, or
// for long where there is a guard.
func (w *provWorld) lie() {
	if w.lying > 0 {
		w.lying--
	} else if w.honest > provGrace && w.dice.Intn(2) == 0 {
		w.honest = 0
		w.lying, w.partial = 2, w.dice.Intn(2) == 0
		if w.longLies {
			w.lying, w.partial = 8, false
		}
	}
	if w.lying == 0 {
		w.partial = false
	}
}

// onePass runs a pass, which may die. Now and then a person confirms what the
// one before has held back.
func (w *provWorld) onePass() {
	crashes, departures := w.crashes, w.departures
	clear(w.before)
	clear(w.touched)
	for id, e := range w.entries {
		w.before[id] = w.now(e)
	}
	w.confirming = w.honest > 0 && w.lying == 0 && w.dice.Intn(2) == 0
	_, err := w.pass()
	if err == nil && crashes == w.crashes && !w.report.Torn && w.lying == 0 && departures == w.departures {
		w.honest++
	}
	if err == nil && crashes == w.crashes {
		w.record()
		for id, was := range w.before {
			if w.lying == 0 && !w.report.Torn {
				w.shown[id] = was.mail
			}
		}
	}
}

func (w *provWorld) now(e *entry) address {
	a := address{mail: e.mail, wishes: map[string]bool{}}
	for name := range e.refs {
		a.wishes[name] = true
	}
	return a
}

// record notes the mailboxes of those whose account is bound.
func (w *provWorld) record() {
	for _, id := range slices.Sorted(maps.Keys(w.entries)) {
		e := w.entries[id]
		rows, _ := w.store.RowsAt(context.Background(), core.Left, []core.Ref{e.refs["user/"]})
		row, bound := rows[e.refs["user/"]]
		if !bound || row.Key != elementKey("user", e.mail, "") || len(w.called(e.mail)) > 1 || w.boxes[id] != 0 {
			continue
		}
		if m := w.servers[1].At(row.Side[1].Ref); m != nil && m.Mailbox != 0 {
			w.takenFromHidden(m.Mailbox)
			w.boxes[id] = m.Mailbox
			w.trace(" %s has mailbox %d", id, m.Mailbox)
		}
	}
}

// takenFromHidden forgets whose a mailbox was before its address became somebody
// else's while a lie hid that entry: nobody can tell that from an entry that was
// made anew.
func (w *provWorld) takenFromHidden(box int) {
	for id, theirs := range w.boxes {
		if e := w.entries[id]; theirs == box && w.longLies && w.lying > 0 && w.hides(elementKey("user", e.mail, "")) {
			delete(w.boxes, id)
		}
	}
}

// called returns the entries with an address.
func (w *provWorld) called(mail string) (all []*entry) {
	for _, id := range slices.Sorted(maps.Keys(w.entries)) {
		if e := w.entries[id]; e.mail == mail {
			all = append(all, e)
		}
	}
	return all
}
