//go:build !unix

package maildir

import (
	"os"
	"syscall"
)

// No way is known here to rename without overwriting, so nothing is delivered,
// marked or moved. Reading works.

func renameExclusive(int, string, int, string) error { return syscall.ENOSYS }

func moveFile(_ *os.File, old string, _ *os.File, name string) error {
	return &os.LinkError{Op: "rename", Old: old, New: name, Err: syscall.ENOSYS}
}

func moveDir(from *os.File, old string, to *os.File, name string) error {
	return moveFile(from, old, to, name)
}

func syncFileSystem(*os.File) error { return syscall.ENOSYS }
