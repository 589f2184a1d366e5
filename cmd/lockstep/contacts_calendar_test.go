package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// calendar is a device with a calendar in files, and one on a server.
type calendar struct {
	*program
	server *davd.Server
	wire   *wire
	dir    string
	path   string // of the calendar on the server
}

func newEvents(t *testing.T) *calendar {
	t.Helper()
	return newEventsAt(t, davd.Profile{})
}

func newEventsAt(t *testing.T, p davd.Profile) *calendar {
	t.Helper()
	return newEventsWith(t, davd.Options{Profile: p})
}

func newEventsWith(t *testing.T, o davd.Options) *calendar {
	t.Helper()
	b := newBook(t, o)
	at, err := b.server.AddCollection(b.user, core.Event, "work", "work")
	must(t, err)
	c := &calendar{server: b.server, wire: b.tap(t), path: at}
	home := t.TempDir()
	c.dir = filepath.Join(home, "calendars", "work")
	must(t, os.MkdirAll(c.dir, 0o700))
	address := strings.Replace(strings.Replace(b.address, "carddav+", "caldav+", 1), "/contacts/", "/calendars/", 1)
	c.program = newProgram(t, home, fmt.Sprintf("[accounts.files]\ntype = \"vdir\"\npath = %q\n[accounts.server]\naddress = %q\npassword = {env = \"THE_PASSWORD\"}\n"+
		"[links.events]\nleft = \"files\"\nright = \"server\"\n", filepath.Dir(c.dir), address), "THE_PASSWORD="+b.password)
	return c
}

// there is the only object on the server, and its name.
func (c *calendar) there(t *testing.T) (name, body string) {
	t.Helper()
	for path, text := range c.server.Truth() {
		if rest, in := strings.CutPrefix(path, c.path); in && rest != "" {
			if name != "" {
				t.Errorf("there are %s and %s", name, rest)
			}
			name, body = rest, text
		}
	}
	return name, body
}

func (c *calendar) here(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(c.dir, "e.ics"))
	must(t, err)
	return string(body)
}

func (c *calendar) write(t *testing.T, body string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(c.dir, "e.ics"), []byte(body), 0o600))
}

// quiet: one more sync writes nothing.
func (c *calendar) quiet(t *testing.T) {
	t.Helper()
	if n := c.sync(t).writes(); n > 0 {
		t.Errorf("one more sync made %d writes", n)
	}
}

func object(events ...string) string {
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n"
	for _, e := range events {
		text += "BEGIN:VEVENT\r\nUID:e\r\nDTSTAMP:20260101T000000Z\r\n" + strings.ReplaceAll(e, "|", "\r\n") + "\r\nEND:VEVENT\r\n"
	}
	return text + "END:VCALENDAR\r\n"
}

// TestCase87: a series with a moved, a cancelled and an all-day instance is one item, is
// the same there to the byte, and keeps all of them when one is edited.
func TestCase87(t *testing.T) {
	c := newEvents(t)
	body := object("DTSTART;VALUE=DATE:20260105|DTEND;VALUE=DATE:20260106|RRULE:FREQ=WEEKLY;COUNT=9|EXDATE;VALUE=DATE:20260119|SUMMARY:Week",
		"RECURRENCE-ID;VALUE=DATE:20260112|DTSTART;VALUE=DATE:20260113|DTEND;VALUE=DATE:20260114|SUMMARY:Moved",
		"RECURRENCE-ID;VALUE=DATE:20260126|DTSTART;VALUE=DATE:20260126|STATUS:CANCELLED|SUMMARY:Week")
	c.write(t, body)
	c.sync(t)
	name, got := c.there(t)
	equalCards(t, "the object there", got, body)
	edited := strings.Replace(got, "SUMMARY:Moved", "SUMMARY:Moved again", 1)
	must(t, c.server.Put(c.path+name, edited))
	c.sync(t)
	equalCards(t, "the object here", c.here(t), edited)
	c.quiet(t)
}

// TestCase88: an invitation that is carried over asks no server to send mail that it
// was not asked for: what is sent says of scheduling just what the file says.
func TestCase88(t *testing.T) {
	c := newEvents(t)
	body := object("DTSTART:20260105T100000Z|DTEND:20260105T110000Z|SUMMARY:Meeting|ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:a@example.org|ATTENDEE;SCHEDULE-AGENT=CLIENT;PARTSTAT=NEEDS-ACTION:mailto:b@example.org")
	c.write(t, body)
	c.sync(t)
	must(t, os.Remove(filepath.Join(c.dir, "e.ics")))
	c.sync(t)
	wrote := c.wire.writes()
	if len(wrote) != 2 || wrote[0].method != "PUT" || wrote[0].body != body || wrote[1].method != "DELETE" {
		t.Errorf("the program sent %+v", wrote)
	}
}

// TestCase90: a reply of an attendee that comes at the server, while the organiser edits
// the event here: both are in it, and nothing is a conflict.
func TestCase90(t *testing.T) {
	c := newEvents(t)
	c.write(t, object("DTSTART:20260105T100000Z|DTEND:20260105T110000Z|SUMMARY:Meeting|ORGANIZER:mailto:a@example.org|ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:b@example.org"))
	c.sync(t)
	name, body := c.there(t)
	must(t, c.server.Put(c.path+name, strings.Replace(body, "NEEDS-ACTION", "ACCEPTED", 1)))
	c.write(t, strings.Replace(c.here(t), "SUMMARY:Meeting", "SUMMARY:Meeting in room 5", 1))
	c.sync(t)
	_, there := c.there(t)
	for what, body := range map[string]string{"here": c.here(t), "there": there} {
		if !has(body, "SUMMARY:Meeting in room 5") || !has(body, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.org") {
			t.Errorf("%s is\n%s", what, body)
		}
	}
	c.quiet(t)
}
