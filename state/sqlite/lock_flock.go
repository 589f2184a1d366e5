//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lockstep/core"
	"lockstep/state"
)

// tries to take the lock, a moment apart: somebody who asks who holds it has it
// for an instant.
const (
	tries  = 10
	moment = 10 * time.Millisecond
)

// lock takes PATH.lock for this process until the file is closed; the system
// releases it when the process ends, however it ends. The file stays: removing
// it would let two processes each hold a lock on a file of that name.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	for range tries {
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
			break
		}
		time.Sleep(moment)
	}
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = running(path, f)
	case err != nil:
		err = fmt.Errorf("lock %s: %w", f.Name(), err)
	default:
		err = sign(f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// running is the error for a second process.
func running(path string, f *os.File) error {
	out := &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyRunning,
		Err: fmt.Errorf("another lockstep runs with this state and holds %s", f.Name())}
	if by, err := signature(f); err == nil && by.Process != 0 {
		out.Err = fmt.Errorf("another lockstep (process %d) runs with this state and holds %s", by.Process, f.Name())
	}
	return out
}

// sign leaves the number of this process in the file, for people. When it was
// written is since when the lock is held.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(f, "%d\n", os.Getpid())
	return err
}

// signature reads what sign wrote; the zero value if nothing is there.
func signature(f *os.File) (state.Holder, error) {
	text := make([]byte, 20)
	n, err := f.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return state.Holder{}, err
	}
	process, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		return state.Holder{}, nil // it is for people: whatever else stands there is nobody
	}
	info, err := f.Stat()
	if err != nil {
		return state.Holder{}, err
	}
	return state.Holder{Process: process, Since: info.ModTime().Unix()}, nil
}

// HolderOf tells which process has the state in a file open for writing; the
// zero value is none, also where one that held it was killed. It makes nothing.
func HolderOf(path string) (state.Holder, error) {
	var nobody state.Holder
	f, err := os.Open(path + ".lock")
	if errors.Is(err, fs.ErrNotExist) {
		return nobody, nil
	}
	if err != nil {
		return nobody, fail("state.HolderOf", path, err)
	}
	defer f.Close()
	by, err := signature(f)
	if err != nil || by == nobody { // whoever closes a state takes its name away
		return nobody, fail("state.HolderOf", path, err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return by, nil
	case err != nil:
		return nobody, fail("state.HolderOf", path, fmt.Errorf("lock %s: %w", f.Name(), err))
	}
	return nobody, nil // closing releases the lock
}
