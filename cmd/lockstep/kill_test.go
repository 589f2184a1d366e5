package main

import (
	"flag"
	"fmt"
	"math/rand"
	"path/filepath"
	"testing"
	"time"

	"lockstep/core"
)

var (
	kills    = flag.Int("kills", 8, "how often the program is killed")
	killSeed = flag.Int64("killseed", 0, "what the users do; 0 = by the clock")
)

// TestKillMaildir kills syncs of two Maildirs.
func TestKillMaildir(t *testing.T) {
	dir := t.ArtifactDir() // go test -artifacts keeps it
	left, right := filepath.Join(dir, "left"), filepath.Join(dir, "right")
	config := maildirConfig("left", left) + maildirConfig("right", right) + killedLink
	p := newProgram(t, dir, config)
	kill(t, p, newMaildirUser(t, left, "l"), newMaildirUser(t, right, "r"))
}

// TestKillIMAP kills syncs of a Maildir and an IMAP account, whose answers are
// lost with the process.
func TestKillIMAP(t *testing.T) {
	killIMAP(t, func(t *testing.T) account {
		a, _ := inProcess(t)
		return a
	})
}

// TestKillDovecot is TestKillIMAP with a real server.
func TestKillDovecot(t *testing.T) { killIMAP(t, dovecot) }

func killIMAP(t *testing.T, open func(*testing.T) account) {
	eachRung(t, open, func(t *testing.T, a account, address string, turn func()) {
		dir := t.ArtifactDir() // go test -artifacts keeps it
		mail := filepath.Join(dir, "mail")
		left := a.config("left")
		if address != "" {
			left = a.plainConfig("left", address)
		}
		p := newProgram(t, dir, left+maildirConfig("right", mail)+killedLink, a.env())
		p.before = turn
		kill(t, p, newIMAPUser(t, a), newMaildirUser(t, mail, "r"))
	})
}

func maildirConfig(name, path string) string {
	return fmt.Sprintf("[accounts.%s]\ntype = \"maildir\"\npath = %q\n", name, path)
}

// Deletions add up while every sync is killed, so the guard would hold them.
const killedLink = "[links.mail]\nleft = \"left\"\nright = \"right\"\nguard = false\n"

// kill kills the program at random moments of syncs with new mail, marks, moves,
// copies and deletions on both sides. Whatever is killed, no side loses what
// its user has there; and after a sync that nobody killed, both sides have
// exactly what the users left.
func kill(t *testing.T, p *program, left, right user) {
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay the users with -killseed %d", seed)
	rnd := rand.New(rand.NewSource(seed))
	s := &story{rnd: rnd, users: [2]user{left, right}, bySum: map[core.Sum]*message{}}
	s.begin(t, 100)
	killed, writing, ended := 0, 0, 0
	window := 300 * time.Millisecond // in which a run is killed: as long as runs take
	for killed < *kills {
		s.round++
		at := moment{after: time.Duration(rnd.Int63n(int64(window)))}
		if rnd.Intn(3) == 0 {
			at = moment{writes: 1 + rnd.Intn(20)}
		}
		hit, took := p.syncKilled(t, at)
		for _, u := range s.users {
			u.settle(t)
		}
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
		if s.round%10 == 0 {
			s.settled(t, p)
		}
		if t.Failed() {
			return // the state stays as it is
		}
		for _, x := range core.Sides() {
			s.edits(t, x, 2+rnd.Intn(30))
		}
	}
	s.settled(t, p)
	t.Logf("%d runs were killed, %d of them between the intents of writes and their commit; %d ended before; %d messages were delivered",
		killed, writing, ended, len(s.messages))
}

// settled lets two syncs end: after the first all is right, and the second finds
// nothing to do.
func (s *story) settled(t *testing.T, p *program) {
	t.Helper()
	p.sync(t)
	if s.inStep(t); t.Failed() {
		return
	}
	if n := p.sync(t).writes(); n > 0 {
		t.Errorf("round %d: a second sync made %d writes", s.round, n)
	}
}
