//go:build unix && !linux

package maildir

import (
	"os"

	"golang.org/x/sys/unix"
)

func renameExclusive(int, string, int, string) error { return unix.ENOSYS }

func syncFileSystem(*os.File) error { return unix.ENOSYS }
