package vdir_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/connect/vdir"
	"lockstep/core"
	"lockstep/internal/notify"
)

// watching collects hints; next waits for one about a collection.
type watching struct {
	t     *testing.T
	hints chan core.FeedID
	errs  chan error
}

func watch(t *testing.T, config vdir.Config) *watching {
	t.Helper()
	r, err := vdir.Open(config)
	must(t, err)
	w := &watching{t: t, hints: make(chan core.FeedID), errs: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for id, err := range r.Watch(ctx) {
			if err != nil {
				w.errs <- err
				return
			}
			select {
			case w.hints <- id:
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		r.Close()
	})
	w.next("")
	return w
}

func (w *watching) next(want core.FeedID) {
	w.t.Helper()
	for {
		select {
		case got := <-w.hints:
			if got == want {
				return
			}
		case err := <-w.errs:
			w.t.Fatal(err)
		case <-time.After(20 * time.Second):
			w.t.Fatalf("no hint about %q", want)
		}
	}
}

// until does something again and again until there is a hint about a collection.
func (w *watching) until(want core.FeedID, do func(n int)) {
	w.t.Helper()
	for n := range 2000 {
		do(n)
		select {
		case got := <-w.hints:
			if got == want {
				return
			}
		case <-time.After(10 * time.Millisecond):
		}
	}
	w.t.Fatalf("no hint about %q", want)
}

// TestWatch: what a program does is hinted at, edits in place too, in collections that
// are there and in those that come, by one notifier for all.
func TestWatch(t *testing.T) {
	p, other := newPerson(t, "a"), newPerson(t, "x")
	p.write(t, "a/1.vcf", card(1))
	n := notify.New()
	p.config.Notifier, other.config.Notifier = n, n
	t.Cleanup(func() { n.Close() })
	w, elsewhere := watch(t, p.config), watch(t, other.config)
	p.write(t, "a/1.vcf", card(101))
	w.next("a")
	must(t, os.Rename(filepath.Join(p.root, "a/1.vcf"), filepath.Join(p.root, "a/2.vcf")))
	w.next("a")
	must(t, os.Remove(filepath.Join(p.root, "a/2.vcf")))
	w.next("a")
	must(t, os.Mkdir(filepath.Join(p.root, "b"), 0o700))
	w.next("")
	w.until("b", func(n int) { p.write(t, fmt.Sprintf("b/%d.vcf", n), card(n)) })
	must(t, os.Rename(filepath.Join(p.root, "b"), filepath.Join(p.root, "c")))
	w.until("c", func(n int) { p.write(t, fmt.Sprintf("c/more%d.vcf", n), card(n)) })
	select {
	case id := <-elsewhere.hints:
		t.Errorf("the other vdir is told of %q", id)
	default:
	}
	other.write(t, "x/1.vcf", card(1))
	elsewhere.next("x")
}

// TestWatchOne: the directory of the only collection.
func TestWatchOne(t *testing.T) {
	p := newPerson(t, "a")
	p.config.Path, p.config.Name = filepath.Join(p.root, "a"), "friends"
	w := watch(t, p.config)
	p.write(t, "a/1.vcf", card(1))
	w.next("friends")
	must(t, os.Rename(p.config.Path, p.config.Path+".away"))
	for {
		select {
		case <-w.hints:
			continue
		case err := <-w.errs:
			wantClass(t, err, core.Transient)
		case <-time.After(20 * time.Second):
			t.Error("nobody is told that it is gone")
		}
		break
	}
}
