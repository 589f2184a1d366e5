//go:build unix

package maildir

import (
	"os"

	"golang.org/x/sys/unix"
)

// moveFile renames a file and overwrites nothing. Names have no separators, so
// that the open directories decide where it happens.
func moveFile(from *os.File, old string, to *os.File, name string) error {
	err := renameExclusive(int(from.Fd()), old, int(to.Fd()), name)
	if unsupported(err) {
		return moveByLink(from, old, to, name)
	}
	return linkError(old, name, err)
}

// moveByLink is the way where a file system cannot rename exclusively. Should
// this process end between the two steps, the file has two names, and
// identity.go knows it for one.
func moveByLink(from *os.File, old string, to *os.File, name string) error {
	err := unix.Linkat(int(from.Fd()), old, int(to.Fd()), name, 0)
	if err == nil {
		err = unix.Unlinkat(int(from.Fd()), old, 0)
	}
	return linkError(old, name, err)
}

// moveDir renames a directory. Where it cannot be exclusive, what a rename may
// overwrite is an empty directory.
func moveDir(from *os.File, old string, to *os.File, name string) error {
	err := renameExclusive(int(from.Fd()), old, int(to.Fd()), name)
	if unsupported(err) {
		err = unix.Renameat(int(from.Fd()), old, int(to.Fd()), name)
	}
	return linkError(old, name, err)
}

// unsupported: the file system cannot rename exclusively in one step.
func unsupported(err error) bool {
	return err == unix.EINVAL || err == unix.ENOSYS || err == unix.ENOTSUP
}

func linkError(old, name string, err error) error {
	if err == nil {
		return nil
	}
	return &os.LinkError{Op: "rename", Old: old, New: name, Err: err}
}
