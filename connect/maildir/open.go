package maildir

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/internal/nofollow"
)

// Replica is one pass's view of a Maildir tree.
type Replica struct {
	config Config
	layout Layout
	root   *os.Root
	// roles by folded name; nil = nobody has asked yet.
	roles map[string]roleName
	// tree as of the last scan; every look at the collections scans anew.
	tree *tree
	// folders that are open, the last used at the end.
	folders []*folder
	// shared names of keywords; nil = to be read.
	shared *keywords
	recall func([]core.Ref) map[core.Ref]core.Stub
	// asked: what was recalled for the page that is being listed.
	asked   map[core.Ref]recollection
	pending pending
	// swept folders: tmp was looked through for what dead processes left.
	swept map[core.CollectionID]bool
	// Buffers that are used again: a value works for one goroutine.
	scanner mime.Scanner
	lf      lfWriter
}

var (
	_ core.Replica  = (*Replica)(nil)
	_ core.Tree     = (*Replica)(nil)
	_ core.Recaller = (*Replica)(nil)
	_ core.Header   = (*Replica)(nil)
	_ core.Flusher  = (*Replica)(nil)
	_ core.Prober   = (*Replica)(nil)
	_ core.Watcher  = (*Replica)(nil)
)

// Open opens a tree and finds out its layout. Permanent: there is none, or its
// layout is not clear.
func Open(config Config) (*Replica, error) {
	c := config.withDefaults()
	if c.Create {
		if err := makeRoot(c.Path); err != nil {
			return nil, failure("maildir.open", c.Path, err)
		}
	}
	root, err := os.OpenRoot(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noMaildir(c.Path)
	}
	if err != nil {
		if seen, there := os.Stat(c.Path); there == nil && !seen.IsDir() {
			err = nofollow.NotDirectory(c.Path, seen)
		}
		return nil, failure("maildir.open", c.Path, err)
	}
	r := &Replica{config: c, root: root, swept: map[core.CollectionID]bool{}}
	if r.layout, err = findLayout(root, c); err != nil {
		root.Close()
		return nil, failure("maildir.open", c.Path, err)
	}
	return r, nil
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

// Operations implements core.Replica.
func (r *Replica) Operations() core.Operations {
	return core.Operations{Create: core.Checked, Mark: core.Commutative, Move: core.Checked, Delete: core.Checked}
}

// Recall implements core.Recaller.
func (r *Replica) Recall(known func([]core.Ref) map[core.Ref]core.Stub) { r.recall = known }

// Close implements core.Replica. Messages that were delivered and not flushed
// are not lost.
func (r *Replica) Close() error {
	var err error
	if len(r.pending.deliveries) > 0 {
		err = r.Flush(context.Background())
	}
	for _, f := range r.folders {
		f.close()
	}
	r.folders = nil
	return errors.Join(err, r.root.Close())
}
