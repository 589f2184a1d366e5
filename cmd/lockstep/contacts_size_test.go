package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// refusing are the ways in which servers refuse what is too large, of which their
// properties tell nothing.
func refusing(most int) map[string]davd.Options {
	return map[string]davd.Options{
		"413":                        {MaxSize: most, SizeUntold: true, Oversize: davd.Refusal{Status: 413}},
		"403 and the condition":      {MaxSize: most, SizeUntold: true},
		"507 and the condition":      {MaxSize: most, SizeUntold: true, Oversize: davd.Refusal{Status: 507, Condition: "C:max-resource-size"}},
		"413, and no ETag is told":   {MaxSize: most, SizeUntold: true, Oversize: davd.Refusal{Status: 413}, Profile: davd.DAViCal()},
		"413, and lines are sorted":  {MaxSize: most, SizeUntold: true, Oversize: davd.Refusal{Status: 413}, Profile: davd.Radicale()},
		"413, and other names there": {MaxSize: most, SizeUntold: true, Oversize: davd.Refusal{Status: 413}, Profile: davd.Profile{OtherNames: true}},
	}
}

// swapped has the server on the left.
func (d *device) swapped() string {
	return fmt.Sprintf("[accounts.files]\ntype = \"vdir\"\npath = %q\n[accounts.server]\naddress = %q\npassword = {env = \"THE_PASSWORD\"}\n"+
		"[links.cards]\nleft = \"server\"\nright = \"files\"\n", filepath.Dir(d.dir), d.book.address)
}

// TestCase73Untold: a server that says only by refusing how much it takes gets such a card
// without its photo, which stays here, whoever edits the card, on either side of the link.
func TestCase73Untold(t *testing.T) {
	const most = 20000
	for name, o := range refusing(most) {
		for _, side := range []string{"right", "left"} {
			t.Run(name+", on the "+side, func(t *testing.T) {
				b := newBook(t, o)
				d := newDevice(t, b, "here", "")
				if side == "left" {
					d.configure(t, d.swapped())
				}
				d.write(t, "small.vcf", pictured("small", 1000)) // so that it is seen to hold photos
				d.write(t, "larger.vcf", pictured("larger", most*2))
				d.write(t, "large.vcf", pictured("large", most))
				d.write(t, "later.vcf", newCard("later", "LATER"))
				before := b.puts()
				out := d.ends(t, 0, "sync")
				if n := out.stays(t); n != 2 || out.report(t).writes() != 4 {
					t.Errorf("%d notes in %s", n, out.text)
				}
				if n := b.puts() - before; n > 6 {
					t.Errorf("%d PUTs for 4 cards, of which 2 are too large", n)
				}
				settled := func(uids ...string) {
					t.Helper()
					for range 2 {
						before := b.puts()
						if out := d.ends(t, 0, "sync"); out.report(t).writes() > 0 || out.stays(t) > 0 || b.puts() > before {
							t.Errorf("one more sync:\n%s", out.text)
						}
					}
					for _, uid := range uids {
						if body := d.body(t, uid); strings.Count(body, "AAAA") < most/8 {
							t.Errorf("the photo of %s is gone here:\n%.500s", uid, body)
						}
						if body := b.body(t, uid); body == "" || strings.Contains(body, "PHOTO") {
							t.Errorf("%s is there as\n%.500s", uid, body)
						}
					}
				}
				settled("large", "larger")

				d.edit(t, "large", adding("TITLE:here"))
				b.edit(t, "large", adding("NOTE:there"))
				d.edit(t, "later", replacing("END:", "PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", most/4)+"\r\nEND:"))
				if n := d.ends(t, 0, "sync").stays(t); n != 1 {
					t.Errorf("%d notes about the new photo", n)
				}
				settled("large", "larger", "later")
				for what, body := range map[string]string{"here": d.body(t, "large"), "there": b.body(t, "large")} {
					if !has(body, "TITLE:here") || !has(body, "NOTE:there") {
						t.Errorf("%s is\n%.500s", what, body)
					}
				}

				// A photo that fits goes over.
				d.write(t, "large.vcf", strings.Replace(pictured("large", 4000), "END:", "TITLE:here\r\nNOTE:there\r\nEND:", 1))
				d.sync(t)
				d.quiet(t, 0)
				if body := b.body(t, "large"); strings.Count(body, "AAAA") < 500 {
					t.Errorf("large is there as\n%s", body)
				}
			})
		}
	}
}

// TestCase73Refused: what does not fit even without its photo, or is refused for another
// reason, is parked whole and stops no other; nothing of it is left out anywhere.
func TestCase73Refused(t *testing.T) {
	const most = 20000
	long := "NOTE:" + strings.Repeat("long ", most/5)
	for name, c := range map[string]struct {
		options davd.Options
		card    string
		says    string
	}{
		"a long note":           {davd.Options{Oversize: davd.Refusal{Status: 413}}, pictured("bad", most, long), "413"},
		"a long note, 403":      {davd.Options{}, pictured("bad", most, long), "max-resource-size"},
		"nothing to leave out":  {davd.Options{Oversize: davd.Refusal{Status: 413}}, newCard("bad", "BAD", long), "413"},
		"no room on the server": {davd.Options{Oversize: davd.Refusal{Status: 507, Condition: "D:quota-not-exceeded"}}, pictured("bad", most), "make room"},
		"a bare 507":            {davd.Options{Oversize: davd.Refusal{Status: 507}}, pictured("bad", most), "make room"},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.MaxSize, c.options.SizeUntold = most, true
			b := newBook(t, c.options)
			d := pair(t, b)
			d.write(t, "bad.vcf", c.card)
			d.write(t, "large.vcf", newCard("large", "LARGE"))
			out := d.ends(t, 5, "sync")
			out.says(t, `"key":"bad"`, c.says)
			if n := out.stays(t); n != 0 {
				t.Errorf("%d photos are said to stay here", n)
			}
			d.quiet(t, 5)
			equalCards(t, "the file", d.cards(t)["bad.vcf"], c.card)
			if b.body(t, "bad") != "" || b.body(t, "large") == "" {
				t.Errorf("there are %v", b.cards(t))
			}
			d.write(t, "bad.vcf", newCard("bad", "BAD"))
			d.sync(t)
			d.inStep(t, "u1", "u2", "u3", "large", "bad")
		})
	}
}

// TestCase73OneByOne: as little as possible is left out, the largest first.
func TestCase73OneByOne(t *testing.T) {
	const most = 20000
	b := newBook(t, davd.Options{MaxSize: most, SizeUntold: true, Oversize: davd.Refusal{Status: 413}})
	d := newDevice(t, b, "here", "")
	card := pictured("a", most*2, "LOGO;ENCODING=b:"+strings.Repeat("BBBB", most/3), "SOUND;ENCODING=b:"+strings.Repeat("CCCC", 100))
	d.write(t, "a.vcf", card)
	d.ends(t, 0, "sync").says(t, "LOGO, PHOTO stays here only: the right refuses")
	d.quiet(t, 0)
	if body := b.body(t, "a"); strings.Contains(body, "PHOTO") || strings.Contains(body, "LOGO") || !strings.Contains(body, "SOUND") {
		t.Errorf("there is\n%.500s", body)
	}
	equalCards(t, "the file", d.cards(t)["a.vcf"], card)
}

// TestCase73UntoldUnanswered: killed at the write that was refused, or without an answer
// to the one after it: the photo stays here, and there is one card.
func TestCase73UntoldUnanswered(t *testing.T) {
	const most = 20000
	for name, o := range refusing(most) {
		for n := range 2 {
			t.Run(fmt.Sprintf("%s, killed at PUT %d", name, n+1), func(t *testing.T) {
				b := newBook(t, o)
				d := newDevice(t, b, "here", "")
				d.write(t, "small.vcf", pictured("small", 1000))
				d.sync(t)
				d.write(t, "large.vcf", pictured("large", most*2))
				d.killAt(t, "PUT", n+1, davd.Fault{DropAfter: true})
				for range 3 { // what is not known is found out
					d.run(t, "sync")
				}
				d.edit(t, "small", replacing("FN:SMALL", "FN:NEW\r\nNOTE:"+strings.Repeat("long ", most/5-100)))
				b.server.SetFaults(davd.Script(davd.Scripted{Name: "PUT", N: b.puts() + 2 - n, Fault: davd.Fault{DropAfter: true}}))
				d.run(t, "sync")
				b.server.SetFaults(nil)
				for range 3 {
					d.run(t, "sync")
				}
				d.quiet(t, 0)
				d.holds(t, 2, 2)
				if body := d.body(t, "large"); strings.Count(body, "AAAA") < most/4 {
					t.Errorf("the photo of large is gone here:\n%.500s", body)
				}
				if body := b.body(t, "large"); body == "" || strings.Contains(body, "PHOTO") {
					t.Errorf("large is there as\n%.500s", body)
				}
				if body := d.body(t, "small"); !strings.Contains(body, "PHOTO") {
					t.Errorf("the photo of small is gone here:\n%.300s", body)
				}
				if body := b.body(t, "small"); !strings.Contains(body, "FN:NEW") {
					t.Errorf("small is there as\n%.300s", body)
				}
			})
		}
	}
}

// TestCase73Events: of an event the attachments that it holds itself are left out, whether
// the server says how much it takes or refuses only; whoever edits the event, they stay
// here.
func TestCase73Events(t *testing.T) {
	const most = 20000
	attach := "ATTACH;FMTTYPE=image/jpeg;ENCODING=BASE64;VALUE=BINARY:" + strings.Repeat("AAAA", most/4)
	options := refusing(most)
	options["the size is told"] = davd.Options{MaxSize: most}
	for name, o := range options {
		t.Run(name, func(t *testing.T) {
			c := newEventsWith(t, o)
			c.write(t, object("DTSTART:20260105T100000Z|SUMMARY:Meeting|ATTACH:https://example.org/agenda.pdf|"+attach))
			out, exit := c.run(t, "sync")
			if exit != 0 {
				t.Fatalf("sync ended with %d:\n%s%s", exit, out.text, out.errs)
			}
			out.says(t, "ATTACH stays here only: the right ")
			whole := func(what string, lines ...string) {
				t.Helper()
				c.quiet(t)
				_, there := c.there(t)
				if strings.Contains(there, "AAAA") || !has(there, "ATTACH:https://example.org/agenda.pdf") {
					t.Errorf("%s: there is\n%.600s", what, there)
				}
				if !has(c.here(t), attach) {
					t.Errorf("%s: the attachment is gone here:\n%.600s", what, c.here(t))
				}
				for _, line := range lines {
					if !has(there, line) || !has(c.here(t), line) {
						t.Errorf("%s: not both have %s:\n%.600s\n%.600s", what, line, c.here(t), there)
					}
				}
			}
			whole("at first")
			at, body := c.there(t)
			must(t, c.server.Put(c.path+at, strings.Replace(body, "SUMMARY:Meeting", "SUMMARY:Moved", 1)))
			c.sync(t)
			whole("edited there", "SUMMARY:Moved")
			c.write(t, strings.Replace(c.here(t), "SUMMARY:Moved", "SUMMARY:Moved\r\nLOCATION:Hall", 1))
			c.sync(t)
			whole("edited here", "SUMMARY:Moved", "LOCATION:Hall")
			_, body = c.there(t)
			must(t, c.server.Put(c.path+at, strings.Replace(body, "LOCATION:Hall", "LOCATION:Hall\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:BBBB", 1)))
			c.sync(t)
			whole("a small one there", "ATTACH;ENCODING=BASE64;VALUE=BINARY:BBBB")
		})
	}
}

// TestCase73Planned: a plan says which photos will stay here, and which card will be
// refused, where the server tells how much it takes; and writes nothing.
func TestCase73Planned(t *testing.T) {
	const most = 20000
	b := newBook(t, davd.Options{MaxSize: most})
	d := newDevice(t, b, "here", "")
	d.write(t, "small.vcf", pictured("small", 1000))
	d.write(t, "edited.vcf", newCard("edited", "EDITED"))
	d.sync(t)
	d.write(t, "large.vcf", pictured("large", most))
	d.write(t, "bad.vcf", newCard("bad", "BAD", "NOTE:"+strings.Repeat("long ", most/5)))
	d.edit(t, "edited", replacing("END:", "PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", most/4)+"\r\nEND:"))
	b.edit(t, "edited", adding("NOTE:there"))
	d.edit(t, "small", adding("NOTE:here"))
	out := d.ends(t, 3, "plan")
	if n := out.stays(t); n != 2 {
		t.Errorf("%d notes in %s", n, out.text)
	}
	out.says(t, `"key":"bad"`, "PHOTO stays here only: the right takes no more than 20000 bytes", "it will be refused: the right takes no more than 20000 bytes")
	saved := filepath.Join(d.program.dir, "plan.json")
	d.ends(t, 3, "plan", "--save", saved)
	if out := d.ends(t, 5, "sync", "--plan", saved); out.stays(t) != 2 {
		t.Errorf("the sync says %s", out.text)
	}
	if n := d.ends(t, 3, "plan").stays(t); n != 0 {
		t.Errorf("the next plan has %d notes", n)
	}
}
