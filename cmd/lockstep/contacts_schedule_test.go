package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// invited is an invitation in files and on a server that schedules, which is synced.
func invited(t *testing.T, p davd.Profile) (c *calendar, path string) {
	t.Helper()
	c = newEventsAt(t, p)
	c.write(t, object("DTSTART:20260105T100000Z|DTEND:20260105T110000Z|SUMMARY:Meeting|ORGANIZER:mailto:a@example.org|"+
		"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:b@example.org|ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:c@example.org"))
	c.sync(t)
	c.quiet(t)
	name, _ := c.there(t)
	return c, c.path + name
}

// meanwhile does something between the plan and the write of a method, each time.
func (c *calendar) meanwhile(method string, what func(n int)) {
	n := 0
	c.server.SetFaults(func(a davd.Ask) davd.Fault {
		if a.Name == method {
			n++
			what(n)
		}
		return davd.Fault{}
	})
}

// TestCase90ScheduleTag: an answer that comes between the plan and the write moves the
// ETag and not the Schedule-Tag: the organiser's edit succeeds at once, and the answer
// stays. What else comes between is an edit as ever, and is merged.
func TestCase90ScheduleTag(t *testing.T) {
	edited := func(t *testing.T, c *calendar, lines ...string) {
		t.Helper()
		c.server.SetFaults(nil)
		c.sync(t)
		c.quiet(t)
		_, there := c.there(t)
		for what, body := range map[string]string{"here": c.here(t), "there": there} {
			for _, line := range append(lines, "SUMMARY:Meeting in room 5") {
				if !has(body, line) {
					t.Errorf("%s has no %s:\n%s", what, line, body)
				}
			}
		}
	}
	edit := func(t *testing.T, c *calendar) {
		t.Helper()
		c.write(t, strings.Replace(c.here(t), "SUMMARY:Meeting", "SUMMARY:Meeting in room 5", 1))
	}
	const accepted, open = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.org", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:c@example.org"

	t.Run("an answer", func(t *testing.T) {
		c, path := invited(t, davd.Profile{Schedules: true})
		edit(t, c)
		c.meanwhile("PUT", func(n int) {
			if n == 1 {
				must(t, c.server.Answer(path, "mailto:b@example.org", "ACCEPTED"))
			}
		})
		c.wire.all()
		out, exit := c.run(t, "sync")
		puts := c.wire.writes()
		_, there := c.there(t)
		if exit != 0 || out.report(t).Right.Updated != 1 || len(puts) != 2 || puts[1].guard != "" || !has(there, "SUMMARY:Meeting in room 5") || !has(there, accepted) {
			t.Errorf("sync ended with %d after %+v:\n%s\nthere is\n%s", exit, puts, out.text, there)
		}
		edited(t, c, accepted, open)
	})
	t.Run("an edit", func(t *testing.T) {
		c, path := invited(t, davd.Profile{Schedules: true})
		edit(t, c)
		c.meanwhile("PUT", func(n int) {
			if n == 1 {
				_, body := c.there(t)
				must(t, c.server.Put(path, strings.Replace(body, "END:VEVENT", "X-ROOM:5\r\nEND:VEVENT", 1)))
			}
		})
		c.run(t, "sync")
		edited(t, c, "X-ROOM:5")
	})
	t.Run("an answer at a server that does not say that it schedules", func(t *testing.T) {
		c, path := invited(t, davd.Profile{Schedules: true})
		edit(t, c)
		c.meanwhile("PUT", func(n int) {
			if n == 1 {
				must(t, c.server.Answer(path, "mailto:b@example.org", "ACCEPTED"))
			}
			c.server.SetFaults(func(a davd.Ask) davd.Fault {
				return davd.Fault{Header: map[string]string{"DAV": "1, 3, calendar-access"}}
			})
		})
		c.run(t, "sync")
		for _, one := range c.wire.writes() {
			if one.method == "PUT" && one.guard == "" {
				t.Errorf("the program sent %+v", one)
			}
		}
		edited(t, c, accepted, open)
	})
	t.Run("a deletion", func(t *testing.T) {
		c, path := invited(t, davd.Profile{Schedules: true})
		must(t, os.Remove(filepath.Join(c.dir, "e.ics")))
		c.meanwhile("DELETE", func(n int) {
			if n == 1 {
				must(t, c.server.Answer(path, "mailto:b@example.org", "ACCEPTED"))
			}
		})
		if got := c.sync(t); got.Right.Deleted != 1 || got.writes() != 1 {
			t.Errorf("it wrote %+v", got)
		}
		c.server.SetFaults(nil)
		if name, _ := c.there(t); name != "" {
			t.Errorf("%s is still there", name)
		}
		c.quiet(t)
	})
	t.Run("an answer between two syncs", func(t *testing.T) {
		c, path := invited(t, davd.Cyrus())
		must(t, c.server.Answer(path, "mailto:b@example.org", "ACCEPTED"))
		edit(t, c)
		c.sync(t)
		edited(t, c, accepted, open)
	})
}
