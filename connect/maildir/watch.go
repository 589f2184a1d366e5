package maildir

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"syscall"

	"github.com/fsnotify/fsnotify"

	"lockstep/core"
)

// Watch implements core.Watcher: a hint for every folder in which files come, go
// or get other names, and one about everything where folders do, or where there
// were too many to be told. The first hint comes as soon as the watch stands.
// Transient: the tree is gone. Permanent: it cannot be watched.
func (r *Replica) Watch(ctx context.Context) iter.Seq2[core.FeedID, error] {
	return func(yield func(core.FeedID, error) bool) {
		w, err := fsnotify.NewWatcher()
		if err != nil {
			yield("", unwatched(r.config.Path, err))
			return
		}
		defer w.Close()
		watched := map[string]core.FeedID{}
		if err := r.watchAll(ctx, w, watched); err != nil {
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
			case err, open := <-w.Errors:
				if !open {
					return
				}
				if !errors.Is(err, fsnotify.ErrEventOverflow) {
					yield("", unwatched(r.config.Path, err))
					return
				}
			case e, open := <-w.Events:
				if !open {
					return
				}
				if !e.Has(fsnotify.Create | fsnotify.Remove | fsnotify.Rename | fsnotify.Write) {
					continue
				}
				if id := watched[filepath.Dir(e.Name)]; id != "" {
					if !yield(id, nil) {
						return
					}
					continue
				}
			}
			// Folders came or went, or it is not known what happened.
			if err := r.watchAll(ctx, w, watched); err != nil {
				yield("", err)
				return
			}
			if !yield("", nil) {
				return
			}
		}
	}
}

// watchAll watches the root, and of every folder its directory and those of its
// messages; watched has what is watched already, and the folders of messages.
func (r *Replica) watchAll(ctx context.Context, w *fsnotify.Watcher, watched map[string]core.FeedID) error {
	t, err := r.scan(ctx)
	if err != nil {
		return &core.Error{Op: "maildir.Watch", Class: core.Transient, Thing: r.config.Path, Err: err}
	}
	now := map[string]core.FeedID{r.config.Path: ""}
	for _, dir := range t.dirs { // where folders may come
		now[filepath.Join(r.config.Path, dir)] = ""
	}
	for _, p := range t.places {
		dir := filepath.Join(r.config.Path, p.dir)
		now[dir] = ""
		now[filepath.Join(dir, "cur")], now[filepath.Join(dir, "new")] = core.FeedID(p.id), core.FeedID(p.id)
	}
	for dir := range watched {
		if _, still := now[dir]; !still {
			_ = w.Remove(dir) // it went with its directory
			delete(watched, dir)
		}
	}
	for dir, id := range now {
		if was, known := watched[dir]; known && was == id {
			continue
		}
		switch err := w.Add(dir); {
		case err == nil:
			watched[dir] = id
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
