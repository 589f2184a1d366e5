package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// windowed is a computer with a calendar in files, and one on a server of which only a
// window takes part.
type windowed struct {
	*agenda
	book *book
}

func newWindowed(t *testing.T, b *book, window string) *windowed {
	t.Helper()
	w := &windowed{agenda: newAgenda(t, b, "here"), book: b}
	w.window(t, window)
	return w
}

// window sets the key; "" = there is none.
func (w *windowed) window(t *testing.T, value string) {
	t.Helper()
	file := filepath.Join(w.program.dir, "lockstep.toml")
	text, err := os.ReadFile(file)
	must(t, err)
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(l string) bool { return strings.HasPrefix(l, "window = ") })
	if value != "" {
		at := slices.Index(lines, "[accounts.server]")
		lines = slices.Insert(lines, at+1, fmt.Sprintf("window = %q", value))
	}
	must(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
}

// titles of objects by their UID: "UID title", in order. One that is there twice is
// named twice.
func titles(all map[string]string) string {
	var out []string
	for _, body := range all {
		title := ""
		for _, l := range unfolded(body) {
			if text, is := strings.CutPrefix(l, "SUMMARY:"); is {
				title = text
			}
		}
		out = append(out, uidOfCard(body)+" "+title)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (w *windowed) files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := filepath.Glob(filepath.Join(w.dir, "*.ics"))
	must(t, err)
	for _, name := range names {
		body, err := os.ReadFile(name)
		must(t, err)
		out[name] = string(body)
	}
	return out
}

// are: this is here and that is there, and a further sync writes nothing.
func (w *windowed) are(t *testing.T, what, here, there string) {
	t.Helper()
	if got := titles(w.files(t)); got != here {
		t.Errorf("%s: here are %s, not %s", what, got, here)
	}
	if got := titles(w.book.objects(t)); got != there {
		t.Errorf("%s: there are %s, not %s", what, got, there)
	}
	if n := w.sync(t).writes(); n > 0 {
		t.Errorf("%s: one more sync made %d writes", what, n)
	}
}

// writes: a sync makes as many.
func (w *windowed) writes(t *testing.T, what string, n int) {
	t.Helper()
	if got := w.sync(t).writes(); got != n {
		t.Errorf("%s: %d writes, not %d", what, got, n)
	}
}

// doctor tells of the window, and of each event that it keeps out.
func (w *windowed) doctor(t *testing.T, window string, out ...string) {
	t.Helper()
	findings := func(typ string, args ...string) (all []string) {
		text, exit := w.run(t, args...)
		if exit != 0 {
			t.Errorf("doctor ended with %d:\n%s%s", exit, text.text, text.errs)
		}
		text.each(t, typ, func(line []byte) {
			var place struct {
				Findings []struct{ Name, Value, Effect string }
			}
			must(t, json.Unmarshal(line, &place))
			for _, f := range place.Findings {
				if f.Name == "window" || f.Name == "left out" {
					all = append(all, f.Value+" "+f.Effect)
				}
			}
		})
		return all
	}
	windows := findings("place", "doctor", "server")
	if window == "" && len(windows) > 0 || window != "" && (len(windows) != 1 || !strings.Contains(windows[0], "over before "+window)) {
		t.Errorf("doctor says of the window %q: %q", window, windows)
	}
	left := findings("state", "doctor")
	for i, f := range left {
		if i < len(out) && !strings.Contains(f, "Old ("+out[i]+") outside the window of the right, in") {
			t.Errorf("doctor says %q, not %q", f, out[i])
		}
	}
	if len(left) != len(out) {
		t.Errorf("doctor says of what is left out %q, not %q", left, out)
	}
}

// TestCase86: what slides out of an account's window is deleted on neither side, and is
// edited and deleted as ever; what is out from the beginning comes when it is moved into
// the window, once, and when the window is widened.
func TestCase86(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		b = newCalendar(t, b)
		w := newWindowed(t, b, "2026-01-01")
		event := func(uid, day, title string) string {
			return calendarObject(uid, "DTSTART:"+day+"T100000Z\nDTEND:"+day+"T110000Z\nSUMMARY:"+title)
		}
		b.putObject(t, "old", event("old", "20250301", "Old"))
		b.putObject(t, "both", event("both", "20250302", "Old"))
		b.putObject(t, "new", event("new", "20260201", "New"))
		b.putObject(t, "gone", event("gone", "20260202", "Later deleted"))
		b.putObject(t, "series", calendarObject("series", "DTSTART:20200101T100000Z\nSUMMARY:Weekly\nRRULE:FREQ=WEEKLY"))
		must(t, os.WriteFile(filepath.Join(w.dir, "b.ics"), []byte(event("both", "20250302", "Old")), 0o600))
		w.writes(t, "the first sync", 3)
		w.doctor(t, "2026-01-01", "both", "old")
		w.are(t, "after the first sync", "both Old, gone Later deleted, new New, series Weekly", "both Old, gone Later deleted, new New, old Old, series Weekly")

		w.window(t, "2026-06-01")
		w.writes(t, "when they slid out", 0)
		w.edit(t, "SUMMARY:New", "SUMMARY:Edited here")
		w.edit(t, "SUMMARY:Later deleted", "SUMMARY:Deleted")
		w.writes(t, "edits of what slid out", 2)
		must(t, os.Remove(find(t, w.files(t), "gone")))
		w.writes(t, "a deletion of what slid out", 1)
		b.putObject(t, "old", event("old", "20261001", "Old again"))
		w.writes(t, "what is moved into the window", 1)
		w.are(t, "then", "both Old, new Edited here, old Old again, series Weekly", "both Old, new Edited here, old Old again, series Weekly")

		w.doctor(t, "2026-06-01", "both")

		w.window(t, "")
		w.writes(t, "without a window", 0)
		w.doctor(t, "")
		w.edit(t, "SUMMARY:Old\n", "SUMMARY:Both\n")
		w.writes(t, "an edit of what both sides had, outside", 1)
		w.are(t, "at last", "both Both, new Edited here, old Old again, series Weekly", "both Both, new Edited here, old Old again, series Weekly")
	})
}

// TestWindowOfDays: days are counted back from the sync.
func TestWindowOfDays(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		b = newCalendar(t, b)
		w := newWindowed(t, b, "90d")
		for uid, days := range map[string]int{"in": 80, "out": 100} {
			day := time.Now().UTC().AddDate(0, 0, -days).Format("20060102")
			b.putObject(t, uid, calendarObject(uid, "DTSTART;VALUE=DATE:"+day+"\nSUMMARY:Day"))
		}
		w.writes(t, "the first sync", 1)
		w.are(t, "then", "in Day", "in Day, out Day")
	})
}

// objects are the bodies of a book, or of a calendar, by their names.
func (b *book) objects(t *testing.T) map[string]string {
	t.Helper()
	if b.server != nil {
		return b.cards(t)
	}
	_, list := b.ask(t, "PROPFIND", b.path, `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`, "Depth", "1", "Content-Type", "application/xml")
	out := map[string]string{}
	for href := range rows(t, list) {
		if name, in := strings.CutPrefix(href, b.path); in && name != "" {
			_, body := b.ask(t, "GET", href, "")
			out[name] = string(body)
		}
	}
	return out
}

// putObject stores a calendar object, whatever is there under its UID.
func (b *book) putObject(t *testing.T, uid, body string) {
	t.Helper()
	name := uid + ".ics"
	if at := find(t, b.objects(t), uid); at != "" {
		name = at
	}
	if b.server != nil {
		must(t, b.server.Put(b.path+name, body))
		return
	}
	b.ask(t, "PUT", b.path+name, body, "Content-Type", "text/calendar; charset=utf-8")
}
