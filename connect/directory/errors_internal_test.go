package directory

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

	"lockstep/core"
)

// TestConditions: every row of the table.
func TestConditions(t *testing.T) {
	for _, c := range []struct {
		err    error
		class  core.Class
		remedy string
	}{
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
		{syscall.EPROTO, core.Unknown, ""},
	} {
		err := failure("directory.ldif", "people.ldif", &os.PathError{Op: "read", Path: "people.ldif", Err: c.err})
		e, classed := err.(*core.Error)
		if !classed || e.Class != c.class || e.Remedy != c.remedy || e.Thing != "people.ldif" {
			t.Errorf("%v: %v", c.err, err)
		}
	}
	if len(conditions()) != 11 {
		t.Errorf("the table has %d rows", len(conditions()))
	}
	kept := core.Errorf("ldap.Search", core.Auth, "no")
	if err := failure("directory.ldif", "x", fmt.Errorf("so: %w", kept)); core.ClassOf(err) != core.Auth {
		t.Errorf("%v", err)
	}
	for _, err := range []error{nil, context.Canceled, context.DeadlineExceeded} {
		if failure("directory.ldif", "x", err) != err {
			t.Errorf("%v becomes %v", err, failure("directory.ldif", "x", err))
		}
	}
}

// TestGravest: of several faults the one that counts is told, with the pause
// that it asks for.
func TestGravest(t *testing.T) {
	slow := &core.Error{Op: "slow", Class: core.Transient, RetryAfter: time.Minute}
	classes := map[string]error{"bad": core.Errorf("bad", core.Permanent, "x"), "odd": fmt.Errorf("odd"), "slow": slow, "login": core.Errorf("login", core.Auth, "x")}
	for _, c := range []struct {
		faults []string
		class  core.Class
		says   string
	}{
		{[]string{"bad"}, core.Permanent, "directory.Read corp: not read completely: bad: x"},
		{[]string{"bad", "odd"}, core.Unknown, "directory.Read corp: not read completely: odd, and 1 more fault"},
		{[]string{"odd", "slow", "bad"}, core.Transient, "directory.Read corp: not read completely: slow: transient, and 2 more faults"},
		{[]string{"login", "slow"}, core.Auth, "directory.Read corp: not read completely: login: x, and 1 more fault"},
	} {
		var f faults
		for _, name := range c.faults {
			f.add(classes[name])
		}
		err := f.failure("corp")
		if core.ClassOf(err) != c.class || err.Error() != c.says {
			t.Errorf("%v: %v", c.faults, err)
		}
		if e, _ := err.(*core.Error); c.class == core.Transient && e.RetryAfter != time.Minute {
			t.Errorf("the pause is lost: %+v", e)
		}
	}
	if err := new(faults).failure("corp"); err != nil {
		t.Errorf("no fault is %v", err)
	}
}
