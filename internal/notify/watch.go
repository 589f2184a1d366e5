package notify

import (
	"context"
	"errors"
	"iter"
	"syscall"

	"lockstep/core"
)

// Tree is what is watched: directories of one replica.
type Tree struct {
	// Op and Path name it in errors: "maildir.Watch", its root.
	Op, Path string
	// Directories tells which they are now, as the system names them, and the feed
	// that each is about; "" = collections may come and go there.
	Directories func(ctx context.Context) (map[string]core.FeedID, error)
}

// Watch is core.Watcher for a tree: the first hint comes as soon as the watch stands.
// With a hint about everything, its directories are looked up anew. n is nil if the
// watch is to have a notifier of its own. Transient: the tree is gone. Permanent: it
// cannot be watched.
func Watch(ctx context.Context, n *Notifier, t Tree) iter.Seq2[core.FeedID, error] {
	return func(yield func(core.FeedID, error) bool) {
		n := n
		if n == nil {
			n = New()
			defer n.Close()
		}
		l := listen()
		defer n.leave(l)
		if err := t.watchAll(ctx, n, l); err != nil {
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
				yield("", t.unwatched(t.Path, err))
				return
			}
			for _, feed := range feeds {
				if feed == "" { // collections came or went, or it is not known what happened
					if err := t.watchAll(ctx, n, l); err != nil {
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

// watchAll watches the directories that there are now, and no others.
func (t Tree) watchAll(ctx context.Context, n *Notifier, l *listener) error {
	now, err := t.Directories(ctx)
	if err != nil {
		return &core.Error{Op: t.Op, Class: core.Transient, Thing: t.Path, Err: err}
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
			// gone since the look, or not to be read, which the next look tells
		default:
			return t.unwatched(dir, err)
		}
	}
	return nil
}

// unwatched says why a tree cannot be watched.
func (t Tree) unwatched(name string, err error) error {
	out := &core.Error{Op: t.Op, Class: core.Permanent, Thing: name, Err: err, Remedy: "it is looked at on the schedule only"}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		out.Remedy = "this user watches too much: raise fs.inotify.max_user_watches or max_user_instances (sysctl); until then it is looked at on the schedule only"
	}
	return out
}
