//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package sqlite

import (
	"fmt"
	"os"
	"runtime"

	"lockstep/core"
)

// lock refuses: without a lock that ends with its process, two passes could
// work from one base and undo each other.
func lock(path string) (*os.File, error) {
	return nil, &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyPlatform,
		Err: fmt.Errorf("files cannot be locked on %s", runtime.GOOS)}
}
