package all

import (
	"errors"
	"io/fs"
	"os"

	"lockstep/config"
	"lockstep/connect/maildir"
	"lockstep/core"
)

func openMaildir(end config.End, o Options) (core.Replica, error) {
	c := maildir.Config{Path: end.Account.Address.Path, Create: o.Vacancy == Make && Vacant(end)}
	if o.Kept != nil {
		c.Notifier = o.Kept.notifier
	}
	switch end.Account.Layout {
	case config.MaildirPlusPlus:
		c.Layout = maildir.MaildirPP
	case config.Nested:
		c.Layout = maildir.Nested
	}
	if end.Collection != "" { // its messages lie directly in the path
		c.Layout, c.Name = maildir.Single, end.Collection
	}
	if o.Vacancy == Pretend && Vacant(end) {
		return openScratch(c)
	}
	replica, err := maildir.Open(c)
	if err != nil {
		return nil, err
	}
	return replica, nil
}

// Vacant tells whether an end is a place of this machine where a Maildir or a vdir
// may be made, as nothing is there yet: no folder, or an empty one. A folder that
// holds anything else is somebody's.
func Vacant(end config.End) bool {
	if t := end.Account.Address.Type; t != config.Maildir && t != config.Vdir {
		return false
	}
	names, err := os.ReadDir(end.Account.Address.Path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(names) == 0
}

// scratch is a new, empty Maildir elsewhere, which is gone when it is closed:
// planning with it is planning with the one that a sync would make.
type scratch struct {
	*maildir.Replica
	dir string
}

func openScratch(c maildir.Config) (core.Replica, error) {
	dir, err := scratchDir(c.Path)
	if err != nil {
		return nil, err
	}
	c.Path, c.Create = dir, true
	replica, err := maildir.Open(c)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return scratch{replica, dir}, nil
}

// scratchDir is where what would be made at a path is made for a plan.
func scratchDir(path string) (string, error) {
	dir, err := os.MkdirTemp("", "lockstep-plan-")
	if err != nil {
		return "", &core.Error{Op: "open", Class: core.Permanent, Thing: path, Err: err, Remedy: "make room for temporary files"}
	}
	return dir, nil
}

func (s scratch) Close() error { return errors.Join(s.Replica.Close(), os.RemoveAll(s.dir)) }
