package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/reconcile"
)

// provWorld is a directory on the left and a mail server on the right: users,
// aliases (exact), forwards (additive: users make their own) and quotas. The
// directory sometimes answers only in part, saying so or not.
type provWorld struct {
	*world
	entries    map[string]*entry // by mail address
	before     map[string]*entry // entries at the start of the pass
	departures int
	honest     int  // whole passes that saw the truth, since the last lie or departure
	lying      int  // passes that the listing lies for
	longLies   bool // longer than the grace, but with a guard
	partial    bool
	own        map[core.Key]bool // forwards that a user made
	ours       map[core.Key]bool // forwards that the engine ever made
}

type entry struct {
	mail  string
	refs  map[string]core.Ref // element -> item on the left
	quota string
}

const provGrace = 3

var provResources = []core.CollectionID{"user", "alias", "fwd", "quota"}

func newProvWorld(d dice, longLies bool) *provWorld {
	w := &provWorld{longLies: longLies, before: map[string]*entry{}, ours: map[core.Key]bool{}, entries: map[string]*entry{}, own: map[core.Key]bool{}}
	ops := core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked}
	left := memory.Shape{TellsSum: true, Digest: digest, TellsID: true}
	left.Omit = func(s core.Stub) bool { return w.lying > 0 && !w.partial && byteSum(s.Key)%3 != 0 }
	left.Partial = func() bool { return w.partial }
	right := memory.Shape{Ops: ops, TellsSum: true, Digest: digest, TellsID: true, NamedIDs: true, UniqueKeys: true, Careless: true, Exact: true}
	right.Refuses = func(s *memory.Server, c core.CollectionID, item core.Item) string {
		if c != "user" && s.At(core.Ref{Collection: "user", ID: core.ID("user/" + item.Owner)}) == nil {
			return "no such user"
		}
		return ""
	}
	policy := reconcile.Policy{
		Mode: reconcile.Provision, Write: [2]bool{false, true}, Deletes: [2]bool{false, true},
		Resources: map[core.CollectionID]reconcile.Resource{
			"user": {Exact: true, Order: 0}, "alias": {Exact: true, Order: 1}, "fwd": {Order: 2}, "quota": {Exact: true, Order: 2},
		},
		OwnerResource: "user", GracePasses: provGrace, GraceSeconds: 100,
	}
	if longLies {
		policy.Guard = reconcile.GuardPolicy{Percent: 1} // whoever is missing may be a lie
	}
	w.world = newWorld(d, left, right, core.Traits{UniqueKeys: true, Digest: digestReader}, policy)
	w.world.edit = w.anyEdit
	w.started = w.watch
	for _, s := range w.servers {
		for _, c := range provResources {
			s.AddFolder(string(c), core.RoleNone, core.Vocabulary{})
		}
	}
	r := w.servers[1] // an account that nobody manages
	w.addRight(r, "user", "svc@d", "", "u")
	w.addRight(r, "alias", "svc@d", "help@d", "a")
	w.addRight(r, "fwd", "svc@d", "ops@x", "f")
	w.addRight(r, "user", "m1@d", "", "u") // one that was there before us
	w.addRight(r, "quota", "m1@d", "", "77")
	return w
}

// byteSum spreads a lie over all sorts of keys.
func byteSum(key core.Key) (n int) {
	for _, b := range []byte(key) {
		n += int(b)
	}
	return n
}

func elementKey(c core.CollectionID, owner, element string) core.Key {
	return core.Key(strings.TrimSuffix(string(c)+"/"+owner+"/"+element, "/"))
}

func (w *provWorld) addRight(s *memory.Server, c core.CollectionID, owner, element, value string) {
	key := elementKey(c, owner, element)
	if _, there := s.ByKey(key); !there {
		s.Add(c, memory.Message{Key: key, Owner: owner, Body: []byte(value)})
	}
}

// watch: no account of a living person and no forward of a user is deleted.
func (w *provWorld) watch(s *memory.Server, wr core.Write) {
	if wr.Op == core.OpCreate {
		w.ours[wr.Item.Key] = true
	}
	if wr.Op != core.OpDelete {
		return
	}
	m := s.At(wr.Ref)
	if m == nil {
		return
	}
	lives := w.entries[m.Owner] != nil && w.entries[m.Owner] == w.before[m.Owner] // whoever comes during a pass comes too late for it
	if !lives {
		delete(w.own, m.Key) // it goes with its owner
	}
	if wr.Ref.Collection == "user" && lives {
		w.violate("the account of %s was deleted, who lives", m.Owner)
	}
	if wr.Ref.Collection == "fwd" && w.own[m.Key] && lives {
		w.violate("a forward that %s made was deleted: %s", m.Owner, m.Key)
	}
	if m.Owner == "svc@d" {
		w.violate("an unmanaged account was touched: %s", m.Key)
	}
}

func (w *provWorld) anyEdit() {
	if w.dice.Intn(3) == 0 {
		w.userEdit()
	} else {
		w.directoryEdit()
	}
}

func (w *provWorld) pick() *entry {
	names := slices.Sorted(maps.Keys(w.entries))
	if len(names) == 0 {
		return nil
	}
	return w.entries[names[w.dice.Intn(len(names))]]
}

func (w *provWorld) wish(e *entry, c core.CollectionID, element, value string) {
	s := w.servers[0]
	name := string(c) + "/" + element
	if ref, there := e.refs[name]; there {
		s.Edit(ref, []byte(value))
		return
	}
	e.refs[name] = s.Add(c, memory.Message{Key: elementKey(c, e.mail, element), Owner: e.mail, Body: []byte(value)})
}

func (w *provWorld) unwish(e *entry, name string) {
	w.servers[0].Remove(e.refs[name])
	delete(e.refs, name)
}

func (w *provWorld) directoryEdit() {
	e := w.pick()
	k := w.dice.Intn(14)
	switch {
	case e == nil || k < 3 && len(w.entries) < 8:
		mail := fmt.Sprint("m", w.dice.Intn(10), "@d")
		if w.entries[mail] != nil {
			return
		}
		e = &entry{mail: mail, refs: map[string]core.Ref{}}
		w.entries[mail] = e
		w.wish(e, "user", "", "u")
		w.trace(" directory: new %s", mail)
	case k < 5 && w.lying > 0:
		return // a lie and a true departure together may outlast the grace: inherent
	case k < 5:
		w.departures++
		w.honest = 0
		w.trace(" directory: %s is gone", e.mail)
		for _, name := range slices.Sorted(maps.Keys(e.refs)) {
			w.unwish(e, name)
		}
		delete(w.entries, e.mail)
	case k == 5: // restored from a backup: the same content under a new entry
		for _, name := range slices.Sorted(maps.Keys(e.refs)) {
			m := *w.servers[0].At(e.refs[name])
			c := e.refs[name].Collection
			w.unwish(e, name)
			e.refs[name] = w.servers[0].Add(c, m)
		}
		w.trace(" directory: %s reborn", e.mail)
	case k < 9:
		w.toggle(e, "alias", fmt.Sprint("al", w.dice.Intn(12), "@d"), "a")
	case k < 12:
		w.toggle(e, "fwd", []string{"x", "y", "z"}[w.dice.Intn(3)]+"@out", "f")
	default:
		e.quota = []string{"", "5", "7"}[w.dice.Intn(3)]
		if e.quota != "" {
			w.wish(e, "quota", "", e.quota)
		} else if _, there := e.refs["quota/"]; there {
			w.unwish(e, "quota/")
		}
	}
}

func (w *provWorld) toggle(e *entry, c core.CollectionID, element, value string) {
	if _, there := e.refs[string(c)+"/"+element]; there {
		w.unwish(e, string(c)+"/"+element)
	} else {
		w.wish(e, c, element, value)
	}
	w.trace(" directory: %s toggles %s %s", e.mail, c, element)
}

// userEdit: users and administrators act on the mail server.
func (w *provWorld) userEdit() {
	s := w.servers[1]
	var users []string
	for _, r := range s.Refs() {
		if r.Collection == "user" {
			users = append(users, s.At(r).Owner)
		}
	}
	u := users[w.dice.Intn(len(users))]
	switch w.dice.Intn(6) {
	case 0, 1:
		key := elementKey("fwd", u, []string{"x", "y", "z", "own"}[w.dice.Intn(4)]+"@out")
		if _, there := s.ByKey(key); !there {
			s.Add("fwd", memory.Message{Key: key, Owner: u, Body: []byte("f")})
			w.own[key] = !w.ours[key] // what we made, removed and made again looks like ours
			w.trace(" user: own forward %s", key)
		}
	case 2:
		for _, r := range s.Refs() {
			if m := s.At(r); r.Collection == "fwd" && m.Owner == u && u != "svc@d" {
				delete(w.own, m.Key)
				s.Remove(r)
				w.trace(" user: removes forward %s", m.Key)
				break
			}
		}
	case 3:
		if r, there := s.ByKey(elementKey("quota", u, "")); there {
			s.Edit(r, []byte("99"))
		}
	case 4:
		if u != "svc@d" {
			w.addRight(s, "alias", u, fmt.Sprint("al", w.dice.Intn(12), "@d"), "a")
		}
	}
}

func (w *provWorld) run() string {
	w.armed = true
	for range 30 {
		for range w.dice.Intn(4) {
			w.anyEdit()
		}
		if w.lying > 0 {
			w.lying--
		} else if w.honest > provGrace && w.dice.Intn(2) == 0 { // never longer than the grace
			w.honest = 0
			w.lying, w.partial = 2, w.dice.Intn(2) == 0
			if w.longLies {
				w.lying, w.partial = 8, false
			}
		}
		if w.lying == 0 {
			w.partial = false
		}
		crashes, departures := w.crashes, w.departures
		clear(w.before)
		for mail := range w.entries {
			w.before[mail] = w.entries[mail]
		}
		if _, err := w.pass(); err == nil && crashes == w.crashes && !w.report.Torn && w.lying == 0 && departures == w.departures {
			w.honest++
		}
	}
	w.lying, w.partial, w.armed = 0, false, false
	w.confirming = w.longLies
	for range provGrace + 1 {
		w.pass()
	}
	w.quiesce("end")
	w.check()
	return w.verdict()
}

func (w *provWorld) check() {
	s := w.servers[1]
	has := func(c core.CollectionID, owner, element string) *memory.Message {
		if r, there := s.ByKey(elementKey(c, owner, element)); there {
			return s.At(r)
		}
		return nil
	}
	for _, mail := range slices.Sorted(maps.Keys(w.entries)) {
		e := w.entries[mail]
		for _, name := range slices.Sorted(maps.Keys(e.refs)) {
			c, element, _ := strings.Cut(name, "/")
			m := has(core.CollectionID(c), mail, element)
			if m == nil {
				w.violate("not provisioned: %s of %s", name, mail)
			} else if want := w.servers[0].At(e.refs[name]).Body; string(m.Body) != string(want) {
				w.violate("wrong value: %s of %s is %q, want %q", name, mail, m.Body, want)
			}
		}
	}
	for _, r := range s.Refs() {
		m := s.At(r)
		e := w.entries[m.Owner]
		switch {
		case m.Owner == "svc@d":
		case e == nil && r.Collection == "user":
			if m.Owner != "m1@d" { // it was there before the directory named it, perhaps never adopted
				w.violate("stale account: %s", m.Owner)
			}
		case e != nil && (r.Collection == "alias" || r.Collection == "quota"):
			_, element, _ := strings.Cut(strings.TrimPrefix(string(m.Key), string(r.Collection)+"/"), "/")
			if _, wished := e.refs[string(r.Collection)+"/"+element]; !wished {
				w.violate("not wished but there: %s", m.Key)
			}
		}
	}
	for key, own := range w.own {
		if !own {
			continue
		}
		owner := strings.Split(string(key), "/")[1]
		if w.entries[owner] != nil {
			if _, there := s.ByKey(key); !there {
				w.violate("a user's forward is gone: %s", key)
			}
		}
	}
	if has("user", "svc@d", "") == nil || has("alias", "svc@d", "help@d") == nil {
		w.violate("the unmanaged account was touched")
	}
}
