package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"lockstep/core"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// damage is what is wrong inside a file that SQLite itself could read.
type damage string

func (d damage) Error() string { return string(d) }

// What a person can do.
const (
	remedyDamaged = "move this file away, with those beside it that end in -wal and -shm, and run again: " +
		"the next pass compares both sides anew and deletes nothing; what was deleted on one side since the last pass comes back"
	remedyFull     = "free space on this disk and run again; nothing was changed"
	remedyBusy     = "close the other program that has this file open and run again"
	remedyAccess   = "make this file and its folder readable and writable for the user that runs lockstep, or keep state in another folder"
	remedyDisk     = "check this disk and its file system; state is not supported on network file systems"
	remedyNotOurs  = "choose another path, or move this file away"
	remedyNewer    = "use the lockstep that wrote it or a later one; to go back, move this file away: the next pass then compares both sides anew"
	remedyOlder    = "run lockstep sync once: it brings the file up to date"
	remedyRunning  = "wait until it ends, or stop it"
	remedyReport   = "this is a fault of lockstep: please report it with this text"
	remedyPlatform = "keep state on a system that can lock files with flock"
)

// fail gives an error its class and a remedy; nil stays nil. A call that was
// cancelled changed nothing and may be made again.
func fail(op, path string, err error) error {
	var classed *core.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &classed):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &core.Error{Op: op, Class: core.Transient, Thing: path, Err: err}
	}
	return &core.Error{Op: op, Class: core.Permanent, Thing: path, Remedy: remedy(err), Err: err}
}

// remedy is the one table from what went wrong to what can be done.
func remedy(err error) string {
	var wrong damage
	var e *modernc.Error
	switch {
	case errors.As(err, &wrong):
		return remedyDamaged
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return remedyFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return remedyAccess
	case errors.Is(err, syscall.EIO):
		return remedyDisk
	case !errors.As(err, &e):
		return remedyReport
	}
	switch e.Code() & 0xff { // the rest of the code is detail
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return remedyDamaged
	case sqlite3.SQLITE_FULL:
		return remedyFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return remedyBusy
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
		return remedyAccess
	case sqlite3.SQLITE_IOERR:
		return remedyDisk
	}
	return remedyReport
}
