package main

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestContactsStory: two devices and a server, and what people do for some weeks. It
// is told with every server that the one in this process can be, with Radicale and with Xandikos.
func TestContactsStory(t *testing.T) {
	for _, p := range davd.Profiles() {
		name := p.Name
		if name == "" {
			name = "the letter"
		} else if testing.Short() {
			continue
		}
		t.Run(name, func(t *testing.T) { contactsStory(t, newBook(t, davd.Options{Profile: p})) })
	}
	t.Run("Radicale", func(t *testing.T) { contactsStory(t, realBook(t)) })
	t.Run("Xandikos", func(t *testing.T) { contactsStory(t, xandikosBook(t)) })
}

func contactsStory(t *testing.T, b *book) {
	one, two := newDevice(t, b, "one", ""), newDevice(t, b, "two", "")
	// round is what is bounded: each device syncs once, in this order.
	round := func(devices ...*device) {
		t.Helper()
		for _, d := range devices {
			d.sync(t)
		}
	}
	all := func(uids ...string) {
		t.Helper()
		one.inStep(t, uids...)
		two.inStep(t, uids...)
	}

	t.Log("case 11: created, edited and deleted on one, through the server, to two")
	for _, name := range []string{"ann", "ben", "cem"} {
		one.write(t, name+".vcf", newCard(name, strings.ToUpper(name), "TEL;TYPE=HOME:+1 555 1"))
	}
	round(one, two)
	all("ann", "ben", "cem")
	one.edit(t, "ann", adding("NOTE:from one"))
	round(one, two)
	if all("ann", "ben", "cem"); !has(two.body(t, "ann"), "NOTE:from one") {
		t.Errorf("two has\n%s", two.body(t, "ann"))
	}
	one.remove(t, "cem")
	round(one, two)
	all("ann", "ben")

	t.Log("somebody edits, adds and deletes at the server")
	b.edit(t, "ben", adding("EMAIL:ben@example.org"))
	b.put(t, "from-the-web.vcf", newCard("dea", "Dea"))
	round(one, two)
	if all("ann", "ben", "dea"); !has(one.body(t, "ben"), "EMAIL:ben@example.org") || !has(two.body(t, "ben"), "EMAIL:ben@example.org") {
		t.Error("an edit at the server has not come")
	}
	b.remove(t, "dea")
	round(one, two)
	all("ann", "ben")

	t.Log("case 50: one is away for a week, and works")
	for day := range 7 {
		one.edit(t, "ann", adding(fmt.Sprintf("X-DAY:%d", day)))
		one.edit(t, "ann", without(fmt.Sprintf("X-DAY:%d", day-1)))
		one.write(t, fmt.Sprintf("day%d.vcf", day), newCard(fmt.Sprintf("day%d", day), "Day"))
		two.edit(t, "ann", func(body string) string { return adding(fmt.Sprintf("NOTE:day %d", day))(without("NOTE:")(body)) })
		round(two)
	}
	one.remove(t, "day3")
	puts := b.puts()
	round(one)
	if n := b.puts() - puts; b.server != nil && n != 7 {
		t.Errorf("a week was %d PUTs, and not one for each card that is there", n)
	}
	round(two)
	all("ann", "ben", "day0", "day1", "day2", "day4", "day5", "day6")
	for _, d := range []*device{one, two} {
		if body := d.body(t, "ann"); !has(body, "X-DAY:6") || !has(body, "NOTE:day 6") || strings.Count(body, "X-DAY") != 1 {
			t.Errorf("after a week %s has\n%s", d.name, body)
		}
	}

	t.Log("both devices edit one card")
	one.edit(t, "ben", replacing("+1 555 1", "+1 555 11"))
	two.edit(t, "ben", replacing("EMAIL:ben@", "EMAIL:b@"))
	round(one, two, one)
	for _, d := range []*device{one, two} {
		if body := d.body(t, "ben"); !strings.Contains(body, "+1 555 11") || !has(body, "EMAIL:b@example.org") {
			t.Errorf("%s has\n%s", d.name, body)
		}
	}
	all("ann", "ben", "day0", "day1", "day2", "day4", "day5", "day6")

	t.Log("nobody does anything")
	for _, d := range []*device{one, two} {
		if n := len(d.conflicts(t)); n > 0 {
			t.Errorf("%s has %d conflicts, and nobody disagreed", d.name, n)
		}
		d.quiet(t, 0)
	}
}

// puts is how many cards were stored by programs; a real server does not count.
func (b *book) puts() int {
	if b.server == nil {
		return 0
	}
	return b.server.Counts()["PUT"]
}
