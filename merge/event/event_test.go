package event_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/contentline"
	"lockstep/format/ical"
	"lockstep/merge"
	"lockstep/merge/event"
)

func merger() merge.Properties { return merge.Properties{Format: event.Format{}} }

func calendar(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VCALENDAR\r\n"
}

func vevent(lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:u\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VEVENT"
}

func one(lines ...string) string { return calendar(vevent(lines...)) }

// attached is an event with attachments.
func attached(values ...string) string {
	lines := []string{"SUMMARY:a"}
	for _, v := range values {
		lines = append(lines, "ATTACH;FMTTYPE=image/png;ENCODING=BASE64;VALUE=BINARY:"+v)
	}
	return one(lines...)
}

func TestMerge(t *testing.T) {
	a := one("SUMMARY:a", "ATTENDEE:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y")
	series := func(second ...string) string {
		return calendar(vevent("RRULE:FREQ=DAILY", "DTSTART;VALUE=DATE:20260101", "SUMMARY:s"), vevent(append([]string{"RECURRENCE-ID;VALUE=DATE:20260103"}, second...)...))
	}
	alarm := "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM"
	for _, c := range []struct {
		name               string
		baseL, baseR, l, r string
		toL, toR           string
		collisions         string
	}{
		{name: "nothing", baseL: a, baseR: a, l: a, r: a},
		{name: "case 20: stamps and order", baseL: a, baseR: a, l: a, r: calendar("PRODID:x", vevent("DTSTAMP:20260101T000000Z", "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Z@y", "attendee:mailto:x@y", "SEQUENCE:0", "SUMMARY:a"))},
		{name: "edited on the left", baseL: a, baseR: a, l: one("SUMMARY:b"), r: a, toR: one("SUMMARY:b")},
		{name: "edited alike", baseL: a, baseR: a, l: one("SUMMARY:b", "LOCATION:c"), r: one("LOCATION:c", "SUMMARY:b")},
		{name: "edited differently", baseL: a, baseR: a, l: one("SUMMARY:b"), r: one("SUMMARY:c", "SEQUENCE:5"), collisions: "event"},
		{name: "case 90: two answers", baseL: a, baseR: a,
			l:   one("SUMMARY:a", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y"),
			r:   one("SUMMARY:a", "ATTENDEE:mailto:x@y", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:z@y"),
			toL: one("SUMMARY:a", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@y", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:z@y"),
			toR: one("SUMMARY:a", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@y", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:z@y")},
		{name: "case 90: an answer while the event moves", baseL: a, baseR: a,
			l:   one("SUMMARY:b", "ATTENDEE:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y"),
			r:   one("SUMMARY:a", "ATTENDEE;RSVP=FALSE;PARTSTAT=ACCEPTED:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y"),
			toL: one("SUMMARY:b", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y"),
			toR: one("SUMMARY:b", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y")},
		{name: "two answers of one", baseL: a, baseR: a, l: one("SUMMARY:a", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y"),
			r: one("SUMMARY:a", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y"), collisions: "event|PARTSTAT VEVENT mailto:x@y"},
		{name: "case 87: an instance is cancelled", baseL: series("SUMMARY:m"), baseR: series("SUMMARY:m"), l: series("STATUS:CANCELLED"), r: series("SUMMARY:m"), toR: series("STATUS:CANCELLED")},
		{name: "case 87: the same date, all day or not", baseL: series("SUMMARY:m"), baseR: series("SUMMARY:m"), l: strings.Replace(series("SUMMARY:m"), "RECURRENCE-ID;VALUE=DATE:20260103", "RECURRENCE-ID:20260103T000000", 1), r: series("SUMMARY:m"),
			toR: strings.Replace(series("SUMMARY:m"), "RECURRENCE-ID;VALUE=DATE:20260103", "RECURRENCE-ID:20260103T000000", 1)},
		{name: "an alarm of each side's own", baseL: a, baseR: a, l: one("SUMMARY:b"), r: one("SUMMARY:a", "ATTENDEE:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y", alarm),
			toL: one("SUMMARY:b", alarm), toR: one("SUMMARY:b", alarm)},
		{name: "what the server never held", baseL: one("SUMMARY:a", "X-FOO:1", alarm), baseR: one("SUMMARY:a"), l: one("SUMMARY:a", "X-FOO:1", alarm), r: one("SUMMARY:b"), toL: one("SUMMARY:b", alarm, "X-FOO:1")},
		{name: "attachments are a set", baseL: attached("AAAA"), baseR: attached("AAAA"), l: attached("AAAA", "BBBB"), r: attached("AAAA", "CCCC"),
			toL: attached("AAAA", "BBBB", "CCCC"), toR: attached("AAAA", "CCCC", "BBBB")},
		{name: "an attachment goes while the event moves", baseL: attached("AAAA"), baseR: attached("AAAA"), l: one("SUMMARY:a"), r: strings.Replace(attached("AAAA"), "SUMMARY:a", "SUMMARY:b", 1),
			toL: one("SUMMARY:b"), toR: one("SUMMARY:b")},
		{name: "an attachment that the server has no room for", baseL: attached("AAAA"), baseR: one("SUMMARY:a"), l: attached("AAAA"), r: one("SUMMARY:b"), toL: strings.Replace(attached("AAAA"), "SUMMARY:a", "SUMMARY:b", 1)},
		{name: "such an event is edited here", baseL: attached("AAAA"), baseR: one("SUMMARY:a"), l: strings.Replace(attached("AAAA"), "SUMMARY:a", "SUMMARY:b", 1), r: one("SUMMARY:a"), toR: one("SUMMARY:b")},
		{name: "and gets a smaller one there", baseL: attached("AAAA"), baseR: one("SUMMARY:a"), l: attached("AAAA"), r: attached("BBBB"), toL: attached("AAAA", "BBBB")},
		{name: "an address of an attachment belongs to the event", baseL: one("ATTACH:https://example.org/a"), baseR: one("ATTACH:https://example.org/a"), l: one("ATTACH:https://example.org/b"), r: one("ATTACH:https://example.org/c"), collisions: "event"},
		{name: "X- on both", baseL: one("X-A:1"), baseR: one("X-A:1"), l: one("X-A:2"), r: one("X-A:1", "X-B:1"), toL: one("X-A:2", "X-B:1"), toR: one("X-A:2", "X-B:1")},
		{name: "case 88: no mail is sent", baseL: one("SUMMARY:a", "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:x@y"), baseR: one("SUMMARY:a", "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:x@y"),
			l: one("SUMMARY:a", "ATTENDEE;SCHEDULE-AGENT=CLIENT;PARTSTAT=ACCEPTED:mailto:x@y"), r: one("SUMMARY:a", "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:x@y"),
			toR: one("SUMMARY:a", "ATTENDEE;SCHEDULE-AGENT=CLIENT;PARTSTAT=ACCEPTED:mailto:x@y")},
		{name: "case 9: no base", l: one("SUMMARY:a"), r: one("SUMMARY:b"), collisions: "event"},
		{name: "case 8: no base, equal", l: one("SUMMARY:a", "TRANSP:OPAQUE"), r: one("SUMMARY:a")},
		{name: "made from nothing", l: a, toR: a},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, now := [2][]byte{[]byte(c.baseL), []byte(c.baseR)}, [2][]byte{[]byte(c.l), []byte(c.r)}
			got, err := merger().Merge(base, now)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, x := range got.Collisions {
				names = append(names, x.Property)
			}
			if string(got.To[0]) != c.toL || string(got.To[1]) != c.toR || strings.Join(names, " ") != c.collisions {
				t.Errorf("to left %q\nwant %q\nto right %q\nwant %q\ncollisions %v, want %s", got.To[0], c.toL, got.To[1], c.toR, names, c.collisions)
			}
			quiet(t, c.name, got, now)
		})
	}
}

// quiet applies a merge to both sides and asserts that there is nothing to do
// then. It returns what both sides hold.
func quiet(t testing.TB, name string, got core.Merge, now [2][]byte) [2][]byte {
	t.Helper()
	m, base, then := merger(), got.Base, now
	for x, to := range got.To {
		if to == nil {
			continue
		}
		var err error
		if base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], to, to, true, func(string) bool { return true }); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		then[x] = to
	}
	again, err := m.Merge(base, then)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if again.To[0] != nil || again.To[1] != nil || len(again.Collisions) > 0 {
		t.Errorf("%s: a second merge is not quiet: %q %q %v", name, again.Carried[0], again.Carried[1], again.Collisions)
	}
	return then
}

func objects(t testing.TB) (all [][]byte) {
	all = [][]byte{
		[]byte(one("SUMMARY:a", "ATTENDEE:mailto:x@y", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:z@y", "X-A:1")),
		[]byte(calendar(vevent("RRULE:FREQ=DAILY", "DTSTART;VALUE=DATE:20260101"), vevent("RECURRENCE-ID;VALUE=DATE:20260103", "SUMMARY:m", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM"))),
	}
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Log("LOCKSTEP_CORPUS is not set: the real calendars are not tested")
		return all
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".ics" {
			return err
		}
		file, err := os.ReadFile(path)
		for _, part := range ical.Split(file) {
			body, bad := ical.WithUID(part.Body, "u")
			if part.Err == nil && bad == nil {
				all = append(all, body)
			}
		}
		return err
	})
	if err != nil || len(all) < 30 {
		t.Fatal(len(all), err)
	}
	return all
}

// edit is what a program does to an object.
func edit(t testing.TB, body []byte, dice *rand.Rand) []byte {
	o, err := ical.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	c := o.Components[len(o.Components)-1]
	text := fmt.Sprintf("%c", 'a'+dice.IntN(26))
	insert := func(lines ...contentline.Line) { o.Doc.Insert(c.To, lines...) }
	switch dice.IntN(7) {
	case 0:
		insert(contentline.Line{Name: "COMMENT", Value: text})
	case 1:
		insert(contentline.Line{Name: "X-" + strings.ToUpper(text), Value: text})
	case 2:
		insert(contentline.Line{Name: "ATTENDEE", Value: "mailto:" + text + "@example.org", Params: []contentline.Param{{Name: "PARTSTAT", Values: []string{"ACCEPTED"}}}})
	case 3:
		insert(contentline.Line{Name: "BEGIN", Value: "VALARM"}, contentline.Line{Name: "TRIGGER", Value: "-PT" + fmt.Sprint(dice.IntN(60)) + "M"}, contentline.Line{Name: "END", Value: "VALARM"})
	case 4:
		for i, l := range o.Doc.Lines {
			if l.Name == "ATTENDEE" && dice.IntN(2) == 0 {
				l.Raw, l.Params = "", []contentline.Param{{Name: "PARTSTAT", Values: []string{[]string{"DECLINED", "TENTATIVE"}[dice.IntN(2)]}}}
				o.Doc.Replace(i, l)
			}
		}
	case 5:
		for i := c.From + 1; i < c.To; i++ {
			if l := o.Doc.Lines[i]; l.Depth == 2 && l.Name != "UID" && l.Name != "BEGIN" && l.Name != "END" && l.Name != "RECURRENCE-ID" && dice.IntN(4) == 0 {
				o.Doc.Remove(i)
				break
			}
		}
	default:
		insert(contentline.Line{Name: "DTSTAMP", Value: "20260101T0000" + fmt.Sprint(10+dice.IntN(40)) + "Z"})
	}
	return o.Doc.Bytes()
}

// TestMergeProperties: random edits of both sides of real objects.
func TestMergeProperties(t *testing.T) {
	all, m := objects(t), merger()
	writes, collisions := 0, 0
	for seed := range uint64(400) {
		dice := rand.New(rand.NewPCG(seed, 3))
		body := all[dice.IntN(len(all))]
		base, now := [2][]byte{body, body}, [2][]byte{body, body}
		for x := range now {
			for range dice.IntN(4) {
				now[x] = edit(t, now[x], dice)
			}
		}
		name := fmt.Sprintf("seed %d", seed)
		got, err := m.Merge(base, now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, _ := m.Merge(base, now)
		if !slices.EqualFunc(got.To[:], again.To[:], bytes.Equal) || !slices.EqualFunc(got.Base[:], again.Base[:], bytes.Equal) {
			t.Errorf("%s: two merges differ", name)
		}
		then := quiet(t, name, got, now)
		collided := map[string]bool{}
		for _, c := range got.Collisions {
			collisions++
			collided[c.Property] = true
		}
		var p [2]map[string]string
		for x := range then {
			if got.To[x] != nil {
				writes++
			}
			all, err := event.Format{}.Parse(then[x])
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, then[x])
			}
			p[x] = map[string]string{}
			for prop, v := range all {
				p[x][prop] = event.Format{}.Canonical(prop, v)
			}
		}
		if collided["event"] && p[0]["event"] == p[1]["event"] {
			t.Errorf("%s: a collision and no difference", name)
		}
		if !collided["event"] { // then both sides hold the same
			for _, prop := range slices.Sorted(maps.Keys(p[0])) {
				if p[0][prop] != p[1][prop] && !collided[prop] {
					t.Errorf("%s: %s is %q and %q", name, prop, p[0][prop], p[1][prop])
				}
			}
			if len(p[0]) != len(p[1]) {
				t.Errorf("%s: %d and %d properties", name, len(p[0]), len(p[1]))
			}
		}
		same, err := m.Merge(base, [2][]byte{now[0], now[0]})
		if err != nil || same.To[0] != nil || same.To[1] != nil || len(same.Collisions) > 0 {
			t.Errorf("%s: equal edits are merged: %v", name, err)
		}
		if t.Failed() {
			t.Fatalf("%s:\nbase\n%s\nleft\n%s\nright\n%s\nto left %q\n%s\nto right %q\n%s\n%v", name, body, now[0], now[1], got.Carried[0], got.To[0], got.Carried[1], got.To[1], got.Collisions)
		}
	}
	if writes < 100 || collisions < 10 {
		t.Errorf("%d writes and %d collisions", writes, collisions)
	}
}

// TestSum: the Sum of the Merger tells what ical.Sum tells.
func TestSum(t *testing.T) {
	m, all := merger(), objects(t)
	dice := rand.New(rand.NewPCG(5, 5))
	for range 500 {
		body := all[dice.IntN(len(all))]
		other := edit(t, body, dice)
		a, err := m.Sum(body)
		b, err2 := m.Sum(other)
		c, _ := ical.Sum(body)
		d, _ := ical.Sum(other)
		if err != nil || err2 != nil || (a == b) != (c == d) {
			t.Fatalf("the Sums differ in what they tell: %v %v\n%s\n%s", a == b, c == d, body, other)
		}
	}
	if _, err := m.Sum([]byte(calendar(vevent("SUMMARY:a"), strings.Replace(vevent(), "UID:u", "UID:v", 1)))); core.ClassOf(err) != core.Permanent {
		t.Errorf("two UIDs have a Sum: %v", err)
	}
}
