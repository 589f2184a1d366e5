package main

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// careful is everything with the grace that a link has if nothing is said, and
// deletions off.
const careful = `deletion = "account"
protected = ["u03@$d", "boss*@*"]
` + resources

// TestDirectoryDeparture: a person leaves. Without --clean nothing goes; with it
// nothing before the grace is over; then everything, also what they made
// themselves, but for those who are protected and those whom nobody named.
func TestDirectoryDeparture(t *testing.T) {
	onMailServers(t, func(t *testing.T, s *mailServer) {
		p := newProvisioning(t, s, careful)
		people := staff(12)
		p.people(t, inLDIF(s, people))
		p.sync(t, 0)
		others := []string{"user admin@$d", "forward admin@$d mine@elsewhere.example"}
		s.has(t, "user admin@$d x", "forward admin@$d mine@elsewhere.example",
			"forward u02@$d mine@elsewhere.example", "forward u03@$d mine@elsewhere.example")
		own := []string{"forward u02@$d mine@elsewhere.example", "forward u03@$d mine@elsewhere.example"}
		all := maps.Clone(people)

		// u02 and u03 leave; u03 is protected.
		delete(people, "u02")
		delete(people, "u03")
		p.people(t, inLDIF(s, people))
		for range 3 {
			p.sync(t, 0).says(t, "u02@"+s.domain)
			p.now = p.now.Add(10 * 24 * time.Hour)
		}
		s.same(t, wishes(all, append(own, others...)...)...)

		// The grace has passed long ago; --clean shows it, and does it.
		got := p.ends(t, 3, "plan", "staff", "--clean").says(t, "u02@"+s.domain, "protected")
		if strings.Contains(got.text, "- users     u03@") {
			t.Errorf("the protected one is to go:\n%s", got.text)
		}
		p.sync(t, 0, "--clean")
		delete(all, "u02")
		s.same(t, wishes(all, append(own[1:], others...)...)...)
		p.quiet(t, 0, "--clean")

		// u04 leaves and is back before the grace is over; the grace begins anew.
		delete(people, "u04")
		p.people(t, inLDIF(s, people))
		p.sync(t, 0, "--clean").says(t, "u04@"+s.domain)
		p.now = p.now.Add(5 * 24 * time.Hour)
		people["u04"] = newPerson("u04")
		p.people(t, inLDIF(s, people))
		p.sync(t, 0, "--clean")
		delete(people, "u04")
		p.people(t, inLDIF(s, people))
		p.now = p.now.Add(24 * time.Hour)
		p.sync(t, 0, "--clean")
		p.now = p.now.Add(6 * 24 * time.Hour)
		p.sync(t, 0, "--clean") // 6 days since it is gone again, 12 since it first was
		s.same(t, wishes(all, append(own[1:], others...)...)...)
		p.ends(t, 0, "status", "staff").says(t, "u04@"+s.domain)
		p.now = p.now.Add(2 * 24 * time.Hour)
		p.sync(t, 0, "--clean")
		delete(all, "u04")
		s.same(t, wishes(all, append(own[1:], others...)...)...)
	})
}

// TestDirectoryGuard: six of fifty are too many at once. They are held back, the
// rest is done, and the ID of the plan releases exactly them.
func TestDirectoryGuard(t *testing.T) {
	onMailServers(t, func(t *testing.T, s *mailServer) {
		p := newProvisioning(t, s, everything)
		people := staff(50)
		p.people(t, inLDIF(s, people))
		p.sync(t, 0)
		s.has(t, "forward u44@$d mine@elsewhere.example", "forward u46@$d mine@elsewhere.example")
		all := maps.Clone(people)
		for i := 44; i < 50; i++ {
			delete(people, uidOf(i))
		}
		all["v01"], people["v01"] = newPerson("v01"), newPerson("v01")
		p.people(t, inLDIF(s, people))
		plan := p.ends(t, 4, "plan", "staff").says(t, "held back")
		own := []string{"forward u44@$d mine@elsewhere.example", "forward u46@$d mine@elsewhere.example"}
		p.sync(t, 4).says(t, "held back")
		s.same(t, wishes(all, own...)...)
		id := confirmID(t, plan)

		// One more leaves: the old ID is not for that.
		delete(people, "u44")
		p.people(t, inLDIF(s, people))
		p.sync(t, 4, "--confirm", id).says(t, "names other deletions")
		s.same(t, wishes(all, own...)...)
		people["u44"] = all["u44"]
		p.people(t, inLDIF(s, people))

		p.sync(t, 0, "--confirm", id)
		s.same(t, wishes(people, own[:1]...)...)
		p.quiet(t, 0)

		// Up to five at once need no consent.
		for i := 38; i < 43; i++ {
			delete(people, uidOf(i))
		}
		p.people(t, inLDIF(s, people))
		p.sync(t, 0)
		s.same(t, wishes(people, own[:1]...)...)
	})
}

// confirmID is the ID that a plan names for what is held back.
func confirmID(t *testing.T, plan ended) string {
	t.Helper()
	found := regexp.MustCompile(`--confirm ([0-9a-f]+)`).FindStringSubmatch(plan.text)
	if found == nil {
		t.Fatalf("no ID in:\n%s", plan.text)
	}
	return found[1]
}

// TestDirectoryUndo reverses what runs wrote: what was made goes, what went or
// was changed is back. Accounts and identities stay as they are, and it is said.
func TestDirectoryUndo(t *testing.T) {
	t.Run("webadmind", func(t *testing.T) { undoes(t, tmailServer(t), "[links.staff.contacts]\n[links.staff.identities]\n") })
	t.Run("James", func(t *testing.T) { undoes(t, realMailServer(t), "[links.staff.identities]\n") })
}

func undoes(t *testing.T, s *mailServer, more string) {
	p := newProvisioning(t, s, everything+more)
	people := staff(6)
	p.people(t, inLDIF(s, people))
	p.sync(t, 0)
	before := s.stands(t)

	people["u02"].aliases = []string{"new.u02@$d"}
	people["u03"].mappings = nil
	people["u04"].quota = 77
	people["u05"].quota = 0
	people["u06"].forwards = []string{"other@forwarded.example"}
	p.people(t, strings.ReplaceAll(inLDIF(s, people), "sn: u01", "sn: Another"))
	run := runOf(t, p.sync(t, 0, "--output", "json"))
	changed := s.stands(t)
	if slices.Equal(before, changed) {
		t.Fatal("nothing was changed")
	}
	p.ends(t, 0, "undo", run)
	same(t, before, s.stands(t))

	// The next sync does what the directory wishes, again.
	p.sync(t, 0)
	same(t, changed, s.stands(t))

	// What somebody changed meanwhile is left.
	people["u02"].quota, people["u03"].quota = 88, 88
	p.people(t, strings.ReplaceAll(inLDIF(s, people), "sn: u01", "sn: Another"))
	run = runOf(t, p.sync(t, 0, "--output", "json"))
	s.has(t, "quota u02@$d 99")
	p.run(t, "undo", run).says(t, "u02@"+s.domain)
	got := s.stands(t)
	for _, line := range []string{"quota u02@$d 99", "quota u03@$d 1073741824"} {
		if !slices.Contains(got, s.fill(line)) {
			t.Errorf("there does not stand %s", line)
		}
	}

	// An account that was deleted does not come back by undo, and it says so.
	delete(people, "u06")
	p.people(t, inLDIF(s, people))
	run = runOf(t, p.sync(t, 0, "--output", "json"))
	p.run(t, "undo", run).says(t, "u06@"+s.domain, "account")
	if slices.Contains(s.stands(t), s.fill("user u06@$d")) {
		t.Error("the account is there again")
	}
}

// runOf is the run of a sync.
func runOf(t *testing.T, got ended) string {
	t.Helper()
	var r struct{ Runs []string }
	got.each(t, "report", func(line []byte) { must(t, json.Unmarshal(line, &r)) })
	if len(r.Runs) != 1 {
		t.Fatalf("runs %v in:\n%s", r.Runs, got.text)
	}
	return r.Runs[0]
}

// same compares two states of a server.
func same(t *testing.T, want, got []string) {
	t.Helper()
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("there does not stand: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("there stands, and should not: %s", line)
		}
	}
}
