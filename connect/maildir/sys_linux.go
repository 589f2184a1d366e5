package maildir

import (
	"os"

	"golang.org/x/sys/unix"
)

func renameExclusive(from int, old string, to int, name string) error {
	return unix.Renameat2(from, old, to, name, unix.RENAME_NOREPLACE)
}

// syncFileSystem makes everything on the file system of an open file durable.
func syncFileSystem(f *os.File) error { return unix.Syncfs(int(f.Fd())) }
