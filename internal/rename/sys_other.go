//go:build !unix

package rename

import (
	"os"
	"syscall"
)

// No way is known here to rename without overwriting, so nothing is renamed.

// File is not supported.
func File(_ *os.File, old string, _ *os.File, name string) error {
	return &os.LinkError{Op: "rename", Old: old, New: name, Err: syscall.ENOSYS}
}

// Dir is not supported.
func Dir(from *os.File, old string, to *os.File, name string) error { return File(from, old, to, name) }

// InOneStep is not supported.
func InOneStep(from *os.File, old string, to *os.File, name string) error {
	return File(from, old, to, name)
}

// Exchange is not supported.
func Exchange(dir *os.File, a, b string) error { return File(dir, a, dir, b) }

// Over is not supported.
func Over(dir *os.File, old, name string) error { return File(dir, old, dir, name) }
