package maildir

import (
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// enter opens a directory of a directory. os.Root would follow a symbolic link
// that stays inside the root; enter follows none.
func enter(dir *os.Root, name string) (*os.Root, error) {
	seen, err := dir.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !seen.IsDir() {
		return nil, notDirectory(name, seen)
	}
	sub, err := dir.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if opened, err := sub.Stat("."); err != nil || !os.SameFile(seen, opened) {
		sub.Close()
		return nil, errMoved{}
	}
	return sub, nil
}

// enterAll opens a directory by its path from dir; "." is dir itself, opened
// once more.
func enterAll(dir *os.Root, dirPath string) (*os.Root, error) {
	at, err := dir.OpenRoot(".")
	if err != nil || dirPath == "." {
		return at, err
	}
	for name := range strings.SplitSeq(dirPath, "/") {
		next, err := enter(at, name)
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
}

func notDirectory(name string, seen fs.FileInfo) error {
	if seen.Mode()&fs.ModeSymlink != 0 {
		return &fs.PathError{Op: "open", Path: name, Err: syscall.ELOOP}
	}
	return &fs.PathError{Op: "open", Path: name, Err: syscall.ENOTDIR}
}

// openRegular opens a regular file of at most max bytes and nothing else, even
// if it is replaced at this moment: what was looked at is what is open, and
// neither a link nor a pipe is waited for.
func openRegular(dir *os.Root, name string, max int64) (*os.File, fs.FileInfo, error) {
	seen, err := dir.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if err := unreadable(name, seen, max); err != nil {
		return nil, seen, err
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, seen, err
	}
	opened, err := f.Stat()
	if err == nil && !os.SameFile(seen, opened) {
		err = errMoved{}
	}
	if err != nil {
		f.Close()
		return nil, seen, err
	}
	return f, opened, nil
}

// unreadable tells why something is not read; nil = it can be.
func unreadable(name string, seen fs.FileInfo, max int64) error {
	const op = "maildir.read"
	switch mode := seen.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return refused(op, name, "put the file itself in its place, or remove it", "it is a symbolic link, which is never followed")
	case mode.IsDir():
		return refused(op, name, "move it elsewhere", "it is a directory")
	case !mode.IsRegular():
		return refused(op, name, "move it elsewhere", "it is not a regular file")
	case seen.Size() > max:
		return refused(op, name, "move it elsewhere", "its %d bytes are more than the %d that are read", seen.Size(), max)
	}
	return nil
}

// makeDir makes a directory that only its owner enters, whatever the umask; one
// that is there is left as it is.
func makeDir(dir *os.Root, name string) error {
	err := dir.Mkdir(name, 0o700)
	if os.IsExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return dir.Chmod(name, 0o700)
}

// makeFile makes a file that only its owner reads, whatever the umask. A name
// that is taken, be it by a link, is an error.
func makeFile(dir *os.Root, name string) (*os.File, error) {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil {
		f.Close()
		dir.Remove(name)
		return nil, err
	}
	return f, nil
}

// list returns the names in a directory.
func list(dir *os.Root) ([]fs.DirEntry, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}
