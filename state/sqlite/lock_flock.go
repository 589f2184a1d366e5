//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"lockstep/core"
)

// lock takes PATH.lock for this process until the file is closed; the system
// releases it when the process ends, however it ends. The file stays: removing
// it would let two processes each hold a lock on a file of that name.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, running(path, f)
		}
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	if err := sign(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// running is the error for a second process; the first has left its number in
// the file, for people only.
func running(path string, f *os.File) error {
	holder := "another lockstep"
	if text, _ := io.ReadAll(io.LimitReader(f, 20)); len(text) > 0 {
		holder += " (process " + strings.TrimSpace(string(text)) + ")"
	}
	return &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyRunning,
		Err: fmt.Errorf("%s runs with this state and holds %s", holder, f.Name())}
}

func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(f, "%d\n", os.Getpid())
	return err
}
