package dav_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"lockstep/protocol/dav"
)

// TestScheduleTags: a body comes with its Schedule-Tag, by GET and by multiget, and only of
// calendars; and a server is asked whether it schedules.
func TestScheduleTags(t *testing.T) {
	ctx, classes := context.Background(), ""
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.Method {
		case http.MethodOptions:
			w.Header().Add("DAV", "1, 3")
			w.Header().Add("DAV", classes)
		case http.MethodGet:
			w.Header().Set("ETag", `"e"`)
			w.Header().Set("Schedule-Tag", `"s"`)
			io.WriteString(w, "BEGIN")
		default:
			if asked := strings.Contains(string(body), "schedule-tag"); asked != strings.Contains(string(body), "calendar-multiget") {
				t.Errorf("it asks %s", body)
			}
			w.WriteHeader(http.StatusMultiStatus)
			io.WriteString(w, `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/ann/book/a.ics</href><propstat><prop>`+
				`<getetag>"e"</getetag><C:schedule-tag>"s"</C:schedule-tag><C:calendar-data>BEGIN</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`)
		}
	})
	if o, err := c.Get(ctx, dav.CalDAV(), c.URL(), "a.ics", ""); err != nil || o.ScheduleTag != `"s"` || o.ETag != `"e"` {
		t.Errorf("%+v, %v", o, err)
	}
	for o, err := range c.Read(ctx, dav.CalDAV(), c.URL(), []dav.Want{{Name: "a.ics"}, {Name: "b.ics"}}, "") {
		if err != nil || o.ScheduleTag != `"s"` || o.ETag != `"e"` {
			t.Errorf("%+v, %v", o, err)
		}
	}
	for range c.Read(ctx, dav.CardDAV(), c.URL(), []dav.Want{{Name: "a.vcf"}, {Name: "b.vcf"}}, "") {
	}
	for _, o := range []struct {
		classes string
		does    bool
	}{{"calendar-access, calendar-auto-schedule", true}, {"calendar-schedule", false}, {"", false}} {
		classes = o.classes
		if does, err := c.Schedules(ctx, c.URL()); err != nil || does != o.does {
			t.Errorf("%q: %v, %v", classes, does, err)
		}
	}
}
