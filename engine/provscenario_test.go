package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// onlyNamed: what stands without a row is deleted only from owners that the left
// names.
func onlyNamed(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.addRight(w.servers[1], "user", "m5@d", "", "u")
	w.addRight(w.servers[1], "alias", "m5@d", "al7@d", "a")
	w.pass()
	w.pass()
	if _, there := w.servers[1].ByKey("alias/svc@d/help@d"); !there {
		return "an alias of an account that nobody manages was deleted"
	}
	if _, there := w.servers[1].ByKey(elementKey("alias", e.mail, "al7@d")); there {
		return "an alias that the directory does not wish is there"
	}
	return ""
}

// renameKeeps: somebody marries. The account keeps its mailbox and what its user
// made; the rest is made under the new name.
func renameKeeps(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.wish(e, "quota", "", "5")
	w.pass()
	s := w.servers[1]
	w.addRight(s, "fwd", e.mail, "own@out", "f")
	account, _ := s.ByKey(elementKey("user", e.mail, ""))
	box := s.At(account).Mailbox
	w.rename(e, "m6@d")
	w.wish(e, "alias", "m5@d", "a")
	w.wish(e, "quota", "", "7")
	w.pass()
	for _, key := range []core.Key{"user/m6@d", "alias/m6@d/al1@d", "alias/m6@d/m5@d", "fwd/m6@d/x@out", "fwd/m6@d/own@out", "quota/m6@d", "ident/m6@d"} {
		if _, there := s.ByKey(key); !there {
			return fmt.Sprintf("%s is not there after one pass", key)
		}
	}
	for _, key := range []core.Key{"user/m5@d", "alias/m5@d/al1@d", "fwd/m5@d/x@out"} {
		if _, there := s.ByKey(key); there {
			return fmt.Sprintf("%s is still there", key)
		}
	}
	account, _ = s.ByKey("user/m6@d")
	if quota, _ := s.ByKey("quota/m6@d"); s.At(account).Mailbox != box || string(s.At(quota).Body) != "7" {
		return "it has another mailbox, or the old quota"
	}
	writes := w.writes
	if w.pass(); w.writes != writes {
		return "the next pass is not quiet"
	}
	return ""
}

// oneEntry: two entries with one address.
func oneEntry(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.pass()
	second := w.enter(e.mail)
	w.wish(second, "alias", "al3@d", "a")
	w.pass()
	w.pass()
	if _, there := w.servers[1].ByKey(elementKey("alias", e.mail, "al3@d")); there {
		return "the second entry's alias leads to the first one's account"
	}
	note := w.note(second.id)
	if note == nil || !note.Parked || note.Count != 2 || !strings.Contains(note.Why, "uid="+e.id) || note.Where != "uid="+second.id {
		return fmt.Sprintf("it is not parked with its two elements, or does not name both: %+v", note)
	}
	return ""
}

// askedOnce: an identity that a user has is neither made again nor changed, and
// is not asked for twice.
func askedOnce(without reconcile.Without) string {
	w, e := quietProvision(without)
	w.addRight(w.servers[1], "user", e.mail, "", "u")
	w.addRight(w.servers[1], "ident", e.mail, "", "mine")
	asked := 0
	tried := 0
	w.started = func(_ *memory.Server, wr core.Write) {
		if wr.Ref.Collection == "ident" && wr.Item.Owner == e.mail {
			tried++
		}
	}
	w.servers[1].Shape.Lazy = func(c core.CollectionID) bool { asked++; return c == "ident" }
	w.pass()
	if tried > 0 {
		return "it was tried to make an identity that is there"
	}
	w.pass()
	requests := w.report.Requests
	w.pass()
	if w.report.Requests != requests || w.report.Dropped > 0 {
		return fmt.Sprintf("a quiet pass makes %d requests and then %d", requests, w.report.Requests)
	}
	return ""
}

// massDeparture: with a guard, many owners who leave at once are held back.
func massDeparture(without reconcile.Without) string {
	w, _ := quietProvision(without)
	w.link.Policy.Guard, w.link.Policy.GracePasses = reconcile.GuardPolicy{Percent: 5, Count: 2}, 100
	var all []*entry
	for i := range 40 {
		all = append(all, w.enter(fmt.Sprintf("n%d@d", i)))
	}
	w.pass()
	for i := range 8 { // two at a time, which is no drop
		w.depart(all[i])
		if i%2 == 1 {
			w.pass()
		}
	}
	accounts := func() (n int) {
		for _, r := range w.servers[1].Refs() {
			if r.Collection == "user" {
				n++
			}
		}
		return n
	}
	before := accounts()
	w.link.Policy.GracePasses, w.link.Policy.GraceSeconds = 0, 0
	w.pass()
	if n := accounts(); n != before {
		return fmt.Sprintf("%d of %d accounts were deleted", before-n, before)
	}
	if w.report.Held == 0 || w.report.PlanID == "" {
		return "nothing is held"
	}
	w.confirm = w.report.PlanID
	if w.pass(); accounts() != before-8 {
		return fmt.Sprintf("a confirmation does not release them: %d of %d accounts are left, %d steps held", accounts(), before, w.report.Held)
	}
	return ""
}

// note returns the note about an entry.
func (w *provWorld) note(id string) *core.Note {
	for _, n := range w.report.Plan.Notes {
		if strings.HasPrefix(string(n.Ref.ID), id) {
			return &n
		}
	}
	return nil
}

// told tells whether a note says something.
func (w *provWorld) told(parts ...string) bool {
	return slices.ContainsFunc(w.report.Plan.Notes, func(n core.Note) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(n.Why, part) })
	})
}

func (w *provWorld) there(key core.Key) bool {
	_, there := w.servers[1].ByKey(key)
	return there
}

// TestSwitches: what is off is not done, and said in one note for each resource.
func TestSwitches(t *testing.T) {
	begin := func(change func(*reconcile.Policy, *reconcile.Resource), c core.CollectionID) (*provWorld, *entry) {
		w, e := quietProvision(0)
		for _, e := range w.entries {
			w.wish(e, "quota", "", "5")
		}
		w.pass()
		res := w.link.Policy.Resources[c]
		change(&w.link.Policy, &res)
		w.link.Policy.Resources[c] = res
		return w, e
	}
	t.Run("create", func(t *testing.T) {
		w, e := begin(func(_ *reconcile.Policy, r *reconcile.Resource) { r.NoCreate = true }, "alias")
		w.wish(e, "alias", "al3@d", "a")
		w.wish(e, "alias", "al4@d", "a")
		w.pass()
		if w.there(elementKey("alias", e.mail, "al3@d")) || !w.told("2 in alias missing, and creating is off: "+e.mail) {
			t.Errorf("%+v", w.report.Plan.Notes)
		}
	})
	t.Run("update", func(t *testing.T) {
		w, e := begin(func(_ *reconcile.Policy, r *reconcile.Resource) { r.NoUpdate = true }, "quota")
		w.wish(e, "quota", "", "7")
		w.pass()
		quota, _ := w.servers[1].ByKey(elementKey("quota", e.mail, ""))
		if string(w.servers[1].At(quota).Body) != "5" || !w.told("1 in quota different, and updating is off: "+e.mail) {
			t.Errorf("%+v", w.report.Plan.Notes)
		}
		w.unwish(e, "quota/")
		w.pass()
		if !w.there(elementKey("quota", e.mail, "")) || !w.told("no longer wished, and updating is off") {
			t.Errorf("%+v", w.report.Plan.Notes)
		}
	})
	t.Run("a living owner needs no deletions", func(t *testing.T) {
		w, e := begin(func(p *reconcile.Policy, _ *reconcile.Resource) { p.Deletes[core.Right] = false }, "alias")
		w.unwish(e, "alias/al1@d")
		w.pass()
		if w.there(elementKey("alias", e.mail, "al1@d")) {
			t.Error("an alias that is taken away stays, because deletions are off")
		}
	})
	t.Run("deletions", func(t *testing.T) {
		w, e := begin(func(p *reconcile.Policy, _ *reconcile.Resource) { p.Deletes[core.Right] = false }, "alias")
		w.depart(e)
		for range provGrace + 2 {
			w.pass()
		}
		if !w.there("user/m5@d") || !w.there("alias/m5@d/al1@d") || !w.told("1 in user", "deletions are off for this link: m5@d") {
			t.Errorf("%+v", w.report.Plan.Notes)
		}
	})
	t.Run("accounts stay", func(t *testing.T) {
		w, e := begin(func(_ *reconcile.Policy, r *reconcile.Resource) { r.NoDelete = true }, "user")
		w.addRight(w.servers[1], "fwd", e.mail, "own@out", "f")
		w.depart(e)
		for range provGrace + 2 {
			w.pass()
		}
		if !w.there("user/m5@d") || !w.there("fwd/m5@d/own@out") || w.there("alias/m5@d/al1@d") || w.there("fwd/m5@d/x@out") {
			t.Error("the account and what its user made stay, and what we made goes")
		}
	})
	t.Run("protected", func(t *testing.T) {
		w, e := begin(func(p *reconcile.Policy, _ *reconcile.Resource) {
			p.Protected = func(owner string) bool { return owner == "m5@d" }
		}, "user")
		w.unwish(e, "alias/al1@d")
		w.pass()
		w.depart(e)
		for range provGrace + 2 {
			w.pass()
		}
		if !w.there("user/m5@d") || !w.there("alias/m5@d/al1@d") || !w.told("protected: m5@d") {
			t.Errorf("%+v", w.report.Plan.Notes)
		}
	})
	t.Run("no account", func(t *testing.T) {
		w, _ := begin(func(_ *reconcile.Policy, r *reconcile.Resource) { r.NoCreate = true }, "user")
		e := w.enter("m3@d")
		w.wish(e, "fwd", "x@out", "f")
		w.wish(e, "fwd", "y@out", "f")
		w.pass()
		if !w.told("m3@d has no account, which 2 of its elements need") || w.there("fwd/m3@d/x@out") {
			t.Errorf("%+v", w.report.Plan.Notes)
		}
	})
}

// TestDropOfAResource: an attribute that nobody may read any more takes its
// elements from everybody; they are held back, and the rest goes on.
func TestDropOfAResource(t *testing.T) {
	w, e := quietProvision(0)
	w.pass()
	w.servers[0].Shape.Omit = func(s core.Stub) bool { return s.Collection == "alias" }
	w.wish(e, "fwd", "y@out", "f")
	w.pass()
	if !w.there(elementKey("alias", e.mail, "al1@d")) || w.report.Held != 2 || !w.there(elementKey("fwd", e.mail, "y@out")) {
		t.Errorf("%d held; %+v", w.report.Held, w.report.Plan.Held)
	}
	w.confirm = w.report.PlanID
	if w.pass(); w.there(elementKey("alias", e.mail, "al1@d")) {
		t.Error("a person confirms it, and they stay")
	}
}

// TestUnlistable: what stands in one resource cannot be listed; the others go
// on, and nobody's account goes.
func TestUnlistable(t *testing.T) {
	w, e := quietProvision(0)
	gone := w.enter("m3@d")
	w.wish(gone, "alias", "al5@d", "a")
	w.pass()
	lists := w.servers[1].Shape.Lazy
	w.link.Replicas[1] = nil
	w.depart(gone)
	w.unwish(e, "alias/al1@d")
	w.wish(e, "fwd", "y@out", "f")
	w.servers[1].Shape.Unlisted = func(c core.CollectionID) bool { return c == "fwd" }
	for range provGrace + 2 {
		w.pass()
	}
	if w.there("fwd/m5@d/y@out") || w.there("alias/m5@d/al1@d") || !w.there("user/m3@d") || w.there("alias/m3@d/al5@d") {
		t.Error("a step was made where nothing is known, or none where all is")
	}
	if w.report.Parked == 0 || !w.told("cannot list fwd") {
		t.Errorf("it is not said: %+v", w.report.Plan.Notes)
	}
	w.servers[1].Shape.Unlisted, w.servers[1].Shape.Lazy = nil, lists
	w.pass()
	w.pass()
	if !w.there("fwd/m5@d/y@out") || w.there("user/m3@d") {
		t.Error("it is not made good once all can be listed")
	}
}

// TestVetted: what the right would refuse is known before the first write, and
// what needs it waits.
func TestVetted(t *testing.T) {
	for _, planOnly := range []bool{true, false} {
		w, _ := quietProvision(0)
		e := w.enter("m3@bad")
		w.wish(e, "fwd", "x@out", "f")
		w.wish(e, "fwd", "y@out", "f")
		tried := false
		w.started = func(_ *memory.Server, wr core.Write) { tried = tried || strings.Contains(string(wr.Item.Key), "@bad") }
		w.planOnly = planOnly
		w.pass()
		if tried || !w.told("refuses to create it", "no such domain") {
			t.Errorf("plan only %v: tried %v, %+v", planOnly, tried, w.report.Plan.Notes)
		}
	}
}

// TestRenamesInTurn: names are passed on along a chain in one pass; in a circle
// nobody is renamed, and everybody keeps what they have.
func TestRenamesInTurn(t *testing.T) {
	w, a := quietProvision(0)
	b, c := w.enter("m6@d"), w.enter("m7@d")
	w.pass()
	boxes := map[string]int{}
	box := func(mail string) int {
		r, there := w.servers[1].ByKey(elementKey("user", mail, ""))
		if !there {
			return 0
		}
		return w.servers[1].At(r).Mailbox
	}
	for _, mail := range []string{"m5@d", "m6@d", "m7@d"} {
		boxes[mail] = box(mail)
	}
	w.rename(c, "m4@d")
	w.rename(b, "m7@d")
	w.rename(a, "m6@d")
	w.pass()
	if box("m4@d") != boxes["m7@d"] || box("m7@d") != boxes["m6@d"] || box("m6@d") != boxes["m5@d"] || box("m5@d") != 0 {
		t.Error("a chain of renames ends otherwise")
	}
	w.rename(a, "m7@d")
	w.rename(b, "m6@d")
	w.pass()
	if box("m6@d") != boxes["m5@d"] || box("m7@d") != boxes["m6@d"] || !w.told("in a circle", "m6@d to m7@d to m6@d") {
		t.Errorf("a circle: %+v", w.report.Plan.Notes)
	}
}

// TestRenameOntoOthers: a name that somebody else has is not taken; one that
// somebody who is gone had is free once that account is deleted.
func TestRenameOntoOthers(t *testing.T) {
	w, e := quietProvision(0)
	gone := w.enter("m3@d")
	w.pass()
	w.rename(e, "svc@d")
	w.pass()
	if !w.told("stands on the right that is not its own: rename or delete that one") || !w.there("user/m5@d") {
		t.Errorf("%+v", w.report.Plan.Notes)
	}
	w.depart(gone)
	w.rename(e, "m3@d")
	w.pass()
	if !w.told("of somebody who is gone still stands") || !w.there("user/m5@d") {
		t.Errorf("%+v", w.report.Plan.Notes)
	}
	for range provGrace {
		w.pass()
	}
	if w.there("user/m5@d") || !w.there("user/m3@d") || !w.there("fwd/m3@d/x@out") {
		t.Error("it is not renamed once the name is free")
	}
}

// TestLogTellsAll: the log has what an audit and an undo need.
func TestLogTellsAll(t *testing.T) {
	w, e := quietProvision(0)
	for _, e := range w.entries {
		w.wish(e, "quota", "", "5")
	}
	w.pass()
	w.wish(e, "quota", "", "7")
	w.pass()
	w.unwish(e, "alias/al1@d")
	w.pass()
	w.depart(e)
	w.link.Policy.GracePasses, w.link.Policy.GraceSeconds = 0, 0
	w.pass()
	log, err := w.store.Log(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	find := func(op core.Op, key core.Key) state.Entry {
		for _, entry := range log {
			if entry.Op == op && entry.Key == key {
				return entry
			}
		}
		t.Fatalf("no %s of %s in the log", op, key)
		return state.Entry{}
	}
	for _, c := range []struct {
		op            core.Op
		key           core.Key
		before, after string
	}{
		{core.OpCreate, "quota/m5@d", "", "5"}, {core.OpUpdate, "quota/m5@d", "5", "7"}, {core.OpDelete, "quota/m5@d", "7", ""},
		{core.OpDelete, "alias/m5@d/al1@d", "a", ""},
	} {
		entry := find(c.op, c.key)
		if entry.Owner != "m5@d" || entry.Before != c.before || entry.After != c.after || entry.Where != "uid="+e.id || string(entry.Same) != e.id {
			t.Errorf("%s %s: %+v", c.op, c.key, entry)
		}
		if c.op != core.OpDelete && entry.Sum != digest([]byte(c.after)) {
			t.Errorf("%s %s: the Sum is %q", c.op, c.key, entry.Sum)
		}
	}
}
