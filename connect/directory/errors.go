package directory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"lockstep/core"
)

// condition maps one error of the system to what the engine does about it and
// what a person can do. Errors of LDAP have their class already (package ldap).
type condition struct {
	err    error
	class  core.Class
	remedy string
}

// conditions is the one table of errors of files; the first that matches
// counts. What no row names is of class Unknown. A file that is not there is
// never an empty directory.
func conditions() []condition {
	return []condition{
		{fs.ErrNotExist, core.Permanent, "write the file, or mount the disk that it is on"},
		{fs.ErrPermission, core.Permanent, "let this user read the file"},
		{errChanged{}, core.Transient, "write it under another name and rename it when it is whole"},
		{syscall.EISDIR, core.Permanent, "name a file, not a directory"},
		{syscall.ENOTDIR, core.Permanent, "name a file"},
		{syscall.ELOOP, core.Permanent, "name the file itself"},
		{syscall.ENAMETOOLONG, core.Permanent, "shorten the name"},
		{syscall.EMFILE, core.Transient, "too many files are open"},
		{syscall.ENFILE, core.Transient, "too many files are open"},
		{syscall.ESTALE, core.Transient, "the file server was restarted"},
		{syscall.EIO, core.Unknown, "the disk has an error there: check it"},
	}
}

// errChanged: a file became another one while it was read.
type errChanged struct{}

func (errChanged) Error() string { return "it was changed while it was read" }

// failure gives an error of a file its class. One that has a class keeps it,
// and the context's own errors stay what they are.
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

// faults of one source: how many there were, the first, and the gravest.
type faults struct {
	n            int
	first, worst error
}

func (f *faults) add(err error) {
	if f.n++; f.n == 1 {
		f.first, f.worst = err, err
	}
	if gravity(err) > gravity(f.worst) {
		f.worst = err
	}
}

// gravity orders classes: 0 is what will not be better when it is tried again;
// what may be counts more, and a login that is refused most.
func gravity(err error) int {
	if err == nil {
		return 0
	}
	switch core.ClassOf(err) {
	case core.Auth:
		return 3
	case core.Transient:
		return 2
	case core.Unknown:
		return 1
	}
	return 0
}

// failure of the source; nil = there was no fault.
func (f *faults) failure(source string) error {
	if f.n == 0 {
		return nil
	}
	said := f.first
	if gravity(f.worst) > gravity(said) {
		said = f.worst
	}
	out := &core.Error{Op: "directory.Read", Class: core.ClassOf(f.worst), Thing: source, Err: fmt.Errorf("not read completely: %w", said)}
	if f.n > 1 {
		out.Err = fmt.Errorf("%w, and %s", out.Err, counted(f.n-1, "more fault", "more faults"))
	}
	var classed *core.Error
	if errors.As(f.worst, &classed) {
		out.RetryAfter = classed.RetryAfter
	}
	return out
}
