package maildir_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"lockstep/connect/maildir"
	"lockstep/core"
)

// watching collects hints; next waits for one about a folder.
type watching struct {
	t     *testing.T
	hints chan core.FeedID
	errs  chan error
}

func watch(t *testing.T, path string, layout maildir.Layout) *watching {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("other systems tell other things")
	}
	r, err := maildir.Open(maildir.Config{Path: path, Layout: layout})
	if err != nil {
		t.Fatal(err)
	}
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

// TestWatch: what a mail program does is hinted at, in folders that are there and
// in those that come.
func TestWatch(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		t.Run(string(layout), func(t *testing.T) {
			root := t.TempDir()
			box := root
			if layout == maildir.Nested {
				box = filepath.Join(root, "INBOX")
			}
			folder := func(dir string) {
				for _, sub := range []string{"tmp", "new", "cur"} {
					if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
						t.Fatal(err)
					}
				}
			}
			folder(box)
			w := watch(t, root, layout)
			write := func(name string) {
				if err := os.WriteFile(name, []byte("Subject: x\n\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write(filepath.Join(box, "new", "1.x"))
			w.next("INBOX")
			if err := os.Rename(filepath.Join(box, "new", "1.x"), filepath.Join(box, "cur", "1.x:2,S")); err != nil {
				t.Fatal(err)
			}
			w.next("INBOX")
			sub := filepath.Join(root, ".Work")
			if layout == maildir.Nested {
				sub = filepath.Join(root, "Work")
			}
			if err := os.Mkdir(sub, 0o700); err != nil {
				t.Fatal(err)
			}
			w.next("") // it may be looked at before it is a folder
			folder(sub)
			w.next("")
			for n := 0; ; n++ { // until the new folder is watched, too
				write(filepath.Join(sub, "new", fmt.Sprintf("%d.y", n)))
				select {
				case id := <-w.hints:
					if id == "Work" {
						return
					}
				case <-time.After(10 * time.Millisecond):
				}
				if n == 2000 {
					t.Fatal("the new folder is not watched")
				}
			}
		})
	}
}

// TestAttackFlood: 50,000 events are some hints, and none after them is lost.
func TestAttackFlood(t *testing.T) {
	root := t.TempDir()
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(root, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := watch(t, root, maildir.MaildirPP)
	name := filepath.Join(root, "cur", "flood")
	for n := range 25_000 {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name, fmt.Sprintf("%s%d", name, n%100)); err != nil {
			t.Fatal(err)
		}
	}
	for quiet := false; !quiet; {
		select {
		case <-w.hints:
		case err := <-w.errs:
			t.Fatal(err)
		case <-time.After(time.Second):
			quiet = true
		}
	}
	if err := os.WriteFile(filepath.Join(root, "new", "after"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.next("INBOX")
}
