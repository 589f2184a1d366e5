package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/webadmind"
)

// TestDirectorySavedPlan: what was saved is carried out as it was shown, or
// refused because a side has changed since.
func TestDirectorySavedPlan(t *testing.T) {
	onMailServers(t, func(t *testing.T, s *mailServer) {
		p := newProvisioning(t, s, everything)
		people := staff(6)
		p.people(t, inLDIF(s, people))
		p.sync(t, 0)
		file := p.path("plan.json")

		people["u02"].aliases = []string{"new.u02@$d"}
		p.people(t, inLDIF(s, people))
		stood := s.stands(t)
		p.ends(t, 3, "plan", "staff", "--save", file)
		text, err := os.ReadFile(file)
		must(t, err)
		if strings.Contains(string(text), s.token) {
			t.Error("the plan has the token")
		}

		// The directory has changed.
		people["u03"].quota = 5
		p.people(t, inLDIF(s, people))
		p.ends(t, 1, "sync", "--plan", file).says(t, "a side has changed since; make a new plan")
		same(t, stood, s.stands(t))

		// The mail server has changed: an alias that the plan knows nothing of.
		p.ends(t, 3, "plan", "staff", "--save", file)
		s.has(t, "alias u04@$d by.hand@$d")
		p.ends(t, 1, "sync", "--plan", file).says(t, "a side has changed since; make a new plan")
		same(t, append(slices.Clone(stood), s.fill("alias u04@$d by.hand@$d")), s.stands(t))

		p.ends(t, 3, "plan", "staff", "--save", file)
		p.ends(t, 0, "sync", "--plan", file)
		s.same(t, wishes(people)...)
		p.ends(t, 1, "sync", "--plan", file).says(t, "make a new plan")
	})
}

// TestDirectoryAudit: each change of the mail server is one line, and nothing
// else is, and no secret.
func TestDirectoryAudit(t *testing.T) {
	s := fakeMailServer(t, webadmind.Options{Memory: true})
	p := newProvisioning(t, s, everything)
	people := staff(8)
	p.people(t, inLDIF(s, people))
	p.sync(t, 0)
	file := filepath.Join(p.dir, "state", "links", "link-staff", "audit.jsonl")
	first := auditOf(t, file)
	if len(first) != len(wishes(people)) {
		t.Errorf("%d lines for %d elements", len(first), len(wishes(people)))
	}

	people["u02"].quota = 5
	people["u03"].mail = "married"
	delete(people, "u04")
	people["u05"].aliases = nil
	p.people(t, inLDIF(s, people))
	began := p.now
	p.sync(t, 0)
	p.quiet(t, 0)
	type change struct{ owner, resource, element, op, before, after string }
	var got []change
	for _, l := range auditOf(t, file)[len(first):] {
		at, err := time.Parse(time.RFC3339, l.Time)
		if err != nil || at.Before(began.Add(-time.Minute)) || at.After(began.Add(time.Minute)) || l.Link != "staff" || l.Run == "" || l.N == 0 || l.Status != "done" || l.Error != "" || l.Why == "" {
			t.Errorf("%+v", l)
		}
		if !strings.HasPrefix(l.EntryUUID, "5d3b1f0e-0000-4000-8000-") || !strings.Contains(l.DN, "people.ldif:") {
			t.Errorf("of which entry is %+v?", l)
		}
		got = append(got, change{l.Owner, l.Resource, l.Element, l.Op, l.Before, l.After})
	}
	want := []change{
		{"u02@$d", "quotas", "", "update", "1 GiB", "5 B"},
		{"married@$d", "users", "", "rename", "u03@$d", "married@$d"},
		{"u04@$d", "aliases", "alias.u04@$d", "delete", "alias.u04@$d", ""},
		{"u04@$d", "mappings", "u04@mapped.example", "delete", "u04@mapped.example", ""},
		{"u04@$d", "forwards", "u04@forwarded.example", "delete", "u04@forwarded.example", ""},
		{"u04@$d", "quotas", "", "delete", "1 GiB", ""},
		{"u04@$d", "users", "", "delete", "", ""},
		{"u05@$d", "aliases", "alias.u05@$d", "delete", "alias.u05@$d", ""},
	}
	for i := range want {
		w := &want[i]
		for _, text := range []*string{&w.owner, &w.element, &w.before, &w.after} {
			*text = s.fill(*text)
		}
		if !slices.Contains(got, *w) {
			t.Errorf("there is no line %+v", *w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("there is a line %+v", g)
		}
	}

	// What is refused has its line, too.
	people["u02"].aliases = append(people["u02"].aliases, "refused@$d")
	p.people(t, inLDIF(s, people))
	s.fake.SetFaults(webadmind.Script(webadmind.Scripted{Route: "PUT /address/aliases/{owner}/sources/{alias}", Fault: webadmind.Fault{Status: 409}}))
	p.sync(t, 5)
	all := auditOf(t, file)
	if last := all[len(all)-1]; last.Element != s.fill("refused@$d") || last.Status == "done" || !strings.Contains(last.Error, "409") {
		t.Errorf("%+v", last)
	}
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the audit is %s", info.Mode())
	}

	// Without an audit nothing is written.
	s.fake.SetFaults(nil)
	must(t, os.Remove(file))
	must(t, os.Mkdir(file, 0o700))
	s.fake.Forget()
	p.sync(t, 1).says(t, "audit")
	if asked := writesOf(s.fake); len(asked) > 0 {
		t.Errorf("%v", asked)
	}
}

// audited is a line of the audit.
type audited struct {
	Time, Link, Run                             string
	N                                           int
	DN                                          string
	EntryUUID                                   string `json:"entryUUID"`
	Owner, Resource, Element, Op, Before, After string
	Why, Status, Error                          string
}

func auditOf(t *testing.T, file string) (out []audited) {
	t.Helper()
	f, err := os.Open(file)
	must(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l audited
		must(t, json.Unmarshal(lines.Bytes(), &l))
		out = append(out, l)
	}
	return out
}

// TestDirectoryTwoAtOnce: while a sync runs a second one is refused and says
// what to do, and one of another link is not.
func TestDirectoryTwoAtOnce(t *testing.T) {
	s := fakeMailServer(t, webadmind.Options{Memory: true})
	p := newProvisioning(t, s, everything)
	guests := p.path("guests.ldif")
	must(t, os.WriteFile(guests, []byte(s.fill("version: 1\n\ndn: uid=guest\nentryUUID: 5d3b1f0e-0000-4000-8000-00000000ffff\nmail: guest@$e\n")), 0o600))
	p.configure(t, `address = "ldif:`+p.ldif()+`"`, everything+"[links.guests]\nleft = \"ldif:"+guests+"\"\nright = \"server\"\ndeletes = true\ndeletion = \"account\"\ngrace = \"0\"\ngrace_passes = 1\n[links.guests.users]\n")
	people := staff(3)
	p.people(t, inLDIF(s, people))

	asked, release := make(chan bool), make(chan bool)
	held := false
	s.fake.SetFaults(func(a webadmind.Ask) webadmind.Fault {
		if a.Route == "PUT /users/{user}" && !held { // requests of one owner come one after the other
			held = true
			asked <- true
			<-release
		}
		return webadmind.Fault{}
	})
	done := make(chan int)
	first := *p // a clock of its own
	go func() { done <- first.run(t, "sync", "staff").exit }()
	<-asked
	p.sync(t, 1).says(t, "busy", "another lockstep")
	p.ends(t, 3, "plan", "staff").says(t, "process")
	p.ends(t, 0, "sync", "guests")
	close(release)
	if exit := <-done; exit != 0 {
		t.Errorf("the first ended with %d", exit)
	}
	p.sync(t, 0)
	s.same(t, wishes(people, "user guest@$e")...)

	// Two links to one server do not touch what is the other's.
	delete(people, "u03")
	p.people(t, inLDIF(s, people))
	must(t, os.WriteFile(guests, []byte("version: 1\n"), 0o600))
	p.ends(t, 4, "sync").says(t, "held back")
	s.same(t, wishes(people, "user guest@$e")...)
}
