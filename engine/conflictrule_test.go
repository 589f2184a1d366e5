package engine_test

import (
	"context"
	"testing"

	"lockstep/core"
)

// cardsOf reads what both sides hold of a card.
func (w *davWorld) cardsOf(t *testing.T, uid core.Key) (cards [2]map[string]string) {
	t.Helper()
	for x, s := range w.servers {
		if r, there := s.ByKey(uid); there {
			cards[x] = w.parsed(s, r)
		}
	}
	return cards
}

// editCard changes a property of a card on a side.
func (w *davWorld) editCard(x core.Side, uid core.Key, name, value string) {
	s := w.servers[x]
	r, _ := s.ByKey(uid)
	p := w.parsed(s, r)
	p[name] = value
	w.put(s, r, p)
}

// TestConflictRule: what both sides changed differently is each side's own, or
// the winner's on both, with the other value in the record; what only one side
// changed goes over in any case.
func TestConflictRule(t *testing.T) {
	for _, c := range []struct {
		name   string
		settle bool
		winner core.Side
		want   [2]string
	}{
		{"each keeps its own", false, core.Left, [2]string{"here", "there"}},
		{"left", true, core.Left, [2]string{"here", "here"}},
		{"right", true, core.Right, [2]string{"there", "there"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newDavWorld(still{}, davOptions{})
			w.link.Policy.Settle, w.link.Policy.Winner = c.settle, c.winner
			w.put(w.servers[0], core.Ref{}, map[string]string{"UID": "u1", "FN": "before", "NOTE": "before", "TEL": "1"})
			w.pass()
			w.editCard(core.Left, "u1", "FN", "here")
			w.editCard(core.Right, "u1", "FN", "there")
			w.editCard(core.Left, "u1", "TEL", "2")
			w.editCard(core.Right, "u1", "NOTE", "after")
			for range 3 {
				w.pass()
			}
			cards := w.cardsOf(t, "u1")
			for x, want := range c.want {
				if cards[x]["FN"] != want || cards[x]["TEL"] != "2" || cards[x]["NOTE"] != "after" {
					t.Errorf("%v", cards)
				}
			}
			all, err := w.store.Conflicts(context.Background())
			if err != nil || len(all) != 1 || all[0].Open == c.settle || all[0].Collisions[0].Value != [2]string{"here", "there"} {
				t.Errorf("%+v, %v", all, err)
			}
			if w.report.Planned != 0 {
				t.Errorf("it is not quiet: %+v", w.report)
			}
			if !c.settle {
				return // TestEditOfOpenConflict
			}
			w.editCard(core.Left, "u1", "FN", "later") // it is no conflict for ever
			w.pass()
			if cards := w.cardsOf(t, "u1"); cards[1]["FN"] != "later" {
				t.Errorf("%v", cards)
			}
		})
	}
}

// TestResolved: a person's choice goes over with the next pass; and if the chosen
// side's card was deleted meanwhile while the other's was edited, the card that comes
// back has the property all the same.
func TestResolved(t *testing.T) {
	for _, deleted := range []bool{false, true} {
		ctx := context.Background()
		w := newDavWorld(still{}, davOptions{})
		w.put(w.servers[0], core.Ref{}, map[string]string{"UID": "u1", "FN": "before", "NOTE": "before"})
		w.pass()
		w.editCard(core.Left, "u1", "FN", "here")
		w.editCard(core.Right, "u1", "FN", "there")
		w.pass()
		all, err := w.store.Conflicts(ctx)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if err := w.engine.Resolve(ctx, w.store, w.link.Traits, all[0].ID, "left"); err != nil {
			t.Fatal(err)
		}
		want := "here"
		if deleted {
			r, _ := w.servers[0].ByKey("u1")
			w.servers[0].Remove(r)
			w.editCard(core.Right, "u1", "NOTE", "edited")
			want = "there" // who was chosen is gone
		}
		for range 3 {
			w.pass()
		}
		for x, c := range w.cardsOf(t, "u1") {
			if c["FN"] != want || deleted && c["NOTE"] != "edited" {
				t.Errorf("deleted %v: the %s has %v", deleted, core.Side(x), c)
			}
		}
		if w.report.Planned != 0 {
			t.Errorf("it is not quiet: %+v", w.report)
		}
	}
}

// TestApart: where items are never joined, two of the same Key that differ stay
// as they are, and equal ones are one.
func TestApart(t *testing.T) {
	for _, apart := range []bool{false, true} {
		w := newDavWorld(still{}, davOptions{})
		w.link.Policy.Apart = apart
		for x, s := range w.servers {
			w.put(s, core.Ref{}, map[string]string{"UID": "same", "FN": "Ann"})
			w.put(s, core.Ref{}, map[string]string{"UID": "other", "FN": "Bob", "EMAIL:" + s.Name: "own"})
			if x == 0 {
				w.put(s, core.Ref{}, map[string]string{"UID": "new", "FN": "Eve"})
			}
		}
		for range 3 {
			w.pass()
		}
		other := w.cardsOf(t, "other")
		if joined := other[0]["EMAIL:r"] != "" || other[1]["EMAIL:l"] != ""; joined == apart {
			t.Errorf("apart %v: %v", apart, other)
		}
		if parked := w.report.Parked; (parked == 1) != apart {
			t.Errorf("apart %v: %d parked", apart, parked)
		}
		w.editCard(core.Left, "same", "NOTE", "edited")
		w.editCard(core.Right, "new", "NOTE", "edited")
		w.pass()
		if same, fresh := w.cardsOf(t, "same"), w.cardsOf(t, "new"); same[1]["NOTE"] != "edited" || fresh[0]["NOTE"] != "edited" {
			t.Errorf("apart %v: %v %v", apart, same, fresh)
		}
		if !apart {
			continue
		}
		w.editCard(core.Left, "other", "EMAIL:r", "own") // made equal by hand, they are one
		w.editCard(core.Right, "other", "EMAIL:l", "own")
		w.pass()
		w.editCard(core.Right, "other", "NOTE", "joined")
		w.pass()
		if other = w.cardsOf(t, "other"); other[0]["NOTE"] != "joined" || w.report.Parked != 0 {
			t.Errorf("%v, %d parked", other, w.report.Parked)
		}
	}
}
