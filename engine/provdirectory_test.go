package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
)

// directory is the left's shape. It does not list an alias that is the entry's
// own address, and says of one that is somebody else's that it is bad.
func (w *provWorld) directory() memory.Shape {
	left := memory.Shape{TellsSum: true, Digest: digest, TellsID: true, TellsSame: true}
	left.Omit = func(s core.Stub) bool {
		c, owner, element := elementOf(s.Key)
		return w.hides(s.Key) || c == "alias" && element == owner
	}
	left.Partial = func() bool { return w.partial }
	left.Bad = func(s core.Stub) string {
		switch c, _, element := elementOf(s.Key); {
		case c == "alias" && len(w.called(element)) > 0:
			return element + " is the address of another entry"
		case c == "quota" && w.servers[0].At(s.Ref).Sum == digest([]byte("bad")):
			return "the quota is no number"
		}
		return ""
	}
	return left
}

// hides tells whether a lie leaves this out now.
func (w *provWorld) hides(key core.Key) bool { return w.lying > 0 && byteSum(key)%3 != 0 }

// byteSum spreads a lie over all sorts of keys.
func byteSum(key core.Key) (n int) {
	for _, b := range []byte(key) {
		n += int(b)
	}
	return n
}

// enter makes an entry.
func (w *provWorld) enter(mail string) *entry {
	w.serial++
	e := &entry{id: fmt.Sprintf("id%03d", w.serial), mail: mail, refs: map[string]core.Ref{}}
	w.entries[e.id] = e
	w.wish(e, "user", "", "u")
	w.wish(e, "ident", "", "N"+e.id)
	return e
}

// depart removes an entry.
func (w *provWorld) depart(e *entry) {
	for _, name := range slices.Sorted(maps.Keys(e.refs)) {
		w.unwish(e, name)
	}
	delete(w.entries, e.id)
	delete(w.boxes, e.id)
}

// rename gives an entry another address.
func (w *provWorld) rename(e *entry, mail string) {
	s := w.servers[0]
	e.mail = mail
	for _, name := range slices.Sorted(maps.Keys(e.refs)) {
		c, element, _ := strings.Cut(name, "/")
		s.Readdress(e.refs[name], elementKey(core.CollectionID(c), mail, element), mail)
	}
}

func (w *provWorld) wish(e *entry, c core.CollectionID, element, value string) {
	s := w.servers[0]
	name := string(c) + "/" + element
	if ref, there := e.refs[name]; there {
		s.At(ref).Label = value
		s.Edit(ref, []byte(value))
		return
	}
	id := core.ID(e.id)
	if element != "" {
		id += core.ID("!" + element)
	}
	e.refs[name] = s.Add(c, memory.Message{
		Key: elementKey(c, e.mail, element), Owner: e.mail, Body: []byte(value), Named: id, Same: core.Same(e.id),
		Label: value, Where: "uid=" + e.id,
	})
}

func (w *provWorld) unwish(e *entry, name string) {
	w.servers[0].Remove(e.refs[name])
	delete(e.refs, name)
}

func (w *provWorld) toggle(e *entry, c core.CollectionID, element, value string) {
	if _, there := e.refs[string(c)+"/"+element]; there {
		w.unwish(e, string(c)+"/"+element)
	} else {
		w.wish(e, c, element, value)
	}
	w.trace(" directory: %s (%s) toggles %s %s", e.id, e.mail, c, element)
}

func (w *provWorld) pick() *entry {
	ids := slices.Sorted(maps.Keys(w.entries))
	if len(ids) == 0 {
		return nil
	}
	return w.entries[ids[w.dice.Intn(len(ids))]]
}

// someMail is an address for an entry, rarely in a domain that the server does
// not have.
func (w *provWorld) someMail() string {
	if w.dice.Intn(12) == 11 {
		return "m1@bad"
	}
	return fmt.Sprint("m", w.dice.Intn(10), "@d")
}

// someAlias is an alias, now and then one that is or was somebody's address.
func (w *provWorld) someAlias() string {
	switch w.dice.Intn(6) {
	case 4:
		return w.someMail()
	case 5:
		return fmt.Sprint("al", w.dice.Intn(3), "@bad")
	}
	return fmt.Sprint("al", w.dice.Intn(6), "@d")
}

// contest: who shared an address may have got the other's account.
func (w *provWorld) contest(mail string) {
	if all := w.called(mail); len(all) > 1 {
		for _, e := range all {
			delete(w.boxes, e.id)
		}
	}
}

func (w *provWorld) directoryEdit() {
	e := w.pick()
	k := w.dice.Intn(18)
	if e != nil {
		w.touched[e.id] = true
	}
	switch {
	case e == nil || k < 3 && len(w.entries) < 8:
		mail := w.someMail()
		if len(w.called(mail)) > 0 && w.dice.Intn(3) != 2 {
			return
		}
		e = w.enter(mail)
		w.touched[e.id] = true
		w.contest(mail)
		w.trace(" directory: new %s %s", e.id, mail)
	case k < 5 && w.lying > 0:
		return // a lie and a true departure together may outlast the grace: inherent
	case k < 5:
		w.departures++
		w.honest = 0
		w.trace(" directory: %s (%s) is gone", e.id, e.mail)
		w.depart(e)
	case k == 5 && len(w.called(e.mail)) == 1: // restored from a backup: the same content under a new entry
		w.reborn(e)
	case k < 8:
		mail := w.someMail()
		if mail == e.mail || len(w.called(mail)) > 0 && w.dice.Intn(3) != 2 {
			return
		}
		w.trace(" directory: %s is renamed from %s to %s", e.id, e.mail, mail)
		if old := e.mail; w.dice.Intn(3) == 2 { // the old address becomes an alias
			defer func() { w.toggle(e, "alias", old, "a") }()
		}
		w.renames(e, mail)
	case k < 11:
		w.toggle(e, "alias", w.someAlias(), "a")
	case k < 14:
		w.toggle(e, "fwd", []string{"x", "y", "z"}[w.dice.Intn(3)]+"@out", "f")
	case k == 14: // two people change their addresses
		if other := w.pick(); other != e && other.mail != e.mail {
			w.touched[other.id] = true
			w.trace(" directory: %s (%s) and %s (%s) swap", e.id, e.mail, other.id, other.mail)
			a, b := e.mail, other.mail
			w.renames(e, b)
			w.renames(other, a)
		}
	default:
		quota := []string{"", "5", "7", "bad"}[w.dice.Intn(4)]
		_, there := e.refs["quota/"]
		if quota != "" {
			w.wish(e, "quota", "", quota)
		} else if there {
			w.unwish(e, "quota/")
		}
		w.trace(" directory: %s (%s) has quota %q", e.id, e.mail, quota)
	}
}

// renames renames an entry; an account that is not known to be its own yet is
// none that it takes along.
func (w *provWorld) renames(e *entry, mail string) {
	w.departures++ // the old address is named no more
	if rows, _ := w.rowsOf(e.id); len(rows) == 0 {
		delete(w.boxes, e.id) // nothing tells any more whose account that was
	}
	w.rename(e, mail)
	w.contest(mail)
}

func (w *provWorld) reborn(e *entry) {
	w.trace(" directory: %s (%s) reborn", e.id, e.mail)
	box := w.boxes[e.id]
	old := e.id
	w.serial++
	values := map[string]string{}
	for name, ref := range e.refs {
		values[name] = string(w.servers[0].At(ref).Body)
	}
	w.depart(e)
	e.id, e.refs = fmt.Sprintf("id%03d", w.serial), map[string]core.Ref{}
	w.entries[e.id] = e
	w.touched[e.id] = true
	for _, name := range slices.Sorted(maps.Keys(values)) {
		c, element, _ := strings.Cut(name, "/")
		w.wish(e, core.CollectionID(c), element, values[name])
	}
	if rows, _ := w.rowsOf(old); len(rows) > 0 && rows[0].Key == elementKey("user", e.mail, "") && box != 0 && !w.moving(rows[0]) && w.boxAt(e.mail) == box {
		w.boxes[e.id] = box // the same account is found by its address
	}
}

// boxAt returns the mailbox of the account of that name, or 0.
func (w *provWorld) boxAt(mail string) int {
	if r, there := w.servers[1].ByKey(elementKey("user", mail, "")); there {
		return w.servers[1].At(r).Mailbox
	}
	return 0
}

// moving tells whether an account's rename was begun and is not settled.
func (w *provWorld) moving(row core.Row) bool {
	intents, _ := w.store.Intents(context.Background())
	return row.Renaming != "" || slices.ContainsFunc(intents, func(in core.Intent) bool { return in.Row == row.N && in.Op == core.OpRename })
}
