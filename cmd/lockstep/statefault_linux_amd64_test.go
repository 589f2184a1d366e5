package main

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/davd"
	"lockstep/state/sqlite"
)

var stateWrites = flag.Int("statewrites", 24, "one of how many writes to the state is killed or failed; the other calls all are")

// TestStateFaults: the program is killed at each call that changes its state or makes it
// durable, with and without a power cut, and after some the disk turns out to have lost
// what it said it had; and each such call fails. The state opens, is whole, and is one
// that was committed; the next sync ends, both sides are as the users left them, and one
// more writes nothing. What fails says so, with an exit code of the contract.
func TestStateFaults(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay with -killseed %d", seed)
	for name, sort := range map[string]struct{ first, fails bool }{
		"killed in a first sync": {first: true}, "killed later": {},
		"failing in a first sync": {first: true, fails: true}, "failing later": {fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := &stateFaults{rnd: rand.New(rand.NewSource(seed)), first: sort.first, seen: map[string]int{}}
			for _, calls := range []calls{others, writes, closing} {
				for n := 1; f.round(t, target{calls, n}, sort.fails) && !t.Failed(); n += f.step(calls) {
				}
			}
			t.Logf("%v", f.seen)
			for _, call := range []string{"fsync state.db-wal", "pwrite64 state.db-wal", "pwrite64 state.db"} {
				if f.seen[call] == 0 && !testing.Short() && !t.Failed() {
					t.Errorf("nothing happened at any %s: %v", call, f.seen)
				}
			}
		})
	}
}

// calls of one sort.
type calls string

const (
	writes calls = "write" // of a part of a file
	others calls = "other" // all but those: above all, fsync
	// closing: all since the program has begun to carry the -wal over into the file.
	closing calls = "closing"
)

// target is the n-th call of a sort in a run.
type target struct {
	calls calls
	n     int
}

// counter tells of the calls of a run which is the target, and which come later.
func (at target) counter(prefix string) func(call) (is, later bool) {
	n, logged, closes := 0, false, false
	return func(c call) (is, later bool) {
		write := c.name == "pwrite64"
		logged = logged || write && c.path == prefix+"-wal"
		closes = closes || write && c.path == prefix && logged
		if at.calls == closing && closes || at.calls == writes && write || at.calls == others && !write {
			n++
			return n == at.n, n > at.n
		}
		return false, false
	}
}

// stateFaults is one way to spoil the calls of a run, one after the other.
type stateFaults struct {
	rnd   *rand.Rand
	first bool // with a new world and no state each time
	s     *addresses
	seen  map[string]int // how often something happened at a call
	// carried: since both sides were last found equal a run has begun to carry the -wal
	// over into the file, which is nothing without it until that has ended.
	carried bool
}

// step to the next call.
func (f *stateFaults) step(of calls) int {
	every := 1
	switch of {
	case writes:
		every = *stateWrites
	case closing:
		every = max(1, *stateWrites/4)
	}
	if testing.Short() {
		every *= 10
	}
	return 1 + f.rnd.Intn(2*every-1)
}

// begin makes a world, or lets the users go on in the one that is there.
func (f *stateFaults) begin(t *testing.T, name string) {
	t.Helper()
	if f.s != nil && !f.first {
		f.s.round++
		f.s.create(t, core.Side(f.rnd.Intn(2)))
		for _, x := range core.Sides() {
			f.s.edits(t, x, 2, false)
		}
		return
	}
	b := newBook(t, davd.Options{})
	d := newDevice(t, b, name, "guard = false")
	f.s = &addresses{rnd: f.rnd, device: d, users: [2]cardUser{fileUser{d}, serverUser{b}}, all: map[string]*contact{}, round: 1}
	for range 2 {
		f.s.create(t, core.Left)
		f.s.create(t, core.Right)
	}
	if !f.first {
		f.s.settled(t)
	}
}

func (f *stateFaults) prefix() string {
	return filepath.Join(f.s.device.program.dir, "state", "links", "link-cards", "state.db")
}

// round spoils one call, and looks whether all is well. It tells whether the run came to
// that call.
func (f *stateFaults) round(t *testing.T, at target, fails bool) (reached bool) {
	t.Helper()
	f.begin(t, fmt.Sprintf("%s-%d", at.calls, at.n))
	if fails {
		reached = f.failing(t, at)
	} else {
		reached = f.killed(t, at)
		for f.rnd.Intn(4) == 0 && reached && !t.Failed() { // and the next run, before it has mended all
			f.killed(t, target{[]calls{others, writes, closing}[f.rnd.Intn(3)], 1 + f.rnd.Intn(20)})
		}
	}
	f.s.untouched(t)
	f.s.settled(t)
	f.carried = false
	f.sound(t)
	if t.Failed() {
		t.Logf("at %+v", at)
	}
	return reached
}

// killed kills a run at a call.
func (f *stateFaults) killed(t *testing.T, at target) (reached bool) {
	t.Helper()
	d := newDisk(t, f.prefix())
	count := at.counter(f.prefix())
	r := &tracer{prefix: f.prefix(), made: func(c call) { d.made(t, c) }, judge: func(c call) verdict {
		if is, _ := count(c); !is {
			return verdict{}
		}
		reached = true
		f.note(c)
		v := verdict{kill: true}
		if c.name == "pwrite64" {
			v.torn = f.rnd.Int63n(c.size)
		}
		return v
	}}
	out, exit := r.run(t, f.s.device.command("sync"))
	if reached != (exit == -1) || !reached && exit != 0 && exit != 5 {
		t.Errorf("a sync that was killed (%v) ended with %d:\n%s%s", reached, exit, out.text, out.errs)
	}
	f.carried = f.carried || d.checkpoint
	if !reached {
		return false
	}
	switch f.rnd.Intn(3) {
	case 0:
		d.cut(t, f.rnd)
	case 1:
		if !f.carried {
			d.tear(t, f.rnd)
		}
	}
	f.sound(t)
	if f.rnd.Intn(3) == 0 { // who only looks can, too, and harms nothing
		f.s.device.ends(t, 0, "status")
		f.sound(t)
	}
	return true
}

// failing lets a call of a run fail, and now and then all later ones, too.
func (f *stateFaults) failing(t *testing.T, at target) (reached bool) {
	t.Helper()
	count, with, stays := at.counter(f.prefix()), syscall.EIO, f.rnd.Intn(2) == 0
	if at.calls != others && f.rnd.Intn(2) == 0 {
		with = syscall.ENOSPC
	}
	var failed []string
	r := &tracer{prefix: f.prefix(), made: func(call) {}, judge: func(c call) verdict {
		if is, later := count(c); !is && !(later && stays) {
			return verdict{}
		}
		if !reached {
			f.note(c)
		}
		reached = true
		failed = append(failed, c.String())
		return verdict{fails: with}
	}}
	out, exit := r.run(t, f.s.device.command("sync"))
	said := out.text + out.errs
	switch {
	case strings.Contains(said, "panic") || strings.Contains(said, "goroutine "):
		t.Errorf("%v of %q: it panicked:\n%s", with, failed, said)
	case exit == 1:
		f.tells(t, out, with, failed)
	case exit != 0 && exit != 5:
		t.Errorf("%v of %q: it ended with %d:\n%s", with, failed, exit, said)
	}
	return reached
}

// tells: the error names the file, and says what a person can do but report it.
func (f *stateFaults) tells(t *testing.T, out output, with syscall.Errno, failed []string) {
	t.Helper()
	var told []string
	for _, sort := range []string{"report", "error"} {
		out.each(t, sort, func(line []byte) { told = append(told, field(t, line, "error")) })
	}
	if !slices.ContainsFunc(told, func(text string) bool {
		return strings.Contains(text, f.prefix()) && strings.HasSuffix(text, ")") && !strings.Contains(text, "report it")
	}) {
		t.Errorf("%v of %q: no error names the state and a remedy:\n%s%s", with, failed, out.text, out.errs)
	}
}

func (f *stateFaults) note(c call) {
	name := "the folder"
	if c.path != filepath.Dir(f.prefix()) {
		name = filepath.Base(c.path)
	}
	f.seen[c.name+" "+name]++
}

// sound: a copy of the state opens, and nothing in it is wrong.
func (f *stateFaults) sound(t *testing.T) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "state.db")
	for _, end := range []string{"", "-journal", "-wal"} {
		body, err := os.ReadFile(f.prefix() + end)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(t, err)
		must(t, os.WriteFile(copied+end, body, 0o600))
	}
	store, err := sqlite.Open(t.Context(), copied)
	if err != nil {
		t.Errorf("the state does not open: %v", err)
		return
	}
	findings, err := store.Check(t.Context())
	must(t, err)
	for _, one := range findings {
		if one.Bad {
			t.Errorf("%+v", one)
		}
	}
	must(t, store.Close())
	db, err := sql.Open("sqlite", copied)
	must(t, err)
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check: %s, %v", verdict, err)
	}
}
