package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestCase65to69: a card that cannot be synced is told with its file and line, stays as
// it is, and stops no other; and is synced once it is mended.
func TestCase65to69(t *testing.T) {
	for name, c := range map[string]struct{ body, says, mended string }{
		"case 65: a control character": {newCard("bad", "B\x00"), "U+0000", newCard("bad", "B")},
		"case 67: a UID twice":         {newCard("u1", "Other"), "bears the same key", newCard("bad", "Other")},
		"case 68: two cards":           {newCard("bad", "B") + newCard("c", "C"), "a second card begins", newCard("bad", "B")},
		"case 69: no end":              {strings.Replace(newCard("bad", "B"), "END:VCARD", "", 1), "has no END", newCard("bad", "B")},
	} {
		t.Run(name, func(t *testing.T) {
			onBooks(t, func(t *testing.T, b *book) {
				d := pair(t, b)
				d.write(t, "spoilt.vcf", c.body)
				d.write(t, "u4.vcf", newCard("u4", "U4"))
				for range 2 {
					d.ends(t, 5, "sync").says(t, "spoilt", c.says)
				}
				if len(b.cards(t)) != 4 || b.body(t, "u4") == "" {
					t.Errorf("the server has %d cards", len(b.cards(t)))
				}
				equalCards(t, "the file", d.cards(t)["spoilt.vcf"], c.body)
				d.write(t, "spoilt.vcf", c.mended)
				d.sync(t)
				d.inStep(t, "u1", "u2", "u3", "u4", "bad")
			})
		})
	}
}

// TestCase66: a card without a UID gets one, once, and is synced; one without a name is.
func TestCase66(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.write(t, "none.vcf", without("UID:")(newCard("x", "Nobody", "TEL:+1 1")))
		d.sync(t)
		uid := ""
		for _, body := range b.cards(t) {
			if has(body, "FN:Nobody") {
				uid = uidOfCard(body)
			}
		}
		if uid == "" {
			t.Fatalf("the server has no UID for it: %q", b.cards(t))
		}
		d.quiet(t, 0)
		b.edit(t, uid, replacing("+1 1", "+1 2"))
		d.sync(t)
		d.quiet(t, 0)
		d.holds(t, 4, 4)
		if body := d.cards(t)["none.vcf"]; !has(body, "TEL:+1 2") {
			t.Errorf("here is\n%s", body)
		}
		if b.server != nil { // Radicale takes no card without a name
			d.write(t, "org.vcf", "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:org\r\nORG:Acme\r\nEND:VCARD\r\n")
			d.sync(t)
			d.holds(t, 5, 5)
		}
	})
}

// TestCase61: a line that is folded within a letter is sent folded between letters, of a
// card and of an event; the others, and the file, stay as they are.
func TestCase61(t *testing.T) {
	const spoilt, whole = "NOTE:caf\xc3\r\n \xa9 au l\r\n ait\r\n", "NOTE:café au lait\r\n"
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := newDevice(t, b, "here", "")
		rest := newCard("a", "Ann", "ORG:fol\r\n ded")
		body := strings.Replace(rest, "END:", spoilt+"END:", 1)
		d.write(t, "a.vcf", body)
		d.sync(t)
		wrote := w.writes()
		if len(wrote) != 1 || wrote[0].body != strings.Replace(rest, "END:", whole+"END:", 1) {
			t.Errorf("the program sent %q", wrote)
		}
		equalCards(t, "the file", d.body(t, "a"), body)
		if body := b.body(t, "a"); !has(body, "NOTE:café au lait") {
			t.Errorf("there is\n%s", body)
		}
		d.quiet(t, 0)
		d.edit(t, "a", adding("TITLE:new")) // and when something else is edited
		d.sync(t)
		if wrote := w.writes(); len(wrote) != 1 || strings.Contains(wrote[0].body, "\xc3\r\n") || !has(wrote[0].body, "TITLE:new") {
			t.Errorf("the program sent %q", wrote)
		}
		d.quiet(t, 0)
	})
	c := newEvents(t)
	c.write(t, object("DTSTART:20260105T100000Z|SUMMARY:caf\xc3|"+" \xa9"))
	c.sync(t)
	if _, body := c.there(t); body != object("DTSTART:20260105T100000Z|SUMMARY:café") {
		t.Errorf("there is\n%q", body)
	}
	c.quiet(t)
}

// TestCase70: a card with stamps that are there twice, which the server refuses, is sent
// once more without the second ones; the file stays as it is, and all is quiet then.
func TestCase70(t *testing.T) {
	b := newBook(t, davd.Options{Profile: davd.Nextcloud()})
	w := b.tap(t)
	d := newDevice(t, b, "here", "")
	body := newCard("a", "Ann", "PRODID:-//a//EN", "REV:20260101T000000Z", "NOTE:long\r\n er", "REV:20260202T000000Z", "PRODID:-//b//EN")
	want := newCard("a", "Ann", "NOTE:long\r\n er", "REV:20260202T000000Z", "PRODID:-//b//EN")
	d.write(t, "a.vcf", body)
	d.write(t, "u4.vcf", newCard("u4", "U4"))
	d.sync(t)
	wrote := w.writes()
	slices.SortFunc(wrote, func(a, b sent) int { return strings.Compare(a.path, b.path) })
	if len(wrote) != 3 || wrote[0].body != body || wrote[1].body != want || wrote[1].guard != "*" {
		t.Errorf("the program sent %+v", wrote)
	}
	settled := func() {
		t.Helper()
		for range 3 {
			d.quiet(t, 0)
		}
		d.inStep(t, "a", "u4")
		if n := strings.Count(d.body(t, "a"), "PRODID:"); n != 2 {
			t.Errorf("the file has %d PRODIDs", n)
		}
	}
	settled()
	equalCards(t, "the file", d.body(t, "a"), body)
	equalCards(t, "the card there", b.body(t, "a"), want)
	d.edit(t, "a", adding("TITLE:new")) // and an edit of either side goes over
	d.sync(t)
	settled()
	b.edit(t, "a", adding("URL:http://example.org"))
	d.sync(t)
	settled()
	if body := d.body(t, "a"); !has(body, "TITLE:new") || !has(body, "URL:http://example.org") {
		t.Errorf("here is\n%s", body)
	}
}

// TestRefusedCards: what a server refuses is told and stays here, and stops no other.
func TestRefusedCards(t *testing.T) {
	for name, c := range map[string]struct {
		options davd.Options
		body    string
		says    string
	}{
		"larger than a server takes": {davd.Options{MaxSize: 20000}, newCard("bad", "B", "NOTE:"+strings.Repeat("long ", 10000)), "larger than the 20000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, c.options)
			d := pair(t, b)
			d.write(t, "bad.vcf", c.body)
			d.write(t, "u4.vcf", newCard("u4", "U4"))
			out, exit := d.run(t, "sync")
			if exit != 5 || b.body(t, "u4") == "" {
				t.Errorf("sync ended with %d:\n%s", exit, out.text)
			}
			out.says(t, `"key":"bad"`, c.says)
			equalCards(t, "the file", d.cards(t)["bad.vcf"], c.body)
			d.quiet(t, 5)
			d.write(t, "bad.vcf", newCard("bad", "B"))
			d.sync(t)
			d.inStep(t, "u1", "u2", "u3", "u4", "bad")
		})
	}
}

// TestCase74and75: whatever a UID holds, it becomes an address of its own, and a file of
// its own; and whatever ends lines.
func TestCase74and75(t *testing.T) {
	uids := []string{"a b", "a/b", "../../etc/passwd", "a@b.example", "ünï", "A", "a", "%2e%2e", "a%2Fb", ".", "..", "con", "a?b#c", `a"b<c>`, "\u202ea", "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", strings.Repeat("long", 75)}
	onBooks(t, func(t *testing.T, b *book) {
		one := newDevice(t, b, "one", "")
		var all []string
		for i, uid := range uids {
			one.write(t, fmt.Sprintf("%d.vcf", i), newCard(uid, "Name"))
			all = append(all, uid)
		}
		for i, end := range []string{"\n", "\r", "\r\n"} {
			if end == "\r" && b.noCR {
				end = "\n"
			}
			uid := fmt.Sprintf("ends%d", i)
			body := strings.ReplaceAll(strings.TrimSuffix(newCard(uid, "Ends"), "\r\n"), "\r\n", end)
			one.write(t, uid+".vcf", body)
		}
		one.sync(t)
		two := newDevice(t, b, "two", "")
		two.sync(t)
		for i := range 3 {
			if uid := fmt.Sprintf("ends%d", i); two.body(t, uid) == "" {
				t.Errorf("%s has not come", uid)
			}
		}
		for _, uid := range all {
			if body := two.body(t, uid); !has(body, "FN:Name") {
				t.Errorf("%q has not come", uid)
			}
		}
		if len(two.cards(t)) != len(uids)+3 || len(b.cards(t)) != len(uids)+3 {
			t.Errorf("%d cards here, %d there", len(two.cards(t)), len(b.cards(t)))
		}
		one.quiet(t, 0)
		two.quiet(t, 0)
		for _, uid := range all { // and each is found again
			two.edit(t, uid, adding("NOTE:two"))
		}
		two.sync(t)
		one.sync(t)
		for _, uid := range all {
			if !has(one.body(t, uid), "NOTE:two") {
				t.Errorf("the edit of %q has not come", uid)
			}
		}
	})
}
