package vdir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// condition maps one error of the system to what the engine does about it and what
// a person can do.
type condition struct {
	err    error
	class  core.Class
	remedy string
}

// conditions is the one table of errors; the first that matches counts. What no row
// names is of class Unknown.
func conditions() []condition {
	const noRename = "the file system cannot rename without overwriting: put the directory on one that has hard links"
	return []condition{
		{syscall.ENOENT, core.Missing, ""},
		{nofollow.Moved{}, core.Transient, ""},
		{syscall.EACCES, core.Permanent, "give this user read and write permission"},
		{syscall.EPERM, core.Permanent, "give this user ownership, or put the directory on a file system that has hard links"},
		{syscall.EROFS, core.Permanent, "the file system is read-only: mount it for writing"},
		{syscall.ELOOP, core.Permanent, "symbolic links are never followed: mount the directory there instead, or remove the link"},
		{syscall.ENOTDIR, core.Permanent, "a file stands where a directory should"},
		{syscall.EISDIR, core.Permanent, "a directory stands where a file should"},
		{syscall.ENAMETOOLONG, core.Permanent, "the name is longer than the file system takes: shorten it"},
		{syscall.EXDEV, core.Permanent, "both collections must lie on one file system"},
		{syscall.ENOTSUP, core.Permanent, noRename},
		{syscall.ENOSYS, core.Permanent, noRename},
		{syscall.EINVAL, core.Permanent, "the file system does not take this name"},
		{syscall.EILSEQ, core.Permanent, "the file system does not take this name"},
		{syscall.EEXIST, core.Conflict, ""},
		{syscall.ENOTEMPTY, core.Conflict, ""},
		{syscall.ENOSPC, core.Transient, "the disk is full: make room"},
		{syscall.EDQUOT, core.Transient, "the quota is used up: make room"},
		{syscall.EFBIG, core.Permanent, "the item is larger than the file system takes"},
		{syscall.EMFILE, core.Transient, "too many files are open"},
		{syscall.ENFILE, core.Transient, "too many files are open"},
		{syscall.ENOMEM, core.Transient, ""},
		{syscall.EAGAIN, core.Transient, ""},
		{syscall.EBUSY, core.Transient, ""},
		{syscall.EINTR, core.Transient, ""},
		{syscall.ESTALE, core.Transient, "the file server was restarted"},
		{syscall.EIO, core.Unknown, "the disk has an error there: check it"},
		{fs.ErrClosed, core.Permanent, "the replica was closed"},
	}
}

// failure gives an error its class. One that has a class keeps it, and the context's
// own errors stay what they are.
func failure(op, thing string, err error) error {
	var classed *core.Error
	if err == nil || errors.As(err, &classed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	e := &core.Error{Op: op, Class: core.Unknown, Thing: thing, Err: err}
	for _, c := range conditions() {
		if errors.Is(err, c.err) {
			e.Class, e.Remedy = c.class, c.remedy
			break
		}
	}
	return e
}

// noVdir: nothing is there. It is never an empty address book: a disk may be missing.
func noVdir(path string) error {
	return refused("vdir.open", path, "mount the disk; if the directory is to be new, create it", "there is no directory")
}

// noCollection: no directory is in the root. That is what a missing disk looks like.
func noCollection(path string, loose bool) error {
	if loose {
		return refused("vdir.scan", path, "name the collection whose items lie directly in it: vdir:PATH#NAME", "it holds items, but no directory for a collection")
	}
	return refused("vdir.scan", path, "mount the disk; if every collection is to go, delete them on the other side; if a first one is to come, make its directory",
		"there is no collection in it")
}

func missing(op, thing string) error {
	return &core.Error{Op: op, Class: core.Missing, Thing: thing, Err: errors.New("it is not there")}
}

// unsettled: other programs changed something all the time it was looked at.
func unsettled(op, thing string) error {
	return &core.Error{Op: op, Class: core.Transient, Thing: thing, Err: errors.New("it kept changing")}
}

func refused(op, thing, remedy, format string, args ...any) error {
	return &core.Error{Op: op, Class: core.Permanent, Thing: thing, Remedy: remedy, Err: fmt.Errorf(format, args...)}
}
