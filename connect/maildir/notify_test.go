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
	"lockstep/internal/notify"
)

// watchWith is watch with a notifier that others use, too; end ends it.
func watchWith(t *testing.T, n *notify.Notifier, path string) (w *watching, end func()) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("other systems tell other things")
	}
	r, err := maildir.Open(maildir.Config{Path: path, Layout: maildir.MaildirPP, Notifier: n})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w = &watching{t: t, hints: make(chan core.FeedID), errs: make(chan error, 1)}
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
	w.next("")
	return w, func() {
		cancel()
		<-done
		r.Close()
	}
}

func mailbox(t *testing.T, dir string) {
	t.Helper()
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNotifierShared: one notifier tells each of many trees of its own events, two watches
// of one tree both, also where one knows it by a link, and goes on for those that stay.
func TestNotifierShared(t *testing.T) {
	n := notify.New()
	defer n.Close()
	dir := t.TempDir()
	a, b, alias := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "alias")
	mailbox(t, a)
	mailbox(t, b)
	if err := os.Symlink(a, alias); err != nil {
		t.Fatal(err)
	}
	inA, endA := watchWith(t, n, a)
	inAlias, endAlias := watchWith(t, n, alias)
	inB, endB := watchWith(t, n, b)
	defer endB()
	defer endAlias()
	names := 0
	deliver := func(root string) {
		names++
		if err := os.WriteFile(filepath.Join(root, "new", fmt.Sprint(names)), []byte("Subject: x\n\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	deliver(a)
	inA.next("INBOX")
	inAlias.next("INBOX")
	select {
	case id := <-inB.hints:
		t.Errorf("b is told of %q", id)
	default:
	}
	deliver(b)
	inB.next("INBOX")
	endA()
	deliver(a)
	inAlias.next("INBOX")
}

// TestNotifierFollowsRenames: a folder that got another name, and one that has its old
// name since, are watched on by everybody who watches the tree.
func TestNotifierFollowsRenames(t *testing.T) {
	n := notify.New()
	defer n.Close()
	root := t.TempDir()
	mailbox(t, root)
	mailbox(t, filepath.Join(root, ".Old"))
	one, endOne := watchWith(t, n, root)
	defer endOne()
	two, endTwo := watchWith(t, n, root)
	defer endTwo()
	if err := os.Rename(filepath.Join(root, ".Old"), filepath.Join(root, ".New")); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "folder") // so that it comes whole
	mailbox(t, elsewhere)
	if err := os.Rename(elsewhere, filepath.Join(root, ".Old")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []core.FeedID{"New", "Old"} {
		for _, w := range []*watching{one, two} {
			for n, told := 0, false; !told; n++ { // until the change is known
				if n == 2000 {
					t.Fatalf("%s is not watched", folder)
				}
				if err := os.WriteFile(filepath.Join(root, "."+string(folder), "new", fmt.Sprintf("%p.%d", w, n)), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				for wait := time.After(10 * time.Millisecond); !told; {
					select {
					case id := <-one.hints:
						told = w == one && id == folder
						continue
					case id := <-two.hints:
						told = w == two && id == folder
						continue
					case <-wait:
					}
					break
				}
			}
		}
	}
}
