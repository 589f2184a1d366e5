package directory

import (
	"errors"

	"lockstep/core"
)

// Replica is one pass's view of some directories.
type Replica struct {
	config Config
	// now is what was read in this pass; nil = nothing yet.
	now *reading
	// reads counts the reads of this pass.
	reads int
}

var (
	_ core.Replica = (*Replica)(nil)
	_ core.Prober  = (*Replica)(nil)
)

// Open returns a replica; sources are asked when something is read. Permanent:
// the configuration cannot work.
func Open(config Config) (*Replica, error) {
	c := config.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Replica{config: c}, nil
}

// Operations implements core.Replica: nothing is ever written.
func (r *Replica) Operations() core.Operations { return core.Operations{} }

// Close implements core.Replica.
func (r *Replica) Close() error {
	var err error
	for _, s := range r.config.Sources {
		err = errors.Join(err, s.Close())
	}
	r.now = nil
	return err
}
