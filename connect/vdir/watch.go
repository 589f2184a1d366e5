package vdir

import (
	"context"
	"iter"
	"path/filepath"

	"lockstep/core"
	"lockstep/internal/notify"
)

// Watch implements core.Watcher: a hint for every collection in which files come, go,
// get other names or are written, and one about everything where collections come or
// go, or where there were too many to be told. The first hint comes as soon as the
// watch stands. Transient: the root is gone. Permanent: it cannot be watched.
func (r *Replica) Watch(ctx context.Context) iter.Seq2[core.FeedID, error] {
	return notify.Watch(ctx, r.config.Notifier, notify.Tree{Op: "vdir.Watch", Path: r.config.Path, Directories: r.directories})
}

// directories to watch are the root and every collection.
func (r *Replica) directories(ctx context.Context) (map[string]core.FeedID, error) {
	t, err := r.scan(ctx)
	if err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(r.config.Path) // events bear one name, whoever else watches this directory
	if err != nil {
		return nil, err
	}
	now := map[string]core.FeedID{root: ""}
	for _, p := range t.places {
		now[filepath.Join(root, p.dir)] = core.FeedID(p.id)
	}
	return now, nil
}
