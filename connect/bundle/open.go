package bundle

import (
	"os"

	"lockstep/core"
)

// Replica is one pass's view of a file.
type Replica struct {
	config Config
	// now is the file as it was last read; nil = not yet.
	now *snapshot
	// parsed is what it holds; nil = nobody asked yet.
	parsed *contents
}

var (
	_ core.Replica = (*Replica)(nil)
	_ core.Prober  = (*Replica)(nil)
)

// Open returns a replica, and looks whether the file can be read. Permanent: it
// cannot.
func Open(config Config) (*Replica, error) {
	c := config.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	seen, err := os.Stat(c.Path)
	if err == nil {
		err = c.readable(seen)
	}
	if err != nil {
		return nil, failure("bundle.open", c.Path, err)
	}
	return &Replica{config: c}, nil
}

// Operations implements core.Replica: nothing is ever written.
func (r *Replica) Operations() core.Operations { return core.Operations{} }

// Close implements core.Replica.
func (r *Replica) Close() error {
	r.now, r.parsed = nil, nil
	return nil
}
