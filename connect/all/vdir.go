package all

import (
	"errors"
	"os"

	"lockstep/config"
	"lockstep/connect/vdir"
	"lockstep/core"
)

func openVdir(end config.End, traits core.Traits, o Options) (core.Replica, error) {
	k := personalOf(o.Kind)
	whole, _ := end.Whole() // the link chooses among its directories
	c := vdir.Config{
		Path: end.Account.Address.Path, Name: whole.Collection, Extension: k.extension, Describe: k.describe, WithUID: k.withUID, Digest: traits.Digest,
		Create: o.Vacancy == Make && Vacant(end), Tidy: o.Tidy,
	}
	if o.Kept != nil {
		c.Notifier = o.Kept.notifier
	}
	if o.Vacancy == Pretend && Vacant(end) {
		dir, err := scratchDir(c.Path)
		if err != nil {
			return nil, err
		}
		c.Path, c.Create = dir, true
		replica, err := vdir.Open(c)
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		return scratchVdir{replica, dir}, nil
	}
	replica, err := vdir.Open(c)
	if err != nil {
		return nil, err
	}
	return replica, nil
}

// scratchVdir is a new, empty vdir elsewhere, which is gone when it is closed.
type scratchVdir struct {
	*vdir.Replica
	dir string
}

func (s scratchVdir) Close() error { return errors.Join(s.Replica.Close(), os.RemoveAll(s.dir)) }
