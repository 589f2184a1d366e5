package main

import (
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/webadmind"
)

// TestKillDirectory kills syncs of a directory that changes to a mail server on
// which people make forwards of their own.
func TestKillDirectory(t *testing.T) {
	killDirectory(t, fakeMailServer(t, webadmind.Options{Memory: true}))
}

// TestKillDirectoryJames is TestKillDirectory with a real James.
func TestKillDirectoryJames(t *testing.T) { killDirectory(t, realMailServer(t)) }

// company is a directory that changes, and what has to stand because of it.
type company struct {
	rnd    *rand.Rand
	server *mailServer
	file   string
	people map[string]*person
	// own are the forwards that people made themselves, by uid.
	own map[string][]string
	// were are the earlier names of each.
	were map[string][]string
	// dropped are forwards that the directory wished once, by uid; kept is how
	// many of them still stand.
	dropped map[string][]string
	kept    map[string]bool
	// there are those who had an account when all was as the directory wished.
	there   map[string]bool
	hired   int
	serial  int
	history []string
}

func (c *company) note(format string, args ...any) {
	c.history = append(c.history, fmt.Sprintf(format, args...))
}

func (c *company) fresh(word string) string {
	c.serial++
	return fmt.Sprintf("%s%d", word, c.serial)
}

func (c *company) hire() {
	c.hired++
	one := newPerson(fmt.Sprintf("p%03d", c.hired))
	c.people[one.uid] = one
	c.note("%s is hired", one.uid)
}

// somebody at random; the same for the same seed.
func (c *company) somebody() *person {
	all := slices.Sorted(maps.Keys(c.people))
	return c.people[all[c.rnd.Intn(len(all))]]
}

// change does one thing to the directory.
func (c *company) change() {
	one := c.somebody()
	switch c.rnd.Intn(9) {
	case 0:
		c.hire()
	case 1:
		if len(c.people) < 12 {
			return
		}
		c.note("%s leaves", one.uid)
		delete(c.people, one.uid)
	case 2:
		c.were[one.uid] = append(c.were[one.uid], one.mail)
		one.mail = c.fresh(one.uid + ".")
		c.note("%s is %s now", one.uid, one.mail)
	case 3:
		one.aliases = append(one.aliases, c.fresh("alias")+"@$d")
	case 4:
		if len(one.aliases) > 0 {
			one.aliases = one.aliases[1:]
		}
	case 5: // an alias goes to somebody else
		if other := c.somebody(); other != one && len(one.aliases) > 0 {
			c.note("%s gives %s to %s", one.uid, one.aliases[0], other.uid)
			other.aliases, one.aliases = append(other.aliases, one.aliases[0]), one.aliases[1:]
		}
	case 6:
		one.mappings = []string{c.fresh("Mapped") + "@mapped.example"}
		c.note("%s maps to %s", one.uid, one.mappings[0])
	case 7:
		c.dropped[one.uid] = append(c.dropped[one.uid], one.forwards...)
		one.forwards = []string{c.fresh("forwarded") + "@forwarded.example"}
		c.note("%s shall forward to %s", one.uid, one.forwards[0])
	case 8:
		if one.quota = int64(c.rnd.Intn(1000)) << 20; c.rnd.Intn(4) == 0 {
			one.quota = 0
		}
	}
}

func (c *company) write(t *testing.T) {
	t.Helper()
	text := []byte("version: 1\n\n" + inLDIF(c.server, c.people))
	must(t, os.WriteFile(c.file+".new", text, 0o600))
	must(t, os.Rename(c.file+".new", c.file))
}

// forward lets somebody make a forward on the server, where everything is as
// the directory wishes.
func (c *company) forward(t *testing.T) {
	t.Helper()
	one := c.somebody()
	target := c.fresh("mine") + "@elsewhere.example"
	c.server.has(t, "forward "+one.mail+"@$d "+target)
	c.own[one.uid] = append(c.own[one.uid], target)
	c.note("%s forwards to %s", one.uid, target)
}

// unmanaged is what no entry names.
func (c *company) unmanaged() []string {
	return []string{"user admin@$d x", "forward admin@$d mine@elsewhere.example", "quota admin@$d 5"}
}

// safe: whatever was killed, nobody who is in the directory has lost the account
// or a forward of their own, under the name that they had or have.
func (c *company) safe(t *testing.T) {
	t.Helper()
	got := c.server.stands(t)
	has := func(one *person, format string) bool {
		return slices.ContainsFunc(append(slices.Clone(c.were[one.uid]), one.mail), func(name string) bool {
			return slices.Contains(got, c.server.fill(fmt.Sprintf(format, name)))
		})
	}
	for _, uid := range slices.Sorted(maps.Keys(c.there)) {
		one := c.people[uid]
		if one == nil {
			continue
		}
		if !has(one, "user %s@$d") {
			t.Errorf("the account of %s is gone", uid)
		}
		for _, target := range c.own[uid] {
			if !has(one, "forward %s@$d "+target) {
				t.Errorf("%s has no forward to %s any more", uid, target)
			}
		}
	}
}

// settled lets a sync end: all is as the directory wishes, and a second one
// finds nothing to do.
func (c *company) settled(t *testing.T, p *program) {
	t.Helper()
	p.sync(t)
	if n := p.openWrites(t); n > 0 {
		t.Errorf("%d writes are still open", n)
	}
	want := append(wishes(c.people), c.unmanaged()...)
	want[len(want)-3] = strings.TrimSuffix(want[len(want)-3], " x")
	for uid, targets := range c.own {
		if one := c.people[uid]; one != nil {
			for _, target := range targets {
				want = append(want, "forward "+one.mail+"@$d "+target)
			}
		} else {
			delete(c.own, uid)
		}
	}
	c.there = map[string]bool{}
	for uid := range c.people {
		c.there[uid] = true
	}
	for i := range want {
		want[i] = c.server.fill(want[i])
	}
	same(t, want, slices.DeleteFunc(c.server.stands(t), func(line string) bool { return c.renamed(line) || c.doubtful(line) }))
	if n := p.sync(t).writes(); n > 0 {
		t.Errorf("a second sync made %d writes", n)
	}
}

// renamed: a forward from an earlier name to a later one, which James made in a
// rename that was killed at its last step. Mail to the old name still arrives.
func (c *company) renamed(line string) bool {
	word := strings.Fields(line)
	if word[0] != "forward" {
		return false
	}
	from, domain, _ := strings.Cut(word[1], "@")
	to, other, _ := strings.Cut(word[2], "@")
	return domain == other && slices.ContainsFunc(slices.Collect(maps.Values(c.were)), func(names []string) bool {
		at := slices.Index(names, from)
		return at >= 0 && strings.HasPrefix(to, names[0][:4])
	})
}

// doubtful: a forward that the directory wished once. One whose making or going
// was cut off may be its owner's own, and is left alone.
func (c *company) doubtful(line string) bool {
	for uid, targets := range c.dropped {
		for _, target := range targets {
			if one := c.people[uid]; one != nil && line == c.server.fill("forward "+one.mail+"@$d "+target) {
				c.kept[target] = true
				return true
			}
		}
	}
	return false
}

func killDirectory(t *testing.T, s *mailServer) {
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay the directory with -killseed %d", seed)
	dir := t.ArtifactDir() // go test -artifacts keeps it
	c := &company{rnd: rand.New(rand.NewSource(seed)), server: s, file: filepath.Join(dir, "people.ldif"), people: map[string]*person{}, own: map[string][]string{}, were: map[string][]string{},
		dropped: map[string][]string{}, kept: map[string]bool{}}
	for range 30 {
		c.hire()
	}
	c.write(t)
	p := newProgram(t, dir, "[accounts.people]\naddress = \"ldif:"+c.file+"\"\n[accounts.server]\naddress = \""+s.address()+"\"\npassword = {file = \""+s.tokenFile+"\"}\n"+s.careful()+
		"[links.staff]\nleft = \"people\"\nright = \"server\"\nguard = false\n"+everything)
	s.has(t, c.unmanaged()...)
	killed, writing, ended := 0, 0, 0
	window := 300 * time.Millisecond // in which a run is killed: as long as runs take
	for round := 1; killed < *kills; round++ {
		at := moment{after: time.Duration(c.rnd.Int63n(int64(window)))}
		if c.rnd.Intn(3) > 0 {
			at = moment{writes: 1 + c.rnd.Intn(20)}
		}
		hit, took := p.syncKilled(t, at)
		c.note("round %d: killed %v", round, hit)
		switch {
		case !hit:
			if ended++; ended > 3**kills+20 {
				t.Fatalf("%d runs ended before they could be killed, %d were killed", ended, killed)
			}
			window = took
		default:
			killed++
			window += window / 20
			if p.openWrites(t) > 0 {
				writing++
			}
		}
		c.safe(t)
		if round%5 == 0 {
			if c.settled(t, p); !t.Failed() {
				c.forward(t)
			}
		}
		if t.Failed() {
			t.Logf("the last of what happened:\n%s", strings.Join(c.history[max(0, len(c.history)-40):], "\n"))
			return // the state stays as it is
		}
		for range 2 + c.rnd.Intn(25) {
			c.change()
		}
		c.write(t)
	}
	c.settled(t, p)
	dropped := 0
	for _, targets := range c.dropped {
		dropped += len(targets)
	}
	if *kills >= 20 && 2*len(c.kept) > dropped {
		t.Errorf("of %d forwards that the directory dropped %d still stand", dropped, len(c.kept))
	}
	t.Logf("%d runs were killed, %d of them between the intents of writes and their commit; %d ended before; %d people were hired; %d of %d forwards that were dropped were kept in doubt",
		killed, writing, ended, c.hired, len(c.kept), dropped)
}
