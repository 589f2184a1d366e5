//go:build !(linux && amd64)

package main

import (
	"runtime"
	"testing"
)

// TestStateFaults looks at the system calls of the program, which differ from one system to
// the other.
func TestStateFaults(t *testing.T) {
	t.Skipf("NOT RUN on %s, %s: nothing was made to fail at the system calls on a state (Linux on amd64 is needed)", runtime.GOOS, runtime.GOARCH)
}
