package main

import (
	"math/rand"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/davd"
)

// TestKillContacts kills syncs of an address book in files and one on a server, while
// people create, edit, rename and delete cards on both sides and disagree. Whatever is
// killed: no side loses what its user has there, and after a sync that nobody killed
// both sides are equal and have what the users left, but for conflicts, which are there
// only where two people disagreed.
func TestKillContacts(t *testing.T) {
	profiles := []davd.Profile{
		{},
		{Name: "rewriting", Stores: []davd.Rewrite{davd.DropX, davd.AddREV, davd.SortLines}, NoETag: true},
		{Name: "no ETags", NoETag: true, SameUID: davd.Refusal{Status: 409, Condition: "C:no-uid-conflict"}},
		{Name: "in pages", PageSize: 4, OtherSpelling: true, InitialGone: true, OwnRow: true},
		{Name: "without tokens", Changes: davd.Nothing, ContentETags: true},
		{Name: "other names", OtherNames: true, Stores: []davd.Rewrite{davd.AddREV}},
	}
	if testing.Short() {
		profiles = profiles[:2]
	} else {
		profiles = append(profiles, davd.DAViCal(), davd.Nextcloud(), davd.Radicale(), davd.Xandikos())
	}
	for _, p := range profiles {
		name := p.Name
		if name == "" {
			name = "the letter"
		}
		t.Run(name, func(t *testing.T) {
			killContacts(t, newBook(t, davd.Options{Profile: p}), p)
		})
	}
}

// TestKillContactsRadicale is TestKillContacts with a real server.
func TestKillContactsRadicale(t *testing.T) { killContacts(t, realBook(t), davd.Radicale()) }

// killContacts plays with a server that is like p.
func killContacts(t *testing.T, b *book, p davd.Profile) {
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay the users with -killseed %d", seed)
	rnd := rand.New(rand.NewSource(seed))
	// Deletions add up while every sync is killed, so the guard would hold them.
	d := newDevice(t, b, "here", "guard = false")
	s := &addresses{rnd: rnd, device: d, users: [2]cardUser{fileUser{d}, serverUser{b}}, dropsX: p.Name == "rewriting", otherNames: p.OtherNames, all: map[string]*contact{}}
	for range 8 {
		s.create(t, core.Left)
		s.create(t, core.Right)
	}
	killed, writing, ended := 0, 0, 0
	window := 300 * time.Millisecond // in which a run is killed: as long as runs take
	for killed < *kills {
		s.round++
		at := moment{after: time.Duration(rnd.Int63n(int64(window)))}
		if rnd.Intn(3) == 0 {
			at = moment{writes: 1 + rnd.Intn(8)}
		}
		hit, took := s.killed(t, at)
		s.untouched(t)
		switch {
		case !hit:
			if ended++; ended > 3**kills+20 {
				t.Fatalf("%d runs ended before they could be killed, %d were killed", ended, killed)
			}
			window = took
		default:
			killed++
			window += window / 20
			if d.openWrites(t) > 0 {
				writing++
			}
		}
		if s.round%6 == 0 {
			s.settled(t)
		}
		if t.Failed() {
			return // the state stays as it is
		}
		for _, x := range core.Sides() {
			s.edits(t, x, 1+rnd.Intn(10), false)
		}
	}
	s.settled(t)
	t.Logf("%d runs were killed, %d of them between the intents of writes and their commit; %d ended before; %d cards were created, %d conflicts were resolved, %d numbers that came to be there twice were removed",
		killed, writing, ended, s.created, s.resolved, s.tidied)
}

// killed runs a sync and kills it. Meanwhile the users go on with what nobody else
// touches. It tells whether the program was still running, and how long it ran.
func (s *addresses) killed(t *testing.T, at moment) (hit bool, took time.Duration) {
	t.Helper()
	cmd := s.device.command("sync")
	out := &countdown{left: at.writes, reached: func() { cmd.Process.Kill() }}
	cmd.Stdout, cmd.Stderr = out, out
	started := time.Now()
	must(t, cmd.Start())
	if at.writes == 0 {
		defer time.AfterFunc(at.after, func() { cmd.Process.Kill() }).Stop()
	}
	if s.rnd.Intn(2) == 0 {
		for _, x := range core.Sides() {
			s.edits(t, x, s.rnd.Intn(4), true)
		}
	}
	err := cmd.Wait()
	switch exit := cmd.ProcessState.ExitCode(); exit {
	case -1, 0, 5: // killed, done, done with conflicts
	default:
		t.Fatalf("a sync that nobody killed ended with %d:\n%s", exit, out.text.String())
	}
	return err != nil && cmd.ProcessState.ExitCode() < 0, time.Since(started)
}

// settled lets a sync end and looks whether all is right; settles what the users
// disagree about, and looks again. The next sync finds nothing to do.
func (s *addresses) settled(t *testing.T) {
	t.Helper()
	out, exit := s.device.run(t, "sync")
	if exit != 0 && exit != 5 {
		t.Fatalf("round %d: sync ended with %d:\n%s%s", s.round, exit, out.text, out.errs)
	}
	open := s.device.conflicts(t)
	if (exit == 5) != (len(open) > 0) {
		t.Errorf("round %d: sync ended with %d, and %d conflicts are open:\n%s", s.round, exit, len(open), out.text)
	}
	s.inStep(t, open)
	if t.Failed() {
		t.Logf("the sync said:\n%s", out.text)
		return
	}
	if len(open) > 0 {
		s.resolve(t, open)
		s.device.ends(t, 0, "sync")
		s.inStep(t, nil)
	}
	if s.tidy(t) {
		s.device.ends(t, 0, "sync")
	}
	if n := s.device.sync(t).writes(); n > 0 {
		t.Errorf("round %d: one more sync made %d writes", s.round, n)
	}
	s.agree(t)
}
