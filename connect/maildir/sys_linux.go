package maildir

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem makes everything on the file system of an open file durable.
func syncFileSystem(f *os.File) error { return unix.Syncfs(int(f.Fd())) }
