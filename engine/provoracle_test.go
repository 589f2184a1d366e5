package engine_test

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/state"
)

// watch judges a write that is about to happen: no account of a living person
// and no forward of a user is deleted, whatever the directory claims; nothing
// that the directory wishes all the time is; no unmanaged or protected account is
// touched; an identity is made once and never changed.
func (w *provWorld) watch(s *memory.Server, wr core.Write) {
	w.merged()
	c, owner, element := elementOf(wr.Item.Key)
	if wr.Op == core.OpCreate && c == "fwd" {
		w.ours[element] = true
	}
	m := s.At(wr.Ref)
	if wr.Op == core.OpCreate || m == nil {
		return
	}
	switch {
	case m.Owner == "svc@d":
		w.violate("an unmanaged account was touched: %s %s", wr.Op, m.Key)
	case wr.Op == core.OpRename:
		if box := m.Mailbox; box != 0 && wr.If.Absent && len(w.called(owner)) == 0 && w.untouched() && w.lying == 0 { // else it may be what an older listing has shown
			w.violate("the account %s was renamed to %s, which nobody is called", m.Owner, owner)
		}
	case wr.Ref.Collection == "ident":
		w.violate("an identity was changed: %s %s", wr.Op, m.Key)
	case wr.Op == core.OpDelete:
		w.watchDeletion(wr.Ref, m)
	}
}

// merged: a rename may bring a forward onto one that is there already; what was a
// user's is so still.
func (w *provWorld) merged() {
	for m, own := range maps.Clone(w.own) {
		if r, there := w.servers[1].ByKey(m.Key); there && w.servers[1].At(r) != m {
			delete(w.own, m)
			now := w.servers[1].At(r)
			w.own[now] = w.own[now] || own
		}
	}
}

// disown: whoever gets the address of an account that is deleted has not made
// what is left there.
func (w *provWorld) disown(mail string) {
	maps.DeleteFunc(w.own, func(m *memory.Message, _ bool) bool { return m.Owner == mail })
}

func (w *provWorld) untouched() bool { return len(w.touched) == 0 }

func (w *provWorld) watchDeletion(ref core.Ref, m *memory.Message) {
	s := w.servers[1]
	account, has := s.ByKey(elementKey("user", m.Owner, ""))
	lives := has && w.lives(s.At(account))
	switch {
	case m.Owner == w.protected:
		w.violate("something of a protected owner was deleted: %s", m.Key)
	case ref.Collection == "user" && lives:
		w.violate("the account of %s was deleted, who lives", m.Owner)
	case w.own[m] && lives:
		w.violate("a forward that %s made was deleted: %s", m.Owner, m.Key)
	case w.lying == 0 && !w.partial && w.wishedAllTheTime(m) && has && lives:
		w.violate("it was deleted, and is wished: %s", m.Key)
	}
	if !lives {
		delete(w.own, m) // it goes with its owner
	}
	if ref.Collection == "user" {
		w.disown(m.Owner)
	}
}

// lives tells whether an account is somebody's who was in the directory all
// through this pass, or whom an honest one has shown before a lie.
func (w *provWorld) lives(account *memory.Message) bool {
	for id, e := range w.entries {
		was, known := w.before[id]
		if box := w.boxes[id]; box != 0 && box == account.Mailbox && known {
			return true
		} else if box == 0 && known && was.mail == e.mail && e.mail == account.Owner && !w.touched[id] && !w.renamedOnto(id) && (w.lying == 0 || w.shown[id] == e.mail) {
			return true
		}
	}
	return false
}

// renamedOnto tells whether an entry has its account under another address, so
// that the one under its own is somebody else's.
func (w *provWorld) renamedOnto(id string) bool {
	rows, _ := w.rowsOf(id)
	return len(rows) > 0 && rows[0].Key != elementKey("user", w.entries[id].mail, "")
}

// wishedAllTheTime tells whether one entry alone, which has its account, has
// wished an element since the pass began.
func (w *provWorld) wishedAllTheTime(m *memory.Message) bool {
	all := w.called(m.Owner)
	if len(all) != 1 {
		return false
	}
	e := all[0]
	for id, was := range w.before {
		if id != e.id && was.mail == m.Owner {
			return false
		}
	}
	c, _, element := elementOf(m.Key)
	name := string(c) + "/" + element
	_, now := e.refs[name]
	was := w.before[e.id]
	return now && was.mail == e.mail && was.wishes[name] && !w.touched[e.id] && !w.renamedOnto(e.id)
}

// check compares the end with what the directory wishes.
func (w *provWorld) check() {
	w.merged()
	for _, id := range slices.Sorted(maps.Keys(w.entries)) {
		e := w.entries[id]
		w.checkMailbox(e)
		if all := w.called(e.mail); len(all) > 1 {
			if all[0] == e {
				w.checkContest(all)
			}
		} else if w.settled(e) {
			for _, complaint := range w.complaints(e) {
				w.violate("%s", complaint)
			}
		}
	}
	w.checkLeftovers()
	s := w.servers[1]
	for m, own := range w.own {
		if _, there := s.ByKey(m.Key); own && !there && hasAccount(s, m.Owner) {
			w.violate("a user's forward is gone: %s", m.Key)
		}
	}
	for _, key := range []core.Key{"user/svc@d", "alias/svc@d/help@d", "fwd/svc@d/ops@x"} {
		if _, there := s.ByKey(key); !there {
			w.violate("the unmanaged account was touched")
		}
	}
}

// checkMailbox: whoever had an account has it still, under the new address, if
// that is free.
func (w *provWorld) checkMailbox(e *entry) {
	box, s := w.boxes[e.id], w.servers[1]
	if box == 0 || len(w.called(e.mail)) > 1 {
		return
	}
	at := ""
	for _, r := range s.Refs() {
		if m := s.At(r); m.Mailbox == box {
			at = m.Owner
		}
	}
	rows, _ := w.rowsOf(e.id)
	switch {
	case at == "":
		w.violate("the mailbox of %s is lost", e.mail)
	case at != e.mail && len(rows) > 0 && rows[0].Key == elementKey("user", e.mail, "") && !w.is("noUpdate", "user") && !w.longLies: // which may hide whose it was
		w.violate("%s has another account, and its mailbox is left under %s", e.mail, at)
	case at != e.mail && !w.blocked(e):
		w.violate("%s still has its mailbox under %s", e.mail, at)
	}
}

// blocked tells whether an entry cannot have its account under its address.
func (w *provWorld) blocked(e *entry) bool {
	s := w.servers[1]
	if strings.HasSuffix(e.mail, "@bad") || w.is("noUpdate", "user") || isAlias(s, e.mail) {
		return true
	}
	r, there := s.ByKey(elementKey("user", e.mail, ""))
	return there && (w.boxes[e.id] == 0 || s.At(r).Mailbox != w.boxes[e.id])
}

// settled tells whether an entry has its account, or needs none that it lacks.
func (w *provWorld) settled(e *entry) bool {
	s := w.servers[1]
	if rows, _ := w.rowsOf(e.id); len(rows) > 0 && rows[0].Key != elementKey("user", e.mail, "") {
		return false // it waits for its name; checkMailbox judges that
	}
	if !hasAccount(s, e.mail) && !strings.HasSuffix(e.mail, "@bad") && !isAlias(s, e.mail) && !w.is("noCreate", "user") && !w.waitsForName(e) {
		w.violate("no account: %s", e.mail)
	}
	return hasAccount(s, e.mail) && !w.waitsForName(e)
}

// waitsForName: the account of that name is still that of another entry, which
// cannot be renamed.
func (w *provWorld) waitsForName(e *entry) bool {
	rows, _ := w.store.RowsWith(context.Background(), state.Property{Key: elementKey("user", e.mail, "")})
	return slices.ContainsFunc(rows, func(r core.Row) bool { return r.Side[0].None || string(r.Side[0].Same) != e.id })
}

// complaints says what an entry lacks, or has too much.
func (w *provWorld) complaints(e *entry) (bad []string) {
	s := w.servers[1]
	for _, name := range slices.Sorted(maps.Keys(e.refs)) {
		c, element, _ := strings.Cut(name, "/")
		at := core.CollectionID(c)
		want := string(w.servers[0].At(e.refs[name]).Body)
		r, there := s.ByKey(elementKey(at, e.mail, element))
		switch {
		case want == "bad", at == "alias" && (element == e.mail || len(w.called(element)) > 0 || strings.HasSuffix(element, "@bad")):
		case !there && (w.is("noCreate", at) || at == "alias" && (hasAccount(s, element) || w.is("noUpdate", at))):
		case !there:
			bad = append(bad, "not provisioned: "+name+" of "+e.mail)
		case at == "ident" || w.is("noUpdate", at):
		case string(s.At(r).Body) != want:
			bad = append(bad, "wrong value: "+name+" of "+e.mail+" is "+string(s.At(r).Body)+", want "+want)
		}
	}
	for _, r := range s.Refs() {
		m := s.At(r)
		_, _, element := elementOf(m.Key)
		_, wished := e.refs[string(r.Collection)+"/"+element]
		exact := r.Collection == "alias" || r.Collection == "quota"
		if m.Owner == e.mail && exact && !wished && !w.is("noUpdate", r.Collection) && e.mail != w.protected {
			bad = append(bad, "not wished but there: "+string(m.Key))
		}
	}
	return bad
}

// checkContest: of entries with one address one has what it wishes, and the
// others nothing.
func (w *provWorld) checkContest(all []*entry) {
	var first []string
	for _, e := range all {
		bad := w.complaints(e)
		if len(bad) == 0 || !w.settledQuietly(e) {
			return
		}
		if rows, _ := w.rowsOf(e.id); len(rows) > 0 {
			first = bad
		}
	}
	if hasAccount(w.servers[1], all[0].mail) && first != nil {
		w.violate("nobody who is called %s has all: %v", all[0].mail, first)
	}
}

func (w *provWorld) settledQuietly(e *entry) bool {
	rows, _ := w.rowsOf(e.id)
	return len(rows) == 0 || rows[0].Key == elementKey("user", e.mail, "") && !w.waitsForName(e)
}

// checkLeftovers: the accounts of people who are gone are gone.
func (w *provWorld) checkLeftovers() {
	s := w.servers[1]
	for _, r := range s.Refs() {
		m := s.At(r)
		if r.Collection != "user" || m.Owner == "svc@d" || w.keepsGone(m.Owner) {
			continue
		}
		rows, _ := w.store.RowsAt(context.Background(), core.Right, []core.Ref{r})
		row, managed := rows[r]
		if row.Side[0].None && w.is("noUpdate", "user") && w.entries[string(row.Side[0].Same)] != nil {
			continue // left behind by somebody who has another account
		}
		if managed && w.entries[string(row.Side[0].Same)] == nil && len(w.called(m.Owner)) == 0 {
			w.violate("stale account: %s", m.Owner)
		}
	}
}
