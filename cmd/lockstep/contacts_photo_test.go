package main

import (
	"encoding/json"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// pictured is a card with a photo of so many bytes.
func pictured(uid string, size int, lines ...string) string {
	return newCard(uid, strings.ToUpper(uid), append(lines, "PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", size/4))...)
}

// notes that say that something stays here only.
func (o output) stays(t *testing.T) (n int) {
	t.Helper()
	for line := range strings.Lines(o.text) {
		var is struct{ Type, Why string }
		must(t, json.Unmarshal([]byte(line), &is))
		if is.Type == "note" && strings.Contains(is.Why, "PHOTO stays here only") {
			n++
		}
	}
	return n
}

// TestCase73: a card whose photo is larger than the server takes is synced without it: the
// photo stays here, whoever edits the card, and whatever the server was seen to hold or
// tells of writes; that is said once.
func TestCase73(t *testing.T) {
	const most = 256 << 10
	for name, profile := range map[string]davd.Profile{
		"to the letter": {}, "no ETag is told": davd.DAViCal(), "lines are sorted": davd.Radicale(),
		"stamps are added": {Name: "stamps", Stores: []davd.Rewrite{davd.AddREV, davd.AddPRODID}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{Profile: profile, MaxSize: most})
			d := newDevice(t, b, "here", "")
			d.write(t, "small.vcf", pictured("small", 1000)) // so that it is seen to hold photos
			d.write(t, "large.vcf", pictured("large", most))
			d.write(t, "later.vcf", newCard("later", "LATER"))
			out := d.ends(t, 0, "sync")
			if n := out.stays(t); n != 1 || out.report(t).Right.Created != 3 {
				t.Errorf("%d notes in %s", n, out.text)
			}
			settled := func(uids ...string) {
				t.Helper()
				for range 2 {
					out := d.ends(t, 0, "sync")
					if out.report(t).writes() > 0 || out.stays(t) > 0 {
						t.Errorf("one more sync:\n%s", out.text)
					}
				}
				for _, uid := range uids {
					if body := d.body(t, uid); strings.Count(body, "AAAA") < most/8 {
						t.Errorf("the photo of %s is gone here:\n%s", uid, body)
					}
					if body := b.body(t, uid); body == "" || strings.Contains(body, "PHOTO") {
						t.Errorf("%s is there as\n%.500s", uid, body)
					}
				}
				if body := b.body(t, "small"); !strings.Contains(body, "PHOTO") {
					t.Errorf("small is there as\n%s", body)
				}
			}
			settled("large")

			d.edit(t, "large", adding("TITLE:here"))
			b.edit(t, "large", adding("NOTE:there"))
			d.edit(t, "later", replacing("END:", "PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", most/4)+"\r\nEND:"))
			if n := d.ends(t, 0, "sync").stays(t); n != 1 {
				t.Errorf("%d notes about the new photo", n)
			}
			settled("large", "later")
			for what, body := range map[string]string{"here": d.body(t, "large"), "there": b.body(t, "large")} {
				if !has(body, "TITLE:here") || !has(body, "NOTE:there") {
					t.Errorf("%s is\n%.500s", what, body)
				}
			}

			// A note that leaves no room for a photo that the server holds.
			d.edit(t, "small", adding("NOTE:"+strings.Repeat("long ", (most-1000)/5)))
			if n := d.ends(t, 0, "sync").stays(t); n != 1 {
				t.Errorf("%d notes about the old photo", n)
			}
			d.quiet(t, 0)
			if body := d.body(t, "small"); !strings.Contains(body, "PHOTO") {
				t.Errorf("the photo of small is gone here")
			}
			if body := b.body(t, "small"); strings.Contains(body, "PHOTO") || !strings.Contains(body, "long long") {
				t.Errorf("small is there as\n%.500s", body)
			}

			// A photo that fits goes over; one that is taken away was never there.
			d.write(t, "large.vcf", strings.Replace(pictured("large", 4000), "END:", "TITLE:here\r\nNOTE:there\r\nEND:", 1))
			d.edit(t, "later", without("PHOTO"))
			d.sync(t)
			d.quiet(t, 0)
			if body := b.body(t, "large"); strings.Count(body, "AAAA") < 500 {
				t.Errorf("large is there as\n%s", body)
			}
			if body := d.body(t, "later"); body == "" || strings.Contains(body, "PHOTO") {
				t.Errorf("later is here as\n%.500s", body)
			}
		})
	}
}

// TestCase73TenMegabytes is the size that the case names.
func TestCase73TenMegabytes(t *testing.T) {
	b := newBook(t, davd.Options{MaxSize: 256 << 10})
	d := newDevice(t, b, "here", "")
	d.write(t, "a.vcf", pictured("a", 10<<20))
	was := d.cards(t)["a.vcf"]
	if out := d.ends(t, 0, "sync"); out.stays(t) != 1 || out.report(t).Right.Created != 1 {
		t.Errorf("%s", out.text)
	}
	d.quiet(t, 0)
	b.edit(t, "a", adding("NOTE:there"))
	d.sync(t)
	d.quiet(t, 0)
	if now := d.cards(t)["a.vcf"]; strings.Replace(now, "NOTE:there\r\n", "", 1) != was || now == was {
		t.Errorf("of %d bytes there are %d", len(was), len(now))
	}
}

// TestCase73Unanswered: killed, or without an answer, at the write that leaves the photo
// out: the photo stays here, and there is one card.
func TestCase73Unanswered(t *testing.T) {
	const most = 20000
	for name, p := range map[string]davd.Profile{"to the letter": {}, "no ETag": davd.DAViCal(), "other names": {OtherNames: true}} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{Profile: p, MaxSize: most})
			d := newDevice(t, b, "here", "")
			d.write(t, "small.vcf", pictured("small", 1000))
			d.write(t, "later.vcf", newCard("later", "LATER"))
			d.sync(t)
			survives := func(uid string) {
				t.Helper()
				for range 3 { // what is not known is found out
					d.run(t, "sync")
				}
				d.quiet(t, 0)
				if body := d.body(t, uid); strings.Count(body, "AAAA") < most/4 {
					t.Errorf("the photo of %s is gone here:\n%.500s", uid, body)
				}
				if body := b.body(t, uid); body == "" || strings.Contains(body, "PHOTO") {
					t.Errorf("%s is there as\n%.500s", uid, body)
				}
			}
			d.write(t, "large.vcf", pictured("large", most*2))
			d.killAt(t, "PUT", 1, davd.Fault{DropAfter: true})
			survives("large")
			d.edit(t, "later", replacing("END:", "PHOTO;ENCODING=b:"+strings.Repeat("AAAA", most/2)+"\r\nTEL:+1 5\r\nEND:"))
			b.server.SetFaults(davd.Once("PUT", davd.Fault{DropAfter: true}))
			d.run(t, "sync")
			b.server.SetFaults(nil)
			survives("later")
			if body := b.body(t, "later"); !has(body, "TEL:+1 5") {
				t.Errorf("later is there as\n%s", body)
			}
			d.edit(t, "small", replacing("END:", "NOTE:"+strings.Repeat("long ", most/5-100)+"\r\nEND:"))
			b.server.SetFaults(davd.Once("PUT", davd.Fault{DropAfter: true}))
			d.run(t, "sync")
			b.server.SetFaults(nil)
			for range 3 {
				d.run(t, "sync")
			}
			d.quiet(t, 0)
			if body := d.body(t, "small"); !strings.Contains(body, "PHOTO") {
				t.Errorf("the photo of small is gone here:\n%.300s", body)
			}
			d.holds(t, 3, 3)
		})
	}
}
