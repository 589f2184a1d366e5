package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/statetest"
)

// watched is a store that remembers what it held after each commit, and how long its
// write-ahead log was then.
type watched struct {
	*Store
	t     *testing.T
	dumps []string
	ends  []int
}

func (w *watched) Commit(ctx context.Context, b *state.Batch) error {
	if err := w.Store.Commit(ctx, b); err != nil {
		return err
	}
	w.note()
	return nil
}

func (w *watched) note() {
	w.t.Helper()
	w.dumps = append(w.dumps, statetest.Dump(w.t, w.Store))
	w.ends = append(w.ends, len(readFile(w.t, w.path+"-wal")))
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// upTo is how many commits are whole before the first damaged byte of the log.
func (w *watched) upTo(damaged int) int {
	n := 0
	for n+1 < len(w.ends) && w.ends[n+1] <= damaged {
		n++
	}
	return n
}

// TestTornLog: whatever becomes of the end of the write-ahead log, or of bytes in the
// middle of it, the state is the one of the last commit before the damage: never a
// mixture, and never no state. STATETEST_SEED replays a seed.
func TestTornLog(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("STATETEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("STATETEST_SEED=%d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	w := &watched{Store: opened(t, filepath.Join(t.TempDir(), "state.db")), t: t}
	w.note()
	file := readFile(t, w.path)
	statetest.Fill(t, w, seed)
	log := readFile(t, w.path+"-wal")
	if !bytes.Equal(readFile(t, w.path), file) {
		t.Fatal("the log was carried over into the file: this test wants all commits in it")
	}
	trials, older := 150, 0
	if testing.Short() {
		trials = 30
	}
	for range trials {
		torn, how := tear(rnd, log)
		damaged := len(torn)
		for i, b := range torn {
			if b != log[i] {
				damaged = i
				break
			}
		}
		want := w.upTo(damaged)
		if want < len(w.dumps)-1 {
			older++
		}
		path := filepath.Join(t.TempDir(), "state.db")
		for name, body := range map[string][]byte{path: file, path + "-wal": torn} {
			if err := os.WriteFile(name, body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w.isCommit(t, path, want)
		if t.Failed() {
			t.Fatalf("%s; the first damaged byte is %d, and the commits end at %v", how, damaged, w.ends)
		}
	}
	if older < trials/2 {
		t.Errorf("only %d of %d logs lost a commit", older, trials)
	}
}

// tear damages a copy of a log.
func tear(rnd *rand.Rand, log []byte) (torn []byte, how string) {
	torn = bytes.Clone(log)
	at := rnd.IntN(len(log))
	end := at + 1 + rnd.IntN(len(log)-at)
	switch rnd.IntN(5) {
	case 0:
		return torn[:at], fmt.Sprintf("cut at %d", at)
	case 1:
		clear(torn[at:])
		return torn, fmt.Sprintf("zeros from %d", at)
	case 2:
		random(rnd, torn[at:])
		return torn, fmt.Sprintf("anything from %d", at)
	case 3:
		random(rnd, torn[at:end])
		return torn, fmt.Sprintf("anything from %d to %d", at, end)
	}
	torn[at] ^= 1 << rnd.IntN(8)
	return torn, fmt.Sprintf("one bit at %d", at)
}

func random(rnd *rand.Rand, to []byte) {
	for i := range to {
		to[i] = byte(rnd.Uint32())
	}
}

// isCommit: who only looks and who opens a file both find what a commit left, it is
// sound, and goes on from there.
func (w *watched) isCommit(t *testing.T, path string, want int) {
	t.Helper()
	known := func(what string, s state.Store) {
		t.Helper()
		dump := statetest.Dump(t, s)
		if dump == w.dumps[want] {
			return
		}
		if n := slices.Index(w.dumps, dump); n >= 0 {
			t.Errorf("%s finds commit %d, not %d", what, n, want)
			return
		}
		t.Errorf("%s finds what was never committed:\n%s", what, dump)
	}
	view, err := OpenSnapshot(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	known("a snapshot", view)
	if err := view.Close(); err != nil {
		t.Fatal(err)
	}
	s := opened(t, path)
	known("the store", s)
	wantSound(t, s)
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, &state.Batch{PutIntents: []core.Intent{{N: head.LastIntent + 1, Run: "later"}}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, path)
	if all, err := s.Intents(t.Context()); err != nil || len(all) == 0 || all[len(all)-1].Run != "later" {
		t.Errorf("a commit after it is lost: %+v, %v", all, err)
	}
	wantSound(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantSound: a check finds nothing, but what the batches of the suite do on purpose.
func wantSound(t *testing.T, s *Store) {
	t.Helper()
	for _, f := range bad(t, s) {
		if f.Name != "state handles" && f.Name != "state observed" {
			t.Errorf("%+v", f)
		}
	}
}
