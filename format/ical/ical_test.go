package ical_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/format/ical"
)

func calendar(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VCALENDAR\r\n")
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VEVENT"
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct{ name, body, uid, label, err string }{
		{"plain", string(calendar(event("UID:a", "SUMMARY:Tea\\, at five"))), "a", "Tea, at five", ""},
		{"case 87: a series with moved and cancelled instances", string(calendar(
			event("UID:a", "RECURRENCE-ID;VALUE=DATE:20260105", "SUMMARY:moved"),
			event("UID:a", "RRULE:FREQ=DAILY", "SUMMARY:series"),
			event("UID:a", "RECURRENCE-ID;VALUE=DATE:20260106", "STATUS:CANCELLED"))), "a", "series", ""},
		{"only instances", string(calendar(event("UID:a", "RECURRENCE-ID:20260105T100000Z", "SUMMARY:one"))), "a", "one", ""},
		{"an alarm has a UID of its own", string(calendar(event("UID:a", "BEGIN:VALARM", "UID:b", "SUMMARY:z", "END:VALARM"))), "a", "", ""},
		{"two UIDs", string(calendar(event("UID:a"), event("UID:b"))), "", "", `line 7: a VEVENT with the UID "b"; the VEVENT of line 4 has "a". Each needs a file of its own`},
		{"one without", string(calendar(event("UID:a"), event("SUMMARY:x"))), "", "", `line 7: a VEVENT with the UID ""; the VEVENT of line 4 has "a". Each needs a file of its own`},
		{"two UIDs in one", string(calendar(event("UID:a", "UID:b"))), "", "", `line 6: a second UID, "b", in one VEVENT`},
		{"two kinds", string(calendar(event("UID:a"), "BEGIN:VTODO", "UID:a", "END:VTODO")), "", "", "line 7: a VTODO in one object with the VEVENT of line 4"},
		{"no UID", string(calendar(event("SUMMARY:x"))), "", "x", ""},
		{"only a time zone", string(calendar("BEGIN:VTIMEZONE", "TZID:a", "END:VTIMEZONE")), "", "", "line 1: the calendar holds no event, task or journal entry"},
		{"an invitation", string(calendar("METHOD:REQUEST", event("UID:a"))), "a", "", ""},
		{"no END", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VCALENDAR\n", "", "", "line 4: END:VCALENDAR does not end the BEGIN:VEVENT of line 2"},
		{"two calendars", string(calendar(event("UID:a"))) + string(calendar(event("UID:a"))), "", "", "line 8: a second calendar begins; the first one is in line 1. Each needs a file of its own"},
		{"a card", "BEGIN:VCARD\nEND:VCARD\n", "", "", "line 1: BEGIN stands outside of a calendar"},
		{"nothing", "", "", "", "line 1: there is no calendar: BEGIN:VCALENDAR is missing"},
		{"Latin-1", string(calendar(event("UID:a", "SUMMARY:\xfc"))), "", "", "line 6: SUMMARY is not UTF-8; convert the file"},
		{"case 65: NUL", string(calendar(event("UID:a", "SUMMARY:\x00"))), "", "", "line 6: column 9 holds the control character U+0000; remove it"},
	} {
		uid, label, err := ical.Describe([]byte(c.body))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if uid != c.uid || label != c.label || got != c.err {
			t.Errorf("%s: %q %q %q, want %q %q %q", c.name, uid, label, got, c.uid, c.label, c.err)
		}
	}
	o, err := ical.Parse(calendar("METHOD:request", event("UID:a")))
	if err != nil || o.Method != "REQUEST" {
		t.Errorf("the method is %q %v", o.Method, err)
	}
}

// TestSum: bodies of one group mean the same; those of two groups do not.
func TestSum(t *testing.T) { // case 20 for calendars
	groups := [][]string{
		{
			string(calendar("CALSCALE:GREGORIAN", event("UID:a", "DTSTAMP:20260101T000000Z", "SUMMARY:x", "ATTENDEE;CN=A;PARTSTAT=ACCEPTED:mailto:a@b", "RRULE:FREQ=DAILY;COUNT=3"), event("UID:a", "RECURRENCE-ID:20260102"))),
			strings.ReplaceAll(string(calendar(event("UID:a", "RECURRENCE-ID:20260102", "SEQUENCE:0"), event("rrule:COUNT=3;FREQ=DAILY;INTERVAL=1", "CREATED:20250101T000000Z", "LAST-MODIFIED:20250101T000000Z", "attendee;partstat=accepted;ROLE=REQ-PARTICIPANT;cn=\"A\":MAILTO:A@B", "SUMM\r\n ARY:x", "LOCATION:", "UID:a", "TRANSP:OPAQUE"))), "\r\n", "\n"),
		},
		{string(calendar(event("UID:a", "SUMMARY:x")))}, {string(calendar(event("UID:a", "SUMMARY:X")))}, {string(calendar(event("UID:b", "SUMMARY:x")))},
		{string(calendar(event("UID:a", "DTSTART:20260101"))), string(calendar(event("UID:a", "DTSTART;VALUE=DATE-TIME:20260101")))},
		{string(calendar(event("UID:a", "DTSTART;VALUE=DATE:20260101")))}, // all-day stays all-day
		{string(calendar(event("UID:a", "DTSTART;TZID=Europe/Berlin:20260101T100000"))), string(calendar("BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE", event("UID:a", "DTSTART;TZID=Europe/Berlin:20260101T100000")))},
		{string(calendar("BEGIN:VTIMEZONE", "TZID:Mine", "X-A:1", "END:VTIMEZONE", event("UID:a", "DTSTART;TZID=Mine:20260101T100000")))},
		{string(calendar("BEGIN:VTIMEZONE", "TZID:Mine", "X-A:2", "END:VTIMEZONE", event("UID:a", "DTSTART;TZID=Mine:20260101T100000")))},
		{string(calendar(event("UID:a", "EXDATE:20260101,20260102"))), string(calendar(event("UID:a", "EXDATE:20260102", "EXDATE:20260101")))},
		{string(calendar(event("UID:a", `CATEGORIES:x\,y`)))}, {string(calendar(event("UID:a", `CATEGORIES:x,y`))), string(calendar(event("UID:a", `CATEGORIES:y`, `CATEGORIES:x`)))},
		{string(calendar(event("UID:a", "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM")))}, {string(calendar(event("UID:a", "TRIGGER:-PT5M")))},
		{string(calendar(event("UID:a", "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:a@b"))), string(calendar(event("UID:a", "ATTENDEE;SCHEDULE-AGENT=client:mailto:a@b")))}, // case 88
		{string(calendar(event("UID:a", "ATTENDEE;SCHEDULE-AGENT=SERVER:mailto:a@b"))), string(calendar(event("UID:a", "ATTENDEE:mailto:a@b")))},
		{string(calendar(event("UID:a", `DESCRIPTION:a\nb`))), string(calendar(event("UID:a", `DESCRIPTION:a\Nb `)))}, {string(calendar(event("UID:a", `DESCRIPTION:a\\nb`)))},
		{string(calendar(event("UID:a", "X-A;B=\"c:d\":e")))}, {string(calendar(event("UID:a", "X-A;B=c:d:e")))},
	}
	seen := map[string]int{}
	for i, group := range groups {
		first, err := ical.Sum([]byte(group[0]))
		if err != nil {
			t.Fatal(err)
		}
		for k, body := range group {
			sum, err := ical.Sum([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if at, known := seen[string(sum)]; known && at != i {
				t.Errorf("%q means what a body of group %d means", body, at)
			}
			seen[string(sum)] = i
			if sum != first {
				c, _ := ical.Canonical([]byte(body))
				t.Errorf("group %d, %d means something else:\n%s", i, k, c)
			}
		}
	}
	if _, err := ical.Sum([]byte("x")); err == nil {
		t.Error("what does not parse has a Sum")
	}
}

func TestSplit(t *testing.T) {
	zone := func(id string) string { return "BEGIN:VTIMEZONE\r\nTZID:" + id + "\r\nEND:VTIMEZONE\r\n" }
	file := "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nPRODID:p\r\nX-WR-CALNAME:c\r\n" + zone("A") + zone("B") +
		event("UID:1", "DTSTART;TZID=B:20260101T000000") + "\r\n" + event("UID:2") + "\r\n" +
		event("UID:1", "RECURRENCE-ID;VALUE=DATE:20260101") + "\r\n" + event("SUMMARY:none") + "\r\n" + event("SUMMARY:none") + "\r\n" +
		"BEGIN:VEVENT\r\nUID:3\r\n" + event("UID:4") + "\r\nEND:VCALENDAR\r\njunk\r\n\r\n" + string(calendar(event("UID:5", "broken")))
	var got []string
	parts := ical.Split([]byte(file))
	for _, p := range parts {
		got = append(got, fmt.Sprintf("%d %q %v", p.Line, strings.ReplaceAll(string(p.Body), "\r\n", "|"), p.Err))
	}
	open, end := "BEGIN:VCALENDAR|PRODID:p|", "END:VCALENDAR|"
	flat := func(lines ...string) string { return strings.ReplaceAll(event(lines...), "\r\n", "|") + "|" }
	want := []string{
		fmt.Sprintf("11 %q <nil>", open+"BEGIN:VTIMEZONE|TZID:B|END:VTIMEZONE|"+flat("UID:1", "DTSTART;TZID=B:20260101T000000")+flat("UID:1", "RECURRENCE-ID;VALUE=DATE:20260101")+end),
		fmt.Sprintf("15 %q <nil>", open+flat("UID:2")+end),
		fmt.Sprintf("22 %q <nil>", open+flat("SUMMARY:none")+end),
		fmt.Sprintf("25 %q <nil>", open+flat("SUMMARY:none")+end),
		fmt.Sprintf("28 %q line 28: BEGIN:VEVENT has no END", open+"BEGIN:VEVENT|UID:3|"+end),
		fmt.Sprintf("30 %q <nil>", open+flat("UID:4")+end),
		`34 "junk|" line 34: "junk" is no property: it has no colon`,
		fmt.Sprintf("39 %q line 41: \"broken\" is no property: it has no colon", "BEGIN:VCALENDAR|VERSION:2.0|PRODID:-//x//EN|"+flat("UID:5", "broken")+end),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestJoin(t *testing.T) {
	zone := func(offset string) []string {
		return []string{"BEGIN:VTIMEZONE", "TZID:Z", "BEGIN:STANDARD", "TZOFFSETTO:" + offset, "END:STANDARD", "END:VTIMEZONE"}
	}
	a := calendar(append(zone("+0100"), event("UID:1", "DTSTART;TZID=Z:20260101T000000"))...)
	b := calendar(append(zone("+0200"), event("UID:2", "DTSTART;TZID=Z:20260101T000000"))...)
	c := calendar(append(zone("+0100"), event("UID:3", "DTSTART;TZID=Z:20260101T000000", "SUMMARY:"+strings.Repeat("é", 60)))...)
	c = []byte(strings.ReplaceAll(string(c), "\r\n", "\n"))
	file, err := ical.Join("-//y//EN", a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(file), "BEGIN:VTIMEZONE"); n != 2 || !strings.Contains(string(file), "DTSTART;TZID=Z (2):") {
		t.Errorf("%d time zones in\n%s", n, file)
	}
	parts := ical.Split(file)
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, body := range [][]byte{a, nil, c} {
		was, _ := ical.Sum(body)
		is, err := ical.Sum(parts[i].Body)
		if body != nil && (was != is || err != nil) {
			t.Errorf("object %d came back as\n%s", i, parts[i].Body)
		}
	}
	if _, err := ical.Join("x", []byte("y")); err == nil {
		t.Error("what is no calendar is joined")
	}
}

func TestWithUID(t *testing.T) {
	body, err := ical.WithUID(calendar(event("SUMMARY:a"), event("RECURRENCE-ID:20260101T000000Z")), "u;1")
	want := calendar(event(`UID:u\;1`, "SUMMARY:a"), event(`UID:u\;1`, "RECURRENCE-ID:20260101T000000Z"))
	if err != nil || string(body) != string(want) {
		t.Errorf("%s %v", body, err)
	}
	if again, _ := ical.WithUID(body, "other"); string(again) != string(want) {
		t.Error("a UID is replaced")
	}
}

// TestCorpus: every real calendar is read, or refused with its file and line;
// what Split makes of it means what it meant.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Skip("LOCKSTEP_CORPUS is not set: the real calendars are not tested")
	}
	objects := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".ics" {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, _, err := ical.Describe(file); err != nil {
			t.Logf("refused: %s: %v", path, err)
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Error("the line is missing")
			}
		} else if _, err := ical.Sum(file); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		var bodies [][]byte
		for _, p := range ical.Split(file) {
			if p.Err != nil {
				t.Logf("refused: %s: %v", path, p.Err)
				continue
			}
			objects++
			bodies = append(bodies, p.Body)
		}
		joined, err := ical.Join("x", bodies...)
		if err != nil {
			t.Fatal(err)
		}
		again := ical.Split(joined)
		for i := range again {
			was, _ := ical.Canonical(bodies[i])
			is, _ := ical.Canonical(again[i].Body)
			if was != is || len(again) != len(bodies) {
				t.Errorf("%s, object %d: joined and split it means\n%s, not\n%s", path, i, is, was)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if objects < 40 {
		t.Errorf("only %d objects", objects)
	}
}
