package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// agenda is a computer with the program and a calendar in files.
type agenda struct {
	*program
	dir string
}

func newAgenda(t *testing.T, b *book, name string) *agenda {
	t.Helper()
	home := filepath.Join(t.ArtifactDir(), name)
	a := &agenda{dir: filepath.Join(home, "calendars", "home")}
	must(t, os.MkdirAll(a.dir, 0o700))
	a.program = newProgram(t, home, fmt.Sprintf("[accounts.files]\ntype = \"vdir\"\npath = %q\n[accounts.server]\naddress = %q\npassword = {env = \"THE_PASSWORD\"}\n"+
		"[links.calendars]\nleft = \"files\"\nright = \"server\"\n", filepath.Dir(a.dir), "caldav+"+strings.TrimPrefix(b.address, "carddav+")), "THE_PASSWORD="+b.password)
	return a
}

// edit replaces a text in the only object that has it.
func (a *agenda) edit(t *testing.T, old, new string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(a.dir, "*.ics"))
	must(t, err)
	edited := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		must(t, err)
		if text := strings.ReplaceAll(string(body), "\r\n", "\n"); strings.Contains(text, old) {
			edited++
			must(t, os.WriteFile(file, []byte(strings.ReplaceAll(strings.Replace(text, old, new, 1), "\n", "\r\n")), 0o600))
		}
	}
	if edited != 1 {
		t.Fatalf("%d of %d files hold %q", edited, len(files), old)
	}
}

// newCalendar is an empty calendar beside an address book: b.path is the calendar's.
func newCalendar(t *testing.T, b *book) *book {
	t.Helper()
	if b.server == nil {
		b.path, b.address = b.calendars+"at-home/", strings.Replace(b.address, b.home, b.calendars, 1)
		b.ask(t, "MKCALENDAR", b.path, `<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>home</displayname></prop></set></C:mkcalendar>`)
		return b
	}
	contacts := b.path[:strings.Index(b.path, "at-")]
	var err error
	b.path, err = b.server.AddCollection(b.user, core.Event, "at-home", "home")
	must(t, err)
	b.address = strings.Replace(b.address, contacts, b.path[:strings.Index(b.path, "at-")], 1)
	return b
}

// timezone of Berlin, as programs write it into objects.
const timezone = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE
`

// calendarObject of these instances, each of which is lines without those of its UID.
func calendarObject(uid string, instances ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//people//programs//EN\n")
	if strings.Contains(instances[0], "TZID=Europe/Berlin") {
		b.WriteString(timezone)
	}
	for _, lines := range instances {
		b.WriteString("BEGIN:VEVENT\nUID:" + uid + "\nDTSTAMP:20260101T000000Z\n" + lines + "\nEND:VEVENT\n")
	}
	b.WriteString("END:VCALENDAR\n")
	return strings.ReplaceAll(b.String(), "\n", "\r\n")
}

// events are objects by UID, and what khal has to find in March 2026: from, to and
// the title of each.
func events() map[string]struct {
	object string
	listed []string
} {
	berlin := func(name, at string) string { return name + ";TZID=Europe/Berlin:" + at }
	return map[string]struct {
		object string
		listed []string
	}{
		"allday": {calendarObject("allday", "DTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260307\nSUMMARY:Müßiggang"), []string{"2026-03-05|2026-03-06|Müßiggang"}},
		"series": {calendarObject("series",
			berlin("DTSTART", "20260302T150000")+"\n"+berlin("DTEND", "20260302T160000")+"\nRRULE:FREQ=WEEKLY;COUNT=4\n"+berlin("EXDATE", "20260316T150000")+"\nSUMMARY:Tea 茶",
			berlin("RECURRENCE-ID", "20260309T150000")+"\n"+berlin("DTSTART", "20260310T170000")+"\n"+berlin("DTEND", "20260310T180000")+"\nSUMMARY:Tea\\, moved"),
			[]string{"2026-03-02 15:00|2026-03-02 16:00|Tea 茶", "2026-03-10 17:00|2026-03-10 18:00|Tea, moved", "2026-03-23 15:00|2026-03-23 16:00|Tea 茶"}},
		"days": {calendarObject("days",
			"DTSTART;VALUE=DATE:20260311\nDTEND;VALUE=DATE:20260312\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:Fast",
			"RECURRENCE-ID;VALUE=DATE:20260312\nDTSTART;VALUE=DATE:20260320\nDTEND;VALUE=DATE:20260321\nSUMMARY:Feast"),
			[]string{"2026-03-11|2026-03-11|Fast", "2026-03-13|2026-03-13|Fast", "2026-03-20|2026-03-20|Feast"}},
		"utc": {calendarObject("utc", "DTSTART:20260314T090000Z\nDURATION:PT90M\nSUMMARY:Zoom 👩🏽‍🚀\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:soon\nEND:VALARM"),
			[]string{"2026-03-14 10:00|2026-03-14 11:30|Zoom 👩🏽‍🚀"}},
		"long": {calendarObject("long", berlin("DTSTART", "20260317T080000")+"\n"+berlin("DTEND", "20260317T090000")+"\nSUMMARY:Notes\nDESCRIPTION:"+
			strings.Repeat("more and\n  more\\n", 200)+"\nX-ODD;X-P=\"a:b\":1"), []string{"2026-03-17 08:00|2026-03-17 09:00|Notes"}},
		"summer": {calendarObject("summer", berlin("DTSTART", "20260328T120000")+"\n"+berlin("DTEND", "20260328T130000")+"\nRRULE:FREQ=DAILY;COUNT=2\nSUMMARY:Clocks"),
			[]string{"2026-03-28 12:00|2026-03-28 13:00|Clocks", "2026-03-29 12:00|2026-03-29 13:00|Clocks"}},
	}
}

// TestKhal: khal reads every event that this program wrote, with all its dates, and
// has nothing to complain about.
func TestKhal(t *testing.T) {
	t.Run("davd", func(t *testing.T) { readByKhal(t, newBook(t, davd.Options{})) })
	t.Run("davd as Radicale", func(t *testing.T) { readByKhal(t, newBook(t, davd.Options{Profile: davd.Radicale()})) })
	t.Run("Radicale", func(t *testing.T) { readByKhal(t, realBook(t)) })
}

func readByKhal(t *testing.T, b *book) {
	b = newCalendar(t, b)
	here, there := newAgenda(t, b, "here"), newAgenda(t, b, "there")
	khal := newReader(t, "khal", fmt.Sprintf("[calendars]\n[[home]]\npath = %s\n[sqlite]\npath = %s\n[locale]\ntimeformat = %%H:%%M\ndateformat = %%Y-%%m-%%d\n"+
		"longdateformat = %%Y-%%m-%%d\ndatetimeformat = %%Y-%%m-%%d %%H:%%M\nlongdatetimeformat = %%Y-%%m-%%d %%H:%%M\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n",
		here.dir, filepath.Join(t.TempDir(), "khal.db")))
	all := events()
	var want []string
	for n, uid := range slices.Sorted(maps.Keys(all)) { // half of them come from another device
		want = append(want, all[uid].listed...)
		if n%2 == 0 {
			b.ask(t, "PUT", fmt.Sprintf("%sevent-%d.ics", b.path, n), all[uid].object, "Content-Type", "text/calendar; charset=utf-8", "If-None-Match", "*")
		} else {
			must(t, os.WriteFile(filepath.Join(there.dir, uid+".ics"), []byte(all[uid].object), 0o600))
		}
	}
	look := func() {
		t.Helper()
		got := khal.says(t, "list", "--day-format", "", "--format", "{start}|{end}|{title}", "2026-03-01", "2026-04-01")
		slices.Sort(got)
		slices.Sort(want)
		if got = slices.Compact(got); !slices.Equal(got, want) { // what lasts for days is listed on each
			t.Errorf("khal lists\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	there.sync(t)
	here.sync(t)
	look()

	// Both devices edit the series: an instance is renamed, and a line added that is
	// merged by itself.
	there.edit(t, "SUMMARY:Tea\\, moved", "SUMMARY:Tee\\, später")
	here.edit(t, "SUMMARY:Tea 茶", "SUMMARY:Tea 茶\nX-HERE:yes")
	there.sync(t)
	here.sync(t)
	want[slices.Index(want, "2026-03-10 17:00|2026-03-10 18:00|Tea, moved")] = "2026-03-10 17:00|2026-03-10 18:00|Tee, später"
	look()
	there.sync(t)
	for _, a := range []*agenda{here, there} {
		a.edit(t, "X-HERE:yes", "X-HERE:yes") // it is in one file of each
	}
	if n := here.sync(t).writes(); n > 0 {
		t.Errorf("one more sync made %d writes", n)
	}
}
