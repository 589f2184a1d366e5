// Package nofollow opens and makes files and directories below an os.Root without
// ever following a symbolic link, not even one that stays inside.
//
// What was looked at is what is opened: if something else takes its place at this
// very moment, the error is Moved. It maps no error and decides nothing: what may be
// read, and how large, is its caller's. Start with Enter and Open.
package nofollow

import (
	"io/fs"
	"os"
	"syscall"
)

// Moved: what was just looked at is there no more, or is another file.
type Moved struct{}

func (Moved) Error() string { return "it was renamed or replaced at this moment" }

// Enter opens a directory of a directory: ELOOP for a link, ENOTDIR for what is no
// directory.
func Enter(dir *os.Root, name string) (*os.Root, error) {
	seen, err := dir.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !seen.IsDir() {
		return nil, NotDirectory(name, seen)
	}
	sub, err := dir.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if opened, err := sub.Stat("."); err != nil || !os.SameFile(seen, opened) {
		sub.Close()
		return nil, Moved{}
	}
	return sub, nil
}

// NotDirectory is the error of entering something that is no directory.
func NotDirectory(name string, seen fs.FileInfo) error {
	if seen.Mode()&fs.ModeSymlink != 0 {
		return &fs.PathError{Op: "open", Path: name, Err: syscall.ELOOP}
	}
	return &fs.PathError{Op: "open", Path: name, Err: syscall.ENOTDIR}
}

// Open opens for reading the file that Lstat has just shown, and waits for nothing,
// such as the other end of a pipe.
func Open(dir *os.Root, name string, seen fs.FileInfo) (*os.File, fs.FileInfo, error) {
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	opened, err := f.Stat()
	if err == nil && !os.SameFile(seen, opened) {
		err = Moved{}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, opened, nil
}

// MakeDir makes a directory that only its owner enters, whatever the umask; one
// that is there is left as it is.
func MakeDir(dir *os.Root, name string) error {
	err := dir.Mkdir(name, 0o700)
	if os.IsExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return dir.Chmod(name, 0o700)
}

// MakeFile makes a file that only its owner reads, whatever the umask. A name that
// is taken, be it by a link, is fs.ErrExist.
func MakeFile(dir *os.Root, name string) (*os.File, error) {
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

// List returns what is in a directory, in no order.
func List(dir *os.Root) ([]fs.DirEntry, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}
