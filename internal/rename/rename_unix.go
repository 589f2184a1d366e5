//go:build unix

package rename

import (
	"os"

	"golang.org/x/sys/unix"
)

// File renames a file and overwrites nothing: fs.ErrExist, if the name is taken.
func File(from *os.File, old string, to *os.File, name string) error {
	err := exclusive(int(from.Fd()), old, int(to.Fd()), name)
	if unsupported(err) {
		return byLink(from, old, to, name)
	}
	return linkError(old, name, err)
}

// byLink is the way where a file system cannot rename exclusively. Should this
// process end between the two steps, the file has two names.
func byLink(from *os.File, old string, to *os.File, name string) error {
	err := unix.Linkat(int(from.Fd()), old, int(to.Fd()), name, 0)
	if err == nil {
		err = unix.Unlinkat(int(from.Fd()), old, 0)
	}
	return linkError(old, name, err)
}

// Dir renames a directory. Where it cannot be exclusive, what a rename may
// overwrite is an empty directory.
func Dir(from *os.File, old string, to *os.File, name string) error {
	err := exclusive(int(from.Fd()), old, int(to.Fd()), name)
	if unsupported(err) {
		err = unix.Renameat(int(from.Fd()), old, int(to.Fd()), name)
	}
	return linkError(old, name, err)
}

// InOneStep renames as File does, but only where the file system can do it in one
// step; otherwise the error is one for which Unsupported holds.
func InOneStep(from *os.File, old string, to *os.File, name string) error {
	return linkError(old, name, exclusive(int(from.Fd()), old, int(to.Fd()), name))
}

// Exchange gives each of two files of a directory the other's name, in one step:
// whatever is under a name now is under the other one afterwards.
func Exchange(dir *os.File, a, b string) error {
	return linkError(a, b, exchange(int(dir.Fd()), a, b))
}

// Over renames a file of a directory to a name that may be taken: what has it is
// overwritten.
func Over(dir *os.File, old, name string) error {
	return linkError(old, name, unix.Renameat(int(dir.Fd()), old, int(dir.Fd()), name))
}

// unsupported: the file system cannot do it in one step.
func unsupported(err error) bool {
	return err == unix.EINVAL || err == unix.ENOSYS || err == unix.ENOTSUP
}

func linkError(old, name string, err error) error {
	if err == nil {
		return nil
	}
	return &os.LinkError{Op: "rename", Old: old, New: name, Err: err}
}
