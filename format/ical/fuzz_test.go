package ical_test

import (
	"testing"

	"lockstep/format/ical"
)

// FuzzObject: what Describe accepts is kept byte for byte, has a Sum, and means
// the same when it was joined and split.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		"", string(calendar(event("UID:a", "DTSTART;TZID=Z:20260101T000000", "RRULE:FREQ=DAILY", "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM"), event("UID:a", "RECURRENCE-ID;VALUE=DATE:20260101"))),
		string(calendar("BEGIN:VTIMEZONE", "TZID:Z", "END:VTIMEZONE", event("UID:a\\,b", "EXDATE;TZID=Z:1,2", "ATTENDEE;CN=\"x:y\":mailto:a"))),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		parts := ical.Split(body)
		uid, _, err := ical.Describe(body)
		if err != nil {
			return
		}
		o, err := ical.Parse(body)
		if err != nil || string(o.Doc.Bytes()) != string(body) {
			t.Fatalf("%q: %v", body, err)
		}
		if _, err := ical.Sum(body); err != nil {
			t.Fatal(err)
		}
		if uid != "" && len(parts) == 0 {
			t.Fatalf("%q has no part", body)
		}
		with, err := ical.WithUID(body, "u")
		if err != nil {
			t.Fatal(err)
		}
		if now, _, err := ical.Describe(with); err != nil || now != uid && now != "u" {
			t.Fatalf("%q with a UID is %q: %v", body, with, err)
		}
		if _, err := ical.Join("x", body); err != nil {
			t.Fatal(err)
		}
	})
}
