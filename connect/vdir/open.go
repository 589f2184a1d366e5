package vdir

import (
	"errors"
	"io/fs"
	"os"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// Replica is one pass's view of a vdir.
type Replica struct {
	config Config
	root   *os.Root
	// tree as of the last scan; every look at the collections scans anew.
	tree *tree
	// folders that are open, the last used at the end.
	folders []*folder
	recall  func([]core.Ref) map[core.Ref]core.Stub
	// pending directories in which names came or went and are not durable yet,
	// from the root.
	pending map[string]bool
}

var (
	_ core.Replica  = (*Replica)(nil)
	_ core.Tree     = (*Replica)(nil)
	_ core.Painter  = (*Replica)(nil)
	_ core.Recaller = (*Replica)(nil)
	_ core.Elder    = (*Replica)(nil)
	_ core.Flusher  = (*Replica)(nil)
	_ core.Prober   = (*Replica)(nil)
	_ core.Watcher  = (*Replica)(nil)
)

// Open opens a vdir. Permanent: there is none.
func Open(config Config) (*Replica, error) {
	c := config.withDefaults()
	if c.Create {
		if err := makeRoot(c.Path); err != nil {
			return nil, failure("vdir.open", c.Path, err)
		}
	}
	root, err := os.OpenRoot(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noVdir(c.Path)
	}
	if err != nil {
		if seen, there := os.Stat(c.Path); there == nil && !seen.IsDir() {
			err = nofollow.NotDirectory(c.Path, seen)
		}
		return nil, failure("vdir.open", c.Path, err)
	}
	return &Replica{config: c, root: root, pending: map[string]bool{}}, nil
}

// makeRoot makes the root that only its owner enters, whatever the umask.
func makeRoot(name string) error {
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(name, 0o700); err != nil {
		return err
	}
	return os.Chmod(name, 0o700)
}

// Operations implements core.Replica. Files have no marks, and no way is known to
// show one in two directories that programs would take for one.
func (r *Replica) Operations() core.Operations {
	return core.Operations{Create: core.Checked, Update: core.Checked, Move: core.Checked, Delete: core.Checked, Named: true, AsSent: true}
}

// Recall implements core.Recaller.
func (r *Replica) Recall(known func([]core.Ref) map[core.Ref]core.Stub) { r.recall = known }

// Close implements core.Replica.
func (r *Replica) Close() error {
	for _, f := range r.folders {
		f.close()
	}
	r.folders = nil
	return r.root.Close()
}
