package maildir

import (
	"context"
	"iter"
	"path/filepath"

	"lockstep/core"
	"lockstep/internal/notify"
)

// Watch implements core.Watcher: a hint for every folder in which files come, go
// or get other names, and one about everything where folders do, or where there
// were too many to be told. The first hint comes as soon as the watch stands.
// Transient: the tree is gone. Permanent: it cannot be watched.
func (r *Replica) Watch(ctx context.Context) iter.Seq2[core.FeedID, error] {
	return notify.Watch(ctx, r.config.Notifier, notify.Tree{Op: "maildir.Watch", Path: r.config.Path, Directories: r.directories})
}

// directories to watch are the root, and of every folder its own and those of its
// messages.
func (r *Replica) directories(ctx context.Context) (map[string]core.FeedID, error) {
	t, err := r.scan(ctx)
	if err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(r.config.Path) // events bear one name, whoever else watches this tree
	if err != nil {
		return nil, err
	}
	now := map[string]core.FeedID{root: ""}
	for _, dir := range t.dirs { // where folders may come
		now[filepath.Join(root, dir)] = ""
	}
	for _, dir := range t.unmade { // which are no folders yet
		now[filepath.Join(root, dir)] = ""
	}
	for _, p := range t.places {
		dir := filepath.Join(root, p.dir)
		now[dir] = ""
		now[filepath.Join(dir, "cur")], now[filepath.Join(dir, "new")] = core.FeedID(p.id), core.FeedID(p.id)
	}
	return now, nil
}
