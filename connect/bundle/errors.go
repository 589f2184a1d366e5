package bundle

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"lockstep/core"
)

// errChanged: the file became another one while it was read.
type errChanged struct{}

func (errChanged) Error() string { return "it was changed while it was read" }

// errNoFile: what is there is not read.
type errNoFile struct{ why, remedy string }

func (e errNoFile) Error() string { return e.why }

// condition maps an error to what the engine does about it and what a person can do.
type condition struct {
	err    error
	class  core.Class
	remedy string
}

// conditions is the one table of errors; the first that matches counts. What no row
// names is of class Unknown. A file that is not there is never an empty one.
func conditions() []condition {
	return []condition{
		{fs.ErrNotExist, core.Permanent, "check the name, or mount the disk that it is on"},
		{fs.ErrPermission, core.Permanent, "let this user read the file"},
		{errChanged{}, core.Transient, "write it under another name and rename it when it is whole"},
		{syscall.ENOTDIR, core.Permanent, "check the name: a file stands where a directory should"},
		{syscall.ELOOP, core.Permanent, "name the file itself: its symbolic links lead in a circle"},
		{syscall.ENAMETOOLONG, core.Permanent, "shorten the name"},
		{syscall.EMFILE, core.Transient, "too many files are open"},
		{syscall.ENFILE, core.Transient, "too many files are open"},
		{syscall.ESTALE, core.Transient, "the file server was restarted"},
		{syscall.EIO, core.Unknown, "the disk has an error there: check it"},
	}
}

// failure gives an error its class. One that has a class keeps it, and the context's
// own errors stay what they are.
func failure(op, thing string, err error) error {
	var classed *core.Error
	if err == nil || errors.As(err, &classed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err // the name is told already
	}
	e := &core.Error{Op: op, Class: core.Unknown, Thing: thing, Err: err}
	var no errNoFile
	if errors.As(err, &no) {
		e.Class, e.Remedy = core.Permanent, no.remedy
	}
	for _, c := range conditions() {
		if errors.Is(err, c.err) {
			e.Class, e.Remedy = c.class, c.remedy
			break
		}
	}
	return e
}
