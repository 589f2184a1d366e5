package maildir

import (
	"io/fs"
	"os"
	"strings"

	"lockstep/internal/nofollow"
)

// enterAll opens a directory by its path from dir; "." is dir itself, opened
// once more.
func enterAll(dir *os.Root, dirPath string) (*os.Root, error) {
	at, err := dir.OpenRoot(".")
	if err != nil || dirPath == "." {
		return at, err
	}
	for name := range strings.SplitSeq(dirPath, "/") {
		next, err := nofollow.Enter(at, name)
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
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
	f, opened, err := nofollow.Open(dir, name, seen)
	if err != nil {
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
