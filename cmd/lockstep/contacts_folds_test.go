package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/peers/davd"
)

// TestFoldsInFiles: a line that a server folds within a letter is folded between letters
// in the file, which is UTF-8 line by line then; all else of the card keeps its bytes, and
// nothing is written for it afterwards, on either side.
func TestFoldsInFiles(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := newDevice(t, b, "here", "")
	text := strings.Repeat("ä", 60)
	cut := "NOTE:" + text[:69] + "\r\n " + text[69:] // within the 35th letter
	card := newCard("ann", "Ann", "X-Odd;lower=YES:kept;as\\, it is", cut, "item1.EMAIL:ann@example.org", "TEL:+1 \r\n 22")
	b.put(t, "ann.vcf", card)
	if r := d.sync(t); r.Left.Created != 1 || r.writes() != 1 {
		t.Errorf("%+v", r)
	}
	legible := func() {
		t.Helper()
		body := d.body(t, "ann")
		for line := range strings.Lines(body) {
			if !utf8.ValidString(line) {
				t.Errorf("a line is cut within a letter: %q", line)
			}
		}
		if !has(body, "NOTE:"+text) {
			t.Errorf("the note is another one:\n%s", body)
		}
	}
	legible()
	want := strings.Split(card, cut)
	if body := d.body(t, "ann"); !strings.HasPrefix(body, want[0]) || !strings.HasSuffix(body, want[1]) {
		t.Errorf("more than the folds is another:\n%q\n%q", body, card)
	}
	file := d.body(t, "ann")
	d.quiet(t, 0)
	d.ends(t, 0, "check")
	equalCards(t, "the file", d.body(t, "ann"), file)
	equalCards(t, "the card of the server", b.body(t, "ann"), card)

	b.edit(t, "ann", adding("TITLE:there"))
	if r := d.sync(t); r.Left.Updated != 1 || r.writes() != 1 {
		t.Errorf("%+v", r)
	}
	legible()
	d.edit(t, "ann", adding("ROLE:here"))
	if r := d.sync(t); r.Right.Updated != 1 || r.writes() != 1 {
		t.Errorf("%+v", r)
	}
	if !has(b.body(t, "ann"), "ROLE:here") || !has(b.body(t, "ann"), "NOTE:"+text) {
		t.Errorf("the server has\n%s", b.body(t, "ann"))
	}
	legible()
	d.quiet(t, 0)
}
