package dav_test

import (
	"testing"

	"lockstep/engine"
	"lockstep/peers/davd"
)

// TestFaultsWhileListing: whatever goes wrong while the account is looked at, nothing is
// lost on either side, and the next pass finds everything in order (cases 40 to 46, 52,
// 53 and 55).
func TestFaultsWhileListing(t *testing.T) {
	faults := map[string]davd.Fault{
		"page": davd.Page(), "torn": davd.Torn(), "control characters": davd.ControlCharacters(), "no rows": davd.NoRows(), "one row": davd.OnlyRows(1),
		"cut": davd.CutAt(300), "down": davd.Down(""), "throttled": davd.Throttled("30"), "dropped": {DropBefore: true}, "lost": {DropAfter: true},
		"not found": {Status: 404}, "gone": {Status: 410}, "broken": {Status: 500}, "forbidden": {Status: 403}, "elsewhere": davd.Elsewhere(301, "http://127.0.0.1:1/"),
		"empty": {Status: 207, Body: `<?xml version="1.0"?><multistatus xmlns="DAV:"/>`, Type: "application/xml"},
		"omits": davd.OmitRow(".vcf"), "fails": davd.FailRow("1%40example.org.vcf", 500),
	}
	for _, p := range []davd.Profile{{}, {Name: "ctag", Changes: davd.CTag}} {
		requests := []string{"PROPFIND", "REPORT sync-collection", "REPORT addressbook-multiget", "GET"}
		for name, fault := range faults {
			for _, request := range requests {
				switch list := request == "REPORT sync-collection" || request == "PROPFIND" && p.Changes == davd.CTag; {
				case name == "one row" && request != "REPORT addressbook-multiget" && request != "GET", list && name == "omits", request == "REPORT sync-collection" && name == "no rows":
					continue // whole by its form: TestListsThatLie
				}
				t.Run(p.Name+" "+name+" at "+request, func(t *testing.T) {
					d := newDesk(t, davd.Options{Profile: p})
					for n := range 5 {
						d.put(card(n))
					}
					d.pass()
					d.put(card(101))
					d.put(card(8))
					d.put(card(9))
					d.edit(card(100))
					d.SetFaults(davd.Script(davd.Scripted{Name: request, N: 0, On: true, Fault: fault}))
					d.try(engine.Options{}) // it may fail, or do what it can
					l, r := d.cards()
					if len(l) < 5 || len(r) != 7 {
						t.Fatalf("%d cards on the left and %d on the right", len(l), len(r))
					}
					d.SetFaults(nil)
					d.pass()
					d.pass()
					d.wantSame("afterwards", 7)
					d.wantQuiet("afterwards", 2)
				})
			}
		}
	}
}

// TestListsThatLie: a list that is whole by its form and lacks most is held back by the
// guard (cases 36 and 54).
func TestListsThatLie(t *testing.T) {
	d := newDesk(t, davd.Options{Profile: davd.Profile{Name: "ctag", Changes: davd.CTag}})
	for n := range 40 {
		d.put(card(n))
	}
	d.pass()
	d.SetFaults(func(a davd.Ask) davd.Fault {
		if a.Name == "PROPFIND" && a.Path == d.book() {
			return davd.OnlyRows(4)
		}
		return davd.Fault{}
	})
	d.put(card(41))
	r := d.pass()
	if l, _ := d.cards(); len(l) < 40 || len(r.Plan.Held) == 0 {
		t.Errorf("%d cards are left, %d deletions held", len(l), len(r.Plan.Held))
	}
	d.SetFaults(nil)
	d.put(card(42))
	d.pass()
	d.wantSame("afterwards", 42)
}

// TestFaultsWhileWriting: a lost answer, an error after the deed, a refusal: nothing is
// doubled and nothing lost (cases 23, 24, 29, 30 and 31).
func TestFaultsWhileWriting(t *testing.T) {
	for name, fault := range map[string]davd.Fault{
		"answer lost": {DropAfter: true}, "request lost": {DropBefore: true}, "stored, but 500": davd.StoredBut(500), "stored, but 503": davd.StoredBut(503), "stored, but 412": davd.StoredBut(412),
		"500": {Status: 500}, "409": {Status: 409}, "412": {Status: 412}, "423": {Status: 423}, "507": {Status: 507}, "page": davd.Page(), "throttled": davd.Throttled("1"), "404": {Status: 404}, "400": {Status: 400},
	} {
		for _, p := range []davd.Profile{{}, davd.Radicale(), davd.DAViCal(), {Name: "ctag", Changes: davd.CTag}} {
			t.Run(p.Name+" "+name, func(t *testing.T) {
				d := newDesk(t, davd.Options{Profile: p})
				d.add(card(0), card(1))
				d.pass()
				d.add(card(2))
				d.edit(card(100))
				d.remove(1)
				d.SetFaults(davd.Script(davd.Scripted{Name: "PUT", Fault: fault}, davd.Scripted{Name: "DELETE", Fault: fault}))
				d.try(engine.Options{})
				d.SetFaults(nil)
				for range 3 {
					d.pass()
				}
				d.wantSame("afterwards", 2)
				d.wantQuiet("afterwards", 2)
			})
		}
	}
}
