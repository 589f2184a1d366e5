package maildir

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"syscall"

	"lockstep/core"
)

// Watch implements core.Watcher: a hint for every folder in which files come, go
// or get other names, and one about everything where folders do, or where there
// were too many to be told. The first hint comes as soon as the watch stands.
// Transient: the tree is gone. Permanent: it cannot be watched.
func (r *Replica) Watch(ctx context.Context) iter.Seq2[core.FeedID, error] {
	return func(yield func(core.FeedID, error) bool) {
		n := r.config.Notifier
		if n == nil {
			n = NewNotifier()
			defer n.Close()
		}
		l := newListener()
		defer n.leave(l)
		if err := r.watchAll(ctx, n, l); err != nil {
			yield("", err)
			return
		}
		if !yield("", nil) {
			return
		}
		for {
			select {
			case <-ctx.Done():
				return
			case <-l.stirred:
			}
			feeds, err := l.take()
			if err != nil {
				yield("", unwatched(r.config.Path, err))
				return
			}
			for _, feed := range feeds {
				if feed == "" { // folders came or went, or it is not known what happened
					if err := r.watchAll(ctx, n, l); err != nil {
						yield("", err)
						return
					}
				}
				if !yield(feed, nil) {
					return
				}
			}
		}
	}
}

// watchAll watches the root, and of every folder its directory and those of its
// messages.
func (r *Replica) watchAll(ctx context.Context, n *Notifier, l *listener) error {
	t, err := r.scan(ctx)
	if err != nil {
		return &core.Error{Op: "maildir.Watch", Class: core.Transient, Thing: r.config.Path, Err: err}
	}
	root, err := filepath.EvalSymlinks(r.config.Path) // events bear one name, whoever else watches this tree
	if err != nil {
		return &core.Error{Op: "maildir.Watch", Class: core.Transient, Thing: r.config.Path, Err: err}
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
	watched := l.watched()
	for dir := range watched {
		if _, still := now[dir]; !still {
			n.remove(l, dir)
		}
	}
	for dir, id := range now {
		if was, known := watched[dir]; known && was == id {
			continue
		}
		switch err := n.add(l, dir, id); {
		case err == nil:
		case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EACCES):
			// gone since the scan, or not to be read, which the next look tells
		default:
			return unwatched(dir, err)
		}
	}
	return nil
}

// unwatched says why a tree cannot be watched.
func unwatched(name string, err error) error {
	out := &core.Error{Op: "maildir.Watch", Class: core.Permanent, Thing: name, Err: err, Remedy: "it is looked at on the schedule only"}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		out.Remedy = "this user watches too much: raise fs.inotify.max_user_watches or max_user_instances (sysctl); until then it is looked at on the schedule only"
	}
	return out
}
