//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package sqlite

import (
	"fmt"
	"os"
	"runtime"

	"lockstep/core"
	"lockstep/state"
)

// lock refuses: without a lock that ends with its process, two passes could
// work from one base and undo each other.
func lock(path string) (*os.File, error) {
	return nil, &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyPlatform,
		Err: fmt.Errorf("files cannot be locked on %s", runtime.GOOS)}
}

// HolderOf tells which process has a state open for writing: none can.
func HolderOf(string) (state.Holder, error) { return state.Holder{}, nil }
