package contact_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/vcard"
	"lockstep/merge"
	"lockstep/merge/contact"
)

// TestPatchDoesWhatItSays: what Patch sets is there, what it does not is as it
// was, and lines of other properties keep their bytes.
func TestPatchDoesWhatItSays(t *testing.T) {
	f := contact.Format{}
	all := cards(t)
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		body, other := all[dice.IntN(len(all))], all[dice.IntN(len(all))]
		body, other = edit(t, body, dice), edit(t, other, dice)
		b, _ := f.Parse(body)
		o, _ := f.Parse(other)
		vb, _ := vcard.Parse(body)
		vo, _ := vcard.Parse(other)
		changes := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if f.Whole(name) == "" && name != "UID" && dice.IntN(3) == 0 {
				changes[name] = merge.Absent
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if f.Whole(name) == "" && name != "UID" && dice.IntN(2) == 0 {
				changes[name] = o[name]
			}
		}
		for _, name := range slices.Sorted(maps.Keys(changes)) { // the parts go with their whole
			for _, from := range []map[string]string{b, o} {
				for part := range from {
					if f.Whole(part) != name {
						continue
					}
					if v, is := o[part]; is && changes[name] != merge.Absent {
						changes[part] = v
					} else {
						changes[part] = merge.Absent
					}
				}
			}
		}
		out, err := f.Patch(body, changes)
		if err != nil {
			t.Fatalf("%d: %v\n%s", i, err, body)
		}
		got := properties(t, out)
		want := properties(t, body)
		for name, v := range changes {
			if v == merge.Absent {
				delete(want, name)
			} else if !f.Ignored(name) {
				want[name] = f.Canonical(name, v)
			}
		}
		for name := range union(got, want) {
			if got[name] == want[name] && (vb.Version == vo.Version || contains(got, name) == contains(want, name)) {
				continue
			}
			if vb.Version != vo.Version {
				continue // what a version cannot say
			}
			t.Errorf("%d: %s is %q, want %q:\n%s\nwith\n%q\nbecame\n%s", i, name, got[name], want[name], body, changes, out)
		}
		for _, l := range vb.Doc.Lines {
			touched := l.Group != ""
			for name := range changes {
				touched = touched || strings.HasPrefix(name, vcard.CanonicalName(l.Name))
			}
			if !touched && l.Depth == 1 && !bytes.Contains(out, []byte(strings.TrimRight(l.Raw, "\r\n"))) {
				t.Errorf("%d: the line %q did not stay:\n%s", i, l.Raw, out)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// TestMergeProperties: random edits of both sides of real cards.
func TestMergeProperties(t *testing.T) {
	f, m := contact.Format{}, merger()
	all := cards(t)
	edited := 0
	for seed := range uint64(150) {
		dice := rand.New(rand.NewPCG(seed, 7))
		left := all[dice.IntN(len(all))]
		right := left
		if dice.IntN(3) == 0 { // the other side has a card of another version
			p, _ := f.Parse(left)
			other := []string{"UID:u"}
			body := []byte(card([]string{"2.1", "3.0", "4.0"}[dice.IntN(3)], other...))
			var err error
			if right, err = f.Patch(body, p); err != nil {
				t.Fatal(err)
			}
		}
		base, now := [2][]byte{left, right}, [2][]byte{left, right}
		for x := range now {
			for range dice.IntN(4) {
				now[x] = edit(t, now[x], dice)
			}
		}
		name := fmt.Sprintf("seed %d", seed)
		got, err := m.Merge(base, now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, _ := m.Merge(base, now)
		if !slices.EqualFunc(got.To[:], again.To[:], bytes.Equal) || !slices.EqualFunc(got.Base[:], again.Base[:], bytes.Equal) || len(got.Collisions) != len(again.Collisions) {
			t.Errorf("%s: two merges differ", name)
		}
		end := quiet(t, name, got, now)
		was := [2]map[string]string{properties(t, base[0]), properties(t, base[1])}
		is := [2]map[string]string{properties(t, now[0]), properties(t, now[1])}
		then := [2]map[string]string{properties(t, end[0]), properties(t, end[1])}
		collided := map[string]bool{}
		for _, c := range got.Collisions {
			collided[c.Property] = true
		}
		for x := range now {
			for prop, v := range is[x] { // nothing that a side added is lost
				if old, had := was[x][prop]; had && old == v || collided[prop] || f.Whole(prop) != "" {
					continue
				}
				edited++
				for y := range now {
					if _, there := then[y][prop]; !there {
						t.Errorf("%s: %s, added on side %d, is not on side %d", name, prop, x, y)
					}
				}
			}
			for prop := range was[x] { // what a side removed, and nobody edited, is gone
				if f.Whole(prop) != "" || contains(is[x], prop) || !contains(was[1-x], prop) || !contains(is[1-x], prop) || touched(f, prop, was[1-x], is[1-x]) {
					continue
				}
				for y := range now {
					if contains(then[y], prop) {
						t.Errorf("%s: %s, removed on side %d, is on side %d", name, prop, x, y)
					}
				}
			}
		}
		if bytes.Equal(left, right) {
			for prop := range union(then[0], then[1]) {
				if then[0][prop] != then[1][prop] && !collided[prop] && !collided[f.Whole(prop)] && sayable(now, prop) {
					t.Errorf("%s: %s is %q on the left and %q on the right", name, prop, then[0][prop], then[1][prop])
				}
			}
		}
		same, err := m.Merge(base, [2][]byte{now[0], now[0]}) // equal edits are no write
		if bytes.Equal(left, right) && (err != nil || same.To[0] != nil || same.To[1] != nil || len(same.Collisions) > 0) {
			t.Errorf("%s: equal edits are merged: %q %q %v", name, same.Carried[0], same.Carried[1], same.Collisions)
		}
		if t.Failed() {
			t.Fatalf("%s:\nbase\n%s\nbase of the right\n%s\nleft\n%s\nright\n%s\nto left %q\n%s\nto right %q\n%s\n%v", name, base[0], base[1], now[0], now[1], got.Carried[0], got.To[0], got.Carried[1], got.To[1], got.Collisions)
		}
	}
	if edited < 50 {
		t.Errorf("only %d additions", edited)
	}
}

// TestHalfDone: of two writes only one happens, and then the next pass looks
// again. It ends where both sides hold the same, and nothing that was added is lost.
func TestHalfDone(t *testing.T) {
	f, m := contact.Format{}, merger()
	all := cards(t)
	for seed := range uint64(150) {
		dice := rand.New(rand.NewPCG(seed, 11))
		body := all[dice.IntN(len(all))]
		base, now := [2][]byte{body, body}, [2][]byte{body, body}
		for x := range now {
			for range 1 + dice.IntN(3) {
				now[x] = edit(t, now[x], dice)
			}
		}
		was := properties(t, body)
		is := [2]map[string]string{properties(t, now[0]), properties(t, now[1])}
		collided := map[string]bool{}
		for round := 0; ; round++ {
			got, err := m.Merge(base, now)
			if err != nil {
				t.Fatal(err)
			}
			base = got.Base
			for _, c := range got.Collisions {
				collided[c.Property] = true
			}
			x := dice.IntN(2)
			if got.To[x] == nil {
				x = 1 - x
			}
			if got.To[x] == nil {
				break
			}
			if round > 6 {
				t.Fatalf("seed %d does not end", seed)
			}
			if base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], got.To[x], got.To[x], true, func(string) bool { return true }); err != nil {
				t.Fatal(err)
			}
			now[x] = got.To[x]
		}
		then := [2]map[string]string{properties(t, now[0]), properties(t, now[1])}
		for prop := range union(then[0], then[1]) {
			if then[0][prop] != then[1][prop] && !collided[prop] && !collided[f.Whole(prop)] {
				t.Errorf("seed %d: %s is %q on the left and %q on the right\nbase\n%s", seed, prop, then[0][prop], then[1][prop], body)
			}
		}
		for x := range is {
			for prop, v := range is[x] {
				if old, had := was[prop]; f.Whole(prop) == "" && (!had || old != v) && !collided[prop] && !contains(then[1-x], prop) {
					t.Errorf("seed %d: %s, added on side %d, did not come over", seed, prop, x)
				}
			}
		}
	}
}
