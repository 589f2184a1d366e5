package main

import (
	"fmt"
	"maps"
	"testing"

	"lockstep/peers/davd"
)

// oddCard has what no program of ours would write like that.
func oddCard(uid string, lines ...string) string {
	return newCard(uid, "Name of "+uid, append([]string{"X-ODD;X-P=\"a:b\":1", "TEL;TYPE=HOME:+1 555 1"}, lines...)...)
}

// TestEditsCostFewRequests: three edits on each side cost two requests to find the book,
// one for what changed, one for the cards that were edited on the server, a write for
// each of the others, and one that reads these back. What is about to be overwritten is
// not read before: the state has the text that has this ETag.
func TestEditsCostFewRequests(t *testing.T) {
	for name, book := range map[string]func(t *testing.T) *book{
		"davd":             func(t *testing.T) *book { return newBook(t, davd.Options{}) },
		"davd as Radicale": func(t *testing.T) *book { return newBook(t, davd.Options{Profile: davd.Radicale()}) },
		"Radicale":         realBook,
	} {
		t.Run(name, func(t *testing.T) {
			b := book(t)
			w := b.tap(t)
			var uids []string
			for n := range 8 {
				uids = append(uids, fmt.Sprintf("u%d", n))
				b.put(t, uids[n]+".vcf", oddCard(uids[n]))
			}
			d := newDevice(t, b, "here", "")
			d.sync(t)
			d.quiet(t, 0)
			for n, uid := range uids[:6] {
				line := fmt.Sprintf("TEL;TYPE=PAGER:+1 555 20%d", n)
				if n%2 == 0 {
					d.edit(t, uid, adding(line))
				} else {
					b.edit(t, uid, adding(line))
				}
			}
			w.all()
			d.sync(t)
			got := map[string]int{}
			for _, one := range w.all() {
				got[one.method]++
			}
			if want := map[string]int{"PROPFIND": 2, "REPORT": 3, "PUT": 3}; !maps.Equal(got, want) {
				t.Errorf("it took %v, not %v", got, want)
			}
			d.inStep(t, uids...)
			d.quiet(t, 0)
		})
	}
}

// TestWrittenOtherwiseStays: the text of a card that another program wrote otherwise
// without saying anything else is no edit, but it is what a later edit is put into; that
// the state has an older text of the same meaning does not bring that back.
func TestWrittenOtherwiseStays(t *testing.T) {
	b := newBook(t, davd.Options{})
	b.put(t, "u1.vcf", oddCard("u1", "PRODID:-//Old//EN"))
	d := newDevice(t, b, "here", "")
	d.sync(t)
	b.edit(t, "u1", replacing("PRODID:-//Old//EN", "PRODID:-//New//EN"))
	d.quiet(t, 0)
	d.edit(t, "u1", adding("TEL;TYPE=PAGER:+1 555 2"))
	d.sync(t)
	if got := b.body(t, "u1"); !has(got, "TEL;TYPE=PAGER:+1 555 2") || !has(got, "PRODID:-//New//EN") {
		t.Errorf("there is\n%s", got)
	}
	d.quiet(t, 0)
}
