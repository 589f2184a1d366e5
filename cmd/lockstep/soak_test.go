package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/fault"
	"lockstep/peers/imapd"
)

var soakFor = flag.Duration("soak", 6*time.Second, "how long the program keeps links in step under fire")

// TestSoak keeps links in step with lockstep run, in a process of its own, while
// users change both sides and everything between goes wrong: connections are
// cut, torn, reset, stalled, slow or refused. In the first half the program is
// killed, or told to end, now and then; in the second it lives, so that what it
// never gives back is seen. The links have accounts of the server of the tests,
// each on another rung, and one of Dovecot if it is there.
//
// Now and then, and at the end, nothing goes wrong for a moment and the users
// wait: both sides then have exactly what the users left, and the program has no
// more goroutines and descriptors than at first.
func TestSoak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what a process holds is read from /proc")
	}
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay the users and the faults with -killseed %d", seed)
	s := newSoak(t, rand.New(rand.NewSource(seed)))
	s.start(t)
	s.quiet(t)
	s.fire(t, *soakFor/2, true)
	for n, l := range s.links {
		l.rung = restingRungs()[n%len(restingRungs())] // those of the end
	}
	s.restart(t, false)
	if s.quiet(t); t.Failed() {
		return
	}
	before := holdingOf(t, s.running.cmd.Process, s.goroutines())
	s.fire(t, *soakFor/2, false)
	if s.quiet(t); t.Failed() {
		return
	}
	s.leaks(t, before)
	if exit := s.running.end(t); exit != 0 {
		t.Errorf("told to end it ended with %d", exit)
	}
	for _, l := range s.links {
		if out, exit := s.program.run(t, "check", l.name); exit != 0 {
			t.Errorf("check of %s ended with %d:\n%s%s", l.name, exit, out.text, out.errs)
		}
		if n := s.program.sync(t, l.name).writes(); n > 0 {
			t.Errorf("a sync of %s after the end made %d writes", l.name, n)
		}
		l.story.inStep(t)
		t.Logf("%s: %d messages were delivered, %d are there, in %d folders; %d connections, %d cut or stalled, %d refused", l.name,
			len(l.story.messages), len(l.story.users[0].list(t)), len(l.story.users[0].folders(t)), l.proxy.Stats().Connections, l.proxy.Stats().Cuts, l.proxy.Stats().Refused)
	}
	t.Logf("%d times it was killed, %d times told to end; it was in step %d times; %d edits", s.killed, s.ended, s.rounds, s.edits)
}

// soak is the program and its links.
type soak struct {
	rnd     *rand.Rand
	program *program
	running *running
	links   []*soaked
	// killed and ended: how often; rounds: how often all was in step.
	killed, ended, rounds, edits int
}

// soaked is one link: an account behind a proxy, and a Maildir.
type soaked struct {
	name  string
	story *story
	proxy *fault.Proxy
	// rung that the link is on; another one at each start of the program.
	rung rung
}

// restingRungs are those of the second half: NOTIFY, IDLE alone, no CONDSTORE.
func restingRungs() []rung {
	return []rung{{"everything", nil}, {"IDLE", []string{"NOTIFY"}}, {"IDLE, no CONDSTORE", []string{"NOTIFY", "CONDSTORE", "QRESYNC"}}}
}

func newSoak(t *testing.T, rnd *rand.Rand) *soak {
	dir := t.ArtifactDir() // go test -artifacts keeps it
	server := imapd.New(imapd.Options{})
	t.Cleanup(func() { server.Close() })
	address, err := server.Listen("127.0.0.1:0")
	must(t, err)
	var accounts []account
	for _, user := range []string{"one", "two", "three"} {
		server.AddUser(user, "secret")
		accounts = append(accounts, account{address: address, user: user, password: "secret"})
	}
	if os.Getenv("LOCKSTEP_DOVECOT") != "" {
		accounts = append(accounts, dovecot(t))
	} else {
		t.Log("LOCKSTEP_DOVECOT is not set: not with a real server (make soak does)")
	}
	s := &soak{rnd: rnd}
	config := ""
	for n, a := range accounts {
		proxy, err := fault.Listen(a.address, fault.Plan{})
		must(t, err)
		t.Cleanup(func() { proxy.Close() })
		l := &soaked{name: fmt.Sprintf("link%d", n), proxy: proxy, rung: restingRungs()[n%len(restingRungs())]}
		mail := filepath.Join(dir, l.name)
		l.story = &story{rnd: rnd, bySum: map[core.Sum]*message{}, beside: true}
		l.story.users = [2]user{newIMAPUser(t, a), newMaildirUser(t, mail, "r")}
		l.story.begin(t, 20)
		s.links = append(s.links, l)
		config += a.plainConfig("left"+l.name, proxy.Addr()) + maildirConfig("right"+l.name, mail) +
			fmt.Sprintf("[links.%s]\nleft = \"left%s\"\nright = \"right%s\"\nguard = false\ninterval = \"3s\"\n", l.name, l.name, l.name)
	}
	s.program = newProgram(t, dir, config, accounts[0].env(), "LOCKSTEP_TELLS_GOROUTINES="+filepath.Join(dir, "goroutines"))
	t.Cleanup(func() {
		for _, l := range s.links {
			if t.Failed() {
				t.Logf("%s: what the program did to folders:\n%s", l.name, s.treeLog(t, l))
			}
		}
	})
	return s
}

func (s *soak) goroutines() string { return filepath.Join(s.program.dir, "goroutines") }

// start starts the program, every link on its rung.
func (s *soak) start(t *testing.T) {
	t.Helper()
	s.calm()
	r := &running{cmd: s.program.command("run")}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errs
	must(t, r.cmd.Start())
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	s.running = r
	eventually(t, "the program has taken up its links", func() bool {
		out, _ := s.program.run(t, "status")
		n := 0
		out.each(t, "status", func(line []byte) {
			if bytes.Contains(line, []byte(`"daemon":`)) {
				n++
			}
		})
		return n == len(s.links)
	})
}

// restart ends the program, with SIGTERM or SIGKILL, and starts it again.
func (s *soak) restart(t *testing.T, kill bool) {
	t.Helper()
	if kill {
		must(t, s.running.cmd.Process.Kill())
		_ = s.running.cmd.Wait()
		if code := s.running.cmd.ProcessState.ExitCode(); code >= 0 {
			t.Errorf("before it was killed it ended with %d:\n%s", code, last(&s.running.errs))
		}
		s.killed++
	} else {
		if exit := s.running.end(t); exit != 0 {
			t.Errorf("told to end it ended with %d:\n%s", exit, last(&s.running.errs))
		}
		s.ended++
	}
	for _, l := range s.links {
		l.proxy.Cut()
		for _, u := range l.story.users {
			u.settle(t)
		}
	}
	s.start(t)
}

// last lines of what was printed.
func last(text *bytes.Buffer) string {
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// calm ends all faults.
func (s *soak) calm() {
	for _, l := range s.links {
		l.proxy.SetPlan(fault.Plan{Hide: l.rung.hide})
		l.proxy.Refuse(0)
		l.proxy.Cut()
	}
}

// disturb lets something go wrong between a link and its server.
func (s *soak) disturb(l *soaked) {
	plan := fault.Plan{Hide: l.rung.hide, Seed: s.rnd.Uint64()}
	within := 2000 + s.rnd.Int63n(60000)
	switch s.rnd.Intn(7) {
	case 0: // nothing, for once
	case 1:
		plan.CutWithin = within
	case 2:
		plan.CutWithin, plan.Reset = within, true
	case 3:
		plan.CutWithin, plan.Stall = within, true
	case 4:
		plan.Latency, plan.Jitter = 2*time.Millisecond, 10*time.Millisecond
	case 5:
		plan.BytesPerSecond = 50_000
	case 6:
		l.proxy.Refuse(time.Duration(s.rnd.Int63n(int64(2 * time.Second))))
	}
	l.proxy.SetPlan(plan)
	if s.rnd.Intn(2) == 0 {
		l.proxy.Cut()
	}
}

// fire lets the users change both sides for so long.
func (s *soak) fire(t *testing.T, d time.Duration, kills bool) {
	t.Helper()
	end := time.Now().Add(d)
	between := min(d/3, 20*time.Second) // kills
	next, rest := time.Now().Add(between), time.Now().Add(90*time.Second)
	for time.Now().Before(end) && !t.Failed() {
		l := s.links[s.rnd.Intn(len(s.links))]
		x := core.Side(s.rnd.Intn(2))
		switch s.rnd.Intn(10) {
		case 0:
			l.story.refolder(t, x)
		case 1, 2:
			s.disturb(l)
		default:
			l.story.edits(t, x, 1+s.rnd.Intn(6))
			s.edits++
		}
		l.story.round++
		time.Sleep(time.Duration(s.rnd.Int63n(int64(150 * time.Millisecond))))
		if kills && time.Now().After(next) {
			for _, l := range s.links {
				l.rung = rungs()[s.rnd.Intn(len(rungs()))]
			}
			s.restart(t, s.rnd.Intn(2) == 0)
			next = time.Now().Add(time.Duration(s.rnd.Int63n(int64(2 * between))))
		}
		if time.Now().After(rest) {
			s.quiet(t)
			rest = time.Now().Add(90 * time.Second)
		}
	}
}

// quiet waits, without faults, until all is in step, and asks whether it is what
// the users left.
func (s *soak) quiet(t *testing.T) {
	t.Helper()
	s.calm()
	told, since := "", 0
	for end := time.Now().Add(2 * time.Minute); since < 3; time.Sleep(300 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("it is not in step after two minutes without a fault; it says:\n%s\n%s", told, last(&s.running.errs))
			break
		}
		atRest := false
		if atRest, told = s.atRest(t); !atRest || !s.equal(t) {
			since = 0
			continue
		}
		since++
	}
	for _, l := range s.links {
		l.story.inStep(t)
		if left, right := l.story.users[0].folders(t), l.story.users[1].folders(t); !equalSets(left, right) {
			t.Errorf("%s: folders of the left %q, of the right %q", l.name, left, right)
		}
		if t.Failed() {
			t.Logf("%s is on the rung %s", l.name, l.rung.name)
		}
	}
	s.rounds++
}

// treeLog is what the last runs of a link did to folders.
func (s *soak) treeLog(t *testing.T, l *soaked) (log string) {
	t.Helper()
	runs, _ := s.program.run(t, "log", "--link", l.name, "--last", "0")
	runs.each(t, "run", func(line []byte) {
		var run struct {
			Run     string
			Folders int
		}
		must(t, json.Unmarshal(line, &run))
		if run.Folders == 0 {
			return
		}
		entries, _ := s.program.run(t, "log", run.Run, "--link", l.name)
		entries.each(t, "folder", func(line []byte) { log += string(line) })
	})
	return log
}

func equalSets(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// atRest: the program watches what can be watched, and has nothing to do.
func (s *soak) atRest(t *testing.T) (bool, string) {
	t.Helper()
	out, _ := s.program.run(t, "status")
	rest, told := true, ""
	out.each(t, "status", func(line []byte) {
		var st struct {
			Link   string
			Open   int `json:"open_writes"`
			Parked []json.RawMessage
			Daemon *struct {
				Watching, Watchable, Failures int
				Syncing                       bool
				Error                         string
			}
		}
		must(t, json.Unmarshal(line, &st))
		told += string(line)
		if d := st.Daemon; d == nil || d.Watching != d.Watchable || d.Failures > 0 || d.Syncing || st.Open > 0 || len(st.Parked) > 0 {
			rest = false
		}
	})
	return rest, told + out.errs
}

// equal: both sides of all links have the same, whatever that is.
func (s *soak) equal(t *testing.T) bool {
	t.Helper()
	for _, l := range s.links {
		var sides [2]map[string]int
		for _, x := range core.Sides() {
			sides[x] = map[string]int{}
			for _, p := range l.story.users[x].list(t) {
				sides[x][fmt.Sprint(p.folder, "\x00", p.sum, "\x00", p.marks)]++
			}
		}
		if !maps.Equal(sides[0], sides[1]) || !equalSets(l.story.users[0].folders(t), l.story.users[1].folders(t)) {
			return false
		}
	}
	return true
}

// leaks: what the program holds is what it held before. Connections that nobody
// uses are kept for two minutes.
func (s *soak) leaks(t *testing.T, before holding) {
	t.Helper()
	var now holding
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		now = holdingOf(t, s.running.cmd.Process, s.goroutines())
		if now.descriptors <= before.descriptors && now.goroutines <= before.goroutines {
			break
		}
		if time.Now().After(end) {
			t.Errorf("%d descriptors and %d goroutines, which were %d and %d:\n%s\nbefore:\n%s", now.descriptors, now.goroutines, before.descriptors, before.goroutines, now.which, before.which)
			break
		}
	}
	t.Logf("descriptors %d, then %d; goroutines %d, then %d; peak of its memory %d KiB, then %d KiB", before.descriptors, now.descriptors, before.goroutines, now.goroutines, before.peak, now.peak)
}
