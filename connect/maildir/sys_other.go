//go:build !linux

package maildir

import (
	"os"
	"syscall"
)

// syncFileSystem is not known here: files are made durable one by one.
func syncFileSystem(*os.File) error { return syscall.ENOSYS }
