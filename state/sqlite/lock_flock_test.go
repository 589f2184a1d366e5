//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package sqlite

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"lockstep/state"
)

// TestHolder: who has the state open is known while he has it, and no longer.
func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	holder := func() state.Holder {
		t.Helper()
		by, err := HolderOf(path)
		if err != nil {
			t.Fatal(err)
		}
		return by
	}
	if by := holder(); by != (state.Holder{}) {
		t.Errorf("%+v holds what is not there", by)
	}
	before := time.Now().Unix()
	s := opened(t, path)
	if by := holder(); by.Process != os.Getpid() || by.Since < before || by.Since > time.Now().Unix() {
		t.Errorf("the holder is %+v", by)
	}
	s.Close()
	if by := holder(); by != (state.Holder{}) {
		t.Errorf("%+v holds what was closed", by)
	}
	// A process that was killed leaves its name, but no lock.
	if err := os.WriteFile(path+".lock", []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		t.Fatal(err)
	}
	if by := holder(); by != (state.Holder{}) {
		t.Errorf("%+v is stale", by)
	}
	opened(t, path)
}

// TestAskingDoesNotRefuse: who asks at the moment when another opens the state
// does not make it fail.
func TestAskingDoesNotRefuse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	released := make(chan error)
	go func() {
		time.Sleep(2 * moment)
		released <- f.Close()
	}()
	opened(t, path)
	if err := <-released; err != nil {
		t.Fatal(err)
	}
}
