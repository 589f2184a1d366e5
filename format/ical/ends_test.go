package ical

import (
	"strings"
	"testing"
	"time"
)

// TestEnds: what is over, at the earliest at the time that stands here and at the latest
// two days later; "" = it has no end, or none that can be told.
func TestEnds(t *testing.T) {
	event := func(lines string) string { return "BEGIN:VEVENT|UID:e|" + lines + "|END:VEVENT" }
	task := func(lines string) string { return "BEGIN:VTODO|UID:e|" + lines + "|END:VTODO" }
	for object, want := range map[string]string{
		event("DTSTART:20260105T100000Z|DTEND:20260105T110000Z"):             "2026-01-05 11:00",
		event("DTEND;TZID=X:20260106T110000|DTSTART;TZID=X:20260105T100000"): "2026-01-06 11:00",
		event("DTSTART:20260105T100000"):                                     "2026-01-05 10:00",
		event("DTSTART;VALUE=DATE:20260105"):                                 "2026-01-06 00:00",
		event("DTSTART;VALUE=DATE:20260105|DTEND;VALUE=DATE:20260109"):       "2026-01-09 00:00",
		event("DURATION:P1DT2H30M10S|DTSTART:20260105T100000Z"):              "2026-01-06 12:30",
		event("DTSTART:20260105T100000Z|DURATION:-PT1H"):                     "2026-01-05 10:00",
		event("DTSTART:20260105T100000Z|DURATION:PT1X"):                      "",
		event("DTSTART:20260105T100000Z|DURATION:P4294967295W"):              "",
		event("DTSTART:20260105T100000Z|DTEND:20260104T100000Z"):             "2026-01-05 10:00",
		event("DTSTART:tomorrow"):                                            "",
		event("SUMMARY:no date"):                                             "",
		// The alarm and the time zone are no part of it.
		event("DTSTART:20260105T100000Z|BEGIN:VALARM|DURATION:P9D|END:VALARM"):                                                                               "2026-01-05 10:00",
		"BEGIN:VTIMEZONE|TZID:X|RRULE:FREQ=YEARLY|END:VTIMEZONE|" + event("DTSTART;TZID=X:20260105T100000"):                                                  "2026-01-05 10:00",
		event("DTSTART:20260105T100000Z|DTEND:20260105T110000Z|RRULE:FREQ=DAILY"):                                                                            "",
		event("DTSTART:20260105T100000Z|DTEND:20260105T110000Z|RRULE:FREQ=DAILY;UNTIL=20260301T100000Z"):                                                     "2026-03-01 11:00",
		event("DTSTART;VALUE=DATE:20260105|RRULE:FREQ=DAILY;UNTIL=20260301"):                                                                                 "2026-03-03 00:00",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;UNTIL=soon"):                                                                                        "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;UNTIL=20250101T000000Z"):                                                                            "2026-01-05 10:00",
		event("DTSTART:20260105T100000Z|RRULE:COUNT=10;FREQ=DAILY"):                                                                                          "2026-01-16 10:00",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;COUNT=10;INTERVAL=2"):                                                                               "2026-01-27 10:00",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;COUNT=10;BYMONTH=1"):                                                                                "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO,SU;WKST=SU"):                                                                      "2026-02-02 10:00",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=MONTHLY;COUNT=2;BYDAY=-1FR"):                                                                              "2026-04-05 10:00",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=MONTHLY;COUNT=2;BYDAY=5MO"):                                                                               "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=MONTHLY;COUNT=2;BYDAY=FR;BYMONTHDAY=13"):                                                                  "",
		event("DTSTART:20260131T100000Z|RRULE:FREQ=MONTHLY;COUNT=2"):                                                                                         "",
		event("DTSTART:20260131T100000Z|RRULE:FREQ=MONTHLY;COUNT=2;BYMONTHDAY=-1"):                                                                           "2026-05-01 10:00",
		event("DTSTART:20260131T100000Z|RRULE:FREQ=MONTHLY;COUNT=2;BYMONTHDAY=31"):                                                                           "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=YEARLY;COUNT=2;BYMONTH=3;BYDAY=2SU"):                                                                      "2029-01-05 10:00",
		event("DTSTART:20240229T100000Z|RRULE:FREQ=YEARLY;COUNT=2"):                                                                                          "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=HOURLY;COUNT=2"):                                                                                          "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;COUNT=0"):                                                                                           "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;COUNT=99999999999999999999"):                                                                        "",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;COUNT=99999;INTERVAL=99999"):                                                                        "",
		event("DTSTART:20260105T100000Z|RRULE:COUNT=1"):                                                                                                      "",
		event("DTSTART:20260105T100000Z|DTEND:20260105T120000Z|RDATE:20250101T000000Z,20260207T100000Z"):                                                     "2026-02-07 12:00",
		event("DTSTART:20260105T100000Z|RDATE;VALUE=PERIOD:20260207T100000Z/PT3H,20260208T100000Z/20260209T0000"):                                            "",
		event("DTSTART:20260105T100000Z|RDATE;VALUE=PERIOD:20260207T100000Z/PT3H"):                                                                           "2026-02-07 13:00",
		event("DTSTART:20260105T100000Z|RDATE;VALUE=PERIOD:20260207T100000Z/20260209T100000Z"):                                                               "2026-02-09 10:00",
		event("DTSTART:20260105T100000Z|RRULE:FREQ=DAILY;COUNT=1") + "|" + event("RECURRENCE-ID:20260105T100000Z|DTSTART:20260509T100000Z"):                  "2026-05-09 10:00",
		event("DTSTART:20260105T100000Z") + "|" + event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260105T100000Z|DTSTART:20260509T100000Z"):                       "",
		event("RECURRENCE-ID:20260105T100000Z|DTSTART:20260105T100000Z|RRULE:FREQ=DAILY") + "|" + event("RECURRENCE-ID:20260105T100000Z|DTSTART:20260105T1"): "",
		task("DUE:20260105T100000Z"): "",
		task("DUE:20260105T100000Z|STATUS:COMPLETED|COMPLETED:20260208T100000Z"): "2026-02-08 10:00",
		task("DUE:20260105T100000Z|STATUS:cancelled"):                            "2026-01-05 10:00",
		task("STATUS:COMPLETED"):                                                 "",
		"BEGIN:VJOURNAL|UID:e|DTSTART;VALUE=DATE:20260105|END:VJOURNAL":          "2026-01-06 00:00",
		"BEGIN:VFREEBUSY|UID:e|DTSTART:20260105T100000Z|END:VFREEBUSY":           "",
		"VERSION:2.0": "",
	} {
		got, ends := Ends([]byte(strings.ReplaceAll("BEGIN:VCALENDAR|"+object+"|END:VCALENDAR|", "|", "\r\n")))
		if ends != (want != "") {
			t.Errorf("%s: %s, %v", object, got, ends)
			continue
		}
		if min, err := time.Parse("2006-01-02 15:04", want); ends && (err != nil || got.Before(min) || got.Sub(min) > 49*time.Hour) {
			t.Errorf("%s: %s, want %s (%v)", object, got, want, err)
		}
	}
	if _, ends := Ends([]byte("BEGIN:VCALENDAR")); ends {
		t.Error("what does not parse has an end")
	}
}
