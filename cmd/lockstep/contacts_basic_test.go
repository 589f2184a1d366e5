package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// pair is a device with three cards that are in step with the server's.
func pair(t *testing.T, b *book) *device {
	t.Helper()
	d := newDevice(t, b, "here", "")
	for _, uid := range []string{"u1", "u2", "u3"} {
		d.write(t, uid+".vcf", newCard(uid, strings.ToUpper(uid), "TEL;TYPE=HOME:+1 555 1", "EMAIL:"+uid+"@example.org"))
	}
	d.sync(t)
	d.inStep(t, "u1", "u2", "u3")
	return d
}

// TestCase01: what is here comes to an empty server, and an idle sync asks little.
func TestCase01(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := pair(t, b)
		w.all()
		d.quiet(t, 0) // asks what came of the writes of the first one
		if all := w.all(); len(all) > 3 {
			t.Errorf("the second sync made %d requests: %v", len(all), all)
		}
		d.quiet(t, 0)
		if all := w.all(); len(all) > 2 {
			t.Errorf("an idle sync made %d requests: %v", len(all), all)
		}
	})
}

// TestCase02: what is on the server comes here as it is, to the byte.
func TestCase02(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		for n := range 3 {
			uid := fmt.Sprintf("u%d", n)
			b.put(t, "name"+uid+".vcf", newCard(uid, "José "+uid, "X-ODD;X-P=\"a:b\":1", "NOTE:"+strings.Repeat("long ", 40)))
		}
		d := newDevice(t, b, "here", "")
		d.sync(t)
		here, there := d.cards(t), b.cards(t)
		if len(here) != 3 {
			t.Fatalf("here are %d cards", len(here))
		}
		for _, uid := range []string{"u0", "u1", "u2"} {
			want := there[find(t, there, uid)]
			if b.server == nil { // XML makes LF of the line ends in the answer
				_, got := b.ask(t, "GET", b.path+find(t, there, uid), "")
				want = string(got)
			}
			equalCards(t, uid, here[find(t, here, uid)], want)
		}
		d.quiet(t, 0)
	})
}

// TestCase03: of an edited card only what was edited differs on the server, and the
// write is guarded.
func TestCase03(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := pair(t, b)
		w.all()
		before := meaning(b.body(t, "u2"))
		d.edit(t, "u2", replacing("+1 555 1", "+1 555 2"))
		d.sync(t)
		if all := w.writes(); len(all) != 1 || all[0].method != "PUT" || !strings.HasPrefix(all[0].guard, `"`) {
			t.Errorf("the program sent %+v", all)
		}
		after := meaning(b.body(t, "u2"))
		lost := slices.DeleteFunc(slices.Clone(before), func(l string) bool { return slices.Contains(after, l) })
		come := slices.DeleteFunc(slices.Clone(after), func(l string) bool { return slices.Contains(before, l) })
		if len(lost) != 1 || len(come) != 1 || !strings.HasSuffix(come[0], "+1 555 2") {
			t.Errorf("%q became %q", lost, come)
		}
	})
}

// TestCase04: an edit at the server comes here, and nothing goes back.
func TestCase04(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := pair(t, b)
		w.all()
		b.edit(t, "u1", adding("NOTE:from the server"))
		d.sync(t)
		if body := d.body(t, "u1"); !has(body, "NOTE:from the server") {
			t.Errorf("here is\n%s", body)
		}
		if all := w.writes(); len(all) > 0 {
			t.Errorf("the program sent %+v", all)
		}
		d.quiet(t, 0)
	})
}

// TestCase05: a deletion goes to the server, guarded; what is gone there already is
// done.
func TestCase05(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := pair(t, b)
		w.all()
		d.remove(t, "u1")
		d.sync(t)
		if all := w.writes(); len(all) != 1 || all[0].method != "DELETE" || !strings.HasPrefix(all[0].guard, `"`) {
			t.Errorf("the program sent %+v", all)
		}
		d.inStep(t, "u2", "u3")
		if b.server == nil {
			return
		}
		d.remove(t, "u2")
		b.server.SetFaults(davd.Once("DELETE", davd.StoredBut(404)))
		d.sync(t)
		b.server.SetFaults(nil)
		d.inStep(t, "u3")
		d.quiet(t, 0)
	})
}

// TestCase06: a deletion at the server comes here, is told by the log, and can be
// undone.
func TestCase06(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		was := d.body(t, "u3")
		b.remove(t, "u3")
		d.sync(t)
		d.inStep(t, "u1", "u2")
		run := d.lastRun(t)
		d.ends(t, 0, "log", run).says(t, `"op":"delete"`, `"key":"u3"`)
		d.ends(t, 0, "undo", run)
		equalCards(t, "what undo put back", d.body(t, "u3"), was)
		d.sync(t)
		d.inStep(t, "u1", "u2", "u3")
	})
}

// TestCase07: what both deleted is no error, and its UID may come again.
func TestCase07(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.remove(t, "u2")
		b.remove(t, "u2")
		d.quiet(t, 0)
		d.inStep(t, "u1", "u3")
		d.write(t, "again.vcf", newCard("u2", "Again"))
		d.sync(t)
		d.inStep(t, "u1", "u2", "u3")
	})
}

// TestCase08: one UID and one content on both sides is one card, without a write.
func TestCase08(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.write(t, "here.vcf", newCard("same", "Same", "TEL;TYPE=CELL:+1 2"))
		b.put(t, "there.vcf", newCard("same", "Same", "TEL;TYPE=cell:+1-2", "REV:20260101T000000Z"))
		d.quiet(t, 0)
		if here, there := d.cards(t), b.cards(t); len(here) != 4 || len(there) != 4 {
			t.Errorf("%d here and %d there", len(here), len(there))
		}
	})
}

// TestCase09: one UID and two contents, without a past: what can be there twice is
// united, the rest is a conflict, and no value is lost.
func TestCase09(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.write(t, "here.vcf", newCard("both", "Here", "TEL:+1 1", "NOTE:only here"))
		b.put(t, "there.vcf", newCard("both", "There", "TEL:+1 2", "TITLE:only there"))
		d.ends(t, 5, "sync")
		for what, body := range map[string]string{"here": d.body(t, "both"), "there": b.body(t, "both")} {
			for _, line := range []string{"TEL:+1 1", "TEL:+1 2", "NOTE:only here", "TITLE:only there"} {
				if !has(body, line) {
					t.Errorf("%s is no %s in\n%s", what, line, body)
				}
			}
		}
		if !has(d.body(t, "both"), "FN:Here") || !has(b.body(t, "both"), "FN:There") {
			t.Error("a name was overwritten")
		}
		all := d.conflicts(t)
		if len(all) != 1 || all[0].Key != "both" {
			t.Errorf("%+v", all)
		}
		d.quiet(t, 5)
	})
}

// TestCase10: two UIDs are two cards, however equal they are; and stay two.
func TestCase10(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.write(t, "here.vcf", newCard("a", "Twin"))
		b.put(t, "there.vcf", newCard("b", "Twin"))
		for range 3 {
			d.sync(t)
			d.inStep(t, "u1", "u2", "u3", "a", "b")
		}
		d.quiet(t, 0)
	})
}

// lastRun is the run that the log tells of first.
func (d *device) lastRun(t *testing.T) string {
	t.Helper()
	runs := map[string]bool{}
	d.ends(t, 0, "log").each(t, "run", func(line []byte) { runs[field(t, line, "run")] = true })
	all := slices.Sorted(maps.Keys(runs))
	if len(all) == 0 {
		t.Fatal("the log tells of no run")
	}
	return all[len(all)-1]
}
