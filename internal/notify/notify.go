// Package notify tells any number of watches what happens in directories of this
// machine. It hints, and keeps no data: who is told looks for itself.
//
// It never decides what an event means for what lies there, and reads no file.
// Start with Watch.
package notify

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"

	"lockstep/core"
)

// Notifier tells any number of watches what happens in their directories. The
// system lets a user have few of what it stands on (on Linux 128 inotify
// instances, by default), so one serves a whole process. It begins with the
// first directory, and may be used by many goroutines.
type Notifier struct {
	mu sync.Mutex
	w  *fsnotify.Watcher // nil = nothing is watched yet
	// listeners by directory, as the system names it.
	listeners map[string]map[*listener]bool
	closed    bool
	running   sync.WaitGroup
}

// listener is one watch: what it is to look at, each once until it is taken.
type listener struct {
	mu sync.Mutex
	// feeds by directory; "" is about collections, not about items. Those of one
	// directory may be called several names by their tree.
	dirs  map[string]core.FeedID
	feeds map[core.FeedID]bool
	err   error // the notifier can tell no more
	// stirred: there is something.
	stirred chan struct{}
}

// New returns a notifier that watches nothing yet.
func New() *Notifier { return &Notifier{listeners: map[string]map[*listener]bool{}} }

// Close ends it. Nobody may be watching.
func (n *Notifier) Close() error {
	n.mu.Lock()
	n.closed = true
	w := n.w
	n.mu.Unlock()
	if w == nil {
		return nil
	}
	err := w.Close()
	n.running.Wait()
	return err
}

// listen returns a listener that watches nothing yet.
func listen() *listener {
	return &listener{dirs: map[string]core.FeedID{}, feeds: map[core.FeedID]bool{}, stirred: make(chan struct{}, 1)}
}

// add watches a directory for a listener, which may watch it already.
func (n *Notifier) add(l *listener, dir string, feed core.FeedID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return errors.New("the notifier is closed")
	}
	if n.w == nil {
		w, err := fsnotify.NewWatcher()
		if err != nil {
			return err
		}
		n.w = w
		n.running.Go(func() { n.events(w) })
		n.running.Go(func() { n.errors(w) })
	}
	if len(n.listeners[dir]) == 0 {
		if err := n.w.Add(dir); err != nil {
			return err
		}
		n.listeners[dir] = map[*listener]bool{}
	}
	n.listeners[dir][l] = true
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dirs[dir] = feed
	return nil
}

// remove watches a directory no longer for a listener.
func (n *Notifier) remove(l *listener, dir string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.mu.Lock()
	delete(l.dirs, dir)
	l.mu.Unlock()
	if !n.listeners[dir][l] {
		return
	}
	if delete(n.listeners[dir], l); len(n.listeners[dir]) == 0 {
		delete(n.listeners, dir)
		_ = n.w.Remove(dir) // it may have gone with its directory
	}
}

// leave ends a listener.
func (n *Notifier) leave(l *listener) {
	for dir := range l.watched() {
		n.remove(l, dir)
	}
}

// events passes on what the system tells, until it is closed.
func (n *Notifier) events(w *fsnotify.Watcher) {
	for e := range w.Events {
		n.pass(e)
	}
}

// errors has a goroutine of its own: fsnotify may report one while it holds the lock
// that adding and removing need.
func (n *Notifier) errors(w *fsnotify.Watcher) {
	for err := range w.Errors {
		if errors.Is(err, fsnotify.ErrEventOverflow) {
			err = nil // nobody knows what happened: everybody looks
		}
		n.all(err)
	}
}

// all tells every listener.
func (n *Notifier) all(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, some := range n.listeners {
		for l := range some {
			l.tell("", err)
		}
	}
}

// pass tells those who watch where something happened.
func (n *Notifier) pass(e fsnotify.Event) {
	if !e.Has(fsnotify.Create | fsnotify.Remove | fsnotify.Rename | fsnotify.Write) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.listeners[filepath.Dir(e.Name)] {
		l.happened(filepath.Dir(e.Name))
	}
	if len(n.listeners[e.Name]) == 0 || !e.Has(fsnotify.Remove|fsnotify.Rename) {
		return
	}
	// A directory went, and what watched it with it: what bears its name next is
	// another one, which has to be added anew. So it is with those below it, which go on
	// under names that nobody knows.
	below := e.Name + string(filepath.Separator)
	for dir, some := range n.listeners {
		if dir != e.Name && !strings.HasPrefix(dir, below) {
			continue
		}
		delete(n.listeners, dir)
		_ = n.w.Remove(dir)
		for l := range some {
			l.lost(dir)
		}
	}
}

// happened: something in a directory.
func (l *listener) happened(dir string) {
	l.mu.Lock()
	feed := l.dirs[dir]
	l.mu.Unlock()
	l.tell(feed, nil)
}

// lost: a directory is watched no longer.
func (l *listener) lost(dir string) {
	l.mu.Lock()
	delete(l.dirs, dir)
	l.mu.Unlock()
	l.tell("", nil)
}

func (l *listener) tell(feed core.FeedID, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.feeds[feed] = true
	if err != nil {
		l.err = err
	}
	select {
	case l.stirred <- struct{}{}:
	default:
	}
}

// take returns what is to be looked at, in order; "" comes first.
func (l *listener) take() ([]core.FeedID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := slices.Sorted(maps.Keys(l.feeds))
	clear(l.feeds)
	return out, l.err
}

// watched returns the directories.
func (l *listener) watched() map[string]core.FeedID {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.dirs)
}
