package main

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// bothEdit is a case in which both sides edit one card, which merges without a conflict.
type bothEdit struct {
	name        string
	was         []string
	here, there func(string) string
	// lines that both cards have then, and texts that neither has.
	lines, not []string
}

func bothEdits() []bothEdit {
	return []bothEdit{
		{"case 12: number here, address there", []string{"TEL:+1 1", "EMAIL:a@x"}, replacing("+1 1", "+1 9"), replacing("a@x", "b@x"), []string{"TEL:+1 9", "EMAIL:b@x"}, []string{"a@x"}},
		{"case 13: an address on either", nil, adding("EMAIL:a@x"), adding("EMAIL:b@x"), []string{"EMAIL:a@x", "EMAIL:b@x"}, nil},
		{"case 15: deleted here, its type edited there", []string{"TEL;TYPE=HOME:+1 1", "TEL:+1 2"}, without("TEL;TYPE=HOME"), replacing("TYPE=HOME", "TYPE=WORK"), []string{"TEL;TYPE=WORK:+1 1", "TEL:+1 2"}, nil},
		{"case 15: its type edited here, deleted there", []string{"TEL;TYPE=HOME:+1 1", "TEL:+1 2"}, replacing("TYPE=HOME", "TYPE=WORK"), without("TEL;TYPE=HOME"), []string{"TEL;TYPE=WORK:+1 1", "TEL:+1 2"}, nil},
		{"case 19: the same edit", []string{"TEL:+1 1"}, replacing("+1 1", "+1 9"), replacing("+1 1", "+1 9"), []string{"TEL:+1 9"}, []string{"+1 1"}},
		{"case 21: number here, label there", []string{"item1.TEL:+1 1", "item1.X-ABLABEL:Boat", "TEL:+1 2"}, replacing("+1 1", "+1 9"), replacing("Boat", "Ship"), nil, []string{"+1 1", "Boat"}},
		{"case 22: a category on either, one removed", []string{"CATEGORIES:old,kept"}, replacing("old,kept", "old,kept,mine"), replacing("old,kept", "kept,hers"), nil, []string{"old"}},
	}
}

// TestBothEdit: what both sides did to one card is on both sides then.
func TestBothEdit(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := newDevice(t, b, "here", "")
		uid := func(n int) string { return fmt.Sprintf("c%02d", n) }
		for n, c := range bothEdits() {
			d.write(t, uid(n)+".vcf", newCard(uid(n), "Ann", c.was...))
		}
		d.sync(t)
		for n, c := range bothEdits() {
			d.edit(t, uid(n), c.here)
			b.edit(t, uid(n), c.there)
		}
		d.sync(t)
		if all := d.conflicts(t); len(all) > 0 {
			t.Errorf("conflicts: %+v", all)
		}
		for n, c := range bothEdits() {
			for what, body := range map[string]string{"here": d.body(t, uid(n)), "there": b.body(t, uid(n))} {
				for _, line := range c.lines {
					if !has(body, line) {
						t.Errorf("%s: %s is no %s in\n%s", c.name, what, line, body)
					}
				}
				for _, text := range c.not {
					if strings.Contains(body, text) {
						t.Errorf("%s: %s is %s in\n%s", c.name, what, text, body)
					}
				}
			}
		}
		for what, body := range map[string]string{"here": d.body(t, "c05"), "there": b.body(t, "c05")} {
			if group := groupOf(body, "TEL:+1 9"); group == "" || group != groupOf(body, "X-ABLABEL:Ship") || !has(body, "TEL:+1 2") {
				t.Errorf("case 21: %s the label is not at its number:\n%s", what, body)
			}
		}
		for what, body := range map[string]string{"here": d.body(t, "c06"), "there": b.body(t, "c06")} {
			for _, word := range []string{"kept", "mine", "hers"} {
				if strings.Count(body, word) != 1 {
					t.Errorf("case 22: %s is no %s in\n%s", what, word, body)
				}
			}
		}
		d.quiet(t, 0)
	})
}

// groupOf the only line of a card that ends so; "" = there is none, or it is in none.
func groupOf(body, end string) string {
	for _, line := range unfolded(body) {
		if group, is := strings.CutSuffix(line, "."+end); is {
			return group
		}
	}
	return ""
}

// TestCase14and18: two names for one person are a conflict; both are kept, and what else
// was edited goes over. Case 18: whoever resolves it decides, by one guarded write.
func TestCase14and18(t *testing.T) {
	for _, choice := range []string{"left", "right", "both"} {
		t.Run(choice, func(t *testing.T) {
			onBooks(t, func(t *testing.T, b *book) {
				w := b.tap(t)
				d := pair(t, b)
				d.edit(t, "u1", replacing("FN:U1", "FN:Here"))
				d.edit(t, "u1", adding("NOTE:here"))
				b.edit(t, "u1", replacing("FN:U1", "FN:There"))
				b.edit(t, "u1", adding("TITLE:there"))
				d.ends(t, 5, "sync")
				here, there := d.body(t, "u1"), b.body(t, "u1")
				if !has(here, "FN:Here") || !has(there, "FN:There") || !has(here, "TITLE:there") || !has(there, "NOTE:here") {
					t.Fatalf("here is\n%s\nthere is\n%s", here, there)
				}
				all := d.conflicts(t)
				if len(all) != 1 || len(all[0].Collisions) != 1 || all[0].Collisions[0].Property != "FN" || all[0].State != "open" {
					t.Fatalf("%+v", all)
				}
				id := fmt.Sprint(all[0].ID)
				d.ends(t, 0, "conflicts", "show", id).says(t, "Here", "There")
				d.quiet(t, 5)
				d.ends(t, 0, "conflicts", "resolve", id, choice)
				b.edit(t, "u1", adding("URL:http://example.org/new")) // comes between
				w.all()
				d.sync(t)
				wrote := w.writes()
				here, there = d.body(t, "u1"), b.body(t, "u1")
				want := map[string][2]string{"left": {"Here", "Here"}, "right": {"There", "There"}, "both": {"Here", "There"}}[choice]
				if !has(here, "FN:"+want[0]) || !has(there, "FN:"+want[1]) {
					t.Errorf("here is\n%s\nthere is\n%s", here, there)
				}
				for what, body := range map[string]string{"here": here, "there": there} {
					if !has(body, "URL:http://example.org/new") {
						t.Errorf("%s the edit that came between is lost:\n%s", what, body)
					}
				}
				if n := len(wrote); choice == "left" && (n != 1 || !strings.HasPrefix(wrote[0].guard, `"`)) || choice != "left" && n > 0 {
					t.Errorf("the program sent %+v", wrote)
				}
				if all := d.conflicts(t); len(all) > 0 {
					t.Errorf("%+v", all)
				}
				d.quiet(t, 0)
				if choice == "both" { // each keeps its own, until somebody edits it
					d.edit(t, "u1", replacing("FN:Here", "FN:Newer"))
					d.sync(t)
					if body := b.body(t, "u1"); !has(body, "FN:Newer") {
						t.Errorf("there is\n%s", body)
					}
				}
			})
		})
	}
}

// TestCase16and17: an edit beats a deletion, whichever side it is on; the UID stays.
func TestCase16and17(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.remove(t, "u1")
		b.edit(t, "u1", adding("NOTE:edited there"))
		b.remove(t, "u2")
		d.edit(t, "u2", adding("NOTE:edited here"))
		out := d.ends(t, 0, "sync")
		out.says(t, "edited on the")
		d.inStep(t, "u1", "u2", "u3")
		for uid, note := range map[string]string{"u1": "NOTE:edited there", "u2": "NOTE:edited here"} {
			if body := d.body(t, uid); !has(body, note) || !has(body, "TEL;TYPE=HOME:+1 555 1") {
				t.Errorf("here is\n%s", body)
			}
		}
		d.ends(t, 0, "log", d.lastRun(t)).says(t, `"key":"u1"`, `"key":"u2"`)
		d.quiet(t, 0)
	})
}

// TestCase20: what means nothing is no edit: stamps, the order of lines, folds, the
// case of a type, and how a letter is composed (case 64).
func TestCase20and64(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := newDevice(t, b, "here", "")
		d.write(t, "a.vcf", newCard("a", "Jose\u0301", "TEL;TYPE=CELL:+1 1", "NOTE:"+strings.Repeat("word ", 30)))
		d.sync(t)
		was := d.body(t, "a")
		b.put(t, b.find(t, "a"), strings.Join([]string{"BEGIN:VCARD", "VERSION:3.0", "PRODID:-//other//EN", "REV:20260505T050505Z", "NOTE:" + strings.Repeat("word ", 9), " " + strings.Repeat("word ", 21),
			"tel;type=cell:+1 1", "N:Jos\u00e9;;;;", "FN:Jos\u00e9", "UID:a", "END:VCARD", ""}, "\r\n"))
		d.quiet(t, 0)
		equalCards(t, "the card here", d.body(t, "a"), was)
	})
}

// TestCase28: a server that drops and adds lines: what it drops stays here, and
// nobody plays ping-pong.
func TestCase28(t *testing.T) {
	b := newBook(t, davd.Options{Profile: davd.Profile{Name: "rewriting", Stores: []davd.Rewrite{davd.DropX, davd.AddREV, davd.AddPRODID}}})
	d := newDevice(t, b, "here", "")
	d.write(t, "a.vcf", newCard("a", "Ann", "X-FOO:kept here", "TEL:+1 1"))
	d.sync(t)
	for range 10 {
		d.quiet(t, 0)
	}
	b.edit(t, "a", replacing("+1 1", "+1 2"))
	d.sync(t)
	if body := d.body(t, "a"); !has(body, "X-FOO:kept here") || !has(body, "TEL:+1 2") {
		t.Errorf("here is\n%s", body)
	}
	d.edit(t, "a", adding("NOTE:new"))
	d.sync(t)
	if body := b.body(t, "a"); !has(body, "NOTE:new") || strings.Contains(body, "X-FOO") {
		t.Errorf("there is\n%s", body)
	}
	d.edit(t, "a", replacing("kept here", "edited here")) // what the server never holds
	for range 10 {
		d.sync(t)
	}
	d.quiet(t, 0)
	if body := d.body(t, "a"); !has(body, "X-FOO:edited here") || len(d.conflicts(t)) > 0 {
		t.Errorf("here is\n%s", body)
	}
}

// TestCase60: a card of version 4.0 and a server that makes 3.0 of it. What that
// cannot say stays here, also after an edit there.
func TestCase60(t *testing.T) {
	b := newBook(t, davd.Options{Profile: davd.Profile{Name: "3.0 only", Stores: []davd.Rewrite{davd.Force3}}})
	d := newDevice(t, b, "here", "")
	d.write(t, "a.vcf", strings.Join([]string{"BEGIN:VCARD", "VERSION:4.0", "UID:a", "FN:Ann", "N:Ann;;;;", "KIND:individual", "GENDER:F", "RELATED;TYPE=friend:urn:uuid:b", "TEL:+1 1", "END:VCARD", ""}, "\r\n"))
	d.sync(t)
	if body := b.body(t, "a"); !has(body, "VERSION:3.0") || strings.Contains(body, "GENDER") {
		t.Fatalf("there is\n%s", body)
	}
	b.edit(t, "a", replacing("+1 1", "+1 2"))
	d.sync(t)
	if body := d.body(t, "a"); !has(body, "VERSION:4.0") || !has(body, "KIND:individual") || !has(body, "GENDER:F") || !has(body, "RELATED;TYPE=friend:urn:uuid:b") || !has(body, "TEL:+1 2") {
		t.Errorf("here is\n%s", body)
	}
	d.quiet(t, 0)
}

// TestCase14Gone: a conflict whose card was deleted meanwhile can be closed all the same,
// whichever side is chosen, and the sync that follows is done.
func TestCase14Gone(t *testing.T) {
	for _, choice := range []string{"left", "right", "both"} {
		t.Run(choice, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := pair(t, b)
			d.edit(t, "u1", replacing("FN:U1", "FN:Here"))
			b.edit(t, "u1", replacing("FN:U1", "FN:There"))
			d.ends(t, 5, "sync")
			b.remove(t, "u1")
			d.ends(t, 5, "sync")
			d.inStep(t, "u2", "u3")
			d.ends(t, 0, "conflicts", "resolve", fmt.Sprint(d.conflicts(t)[0].ID), choice)
			d.quiet(t, 0)
			d.inStep(t, "u2", "u3")
		})
	}
}
