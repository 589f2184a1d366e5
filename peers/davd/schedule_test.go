package davd_test

import (
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestScheduleTag: an answer moves the ETag of an invitation and not its Schedule-Tag,
// every other change moves both, and a write under the Schedule-Tag keeps the answer.
func TestScheduleTag(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{Schedules: true}})
	at := w.cal + "e.ics"
	invitation := strings.Replace(event("e", "One"), "END:VEVENT", "ORGANIZER:mailto:a@b\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;CN=C:mailto:c@d\r\nEND:VEVENT", 1)
	first := w.put(at, invitation, create)
	tag := first.header.Get("Schedule-Tag")
	if first.status != 201 || tag == "" || !strings.Contains(first.header.Get("DAV"), "calendar-auto-schedule") {
		t.Fatalf("%+v", first)
	}
	if err := w.srv.Answer(at, "mailto:c@d", "ACCEPTED"); err != nil {
		t.Fatal(err)
	}
	now := w.ask("GET", at, "")
	if now.header.Get("Schedule-Tag") != tag || now.header.Get("ETag") == first.header.Get("ETag") || !strings.Contains(now.body, "ATTENDEE;PARTSTAT=ACCEPTED;CN=C:mailto:c@d") {
		t.Errorf("%+v", now)
	}
	found := w.ask("PROPFIND", at, `<propfind xmlns="DAV:"><prop><schedule-tag xmlns="urn:ietf:params:xml:ns:caldav"/></prop></propfind>`, "Depth: 0")
	if !strings.Contains(found.body, "schedule-tag>&quot;") && !strings.Contains(found.body, "schedule-tag>&#34;") && !strings.Contains(found.body, `schedule-tag>"`) {
		t.Errorf("%+v", found)
	}
	if r := w.put(at, invitation, "If-Match: "+first.header.Get("ETag")); r.status != 412 {
		t.Errorf("%+v", r)
	}
	edited := w.put(at, strings.Replace(invitation, "One", "Two", 1), "If-Schedule-Tag-Match: "+tag)
	if edited.status != 204 || edited.header.Get("ETag") != "" || edited.header.Get("Schedule-Tag") == tag {
		t.Errorf("%+v", edited)
	}
	if body := w.srv.Truth()[at]; !strings.Contains(body, "PARTSTAT=ACCEPTED") || !strings.Contains(body, "Two") {
		t.Errorf("it holds\n%s", body)
	}
	if r := w.ask("DELETE", at, "", "If-Schedule-Tag-Match: "+tag); r.status != 412 {
		t.Errorf("%+v", r)
	}
	plain := w.put(w.cal+"p.ics", event("p", "Plain"), create)
	if plain.status != 201 || plain.header.Get("Schedule-Tag") != "" || w.srv.Answer(w.cal+"p.ics", "mailto:c@d", "ACCEPTED") == nil {
		t.Errorf("%+v", plain)
	}
	if v := w.srv.Violations(); len(v) > 0 {
		t.Errorf("%q", v)
	}
}
